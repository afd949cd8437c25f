#!/bin/bash
# The configuration file as programs under the shim and the command meet it, and `ddbmock config`: test_config.sh BUILD.
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
for tool in curl jq; do command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }; done
repo=$PWD
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
unset DDBMOCK_SESSION DDBMOCK_CONFIG DDBMOCK_CONFIG_READ XDG_CONFIG_HOME
export HOME=$scratch/home
mkdir -p "$HOME/.config/ddbmock"

# like WHAT PATTERN OUTPUT
like() {
    if ! grep -qF -- "$2" <<<"$3"; then
        printf '%s has no\n    %s\nbut is\n    %s\n' "$1" "$2" "$3"
        failed=1
    fi
}

# same WHAT WANTED OUTPUT
same() {
    [ "$2" = "$3" ] || { printf '%s is\n    %s\nand not\n    %s\n' "$1" "$3" "$2"; failed=1; }
}

list=(curl -sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user AKIDEXAMPLE:secret -d '{}' -H 'Content-Type: application/x-amz-json-1.0'
    -H 'X-Amz-Target: DynamoDB_20120810.ListTables')
host=http://dynamodb.us-east-1.amazonaws.com/
under() { LD_PRELOAD=$build/libddbmock.so "$@" 2>&1; }

# Settings of the shim, which are needed before the engine is: by the preloaded library, by the command, and for children.
echo '{ "hosts": ["localhost:6001", "*.tables.test"], "storage": "memory" }' >config.json
export DDBMOCK_CONFIG=config.json
same "a host of the file" '{"TableNames":[]}' "$(under "${list[@]}" http://localhost:6001/)"
same "with ddbmock run" '{"TableNames":[]}' "$("$build/ddbmock" run "${list[@]}" http://a.tables.test/)"
same "for a child elsewhere" '{"TableNames":[]}' "$(under sh -c 'cd / && "$@"' sh "${list[@]}" http://localhost:6001/)"
same "for a child of bash, which has an environment of its own" '{"TableNames":[]}' \
    "$(under bash -c 'cd / && "$@"' bash "${list[@]}" http://localhost:6001/)"
same "for a child with no environment" '{"TableNames":[]}' "$(under env -i "$(command -v curl)" "${list[@]:1}" http://localhost:6001/)"
same "bash's child need not read the file" "HOSTS:$scratch/config.json" "$(under bash -c 'env' | sed -n 's/^DDBMOCK_CONFIG_READ=//p')"
same "what children find" "localhost:6001,*.tables.test HOSTS:$scratch/config.json" \
    "$("$build/ddbmock" run sh -c 'echo "$DDBMOCK_HOSTS $DDBMOCK_CONFIG_READ"')"
like "the environment goes first" 'Connection refused' "$(DDBMOCK_HOSTS=localhost:6002 under "${list[@]}" http://localhost:6001/ |
    sed "s/Couldn't connect to server/Connection refused/")"
echo '{}' >empty.json
like "another file for a child" 'Connection refused' "$(under env DDBMOCK_CONFIG=empty.json "${list[@]}" http://localhost:6001/ |
    sed "s/Couldn't connect to server/Connection refused/")"

# A file that is wrong: nothing reaches the real service, and the line is told; a program that does not meet DynamoDB hears nothing.
printf '{\n  "storage": "memory"\n  "hosts": 1 }\n' >broken.json
export DDBMOCK_CONFIG=broken.json
like "a broken file" "cannot open the engine: $scratch/broken.json:3:9: '}' expected near '\"hosts\"'. Connections to DynamoDB are refused" \
    "$(under "${list[@]}" $host)"
