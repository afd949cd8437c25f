"""A small shop's orders in DynamoDB: an ordinary boto3 program. It names no endpoint, no region and no credentials."""
import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

orders = boto3.resource("dynamodb").create_table(
    TableName="Orders",
    KeySchema=[
        {"AttributeName": "Customer", "KeyType": "HASH"},
        {"AttributeName": "Placed", "KeyType": "RANGE"},
    ],
    AttributeDefinitions=[
        {"AttributeName": "Customer", "AttributeType": "S"},
        {"AttributeName": "Placed", "AttributeType": "S"},
    ],
    BillingMode="PAY_PER_REQUEST",
)
orders.wait_until_exists()
orders.reload()
print(f"Created {orders.table_arn}: {orders.table_status}.")

for placed, state, amount in [
    ("2026-10-30", "shipped", 7),
    ("2026-11-02", "open", 12),
    ("2026-11-20", "open", 31),
]:
    orders.put_item(
        Item={"Customer": "ada", "Placed": placed, "State": state, "Amount": amount}
    )
print("Wrote 3 orders.")

page = orders.query(
    KeyConditionExpression=Key("Customer").eq("ada") & Key("Placed").begins_with("2026-11")
)
print("Ada's orders of November:")
for item in page["Items"]:
    print(f"    {item['Placed']}  {item['State']:8} {item['Amount']}")

for attempt in ("first", "second"):
    try:
        new = orders.update_item(
            Key={"Customer": "ada", "Placed": "2026-11-20"},
            UpdateExpression="SET #s = :shipped, Amount = Amount + :postage",
            ConditionExpression="#s = :open",
            ExpressionAttributeNames={"#s": "State"},
            ExpressionAttributeValues={":shipped": "shipped", ":open": "open", ":postage": 4},
            ReturnValues="ALL_NEW",
        )["Attributes"]
        print(f"Shipping it, {attempt} time: {new['State']}, {new['Amount']}.")
    except ClientError as error:
        answer = error.response["Error"]
        print(f"Shipping it, {attempt} time: {answer['Code']}: {answer['Message']}.")
