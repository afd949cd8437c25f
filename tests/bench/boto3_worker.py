"""The measured boto3 program of tests/bench/run: answers "get N" and "put N" with the nanoseconds of each call."""
import sys
import time

import boto3

client = boto3.client("dynamodb")
client.create_table(
    TableName="Bench",
    KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
client.get_waiter("table_exists").wait(TableName="Bench", WaiterConfig={"Delay": 1})
key = {"Id": {"S": "item-000017"}}
item = {
    **key,
    "Owner": {"S": "ada@example.com"},
    "Count": {"N": "1742"},
    "Tags": {"SS": ["blue", "green"]},
    "Open": {"BOOL": True},
    "Body": {"S": "0123456789" * 21 + "012"},
}
calls = {
    "get": lambda: client.get_item(TableName="Bench", Key=key),
    "put": lambda: client.put_item(TableName="Bench", Item=item),
}
calls["put"]()
for line in sys.stdin:
    name, count = line.split()
    took = []
    for _ in range(int(count)):
        began = time.perf_counter_ns()
        calls[name]()
        took.append(time.perf_counter_ns() - began)
    print(*took, flush=True)