same "who meets no DynamoDB" '' "$(under true)"
same "ddbmock run" "ddbmock run: $scratch/broken.json:3:9: '}' expected near '\"hosts\"'" "$("$build/ddbmock" run true 2>&1)"
"$build/ddbmock" run true 2>/dev/null
same "its exit status" 125 $?
echo '{ "wording": "clasic", "hots": "x" }' >config.json
export DDBMOCK_CONFIG=config.json
same "a bad value" "ddbmock: $scratch/config.json:1: DDBMOCK_WORDING=clasic is left out: it is classic or 2026; the default is classic
ddbmock: $scratch/config.json:1: \"hots\" is no setting of ddbmock's; the nearest is DDBMOCK_HOSTS
ddbmock: DDBMOCK_SESION is no setting of ddbmock's; the nearest is DDBMOCK_SESSION
{\"TableNames\":[]}" "$(DDBMOCK_SESION=x under "${list[@]}" $host)"
same "who meets no DynamoDB" '' "$(DDBMOCK_SESION=x under true)"
same "a host that is none" "ddbmock: DDBMOCK_HOSTS: 'localhost' is left out: an address or localhost needs a port, as in localhost:8000" \
    "$(DDBMOCK_CONFIG='' DDBMOCK_HOSTS=localhost under curl -s http://127.0.0.1:1/)"
same "who connects to nobody" '' "$(DDBMOCK_CONFIG='' DDBMOCK_HOSTS=localhost under true)"

# The user's own file.
unset DDBMOCK_CONFIG
echo '{ "hosts": "localhost:6003", "session": "of-the-file" }' >"$HOME/.config/ddbmock/config.json"
same "the user's file" of-the-file "$("$build/ddbmock" run sh -c 'echo "$DDBMOCK_SESSION"')"
same "an option goes first" other "$("$build/ddbmock" run --session other sh -c 'echo "$DDBMOCK_SESSION"')"
same "an empty DDBMOCK_CONFIG" '' "$(DDBMOCK_CONFIG='' "$build/ddbmock" run sh -c 'echo "$DDBMOCK_HOSTS"')"

# ddbmock config
like "config" "DDBMOCK_HOSTS            localhost:6003           file $HOME/.config/ddbmock/config.json:1" "$("$build/ddbmock" config)"
like "config" 'DDBMOCK_STORAGE          memory                   environment' "$(DDBMOCK_STORAGE=memory "$build/ddbmock" config)"
like "config --long" 'where the tables are.' "$("$build/ddbmock" config --long)"
same "config --json" '"environment" "memory" "lmdb"' \
    "$(DDBMOCK_STORAGE=memory "$build/ddbmock" config --json | jq -c '.[] | select(.name == "storage") | .source, .value, .default' | paste -sd' ')"
same "inside of a tree" '"file" "localhost:6003" 1' \
    "$("$build/ddbmock" run "$build/ddbmock" config --json | jq -c '.[] | select(.name == "hosts") | .source, .value, .line' | paste -sd' ')"
DDBMOCK_WORDING=x "$build/ddbmock" config >/dev/null 2>&1
same "the exit status" 125 $?
like "config" "ddbmock config: DDBMOCK_WORDING=x is left out" "$(DDBMOCK_WORDING=x "$build/ddbmock" config 2>&1)"

# What is declared is documented, and nothing else is.
declared=$(sed -n 's/^SETTING(\([A-Z_0-9]*\),.*/DDBMOCK_\1/p' "$repo/engine/settings.def")
documented=$(sed -n '/^\.SH ENVIRONMENT/,/^\.SH FILES/s/^\.B \(DDBMOCK_[A-Z_0-9]*[A-Z0-9]\)$/\1/p' "$repo/docs/man/libddbmock.7" | LC_ALL=C sort)
same "the manual's list" "$declared" "$documented"
same "their order" "$(LC_ALL=C sort <<<"$declared")" "$declared"

# The page for those who come from ddbmock 0.4.0 has its seventeen settings, and names none that is not there.
page=$repo/docs/from-ddbmock-0.4.md
for old in INDEX_OVERHEAD MAX_TABLES MAX_HK_SIZE MAX_RK_SIZE MAX_ITEM_SIZE MIN_TP MAX_TP MIN_TP_DEC_INTERVAL MAX_TP_INC_CHANGE \
    ENABLE_DELAYS DELAY_CREATING DELAY_UPDATING DELAY_DELETING STAT_TP_SAMPLE STAT_TP_AGGREG STORAGE_ENGINE_NAME STORAGE_SQLITE_FILE; do
    same "rows of $old" 1 "$(grep -c "^| \`$old\` |" "$page")"
done
same "variables that are not there" '' "$(grep -oE 'DDBMOCK_[A-Z_]*[A-Z]' "$page" | LC_ALL=C sort -u | grep -vxF "$declared")"
# What it says of a value is taken without a word.
while read -r each; do
    same "$each" '' "$(env "$each" DDBMOCK_STORAGE=memory LD_PRELOAD="$build/libddbmock.so" "${list[@]}" $host 2>&1 | grep -v TableNames)"
    echo "$each" >>taken
done < <(grep -oE '`DDBMOCK_[A-Z_]+=[^`]*[a-z0-9]`' "$page" | tr -d '\140')
[ "$(wc -l <taken)" -ge 12 ] || { echo "the page's values were not tried"; failed=1; }
exit $failed
