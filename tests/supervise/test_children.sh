#!/bin/bash
# Static programs that a preloaded one starts are led to its DynamoDB, and are otherwise as they are: test_children.sh BUILD.
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
unset DDBMOCK_SESSION DDBMOCK_STORAGE DDBMOCK_STATIC AWS_ENDPOINT_URL_DYNAMODB
plain=$scratch/plain children=$scratch/children
cc -static -w -o "$plain" tests/supervise/plain.c || { echo "no program can be linked statically"; exit 77; }
cc -w -D_GNU_SOURCE -o "$children" tests/supervise/children.c || exit 1
if "$build/ddbmock" run -- "$plain" seven 2>&1 | grep -q 'connections cannot be seen'; then
    echo "seccomp notifies nobody here"
    exit 77
fi

# is WHAT WANTED GOT
is() {
    [ "$2" = "$3" ] || { printf '%s is not\n    %s\nbut\n    %s\n' "$1" "$2" "$3"; failed=1; }
}

shim() { env LD_PRELOAD="$build/libddbmock.so" "$@" 2>&1; }

host=dynamodb.us-east-1.amazonaws.com
none='{"TableNames":[]}'
for way in posix_spawn posix_spawnp vfork execvp execl fexecve "another name" "spawn without environment"; do
    is "a request by $way" "$none" "$(shim "$children" "$way" "$plain" $host 80 ListTables '{}')"
    shim "$children" "$way" "$plain" seven
    is "an exit status by $way" 7 $?
done
is "a request by system" "$none" "$(shim "$children" system "$plain $host 80 ListTables '{}'")"
is "found on PATH" "$none" "$(PATH=$scratch:$PATH shim "$children" execvp plain $host 80 ListTables '{}')"
is "found on PATH by posix_spawnp" "$none" "$(PATH=$scratch:$PATH shim "$children" posix_spawnp plain $host 80 ListTables '{}')"
is "from a shell" "$none" "$(shim sh -c "$plain $host 80 ListTables '{}'")"
is "from Python" "$none" "$(shim /usr/bin/python3 -c "
import subprocess
subprocess.run(['$plain', '$host', '80', 'ListTables', '{}'], env={}, check=True)")"

# One DynamoDB for parent and child.
create='{"TableName":"Tea","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}'
if command -v curl >/dev/null; then
    is "both kinds of program" '{"TableNames":["Tea"]}' "$(shim bash -c "
        $plain $host 80 CreateTable '$create' >/dev/null
        curl -sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user K:S -H 'X-Amz-Target: DynamoDB_20120810.ListTables' \
            -H 'Content-Type: application/x-amz-json-1.0' --data '{}' https://$host/")"
fi

# A program with an interpreter is led when it is Go's, by its note beside others, and not otherwise.
cat >"$scratch/note.s" <<'END'
.section .note.go.buildid, "a", %note
.balign 4
.long 4, 5, 4
.asciz "Go\0"
.ascii "build\0\0\0"
END
# shellcheck disable=SC2016
led='echo "${DDBMOCK_STATIC:-no}"'
cc -w -o "$scratch/noted" tests/supervise/plain.c "$scratch/note.s"
cc -w -o "$scratch/unnoted" tests/supervise/plain.c
is "a program of Go's compiler" leave "$(shim sh -c "$scratch/noted shell '$led'")"
is "one of another's" no "$(shim sh -c "$scratch/unnoted shell '$led'")"
is "a static one" leave "$(shim sh -c "$plain shell '$led'")"
linker=$(readelf -lW "$scratch/unnoted" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
is "the dynamic linker" no "$(shim sh -c "$linker $scratch/unnoted shell '$led'")"

# Otherwise it is as it is.
is "its name" another "$(shim "$children" "another name" "$plain" name)"
is "its endpoint" none "$(shim "$children" vfork "$plain" endpoint)"
shim "$children" vfork "$plain" kill
is "a signal" 137 $?
is "what it is given" "some text" "$(echo some text | shim sh -c "$plain shell cat")"
LD_PRELOAD=$build/libddbmock.so "$children" execvp "$plain" wait >"$scratch/out" &
started=$!
until [ -s "$scratch/out" ]; do sleep 0.05; done
kill -TERM $started
wait $started
is "a signal to it" 143 $?
is "what no preload reaches and never calls" "$("$plain" name)" "$(shim sh -c "$plain name")"
# It has closed its output, and goes on: nobody else holds it.
mkfifo "$scratch/pipe"
LD_PRELOAD=$build/libddbmock.so "$children" execvp "$plain" silence >"$scratch/pipe" 2>/dev/null &
started=$!
cat "$scratch/pipe"
kill -0 $started || { echo "a program that closes its output has ended"; failed=1; }
kill -TERM $started
wait $started 2>/dev/null

# Streams that are closed stay closed, and a timer of its starter's is its own.
is "a program without any stream" 7 "$(shim sh -c "$plain seven <&- >&- 2>&-; echo \$?")"
is "a request of one" "$none" "$(shim sh -c "$plain $host 80 ListTables '{}' <&-")"
is "an alarm" 142 "$(shim bash -c "perl -e 'alarm 1; exec @ARGV' $plain wait >/dev/null 2>&1; echo \$?" | tail -n 1)"

# What it leaves behind is led, too, when it has gone.
shim sh -c "$plain shell '(sleep 0.5; $plain $host 80 ListTables {} >$scratch/late) </dev/null >/dev/null 2>&1 &'"
for _ in $(seq 200); do
    [ ! -s "$scratch/late" ] || break
    sleep 0.05
done
is "a daemon's request" "$none" "$(cat "$scratch/late")"

# Left alone.
name=tables.invalid
asked() { DDBMOCK_HOSTS=$name shim sh -c "$plain $name 80 ListTables '{}'"; }
is "a name of DDBMOCK_HOSTS" "$none" "$(asked)"
for how in "DDBMOCK_STATIC=leave" "LD_PRELOAD="; do
    left=$(DDBMOCK_HOSTS=$name shim sh -c "$how $plain $name 80 ListTables '{}'")
    case $left in
    "Name or service not known" | "Temporary failure in name resolution") ;;
    *) is "with $how" "an unknown name" "$left" ;;
    esac
done
is "DDBMOCK_NETWORK=deny" 'Temporary failure in name resolution' \
    "$(DDBMOCK_NETWORK=deny shim sh -c "$plain example.invalid 80 X '{}'" | grep -v ^ddbmock)"
exit $failed
