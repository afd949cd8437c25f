"""boto.dynamodb, layer1 and layer2: API 2011-12-05 as its client of the time speaks it. Names neither ddbmock nor an endpoint."""

import boto.dynamodb
from boto.dynamodb.condition import BEGINS_WITH, BETWEEN, CONTAINS, EQ, GE, GT, IN, LE, LT, NE, NOT_CONTAINS, NOT_NULL, NULL
from boto.dynamodb.exceptions import DynamoDBConditionalCheckFailedError, DynamoDBKeyNotFoundError, DynamoDBValidationError
from boto.dynamodb.types import Binary
from boto.exception import DynamoDBResponseError


def equal(got, wanted):
    assert got == wanted, f"{got!r} is not {wanted!r}"


def fails(error, call, text=""):
    try:
        call()
    except error as caught:
        assert text in str(caught) or text in str(getattr(caught, "body", "")), caught
        return caught
    raise AssertionError(f"no {error.__name__}")


connection = boto.dynamodb.connect_to_region("us-east-1")
layer1 = connection.layer1

# Tables.
table = connection.create_table("messages", connection.create_schema("forum", str, "number", int), 5, 10)
equal((table.name, table.status, table.read_units, table.write_units), ("messages", "CREATING", 5, 10))
table = connection.get_table("messages")
equal((table.status, table.item_count, table.size_bytes), ("ACTIVE", 0, 0))
equal((table.schema.hash_key_name, table.schema.range_key_name, table.schema.range_key_type), ("forum", "number", "N"))
equal(connection.list_tables(), ["messages"])
table.update_throughput(6, 12)
table.refresh()
equal((table.status, table.read_units, table.write_units), ("ACTIVE", 6, 12))
fails(DynamoDBResponseError, lambda: connection.get_table("nothing"), "ResourceNotFoundException")
fails(DynamoDBResponseError, lambda: connection.create_table("messages", table.schema, 1, 1), "ResourceInUseException")

# Items.
for number in range(1, 8):
    table.new_item("tea", number, {"views": number * 10, "subject": f"No. {number}", "tags": {"a", f"t{number}"}}).put()
item = table.get_item("tea", 3)
equal(dict(item), {"forum": "tea", "number": 3, "views": 30, "subject": "No. 3", "tags": {"a", "t3"}})
equal(item.consumed_units, 0.5)
equal(table.get_item("tea", 3, attributes_to_get=["views"], consistent_read=True)["views"], 30)
fails(DynamoDBKeyNotFoundError, lambda: table.get_item("tea", 99))
equal(table.has_item("tea", 99), False)
item.add_attribute("views", 5)
item.add_attribute("tags", {"b"})
item.delete_attribute("subject")
item.put_attribute("blob", Binary(b"\x00\xff"))
equal(
    item.save(return_values="ALL_NEW")["Attributes"],
    {"forum": "tea", "number": 3, "views": 35, "tags": {"a", "b", "t3"}, "blob": Binary(b"\x00\xff")},
)
item["views"] = 1
fails(DynamoDBConditionalCheckFailedError, lambda: item.save(expected_value={"views": 99}))
equal(item.save(expected_value={"views": 35}, return_values="UPDATED_OLD")["Attributes"], {"views": 35})
equal(item.delete(expected_value={"views": 1}, return_values="ALL_OLD")["Attributes"]["views"], 1)
fails(DynamoDBConditionalCheckFailedError, lambda: table.new_item("tea", 1).put(expected_value={"forum": False}))

# Query, in both directions, in pages, and alone a count.
for condition, numbers in (
    (EQ(2), [2]), (LE(2), [1, 2]), (LT(2), [1]), (GE(6), [6, 7]), (GT(6), [7]), (BETWEEN(2, 5), [2, 4, 5]), (None, [1, 2, 4, 5, 6, 7]),
):
    equal([found["number"] for found in table.query("tea", condition)], numbers)
    equal([found["number"] for found in table.query("tea", condition, scan_index_forward=False)], numbers[::-1])
    equal(table.query("tea", condition).count, len(numbers))
pages = table.query("tea", request_limit=4)
equal([found["number"] for found in pages], [1, 2, 4, 5, 6, 7])
first = layer1.query("messages", {"S": "tea"}, limit=4)
equal((first["Count"], first["LastEvaluatedKey"]), (4, {"HashKeyElement": {"S": "tea"}, "RangeKeyElement": {"N": "5"}}))
equal(layer1.query("messages", {"S": "tea"}, count=True), {"Count": 6, "ConsumedCapacityUnits": 0.5})

# Scan, with every operator.
for attribute, condition, numbers in (
    ("views", EQ(20), [2]), ("views", NE(20), [1, 4, 5, 6, 7]), ("views", LE(20), [1, 2]), ("views", LT(20), [1]),
    ("views", GE(60), [6, 7]), ("views", GT(60), [7]), ("views", BETWEEN(20, 40), [2, 4]), ("views", IN([10, 70]), [1, 7]),
    ("views", NOT_NULL(), [1, 2, 4, 5, 6, 7]), ("blob", NULL(), [1, 2, 4, 5, 6, 7]), ("tags", CONTAINS("t4"), [4]),
    ("tags", NOT_CONTAINS("t4"), [1, 2, 5, 6, 7]), ("subject", BEGINS_WITH("No. 5"), [5]),
):
    equal(sorted(found["number"] for found in table.scan({attribute: condition})), numbers)
equal(sorted(found["number"] for found in table.scan(request_limit=2)), [1, 2, 4, 5, 6, 7])
scanned = layer1.scan("messages", count=True, scan_filter={"views": {"AttributeValueList": [{"N": "50"}], "ComparisonOperator": "GE"}})
equal((scanned["Count"], scanned["ScannedCount"]), (3, 6))

# Batches.
writes = connection.new_batch_write_list()
writes.add_batch(table, puts=[table.new_item("milk", 1, {"x": 1}), table.new_item("milk", 2, {"x": 2})], deletes=[("tea", 1)])
equal(connection.batch_write_item(writes), {"Responses": {"messages": {"ConsumedCapacityUnits": 3.0}}, "UnprocessedItems": {}})
reads = connection.new_batch_list()
reads.add_batch(table, [("milk", 1), ("milk", 2), ("tea", 1)], attributes_to_get=["x"], consistent_read=True)
answer = connection.batch_get_item(reads)
equal(sorted(found["x"] for found in answer["Responses"]["messages"]["Items"]), [1, 2])
equal((answer["Responses"]["messages"]["ConsumedCapacityUnits"], answer["UnprocessedKeys"]), (3.0, {}))

# What is refused.
fails(DynamoDBValidationError, lambda: layer1.get_item("messages", {"HashKeyElement": {"S": "tea"}}), "key size")
fails(DynamoDBValidationError, lambda: layer1.query("messages", {"S": "tea"}, attributes_to_get=["x"], count=True), "Count")
connection.delete_table(table)
equal(connection.list_tables(), [])
