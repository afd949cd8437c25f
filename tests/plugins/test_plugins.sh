#!/bin/bash
# Plugins at their corners: test_plugins.sh BUILD. What docs/plugins.md shows is tested by tests/docs/test_plugins.sh.
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
command -v curl >/dev/null || { echo "curl is not installed"; exit 77; }
repo=$PWD
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
unset DDBMOCK_SESSION DDBMOCK_STORAGE

plugin() {
    local out=$1
    shift
    cc -Wall -Werror -shared -fPIC -I "$repo/engine" "$@" -o "$out" "$repo/tests/plugins/odd.c" || exit 1
}

# call PLUGINS BODY [TARGET]
call() {
    DDBMOCK_PLUGINS=$1 LD_PRELOAD=$build/libddbmock.so curl -sS -d "$2" -H "X-Amz-Target: ${3:-Odd.Do}" \
        http://dynamodb.eu-west-1.amazonaws.com/ 2>&1
}

# is WHAT WANTED GOT
is() {
    [ "$2" = "$3" ] || { printf '%s is not\n    %s\nbut\n    %s\n' "$1" "$2" "$3"; failed=1; }
}

validation='{"__type":"com.amazon.coral.validate#ValidationException","message":'
plugin odd.so
odd=$PWD/odd.so
is "no answer of its own" '{}' "$(call "$odd" '{"What":"nothing"}')"
is "the input" '{"Region":"eu-west-1","Flag":1,"Input":{"What":"echo","Flag":true,"Key":{"k":{"S":"é"}}}}' \
    "$(call "$odd" '{"What": "echo", "Flag": true, "Key": {"k": {"S": "é"}}}')"
is "another operation" "{\"Status\":400,\"Answer\":${validation}\"1 validation error detected: Value '0' at 'limit' failed to satisfy \
constraint: Member must have value greater than or equal to 1\"}}" "$(call "$odd" '{"What":"other"}')"
is "an error of its own" '{"__type":"com.amazonaws.dynamodb.v20120810#OddException","message":"it is 7"}' \
    "$(call "$odd" '{"What":"fail","Count":7}')"
is "failing without a word" \
    '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"ddbmock: the plugin failed to say why"}' \
    "$(call "$odd" '{"What":"quit"}')"
is "several violations" "${validation}\"3 validation errors detected: Value null at 'what' failed to satisfy constraint: Member must \
not be null; Value 'blue' at 'colour' failed to satisfy constraint: Member must satisfy enum value set: [red, green]; Value '10' at \
'count' failed to satisfy constraint: Member must have value less than or equal to 9\"}" "$(call "$odd" '{"Colour":"blue","Count":10}')"
is "a tree" "${validation}\"1 validation error detected: Value null at 'tree.nodes.1.member.nodes.1.member.label' failed to satisfy \
constraint: Member must not be null\"}" \
    "$(call "$odd" '{"What":"x","Tree":{"Label":"a","Nodes":[{"Label":"b","Nodes":[{}]}]}}')"
is "a wrong type" '{"__type":"com.amazon.coral.service#SerializationException","Message":"Unexpected field type"}' \
    "$(call "$odd" '{"What":"x","Tree":7}')"
is "what is no JSON" '{"__type":"com.amazon.coral.service#SerializationException"}' "$(call "$odd" 'What')"
is "another target" '{"__type":"com.amazon.coral.service#UnknownOperationException"}' \
    "$(DDBMOCK_PLUGINS=$odd LD_PRELOAD=$build/libddbmock.so curl -sS -d '{}' -H 'X-Amz-Target: Odd.Other' \
        -H 'Content-Type: application/json' http://dynamodb.eu-west-1.amazonaws.com/)"

