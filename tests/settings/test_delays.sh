#!/bin/bash
# DDBMOCK_DELAYS, as unmodified programs see it: each call is a process of its own, and what one begins another finds under
# way. test_delays.sh BUILD.
build=$(cd "$1" && pwd)
for tool in curl jq; do command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }; done
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
unset DDBMOCK_SESSION DDBMOCK_DELAYS DDBMOCK_CONFIG
export HOME=$scratch

cat >calls <<'CALLS'
call() {
    curl -sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user AKIDEXAMPLE:secret -H "X-Amz-Target: DynamoDB_20120810.$1" \
        -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$2" http://dynamodb.us-east-1.amazonaws.com/
}
CALLS
cat calls - >story <<'STORY'
status() { call DescribeTable '{"TableName":"Music"}' | jq -r '.Table.TableStatus // .message'; }
until_status() { while [ "$(status)" != "$1" ]; do sleep 0.1; done; }
call CreateTable '{"TableName":"Music","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}' | jq -r .TableDescription.TableStatus
status
call PutItem '{"TableName":"Music","Item":{"pk":{"S":"a"}}}' | jq -r .message
until_status ACTIVE
call PutItem '{"TableName":"Music","Item":{"pk":{"S":"a"}}}'
echo
call UpdateTable '{"TableName":"Music","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}' |
    jq -r .TableDescription.TableStatus
status
call DeleteTable '{"TableName":"Music"}' | jq -r .message
until_status ACTIVE
call DeleteTable '{"TableName":"Music"}' | jq -r .TableDescription.TableStatus
call ListTables '{}'
echo
until_status 'Requested resource not found: Table: Music not found'
call ListTables '{}'
echo
STORY
cat >wanted <<'WANTED'
CREATING
CREATING
Requested resource not found
{}
UPDATING
UPDATING
Attempt to change a resource which is still in use: Cannot delete table while stream is being enabled/disabled.
DELETING
{"TableNames":["Music"]}
{"TableNames":[]}
WANTED
failed=0
DDBMOCK_DELAYS=create=5,update=5,delete=5 LD_PRELOAD=$build/libddbmock.so bash story >got 2>&1
diff wanted got || failed=1

# A value that is none is one line on standard error, and no delay.
got=$(DDBMOCK_DELAYS=slow LD_PRELOAD=$build/libddbmock.so bash -c '. ./calls; call ListTables "{}"' 2>&1)
case $got in
*DDBMOCK_DELAYS*"it is none, realistic, a number of seconds, or NAME=SECONDS between commas"*) ;;
*) printf 'a bad value is told as\n%s\n' "$got"; failed=1 ;;
esac
exit $failed
