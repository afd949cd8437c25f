"""boto.dynamodb2: API 2012-08-10 as its first Python client speaks it. Names neither ddbmock nor an endpoint."""

import boto.dynamodb2
from boto.dynamodb2.exceptions import ConditionalCheckFailedException, ItemNotFound
from boto.dynamodb2.fields import AllIndex, GlobalAllIndex, HashKey, RangeKey
from boto.dynamodb2.table import Table
from boto.dynamodb2.types import NUMBER


def equal(got, wanted):
    assert got == wanted, f"{got!r} is not {wanted!r}"


connection = boto.dynamodb2.connect_to_region("us-east-1")
users = Table.create(
    "users",
    schema=[HashKey("name"), RangeKey("since", data_type=NUMBER)],
    throughput={"read": 5, "write": 15},
    indexes=[AllIndex("ByAge", parts=[HashKey("name"), RangeKey("age", data_type=NUMBER)])],
    global_indexes=[GlobalAllIndex("ByTown", parts=[HashKey("town")], throughput={"read": 1, "write": 1})],
    connection=connection,
)
equal(users.describe()["Table"]["TableStatus"], "ACTIVE")
for since in range(5):
    users.put_item({"name": "ada", "since": since, "age": 40 - since, "town": "york" if since % 2 else "bath", "tags": {"x"}})
ada = users.get_item(name="ada", since=2)
equal((ada["age"], ada["tags"]), (38, {"x"}))
ada["age"] = 50
ada["note"] = "older"
equal(ada.partial_save(), True)
equal([int(found["since"]) for found in users.query_2(name__eq="ada", since__between=[1, 3])], [1, 2, 3])
equal([int(found["age"]) for found in users.query_2(name__eq="ada", age__gte=38, index="ByAge", reverse=True)], [50, 40, 39])
equal(sorted(int(found["since"]) for found in users.query_2(town__eq="york", index="ByTown")), [1, 3])
equal(sorted(int(found["since"]) for found in users.scan(age__lt=38)), [3, 4])
equal(users.query_count(name__eq="ada"), 5)
with users.batch_write() as batch:
    batch.put_item(data={"name": "bob", "since": 1, "age": 1, "town": "bath"})
    batch.delete_item(name="ada", since=0)
equal(sorted(int(found["since"]) for found in users.batch_get(keys=[{"name": "bob", "since": 1}, {"name": "ada", "since": 0}])), [1])
try:
    users.put_item({"name": "bob", "since": 1})
    raise AssertionError("put over what is there")
except ConditionalCheckFailedException:
    pass
try:
    users.get_item(name="nobody", since=0)
    raise AssertionError("found nobody")
except ItemNotFound:
    pass
equal(users.update(throughput={"read": 6, "write": 16}), True)
equal(users.delete(), True)
equal(connection.list_tables()["TableNames"], [])
