#!/bin/bash
# DDBMOCK_LIMITS: the limits of 2012, each at its edge, and one by itself: test_limits.sh BUILD.
build=$(cd "$1" && pwd)
command -v curl >/dev/null || { echo "curl is not installed"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
unset DDBMOCK_SESSION
export DDBMOCK_STORAGE=sqlite:$scratch/dynamo.db
failed=0

# call OPERATION BODY
call() {
    printf '%s' "$2" >body
    LD_PRELOAD=$build/libddbmock.so curl -sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user AKIDEXAMPLE:secret \
        -H "X-Amz-Target: DynamoDB_20120810.$1" -H "Content-Type: application/x-amz-json-1.0" \
        --data-binary @body http://dynamodb.us-east-1.amazonaws.com/ 2>&1
}

# like WHAT PATTERN OPERATION BODY
like() {
    local got
    got=$(call "$3" "$4")
    if ! grep -qF -- "$2" <<<"$got"; then
        printf '%s has no\n    %s\nbut is\n    %.600s\n' "$1" "$2" "$got"
        failed=1
    fi
}

table() {
    printf '{"TableName":"%s","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"k",
        "AttributeType":"S"}],"ProvisionedThroughput":{"ReadCapacityUnits":%d,"WriteCapacityUnits":%d}}' "$1" "$2" "$3"
}

throughput() {
    printf '{"TableName":"Tea","ProvisionedThroughput":{"ReadCapacityUnits":%d,"WriteCapacityUnits":%d}}' "$1" "$2"
}

put() { printf '{"TableName":"Tea","ReturnConsumedCapacity":"TOTAL","Item":{"k":{"S":"%s"},%s}}' "$1" "$2"; }
x() { printf "%*s" "$1" "" | tr ' ' x; }

export DDBMOCK_LIMITS=2012
like "throughput beyond 10,000" "above the per table maximum for the account in us-east-1. Per table maximum: 10000." \
    CreateTable "$(table Tea 10001 1)"
like "throughput of 10,000" '"TableName":"Tea"' CreateTable "$(table Tea 10 10000)"
like "more than the double" "The ReadCapacityUnits change must be at most 100 percent of current value. Current ReadCapacityUnits \
provisioned for the table: 10. Requested ReadCapacityUnits: 21." UpdateTable "$(throughput 21 10000)"
like "the double" '"TableStatus":"UPDATING"' UpdateTable "$(throughput 20 10000)"
like "a decrease" '"TableStatus":"UPDATING"' UpdateTable "$(throughput 15 10000)"
like "a second one" "Provisioned throughput can be decreased only once within the 1 day. Number of decreases today: 1." \
    UpdateTable "$(throughput 14 10000)"
like "64 KB" '"CapacityUnits":64.0' PutItem "$(put a "\"x\":{\"S\":\"$(x 65533)\"}")"
like "a byte more" "Item size has exceeded the maximum allowed size" PutItem "$(put a "\"x\":{\"S\":\"$(x 65534)\"}")"
like "reading it" '"CapacityUnits":64.0' GetItem \
    '{"TableName":"Tea","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true,"Key":{"k":{"S":"a"}}}'
like "an empty string" "An AttributeValue may not contain an empty string" PutItem "$(put b '"x":{"S":""}')"
like "an empty binary" "An AttributeValue may not contain a null or empty binary type." PutItem "$(put b '"x":{"B":""}')"
like "an empty string in a set" "An string set may not have a empty string as a member" PutItem "$(put b '"x":{"SS":[""]}')"
like "1e-128" '"CapacityUnits":1.0' PutItem "$(put b '"x":{"N":"1e-128"}')"
like "1e-129" "Number underflow" PutItem "$(put b '"x":{"N":"1e-129"}')"
writes='{"RequestItems":{"Tea":['
for i in $(seq 17); do writes+="{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"w$i\"},\"x\":{\"S\":\"$(x 62000)\"}}}},"; done
like "writing 1 MB" "exceed the limit of 1048576 bytes" BatchWriteItem "${writes%,}]}}"
keys='{"RequestItems":{"Tea":{"Keys":['
for i in $(seq 17); do
    call PutItem "$(put "w$i" "\"x\":{\"S\":\"$(x 65000)\"}")" >/dev/null
    keys+="{\"k\":{\"S\":\"w$i\"}},"
done
like "reading 1 MB" '"UnprocessedKeys":{"Tea":{"Keys":[{"k":{"S":"w17"}}]}}' BatchGetItem "${keys%,}]}}}"

export DDBMOCK_LIMITS=tables=2
like "a second table" '"TableName":"Tea2"' CreateTable "$(table Tea2 1 1)"
like "a third" "There is a limit of 2 tables per subscriber" CreateTable "$(table Tea3 1 1)"
like "today's others" '"CapacityUnits":1.0' PutItem "$(put b '"x":{"S":""},"y":{"N":"1e-130"}')"
like "today's read unit" '"CapacityUnits":16.0' GetItem \
    '{"TableName":"Tea","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true,"Key":{"k":{"S":"w1"}}}'
export DDBMOCK_LIMITS=2012,item=100,read-unit=10
like "both" "Item size has exceeded the maximum allowed size" PutItem "$(put b "\"x\":{\"S\":\"$(x 100)\"}")"

export DDBMOCK_LIMITS=2012,itme=1
like "a wrong name" 'ddbmock: DDBMOCK_LIMITS=2012,itme=1 is left out: "itme" is no limit: they are 2012, today, tables=NUMBER' \
    ListTables '{}'
export DDBMOCK_LIMITS=read-unit=0
like "a wrong value" 'ddbmock: DDBMOCK_LIMITS=read-unit=0 is left out: read-unit is a number from 1 to 1048576' ListTables '{}'
exit $failed
