#!/bin/sh
# What the two objects show to the programs that they live in: objects.sh BUILD. No symbol of a library may be seen, or a host
# program would bind to ours and we to its.
build=$1
bad=0

defined() {
    nm -D --defined-only "$1" | awk '{ sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u
}

needed() {
    readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | LC_ALL=C sort
}

# same WHAT EXPECTED GOT
same() {
    if [ "$2" != "$3" ]; then
        printf '%s is\n%s\nand not\n%s\n' "$1" "$3" "$2"
        bad=1
    fi
}

exported=$(sed -n 's/^ *\(ddbmock_[a-z_]*\);$/\1/p' http/exports.map | LC_ALL=C sort)
same "what the engine object exports" "$exported" "$(defined "$build/libddbmock-engine.so")"
same "what the engine object needs beyond libc" "" \
    "$(needed "$build/libddbmock-engine.so" | grep -vE '^(libc|libdl|libpthread|libm|ld-linux-.*)\.so\.[0-9]$')"
same "what the shim needs beyond libc" "" \
    "$(needed "$build/libddbmock.so" | grep -vE '^(libc|libdl|libpthread|ld-linux-.*)\.so\.[0-9]$')"
[ ! -f "$build/libddbmock-postgres.so" ] ||
    same "what the postgres backend exports" ddbmock_storage "$(defined "$build/libddbmock-postgres.so")"
for object in libddbmock.so libddbmock-engine.so; do
    same "an executable stack or text relocation in $object" "" \
        "$(readelf -dlW "$build/$object" | grep -E 'TEXTREL|GNU_STACK.*E')"
done
exit $bad
