#!/bin/bash
# The library as it is installed: test_library.sh BUILD. Follows docs/library.md to the letter, and then its corners.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
repo=$PWD
for command in pkg-config python3; do
    command -v $command >/dev/null || { echo "$command is not installed"; exit 77; }
done
. tests/docs/follow.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
make -s install BUILD="$1" PREFIX="$scratch/usr" DESTDIR= >/dev/null
export PKG_CONFIG_PATH=$scratch/usr/lib/pkgconfig
unset DDBMOCK_SESSION DDBMOCK_STORAGE
cd "$scratch"
follow "$repo/docs/library.md"
[ "$placed" = 2 ] && [ "$compared" = 2 ] || { echo "placed $placed blocks, compared $compared"; exit 1; }

read -ra cflags < <(pkg-config --cflags ddbmock)
read -ra libs < <(pkg-config --libs ddbmock)
cc -Wall -Werror "${cflags[@]}" -o corners "$repo/tests/library/corners.c" "${libs[@]}" -lpthread
./corners "sqlite:$scratch/dynamo.db"

# Nothing of it stays behind.
cd "$repo"
make -s uninstall BUILD="$1" PREFIX="$scratch/usr" DESTDIR= >/dev/null
left=$(find "$scratch/usr" ! -type d)
[ -z "$left" ] || { echo "make uninstall leaves $left"; exit 1; }
