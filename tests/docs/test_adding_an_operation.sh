#!/bin/bash
# Follows docs/adding-an-operation.md to the letter: test_adding_an_operation.sh BUILD. In a copy of the tree below BUILD, each
# block whose first line names a file becomes that file, or goes into it after the first line with the word it names; blocks
# of sh are run, and when a block of json follows, what they print is compared with it.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
export MAKEFLAGS=-j2
unset MFLAGS MAKELEVEL
build=$1
document=docs/adding-an-operation.md
tree=$PWD/$build/docs/adding-an-operation

command -v curl >/dev/null || { echo "curl is not installed"; exit 77; }

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

# The blocks, one file each: N.where (the line that opens it) and N.text.
blocks=$tree/blocks
mkdir "$blocks"
awk -v blocks="$blocks" '
    /^```/ && !inside { inside = 1; n++; file = sprintf("%s/%02d", blocks, n); print substr($0, 4) > (file ".where"); next }
    /^```/            { inside = 0; next }
    inside            { print > (file ".text") }' "$document"

cd "$tree"
placed=0 compared=0 ran=
for where in blocks/*.where; do
    text=${where%.where}.text
    read -r language file after word <"$where" || true
    case $language in
    c)
        if [ "$after" = after ]; then
            line=$(grep -n -m 1 -w "$word" "$file" | cut -d: -f1)
            sed -i "${line}r $text" "$file"
        else
            [ ! -e "$file" ] || { echo "$document makes $file, which is there already"; exit 1; }
            mkdir -p "$(dirname "$file")"
            cp "$text" "$file"
        fi
        placed=$((placed + 1))
        ;;
    sh)
        echo "running: $(head -n 1 "$text") ..."
        bash -eu "$text" >ran.out 2>ran.err || { cat ran.out ran.err; exit 1; }
        ran=ran.out
        ;;
    json)
        [ -n "$ran" ] || { echo "$document shows output of nothing"; exit 1; }
        diff "$text" "$ran" || { cat ran.err; exit 1; }
        compared=$((compared + 1))
        ;;
    *)
        echo "$document has a block of $language, which nobody would follow"
        exit 1
        ;;
    esac
done
# Whatever the page has become, these it must still show.
[ "$placed" -ge 5 ] && [ "$compared" -ge 1 ] || { echo "placed $placed blocks, compared $compared"; exit 1; }
cd - >/dev/null
rm -rf "$tree"
