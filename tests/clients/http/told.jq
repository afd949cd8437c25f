# The answers to requests.tsv, one a line, as the lines of expected.txt: jq -rn --slurpfile first <(...) -f told.jq ANSWERS.
# $first is the item that the story puts first.
def error: .__type | sub(".*#"; "");
def orders: [.Items[].Order.S] | join(" ");
[inputs] as $a |
"create table: \($a[0].TableDescription.TableStatus)",
"wait: table \($a[1].Table.TableStatus), index \($a[1].Table.GlobalSecondaryIndexes[0].IndexStatus)",
"put and get an item of ten types: \(if $a[3].Item == $first then "the same" else $a[3] end)",
"update with a condition: Status \($a[9].Attributes.Status.S), Amount \($a[9].Attributes.Amount.N)",
"update against its condition: \($a[10] | error), \($a[10].message)",
"query by a prefix of the sort key: \($a[11] | orders)",
"query with a filter: \($a[12] | orders), \($a[12].Count) of \($a[12].ScannedCount)",
"query in pages of two: \([$a[13, 14, 15].Count | tostring] | join(" "))\(if $a[15].LastEvaluatedKey then " and more" else "" end)",
"query the index, largest first: \($a[16] | orders)",
"scan: \($a[17].Count) items",
"batch write: 25 put, \($a[18].UnprocessedItems | length) unprocessed",
"batch get: \($a[19].Responses.Orders | length) found",
(if $a[21].Responses[0].Item.Amount.N == "1" and $a[21].Responses[1].Item.Paid.BOOL then "transaction: two items changed"
 else $a[21] end),
"transaction against a condition: \($a[22] | error), \([$a[22].CancellationReasons[].Code] | join(" "))",
"after it: Amount \($a[23].Item.Amount.N), Status \($a[23].Item.Status.S)",
"delete an item: was \($a[24].Attributes.Order.S)",
"delete table: \($a[25].TableDescription.TableStatus)",
"read from it: \($a[27] | error)"
