#!/bin/sh
# What the shim exports is the list of preload/hooks.def, to the name: test_exports.sh BUILD.
listed=$(sed -n 's/^HOOK(\(.*\))$/\1/p' preload/hooks.def | LC_ALL=C sort)
exported=$(nm -D --defined-only "$1/libddbmock.so" | awk '{ print $3 }' | LC_ALL=C sort)
[ "$(echo "$listed" | wc -l)" -gt 60 ] || { echo "the list is not read"; exit 1; }
[ "$listed" = "$exported" ] || {
    echo "listed:"
    echo "$listed"
    echo "exported:"
    echo "$exported"
    exit 1
}
# No hook may be bound to one version of libc.
versions=$(readelf -V "$1/libddbmock.so" | grep -c 'Version definition section')
[ "$versions" = 0 ] || { echo "the exports carry a version"; exit 1; }
