#!/bin/bash
# Statistics as they are written: of a tree's processes, at intervals and at the end, on standard error and into a file: test_stats.sh
# BUILD. The sums of the report are those of the ConsumedCapacity that the clients were told.
build=$(cd "$1" && pwd)
for tool in curl jq; do command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }; done
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
unset DDBMOCK_SESSION DDBMOCK_STATS DDBMOCK_CONFIG XDG_CONFIG_HOME
export HOME=$scratch build

like() {
    if ! grep -qE -- "$2" <<<"$3"; then
        printf '%s is not like\n    %s\nbut is\n    %s\n' "$1" "$2" "$3"
        failed=1
    fi
}
same() {
    [ "$2" = "$3" ] || { printf '%s is\n    %s\nand not\n    %s\n' "$1" "$3" "$2"; failed=1; }
}

# call OPERATION BODY: a process of its own.
call() {
    curl -sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user AKIDEXAMPLE:secret -H "X-Amz-Target: DynamoDB_20120810.$1" \
        -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$2" http://dynamodb.us-east-1.amazonaws.com/
    echo
}
export -f call

cat >work.sh <<'END'
rest='"ReturnConsumedCapacity": "INDEXES", "TableName": "Tea"'
key() { echo "{\"k\": {\"S\": \"$1\"}, \"n\": {\"N\": \"$2\"}}"; }
item() { echo "{\"k\": {\"S\": \"$1\"}, \"n\": {\"N\": \"$2\"}, \"p\": {\"S\": \"p$2\"}, \"x\": {\"S\": \"$(head -c "$3" /dev/zero | tr '\0' x)\"}}"; }
call CreateTable '{"TableName": "Tea", "BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}, {"AttributeName": "p", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [{"IndexName": "by-p", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}}],
    "LocalSecondaryIndexes": [{"IndexName": "own", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "p", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"}}]}'
call PutItem "{$rest, \"Item\": $(item a 1 100)}"
call PutItem "{$rest, \"Item\": $(item a 2 3000)}"
call PutItem "{$rest, \"Item\": $(item a 2 10), \"ConditionExpression\": \"attribute_not_exists(k)\"}"
call UpdateItem "{$rest, \"Key\": $(key a 1), \"UpdateExpression\": \"SET p = :p\", \"ExpressionAttributeValues\": {\":p\": {\"S\": \"q\"}}}"
call GetItem "{$rest, \"Key\": $(key a 2), \"ConsistentRead\": true}"
call GetItem "{$rest, \"Key\": $(key none 2)}"
call Query "{$rest, \"KeyConditionExpression\": \"k = :k\", \"FilterExpression\": \"x <> :k\", \"ExpressionAttributeValues\": {\":k\": {\"S\": \"a\"}}}"
call Query "{$rest, \"IndexName\": \"by-p\", \"KeyConditionExpression\": \"p = :p\", \"ExpressionAttributeValues\": {\":p\": {\"S\": \"q\"}}}"
call Query "{$rest, \"IndexName\": \"own\", \"KeyConditionExpression\": \"k = :k\", \"Select\": \"ALL_ATTRIBUTES\", \"ExpressionAttributeValues\": {\":k\": {\"S\": \"a\"}}}"
call Scan "{$rest}"
call BatchWriteItem "{\"ReturnConsumedCapacity\": \"INDEXES\", \"RequestItems\": {\"Tea\": [{\"PutRequest\": {\"Item\": $(item b 1 2000)}}, {\"DeleteRequest\": {\"Key\": $(key a 1)}}]}}"
call BatchGetItem "{\"ReturnConsumedCapacity\": \"INDEXES\", \"RequestItems\": {\"Tea\": {\"Keys\": [$(key a 1), $(key b 1)]}}}"
call TransactWriteItems "{\"ReturnConsumedCapacity\": \"INDEXES\", \"TransactItems\": [{\"Put\": {\"TableName\": \"Tea\", \"Item\": $(item c 1 1500)}},
    {\"ConditionCheck\": {\"TableName\": \"Tea\", \"Key\": $(key b 1), \"ConditionExpression\": \"attribute_exists(k)\"}}]}"
call TransactGetItems "{\"ReturnConsumedCapacity\": \"INDEXES\", \"TransactItems\": [{\"Get\": {\"TableName\": \"Tea\", \"Key\": $(key c 1)}}]}"
call DeleteItem "{$rest, \"Key\": $(key c 1)}"
call DescribeTable '{"TableName": "Tea"}' >described
END

# Into a file: every request of 17 processes, of which one failed its condition and told no capacity (1 unit of the item of 3 KB: 3).
got=$(DDBMOCK_STATS=$scratch/file "$build/ddbmock" run bash work.sh 2>&1)
told=$(jq -s '[.[] | .ConsumedCapacity // empty | if type == "array" then .[] else . end | .CapacityUnits] | add + 3' <<<"$got")
"$build/ddbmock" report --json file >report.json || { echo "there is no report"; failed=1; }
same "units that clients were told, and those of the report" "$told" "$(jq '[.tables[] | .read.units, .write.units] | add' report.json)"
for index in by-p own; do
    told=$(jq -s --arg index $index '[.[] | .ConsumedCapacity // empty | if type == "array" then .[] else . end |
        (.GlobalSecondaryIndexes // {}) + (.LocalSecondaryIndexes // {}) | .[$index] // empty | .CapacityUnits] | add' <<<"$got")
    same "the same, of $index" "$told" "$(jq --arg index $index '[.tables[] | select(.index == $index) | .read.units, .write.units] | add' report.json)"
done
same "processes" 15 "$(jq .processes report.json)"
same "items and bytes, as DescribeTable has them" "$(jq -c '.Table | [.ItemCount, .TableSizeBytes] + [.GlobalSecondaryIndexes[0].IndexSizeBytes]' described)" \
    "$(jq -c '[(.tables[] | select(.index == null) | .items, .bytes), (.tables[] | select(.index == "by-p").bytes)]' report.json)"
same "provisioned" '[7,8,3]' "$(jq -c '[(.tables[] | select(.index == null).throttled | .read.provisioned, .write.provisioned),
    (.tables[] | select(.index == "by-p").throttled.read.provisioned)]' report.json)"
same "a scan and a filter" '[1,["x <> :k"]]' "$(jq -c '.tables[] | select(.index == null) | [.scans.requests, [.filters[].filter]]' report.json)"
same "whose it is to read" 600 "$(stat -c %a file)"
same "nothing else was said" '' "$(grep 'ddbmock stats' <<<"$got")"

# On standard error: the whole tree's figures once it has ended, and nothing unasked.
put='call PutItem "{\"TableName\": \"Tea\", \"Item\": {\"k\": {\"S\": \"a\"}}}"'
create='call CreateTable "{\"TableName\": \"Tea\", \"BillingMode\": \"PAY_PER_REQUEST\", \"KeySchema\": [{\"AttributeName\": \"k\", \"KeyType\": \"HASH\"}],
    \"AttributeDefinitions\": [{\"AttributeName\": \"k\", \"AttributeType\": \"S\"}]}"'
said=$(DDBMOCK_STATS=stderr "$build/ddbmock" run bash -c "$create; $put; $put; $put &
    wait" 2>&1 >/dev/null)
like "at the end" '^ddbmock stats: in all, [0-9]+ s from 20.*Z: 3 requests of 3 processes$' "$said"
like "at the end" '^ddbmock stats: us-east-1 Tea write: 3.0 units; per second least ' "$said"
same "lines" 2 "$(wc -l <<<"$said")"
same "silent unless asked" '' "$("$build/ddbmock" run bash -c "$create; $put" 2>&1 >/dev/null)"
said=$(DDBMOCK_STATS=stderr DDBMOCK_STATS_INTERVAL=1 "$build/ddbmock" run bash -c "$create
    for i in 1 2 3; do $put; sleep 1; done
    \"$build/ddbmock\" report --json | jq -c '[.requests, .tables[0].write.units]'; true" 2>&1)
# A process of one request never sees an interval pass.
like "a live session" '^\[3,3\]$' "$said"
same "the session is gone" '' "$(grep -l . /dev/shm/ddbmock-"$(id -u)"/*/stats 2>/dev/null | head -n 1)"

# One process that lives on: it tells of an interval when the next request comes.
words=()
for _ in 1 2 3 4 5; do
    words+=(-sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user A:b -H 'X-Amz-Target: DynamoDB_20120810.GetItem' -H 'Content-Type: application/x-amz-json-1.0'
        -d '{"TableName": "Tea", "Key": {"k": {"S": "a"}}}' --next)
    words=("${words[@]:0:${#words[@]}-1}" http://dynamodb.us-east-1.amazonaws.com/ --next)
done
said=$(DDBMOCK_STATS=stderr DDBMOCK_STATS_INTERVAL=1 DDBMOCK_SESSION=$scratch/named "$build/ddbmock" run bash -c "$create >/dev/null
    curl --rate 2/s \"\$@\"" bash "${words[@]:0:${#words[@]}-1}" 2>&1 >/dev/null)
like "an interval" '^ddbmock stats: 1 s from 20.*Z: [1-3] requests? of 1 process$' "$said"
like "an interval" '^ddbmock stats: us-east-1 Tea read: [01].[05] units; per second least ' "$said"
same "a named session" '[5,2.5]' "$("$build/ddbmock" report --session "$scratch/named" --json | jq -c '[.requests, .tables[0].read.units]')"

# The session's own file ends at 512 MiB; whose line passes that says so.
mkdir -m 700 full
truncate -s 512M full/stats
said=$(DDBMOCK_STATS=stderr DDBMOCK_SESSION=$scratch/full "$build/ddbmock" run bash -c "$create; $put; $put" 2>&1 >/dev/null)
like "a full session" "^ddbmock stats: the session's statistics are full \(512 MiB\): what follows is not counted; " "$said"
same "once" 1 "$(wc -l <<<"$said")"
rm -r full

like "no such directory" 'ddbmock: DDBMOCK_STATS=/nowhere/x is left out: No such file or directory' \
    "$(DDBMOCK_STATS=/nowhere/x "$build/ddbmock" run bash -c "$create" 2>&1)"
exit $failed
