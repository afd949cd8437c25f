#!/bin/bash
# Other libraries in LD_PRELOAD, before the shim and after it, with the real engine and curl as the client: libfaketime, jemalloc, and
# the runtime of AddressSanitizer. test_beside.sh BUILD.
[ -z "${SANITIZED-}" ] || { echo "a sanitizer's own library is in the way"; exit 77; }
build=$(cd "$1" && pwd)
shim=$build/libddbmock.so
libraries=/usr/lib/$(gcc -print-multiarch)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch
failed=0 compared=0

# answers WHAT COMMAND...: the command's output begins with the service's own.
answers() {
    local what=$1 output
    shift
    compared=$((compared + 1))
    output=$("$@" 2>&1)
    case $output in
    "healthy: dynamodb.us-east-1.amazonaws.com"*) echo "ok: $what" ;;
    *) echo "FAILED: $what: $output"; failed=1 ;;
    esac
}

url=https://dynamodb.us-east-1.amazonaws.com/
time=$(ls "$libraries"/faketime/libfaketime.so.1 2>/dev/null)
memory=$(ls "$libraries"/libjemalloc.so.2 2>/dev/null)
answers "alone" env LD_PRELOAD="$shim" curl -sS "$url"
for other in $time $memory; do
    for order in "$other:$shim" "$shim:$other" "$other $shim"; do
        answers "$order" env LD_PRELOAD="$order" FAKETIME='-40d' curl -sS "$url"
        # And a child of a shell has both.
        answers "$order, sh" env LD_PRELOAD="$order" FAKETIME='+3 years' sh -c "echo \$(curl -sS $url)"
    done
done
# A program that was built with AddressSanitizer: its runtime wants to come first, and says so otherwise.
cat >"$scratch/client.c" <<'END'
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
    char *answer = calloc(1, 1000), *body;
    const char *request = "GET / HTTP/1.1\r\nHost: dynamodb.us-east-1.amazonaws.com\r\nConnection: close\r\n\r\n";
    if (getaddrinfo("dynamodb.us-east-1.amazonaws.com", "80", &hints, &found) != 0)
        return 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, found->ai_addr, found->ai_addrlen) != 0 || write(fd, request, strlen(request)) < 0)
        return 2;
    freeaddrinfo(found);
    for (size_t size = 0, got; (got = (size_t)read(fd, answer + size, 999 - size)) > 0 && got < 1000;)
        size += got;
    body = strstr(answer, "\r\n\r\n");
    puts(body != NULL ? body + 4 : answer);
    free(answer);
    return close(fd);
}
END
for kind in address undefined; do
    for link in -static-libasan -shared-libasan; do
        [ $link = -static-libasan ] && flags="-static-libasan -static-libubsan" || flags=
        # shellcheck disable=SC2086
        ${CC:-gcc} -g -fsanitize=$kind $flags -o "$scratch/client" "$scratch/client.c" 2>"$scratch/why" || {
            cat "$scratch/why"
            failed=1
            continue
        }
        [ $kind = address ] && runtime=$(gcc -print-file-name=libasan.so) || runtime=$(gcc -print-file-name=libubsan.so)
        runtime=$(readlink -f "$runtime")
        if [ $link = -static-libasan ]; then
            answers "$kind, linked in" env LD_PRELOAD="$shim" "$scratch/client"
        else
            answers "$kind, before" env LD_PRELOAD="$runtime:$shim" "$scratch/client"
            answers "$kind, after" env ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$shim:$runtime" "$scratch/client"
        fi
    done
done
echo "$compared answers"
[ "$compared" -ge 6 ] && [ $failed = 0 ]
