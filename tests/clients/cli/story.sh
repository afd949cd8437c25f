#!/bin/sh
# The story of tests/clients, told with the AWS CLI: an ordinary script that knows nothing of ddbmock. Every call is a
# process of its own.
set -eu
export AWS_PAGER=
ddb() {
    operation=$1
    shift
    aws dynamodb "$operation" --table-name Orders "$@"
}

printf 'create table: '
ddb create-table --billing-mode PAY_PER_REQUEST \
    --key-schema AttributeName=Customer,KeyType=HASH AttributeName=Order,KeyType=RANGE \
    --attribute-definitions AttributeName=Customer,AttributeType=S AttributeName=Order,AttributeType=S \
    AttributeName=Status,AttributeType=S AttributeName=Amount,AttributeType=N \
    --global-secondary-indexes 'IndexName=ByStatus,KeySchema=[{AttributeName=Status,KeyType=HASH},
        {AttributeName=Amount,KeyType=RANGE}],Projection={ProjectionType=ALL}' \
    --query TableDescription.TableStatus --output text
aws dynamodb wait table-exists --table-name Orders
ddb describe-table --output text \
    --query "join('', ['wait: table ', Table.TableStatus, ', index ', Table.GlobalSecondaryIndexes[0].IndexStatus])"

item='{"Customer": {"S": "ada"}, "Order": {"S": "2026-01"}, "Status": {"S": "open"}, "Amount": {"N": "12.5"},
    "Photo": {"B": "AAH+/w=="}, "Gift": {"BOOL": true}, "Note": {"NULL": true},
    "Contents": {"L": [{"S": "tea"}, {"N": "2"}, {"M": {"Price": {"N": "-0.25"}}}]},
    "Address": {"M": {"Town": {"S": "Åre ☃"}, "Zip": {"N": "83013"}}},
    "Labels": {"SS": ["new"]}, "Sizes": {"NS": ["42"]}, "Keys": {"BS": ["a2V5"]}}'
key='{"Customer": {"S": "ada"}, "Order": {"S": "2026-01"}}'
ddb put-item --item "$item"
printf 'put and get an item of ten types: '
ddb get-item --key "$key" --consistent-read --query Item --output json |
    jq -r --argjson first "$item" 'if . == $first then "the same" else . end'

while read -r customer order status total; do
    ddb put-item --item "{\"Customer\": {\"S\": \"$customer\"}, \"Order\": {\"S\": \"$order\"},
        \"Status\": {\"S\": \"$status\"}, \"Amount\": {\"N\": \"$total\"}}"
done <<END
ada 2026-02 open 7
ada 2026-03 returned 30
ada 2025-07 returned 31.5
ada 2025-08 open 1e-2
bob 2026-01 shipped 20
END

ddb update-item --key "$key" --update-expression 'SET #s = :shipped REMOVE Note' \
    --condition-expression '#s = :open AND size(Contents) = :three' --expression-attribute-names '{"#s": "Status"}' \
    --expression-attribute-values '{":shipped": {"S": "shipped"}, ":open": {"S": "open"}, ":three": {"N": "3"}}' \
    --return-values ALL_NEW --output text \
    --query "join('', ['update with a condition: Status ', Attributes.Status.S, ', Amount ', Attributes.Amount.N])"

printf 'update against its condition: '
ddb update-item --key "$key" --update-expression 'SET #s = :shipped' \
    --condition-expression '#s = :open' --expression-attribute-names '{"#s": "Status"}' \
    --expression-attribute-values '{":shipped": {"S": "shipped"}, ":open": {"S": "open"}}' 2>&1 |
    sed -n 's/^An error occurred (\(.*\)) when calling the UpdateItem operation: /\1, /p'

printf 'query by a prefix of the sort key: '
ddb query --key-condition-expression 'Customer = :c AND begins_with(#o, :prefix)' \
    --expression-attribute-names '{"#o": "Order"}' \
    --expression-attribute-values '{":c": {"S": "ada"}, ":prefix": {"S": "2026-"}}' \
    --query "join(' ', Items[].Order.S)" --output text

