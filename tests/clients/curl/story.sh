#!/bin/sh
# The story of tests/clients, told with curl, which signs its requests: an ordinary script that knows nothing of ddbmock.
# Every call is a process of its own.
set -eu

# call OPERATION BODY: prints the answer.
call() {
    curl -sS --aws-sigv4 "aws:amz:us-east-1:dynamodb" --user "AKIAIOSFODNN7EXAMPLE:secret" \
        -H "X-Amz-Target: DynamoDB_20120810.$1" -H "Content-Type: application/x-amz-json-1.0" \
        --data-binary "$2" https://dynamodb.us-east-1.amazonaws.com/
}

# status: the table's and its index's, empty once it is gone.
status() {
    call DescribeTable '{"TableName": "Orders"}' |
        jq -r '.Table | select(.) | "table \(.TableStatus), index \(.GlobalSecondaryIndexes[0].IndexStatus)"'
}

call CreateTable '{"TableName": "Orders", "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "Customer", "KeyType": "HASH"}, {"AttributeName": "Order", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": "Customer", "AttributeType": "S"},
        {"AttributeName": "Order", "AttributeType": "S"}, {"AttributeName": "Status", "AttributeType": "S"},
        {"AttributeName": "Amount", "AttributeType": "N"}],
    "GlobalSecondaryIndexes": [{"IndexName": "ByStatus", "Projection": {"ProjectionType": "ALL"}, "KeySchema":
        [{"AttributeName": "Status", "KeyType": "HASH"}, {"AttributeName": "Amount", "KeyType": "RANGE"}]}]}' |
    jq -r '"create table: \(.TableDescription.TableStatus)"'

for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(status)" != "table ACTIVE, index ACTIVE" ] || break
    sleep 1
done
echo "wait: $(status)"

item='{"Customer": {"S": "ada"}, "Order": {"S": "2026-01"}, "Status": {"S": "open"}, "Amount": {"N": "12.5"},
    "Photo": {"B": "AAH+/w=="}, "Gift": {"BOOL": true}, "Note": {"NULL": true},
    "Contents": {"L": [{"S": "tea"}, {"N": "2"}, {"M": {"Price": {"N": "-0.25"}}}]},
    "Address": {"M": {"Town": {"S": "Åre ☃"}, "Zip": {"N": "83013"}}},
    "Labels": {"SS": ["new"]}, "Sizes": {"NS": ["42"]}, "Keys": {"BS": ["a2V5"]}}'
key='{"Customer": {"S": "ada"}, "Order": {"S": "2026-01"}}'
call PutItem "{\"TableName\": \"Orders\", \"Item\": $item}" >/dev/null
call GetItem "{\"TableName\": \"Orders\", \"Key\": $key, \"ConsistentRead\": true}" | jq -r --argjson first "$item" \
    '"put and get an item of ten types: \(if .Item == $first then "the same" else . end)"'

while read -r customer order status total; do
    call PutItem "{\"TableName\": \"Orders\", \"Item\": {\"Customer\": {\"S\": \"$customer\"},
        \"Order\": {\"S\": \"$order\"}, \"Status\": {\"S\": \"$status\"}, \"Amount\": {\"N\": \"$total\"}}}" >/dev/null
done <<END
ada 2026-02 open 7
ada 2026-03 returned 30
ada 2025-07 returned 31.5
ada 2025-08 open 1e-2
bob 2026-01 shipped 20
END

call UpdateItem "{\"TableName\": \"Orders\", \"Key\": $key, \"UpdateExpression\": \"SET #s = :shipped REMOVE Note\",
    \"ConditionExpression\": \"#s = :open AND size(Contents) = :three\", \"ExpressionAttributeNames\": {\"#s\": \"Status\"},
    \"ExpressionAttributeValues\": {\":shipped\": {\"S\": \"shipped\"}, \":open\": {\"S\": \"open\"}, \":three\": {\"N\": \"3\"}},
    \"ReturnValues\": \"ALL_NEW\"}" |
    jq -r '"update with a condition: Status \(.Attributes.Status.S), Amount \(.Attributes.Amount.N)"'

call UpdateItem "{\"TableName\": \"Orders\", \"Key\": $key, \"UpdateExpression\": \"SET #s = :shipped\",
    \"ConditionExpression\": \"#s = :open\", \"ExpressionAttributeNames\": {\"#s\": \"Status\"},
    \"ExpressionAttributeValues\": {\":shipped\": {\"S\": \"shipped\"}, \":open\": {\"S\": \"open\"}}}" |
    jq -r '"update against its condition: \(.__type | sub(".*#"; "")), \(.message)"'

call Query '{"TableName": "Orders", "KeyConditionExpression": "Customer = :c AND begins_with(#o, :prefix)",
    "ExpressionAttributeNames": {"#o": "Order"},
    "ExpressionAttributeValues": {":c": {"S": "ada"}, ":prefix": {"S": "2026-"}}}' |
    jq -r '"query by a prefix of the sort key: \([.Items[].Order.S] | join(" "))"'