# Comparison operators: one process, so that one store is enough.
cc -Wall -Werror -shared -fPIC -I "$repo/engine" -o operators.so "$repo/tests/plugins/operators.c" || exit 1
words=()
dynamodb() {
    [ ${#words[@]} = 0 ] || words+=(--next)
    words+=(-sS -w '\n' --aws-sigv4 aws:amz:us-east-1:dynamodb --user K:S -H "X-Amz-Target: DynamoDB_20120810.$1"
        -H 'Content-Type: application/x-amz-json-1.0' --data "$2" http://dynamodb.us-east-1.amazonaws.com/)
}
dynamodb CreateTable '{"TableName":"Tea","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}'
for item in '"k":{"S":"1"},"n":{"S":"assam"}' '"k":{"S":"2"},"n":{"S":"lapsang"}' '"k":{"S":"3"},"n":{"N":"1"}' '"k":{"S":"4"}'; do
    dynamodb PutItem "{\"TableName\":\"Tea\",\"Item\":{$item}}"
done
scan='{"TableName":"Tea","AttributesToGet":["k"],"ScanFilter":{"n":'
dynamodb Scan "$scan{\"ComparisonOperator\":\"ENDS_WITH\",\"AttributeValueList\":[{\"S\":\"sam\"}]}}}"
dynamodb Scan "$scan{\"ComparisonOperator\":\"MISSING\"}}}"
dynamodb Scan "$scan{\"ComparisonOperator\":\"ENDS_WITH\"}}}"
dynamodb Scan "$scan{\"ComparisonOperator\":\"SOUNDS_LIKE\"}}}"
dynamodb DeleteItem '{"TableName":"Tea","Key":{"k":{"S":"2"}},"Expected":{"n":{"ComparisonOperator":"ENDS_WITH","AttributeValueList":[{"S":"x"}]}}}'
dynamodb DeleteItem '{"TableName":"Tea","Key":{"k":{"S":"2"}},"Expected":{"n":{"ComparisonOperator":"ENDS_WITH","Value":{"S":"sang"}}}}'
dynamodb Query '{"TableName":"Tea","KeyConditions":{"k":{"ComparisonOperator":"MISSING"}}}'
is "what comparison operators do" "{\"Items\":[{\"k\":{\"S\":\"1\"}}],\"Count\":1,\"ScannedCount\":4}
{\"Items\":[{\"k\":{\"S\":\"4\"}}],\"Count\":1,\"ScannedCount\":4}
${validation}\"One or more parameter values were invalid: Invalid number of argument(s) for the ENDS_WITH ComparisonOperator\"}
${validation}\"1 validation error detected: Value 'SOUNDS_LIKE' at 'scanFilter.n.member.comparisonOperator' failed to satisfy constraint: \
Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]\"}
{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\",\"message\":\"The conditional request failed\"}
{}
${validation}\"Attempted conditional constraint is not an indexable operation\"}" \
    "$(DDBMOCK_PLUGINS=$PWD/operators.so LD_PRELOAD=$build/libddbmock.so curl "${words[@]}" | tail -n +6)"

# wrong WHAT PLUGINS REASON: none is taken, one line says why, and everything else goes on.
wrong() {
    is "$1" "ddbmock: DDBMOCK_PLUGINS=$2 is left out: $3
<UnknownOperationException/>" "$(call "$2" '{"What":"nothing"}')"
}
plugin version.so -DVERSION=99
plugin ours.so '-DTARGET="DynamoDB_20120810.GetItem"'
plugin dotless.so '-DTARGET="Odd"'
plugin no_input.so -DINPUT=text -Wno-unused
cc -shared -o empty.so -x c - </dev/null
wrong "a missing object" /nowhere/x.so \
    "cannot load the plugin /nowhere/x.so: /nowhere/x.so: cannot open shared object file: No such file or directory"
wrong "an object of another kind" "$PWD/empty.so" "cannot load the plugin $PWD/empty.so: it does not export ddbmock_plugin"
wrong "another version" "$PWD/version.so" \
    "cannot load the plugin $PWD/version.so: it is made for another version of ddbmock_plugin.h"
wrong "an operation of the service" "$odd:$PWD/ours.so" \
    "cannot load the plugin $PWD/ours.so: an operation is one of the service's, or of another plugin's"
wrong "the same twice" "$odd:$odd" "cannot load the plugin $odd: an operation is one of the service's, or of another plugin's"
wrong "half a target" "$PWD/dotless.so" "cannot load the plugin $PWD/dotless.so: a target is not of the form API.Operation"
wrong "no structure" "$PWD/no_input.so" "cannot load the plugin $PWD/no_input.so: an operation's input is not a structure"
exit "$failed"