printf 'query with a filter: '
ddb query --key-condition-expression 'Customer = :c' --filter-expression 'Amount BETWEEN :low AND :high AND #s <> :open' \
    --expression-attribute-names '{"#s": "Status"}' --expression-attribute-values \
    '{":c": {"S": "ada"}, ":low": {"N": "20"}, ":high": {"N": "31"}, ":open": {"S": "open"}}' --output json |
    jq -r '"\(.Items[0].Order.S), \(.Count) of \(.ScannedCount)"'

printf 'query in pages of two:'
next=
while :; do
    # shellcheck disable=SC2086 # no word when there is no next page
    page=$(ddb query --key-condition-expression 'Customer = :c' --expression-attribute-values '{":c": {"S": "ada"}}' \
        --page-size 2 --max-items 2 --output json ${next:+--starting-token "$next"})
    printf ' %s' "$(echo "$page" | jq '.Items | length')"
    next=$(echo "$page" | jq -r '.NextToken // empty')
    [ -n "$next" ] || break
done
echo

printf 'query the index, largest first: '
ddb query --index-name ByStatus --key-condition-expression '#s = :returned AND Amount > :five' \
    --expression-attribute-names '{"#s": "Status"}' --no-scan-index-forward \
    --expression-attribute-values '{":returned": {"S": "returned"}, ":five": {"N": "5"}}' \
    --query "join(' ', Items[].Order.S)" --output text

ddb scan --query 'Count' --output text | sed 's/.*/scan: & items/'

keys=$(jq -nc '[range(25) | {Customer: {S: "carl"}, Order: {S: (100 + . | tostring | .[1:])}}]')
aws dynamodb batch-write-item --request-items "$(echo "$keys" | jq -c '{Orders: [.[] | {PutRequest: {Item: .}}]}')" \
    --output json | jq -r '"batch write: 25 put, \(.UnprocessedItems | length) unprocessed"'
aws dynamodb batch-get-item --request-items "$(echo "$keys" | jq -c '{Orders: {Keys: .}}')" --output json |
    jq -r '"batch get: \(.Responses.Orders | length) found"'

bob='{"Customer": {"S": "bob"}, "Order": {"S": "2026-01"}}'
dora='{"Customer": {"S": "dora"}, "Order": {"S": "2026-01"}}'
aws dynamodb transact-write-items --transact-items "[
    {\"Put\": {\"TableName\": \"Orders\", \"Item\": $(echo "$dora" | jq -c '.Amount.N = "1"')}},
    {\"Update\": {\"TableName\": \"Orders\", \"Key\": $bob, \"UpdateExpression\": \"SET Paid = :yes\",
        \"ExpressionAttributeValues\": {\":yes\": {\"BOOL\": true}}}}]" >/dev/null
aws dynamodb transact-get-items --transact-items "[{\"Get\": {\"TableName\": \"Orders\", \"Key\": $dora}},
    {\"Get\": {\"TableName\": \"Orders\", \"Key\": $bob}}]" --output json | jq -r '.Responses |
    if .[0].Item.Amount.N == "1" and .[1].Item.Paid.BOOL == true then "transaction: two items changed" else . end'

printf 'transaction against a condition: '
aws dynamodb transact-write-items --transact-items "[
    {\"Update\": {\"TableName\": \"Orders\", \"Key\": $bob, \"UpdateExpression\": \"SET Amount = Amount + :one\",
        \"ExpressionAttributeValues\": {\":one\": {\"N\": \"1\"}}}},
    {\"Delete\": {\"TableName\": \"Orders\", \"Key\": $dora, \"ConditionExpression\": \"attribute_exists(Paid)\"}}]" 2>&1 |
    sed -n 's/^An error occurred (\(.*\)) when calling.*specific reasons \[\(.*\), \(.*\)\]$/\1, \2 \3/p'
ddb get-item --key "$bob" --output text \
    --query "join('', ['after it: Amount ', Item.Amount.N, ', Status ', Item.Status.S])"

ddb delete-item --key '{"Customer": {"S": "ada"}, "Order": {"S": "2025-08"}}' --return-values ALL_OLD \
    --query "join('', ['delete an item: was ', Attributes.Order.S])" --output text

printf 'delete table: '
ddb delete-table --query TableDescription.TableStatus --output text
aws dynamodb wait table-not-exists --table-name Orders
ddb get-item --key "$bob" 2>&1 | sed -n 's/^An error occurred (\(.*\)) when calling.*/read from it: \1/p'
