"""The story of tests/clients, told with boto3: an ordinary program that knows nothing of ddbmock."""
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

client = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table("Orders")

made = client.create_table(
    TableName="Orders",
    KeySchema=[
        {"AttributeName": "Customer", "KeyType": "HASH"},
        {"AttributeName": "Order", "KeyType": "RANGE"},
    ],
    AttributeDefinitions=[
        {"AttributeName": "Customer", "AttributeType": "S"},
        {"AttributeName": "Order", "AttributeType": "S"},
        {"AttributeName": "Status", "AttributeType": "S"},
        {"AttributeName": "Amount", "AttributeType": "N"},
    ],
    GlobalSecondaryIndexes=[
        {
            "IndexName": "ByStatus",
            "KeySchema": [
                {"AttributeName": "Status", "KeyType": "HASH"},
                {"AttributeName": "Amount", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    BillingMode="PAY_PER_REQUEST",
)
print("create table:", made["TableDescription"]["TableStatus"])

client.get_waiter("table_exists").wait(TableName="Orders", WaiterConfig={"Delay": 1})
description = client.describe_table(TableName="Orders")["Table"]
index = description["GlobalSecondaryIndexes"][0]
print(f"wait: table {description['TableStatus']}, index {index['IndexStatus']}")

first = {
    "Customer": {"S": "ada"},
    "Order": {"S": "2026-01"},
    "Status": {"S": "open"},
    "Amount": {"N": "12.5"},
    "Photo": {"B": b"\x00\x01\xfe\xff"},
    "Gift": {"BOOL": True},
    "Note": {"NULL": True},
    "Contents": {"L": [{"S": "tea"}, {"N": "2"}, {"M": {"Price": {"N": "-0.25"}}}]},
    "Address": {"M": {"Town": {"S": "Åre ☃"}, "Zip": {"N": "83013"}}},
    "Labels": {"SS": ["new"]},
    "Sizes": {"NS": ["42"]},
    "Keys": {"BS": [b"key"]},
}
key = {"Customer": {"S": "ada"}, "Order": {"S": "2026-01"}}
client.put_item(TableName="Orders", Item=first)
read = client.get_item(TableName="Orders", Key=key, ConsistentRead=True)["Item"]
print("put and get an item of ten types:", "the same" if read == first else read)

for customer, order, status, total in [
    ("ada", "2026-02", "open", "7"),
    ("ada", "2026-03", "returned", "30"),
    ("ada", "2025-07", "returned", "31.5"),
    ("ada", "2025-08", "open", "1e-2"),
    ("bob", "2026-01", "shipped", "20"),
]:
    table.put_item(
        Item={"Customer": customer, "Order": order, "Status": status, "Amount": Decimal(total)}
    )

key = {"Customer": "ada", "Order": "2026-01"}
new = table.update_item(
    Key=key,
    UpdateExpression="SET #s = :shipped REMOVE Note",
    ConditionExpression="#s = :open AND size(Contents) = :three",
    ExpressionAttributeNames={"#s": "Status"},
    ExpressionAttributeValues={":shipped": "shipped", ":open": "open", ":three": 3},
    ReturnValues="ALL_NEW",
)["Attributes"]
print(f"update with a condition: Status {new['Status']}, Amount {new['Amount']}")

try:
    table.update_item(
        Key=key,
        UpdateExpression="SET #s = :shipped",
        ConditionExpression="#s = :open",
        ExpressionAttributeNames={"#s": "Status"},
        ExpressionAttributeValues={":shipped": "shipped", ":open": "open"},
    )
    print("update against its condition: accepted")
except client.exceptions.ConditionalCheckFailedException as error:
    answer = error.response["Error"]
    print(f"update against its condition: {answer['Code']}, {answer['Message']}")

page = table.query(
    KeyConditionExpression=Key("Customer").eq("ada") & Key("Order").begins_with("2026-")
)
print("query by a prefix of the sort key:", *[item["Order"] for item in page["Items"]])

page = table.query(
    KeyConditionExpression=Key("Customer").eq("ada"),
    FilterExpression=Attr("Amount").between(20, 31) & Attr("Status").ne("open"),
)
print(
    f"query with a filter: {page['Items'][0]['Order']}, {page['Count']} of {page['ScannedCount']}"
)

pages = client.get_paginator("query").paginate(
    TableName="Orders",
    KeyConditionExpression="Customer = :c",
    ExpressionAttributeValues={":c": {"S": "ada"}},
    PaginationConfig={"PageSize": 2},
)
print("query in pages of two:", *[len(page["Items"]) for page in pages])

page = table.query(
    IndexName="ByStatus",
    KeyConditionExpression=Key("Status").eq("returned") & Key("Amount").gt(5),
    ScanIndexForward=False,
)
print("query the index, largest first:", *[item["Order"] for item in page["Items"]])

print(f"scan: {table.scan()['Count']} items")

numbers = range(25)
left = client.batch_write_item(
    RequestItems={
        "Orders": [
            {"PutRequest": {"Item": {"Customer": {"S": "carl"}, "Order": {"S": f"{n:02}"}}}}
            for n in numbers
        ]
    }
)["UnprocessedItems"]
print(f"batch write: 25 put, {len(left)} unprocessed")

found = client.batch_get_item(
    RequestItems={
        "Orders": {"Keys": [{"Customer": {"S": "carl"}, "Order": {"S": f"{n:02}"}} for n in numbers]}
    }
)["Responses"]["Orders"]
print(f"batch get: {len(found)} found")

bob = {"Customer": {"S": "bob"}, "Order": {"S": "2026-01"}}
dora = {"Customer": {"S": "dora"}, "Order": {"S": "2026-01"}}
client.transact_write_items(
    TransactItems=[
        {"Put": {"TableName": "Orders", "Item": {**dora, "Amount": {"N": "1"}}}},
        {
            "Update": {
                "TableName": "Orders",
                "Key": bob,
                "UpdateExpression": "SET Paid = :yes",
                "ExpressionAttributeValues": {":yes": {"BOOL": True}},
            }
        },
    ]
)
both = client.transact_get_items(
    TransactItems=[{"Get": {"TableName": "Orders", "Key": one}} for one in (dora, bob)]
)["Responses"]
if both[0]["Item"]["Amount"] == {"N": "1"} and both[1]["Item"]["Paid"] == {"BOOL": True}:
    print("transaction: two items changed")

try:
    client.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    "TableName": "Orders",
                    "Key": bob,
                    "UpdateExpression": "SET Amount = Amount + :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            },
            {
                "Delete": {
                    "TableName": "Orders",
                    "Key": dora,
                    "ConditionExpression": "attribute_exists(Paid)",
                }
            },
        ]
    )
    print("transaction against a condition: accepted")
except client.exceptions.TransactionCanceledException as error:
    reasons = [reason["Code"] for reason in error.response["CancellationReasons"]]
    print(f"transaction against a condition: {error.response['Error']['Code']},", *reasons)
item = table.get_item(Key={"Customer": "bob", "Order": "2026-01"})["Item"]
print(f"after it: Amount {item['Amount']}, Status {item['Status']}")

old = table.delete_item(Key={"Customer": "ada", "Order": "2025-08"}, ReturnValues="ALL_OLD")
print("delete an item: was", old["Attributes"]["Order"])

print("delete table:", client.delete_table(TableName="Orders")["TableDescription"]["TableStatus"])
client.get_waiter("table_not_exists").wait(TableName="Orders", WaiterConfig={"Delay": 1})
try:
    table.get_item(Key=key)
except ClientError as error:
    print("read from it:", error.response["Error"]["Code"])
