#!/bin/sh
# Facts about the files themselves: nothing left open, no path of one machine, no file that holds more than one idea, the top
# level as it is meant to be.
cd "$(dirname "$0")/../.." || exit 1

# none WHAT: prints what comes on standard input, if anything, under its heading.
none() {
    found=$(cat)
    [ -z "$found" ] || printf '%s:\n%s\n' "$1" "$found"
}

files() {
    git ls-files --cached --others --exclude-standard -- "$@"
}

found=$(
    # The patterns are written so that this file does not match itself.
    files preload engine http | xargs grep -nwE 'TO[D]O|FIX[M]E|X[X]X|HA[C]K' | none "left open"
    files preload engine http | xargs grep -niE 'not[ ]implemented' | none "left open"
    files | xargs grep -nIE '/wor[k]/|/bash[_]jobs|/hom[e]/[a-z]' | none "a path of one machine"
    files preload engine http | grep '\.[ch]$' | xargs wc -l |
        awk '$2 != "total" && $1 > 900 { print $2 ": " $1 " lines" }' | none "more than one idea in a file"
    files | cut -d/ -f1 | grep -v '^\.' | LC_ALL=C sort -u | tr '\n' ' ' |
        grep -vx 'LICENSE Makefile README.md docs engine http preload tests ' | none "the top level"
    files preload engine http tests | grep '\.[ch]$' | while read -r file; do
        head -c 2 "$file" | grep -q '^/[*/]' || echo "$file"
    done | none "a file that does not open with what it is for"
)
[ -z "$found" ] || { echo "$found"; exit 1; }
