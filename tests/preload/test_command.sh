#!/bin/bash
# The command: test_command.sh BUILD.
build=$(cd "$1" && pwd)
ddbmock=$build/ddbmock
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0 checked=0

# expect STATUS PATTERN WORDS...: runs the command and compares its exit status, and its output with an extended pattern.
expect() {
    local status=$1 pattern=$2 output got
    shift 2
    output=$("$@" 2>&1 </dev/null)
    got=$?
    checked=$((checked + 1))
    if [ $got != "$status" ] || ! grep -qE -- "$pattern" <<<"$output"; then
        echo "$*: exit status $got and not $status, or not like $pattern:"
        echo "$output"
        failed=1
    fi
}

expect 0 '^ddbmock [0-9]+\.[0-9]+\.[0-9]+$' "$ddbmock" --version
expect 0 '^usage: ddbmock COMMAND' "$ddbmock" --help
expect 0 '^usage: ddbmock COMMAND' "$ddbmock" help
expect 0 'session NAME' "$ddbmock" help run
expect 0 'session NAME' "$ddbmock" run --help
expect 125 "no command 'nonsense'. The commands are run, serve, .* and help" "$ddbmock" nonsense
expect 125 "no command 'nonsense'" "$ddbmock" help nonsense
expect 125 'no program is given' "$ddbmock" run
expect 125 "unrecognized option '--nonsense'" "$ddbmock" run --nonsense true
expect 125 'a name has 1 to 71' "$ddbmock" run --session '' true
expect 127 'ddbmock run: /nowhere/at-all: No such file' "$ddbmock" run /nowhere/at-all
expect 126 'Permission denied' "$ddbmock" run -- /etc/passwd
expect 125 '^usage:' "$ddbmock"

if [ -z "${SANITIZED-}" ]; then
    expect 7 '' "$ddbmock" run sh -c 'exit 7'
    expect 143 '' bash -c "$ddbmock run -- sh -c 'kill -TERM \$\$'; exit \$?"
    expect 0 "^LD_PRELOAD=$build/libddbmock.so$" "$ddbmock" run -- env
    expect 0 '^DDBMOCK_SESSION=tree-[0-9]+-[0-9]+-[0-9a-f]{16}$' "$ddbmock" run -- env
    expect 0 '^DDBMOCK_SESSION=mine$' "$ddbmock" run -s mine env
    expect 0 '^--session$' "$ddbmock" run echo --session
    # As installed, and reached by a link.
    mkdir -p "$scratch/bin" "$scratch/lib/ddbmock"
    cp "$ddbmock" "$scratch/bin/"
    ln -s "$scratch/bin/ddbmock" "$scratch/link"
    if [ ! -e /usr/local/lib/ddbmock/libddbmock.so ]; then
        expect 125 'libddbmock.so is neither beside' "$scratch/link" run true
    fi
    cp "$build/libddbmock.so" "$scratch/lib/ddbmock/"
    expect 0 "^LD_PRELOAD=$scratch/lib/ddbmock/libddbmock.so$" "$scratch/link" run env
fi
echo "$checked checked"
exit $failed
