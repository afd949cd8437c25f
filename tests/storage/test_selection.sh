#!/bin/bash
# DDBMOCK_STORAGE as a user meets it: test_selection.sh BUILD. Tables in an SQLite file outlive the session, a backend from outside
# serves a program, and what cannot be opened is one clear line.
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
command -v curl >/dev/null || { echo "curl is not installed"; exit 77; }
repo=$PWD
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
unset DDBMOCK_SESSION DDBMOCK_SQLITE_FILE

create='{"TableName": "Tea", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}'
put='{"TableName": "Tea", "Item": {"k": {"S": "a"}, "n": {"N": "1"}}}'
get='{"TableName": "Tea", "Key": {"k": {"S": "a"}}}'

# calls STORAGE OPERATION BODY ...: one process that makes these calls, one after the other.
calls() {
    local storage=$1 words=()
    shift
    while [ $# -gt 0 ]; do
        words+=(-sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user AKIDEXAMPLE:secret -H "X-Amz-Target: DynamoDB_20120810.$1"
            -H "Content-Type: application/x-amz-json-1.0" --data-binary "$2" http://dynamodb.us-east-1.amazonaws.com/)
        shift 2
        [ $# = 0 ] || words+=(--next)
    done
    DDBMOCK_STORAGE=$storage LD_PRELOAD=$build/libddbmock.so curl "${words[@]}" 2>&1
}

# like WHAT PATTERN OUTPUT
like() {
    if ! grep -qF -- "$2" <<<"$3"; then
        printf '%s has no\n    %s\nbut is\n    %s\n' "$1" "$2" "$3"
        failed=1
    fi
}

there='{"Item":{"k":{"S":"a"},"n":{"N":"1"}}}'
like "creating" '"TableName":"Tea"' "$(calls sqlite CreateTable "$create" PutItem "$put")"
[ -f dynamo.db ] || { echo "there is no dynamo.db"; failed=1; }
like "another session" "$there" "$(calls sqlite GetItem "$get")"
like "its path" "$there" "$(cd / && calls "sqlite:$scratch/dynamo.db" GetItem "$get")"
like "its path in the variable" "$there" "$(cd / && DDBMOCK_SQLITE_FILE=$scratch/dynamo.db calls sqlite GetItem "$get")"
like "another file" 'ResourceNotFoundException' "$(DDBMOCK_SQLITE_FILE=other.db calls sqlite GetItem "$get")"

cc -shared -fPIC -I "$repo" -o array_backend.so "$repo/tests/storage/array_backend.c" || exit 1
array=$PWD/array_backend.so
like "a backend from outside" "$there" "$(calls "$array" CreateTable "$create" PutItem "$put" GetItem "$get")"
like "another process of it" 'ResourceNotFoundException' "$(calls "$array" GetItem "$get")"

none='Connections to DynamoDB are refused; none leaves this machine.'
echo "not a database, and more than a few bytes of it" >foreign.db
like "a foreign file" "ddbmock: cannot open the engine: cannot open the sqlite store in foreign.db: it is not of ddbmock's making, \
or of a newer version's, or damaged. $none" "$(calls sqlite:foreign.db GetItem "$get")"
like "a missing directory" "cannot open the sqlite store in nowhere/x.db: No such file or directory. $none" \
    "$(calls sqlite:nowhere/x.db GetItem "$get")"
like "a missing backend" "cannot load the storage backend /nowhere/x.so: cannot open shared object file: No such file or directory" \
    "$(calls /nowhere/x.so GetItem "$get")"
like "no backend" "ddbmock: cannot open the engine: \"nonsense\" is no storage backend: it is memory, lmdb, sqlite, sqlite:FILE, \
postgres://..., or /PATH/BACKEND.so. $none" "$(calls nonsense GetItem "$get")"
exit $failed
