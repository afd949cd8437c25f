#!/bin/bash
# Follows docs/adding-an-operation.md to the letter: test_adding_an_operation.sh BUILD. In a copy of the tree below BUILD.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
export MAKEFLAGS=-j2
unset MFLAGS MAKELEVEL
build=$1
document=docs/adding-an-operation.md
tree=$PWD/$build/docs/adding-an-operation

command -v curl >/dev/null || { echo "curl is not installed"; exit 77; }

. tests/docs/follow.sh
rm -rf "$tree"
mkdir -p "$tree"
cp -a Makefile preload engine http tests docs "$tree"
rm -rf "$tree"/tests/unit/*/
# What is built already need not be built again: objects and what they depend on are named relative to the root.
if [ "$build" = build ]; then
    mkdir "$tree/build"
    for part in engine http preload llhttp lib tests; do
        [ ! -d "build/$part" ] || cp -a "build/$part" "$tree/build"
    done
fi

cd "$tree"
follow "$OLDPWD/$document"
# Whatever the page has become, these it must still show.
[ "$placed" -ge 5 ] && [ "$compared" -ge 1 ] || { echo "placed $placed blocks, compared $compared"; exit 1; }
cd - >/dev/null
rm -rf "$tree"
