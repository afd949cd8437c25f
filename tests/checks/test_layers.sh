#!/bin/sh
# The rooms look one way: preload -> http -> engine -> engine/storage, and an include says where it looks.
cd "$(dirname "$0")/../.." || exit 1

# forbid WHAT PATTERN ROOM [EXCEPT]: prints the lines below ROOM that match PATTERN and not EXCEPT.
forbid() {
    found=$(grep -rnE --include='*.[ch]' --include='*.def' "$2" "$3" | grep -vE "${4:-^$}")
    [ -z "$found" ] || printf '%s:\n%s\n' "$1" "$found"
}

found=$(
    forbid "the engine looks up" '#include "(http|preload|tests)/' engine
    forbid "http looks up" '#include "(preload|tests)/' http
    forbid "preload looks past http" '#include "(engine|tests)/' preload
    forbid "storage knows more than bytes" '#include "engine/' engine/storage \
        '"engine/(storage/[a-z_]+|slice|arena|buffer)\.h"'
    for room in preload http engine; do
        forbid "an include that does not start at the top" '#include "[^/"]+"' $room
    done
    forbid "the engine knows sockets" '#include <(sys/socket|sys/un|sys/epoll|netinet/.*|arpa/.*|netdb|poll)\.h>' engine
)
[ -z "$found" ] || { echo "$found"; exit 1; }