call Query '{"TableName": "Orders", "KeyConditionExpression": "Customer = :c",
    "FilterExpression": "Amount BETWEEN :low AND :high AND #s <> :open", "ExpressionAttributeNames": {"#s": "Status"},
    "ExpressionAttributeValues": {":c": {"S": "ada"}, ":low": {"N": "20"}, ":high": {"N": "31"}, ":open": {"S": "open"}}}' |
    jq -r '"query with a filter: \(.Items[0].Order.S), \(.Count) of \(.ScannedCount)"'

printf 'query in pages of two:'
start=
while :; do
    page=$(call Query "{\"TableName\": \"Orders\", \"KeyConditionExpression\": \"Customer = :c\", \"Limit\": 2,
        \"ExpressionAttributeValues\": {\":c\": {\"S\": \"ada\"}} ${start:+, \"ExclusiveStartKey\": $start}}")
    printf ' %s' "$(echo "$page" | jq '.Items | length')"
    start=$(echo "$page" | jq -c '.LastEvaluatedKey // empty')
    [ -n "$start" ] || break
done
echo

call Query '{"TableName": "Orders", "IndexName": "ByStatus", "KeyConditionExpression": "#s = :returned AND Amount > :five",
    "ExpressionAttributeNames": {"#s": "Status"}, "ScanIndexForward": false,
    "ExpressionAttributeValues": {":returned": {"S": "returned"}, ":five": {"N": "5"}}}' |
    jq -r '"query the index, largest first: \([.Items[].Order.S] | join(" "))"'

call Scan '{"TableName": "Orders"}' | jq -r '"scan: \(.Count) items"'

keys=$(jq -nc '[range(25) | {Customer: {S: "carl"}, Order: {S: (100 + . | tostring | .[1:])}}]')
call BatchWriteItem "$(echo "$keys" | jq -c '{RequestItems: {Orders: [.[] | {PutRequest: {Item: .}}]}}')" |
    jq -r '"batch write: 25 put, \(.UnprocessedItems | length) unprocessed"'
call BatchGetItem "$(echo "$keys" | jq -c '{RequestItems: {Orders: {Keys: .}}}')" |
    jq -r '"batch get: \(.Responses.Orders | length) found"'

bob='{"Customer": {"S": "bob"}, "Order": {"S": "2026-01"}}'
dora='{"Customer": {"S": "dora"}, "Order": {"S": "2026-01"}}'
call TransactWriteItems "{\"TransactItems\": [
    {\"Put\": {\"TableName\": \"Orders\", \"Item\": $(echo "$dora" | jq -c '.Amount.N = "1"')}},
    {\"Update\": {\"TableName\": \"Orders\", \"Key\": $bob, \"UpdateExpression\": \"SET Paid = :yes\",
        \"ExpressionAttributeValues\": {\":yes\": {\"BOOL\": true}}}}]}" >/dev/null
call TransactGetItems "{\"TransactItems\": [{\"Get\": {\"TableName\": \"Orders\", \"Key\": $dora}},
    {\"Get\": {\"TableName\": \"Orders\", \"Key\": $bob}}]}" | jq -r '.Responses |
    if .[0].Item.Amount.N == "1" and .[1].Item.Paid.BOOL == true then "transaction: two items changed" else . end'

call TransactWriteItems "{\"TransactItems\": [
    {\"Update\": {\"TableName\": \"Orders\", \"Key\": $bob, \"UpdateExpression\": \"SET Amount = Amount + :one\",
        \"ExpressionAttributeValues\": {\":one\": {\"N\": \"1\"}}}},
    {\"Delete\": {\"TableName\": \"Orders\", \"Key\": $dora, \"ConditionExpression\": \"attribute_exists(Paid)\"}}]}" |
    jq -r '"transaction against a condition: \(.__type | sub(".*#"; "")), \([.CancellationReasons[].Code] | join(" "))"'
call GetItem "{\"TableName\": \"Orders\", \"Key\": $bob}" |
    jq -r '"after it: Amount \(.Item.Amount.N), Status \(.Item.Status.S)"'

call DeleteItem '{"TableName": "Orders", "Key": {"Customer": {"S": "ada"}, "Order": {"S": "2025-08"}},
    "ReturnValues": "ALL_OLD"}' | jq -r '"delete an item: was \(.Attributes.Order.S)"'

call DeleteTable '{"TableName": "Orders"}' | jq -r '"delete table: \(.TableDescription.TableStatus)"'
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -n "$(status)" ] || break
    sleep 1
done
call GetItem "{\"TableName\": \"Orders\", \"Key\": $bob}" | jq -r '"read from it: \(.__type | sub(".*#"; ""))"'
