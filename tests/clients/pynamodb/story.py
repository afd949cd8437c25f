"""The story of tests/clients, told with PynamoDB: an ordinary program that knows nothing of ddbmock."""
import time

from pynamodb.attributes import (
    BinaryAttribute, BinarySetAttribute, BooleanAttribute, ListAttribute, MapAttribute, NullAttribute, NumberAttribute,
    NumberSetAttribute, UnicodeAttribute, UnicodeSetAttribute)
from pynamodb.connection import Connection
from pynamodb.exceptions import GetError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite


class ByStatus(GlobalSecondaryIndex):
    class Meta:
        index_name = "ByStatus"
        projection = AllProjection()

    status = UnicodeAttribute(hash_key=True, attr_name="Status")
    amount = NumberAttribute(range_key=True, attr_name="Amount")


class Order(Model):
    class Meta:
        table_name = "Orders"
        billing_mode = "PAY_PER_REQUEST"

    customer = UnicodeAttribute(hash_key=True, attr_name="Customer")
    order = UnicodeAttribute(range_key=True, attr_name="Order")
    status = UnicodeAttribute(null=True, attr_name="Status")
    amount = NumberAttribute(null=True, attr_name="Amount")
    photo = BinaryAttribute(null=True, attr_name="Photo", legacy_encoding=False)
    gift = BooleanAttribute(null=True, attr_name="Gift")
    note = NullAttribute(null=True, attr_name="Note")
    contents = ListAttribute(null=True, attr_name="Contents")
    address = MapAttribute(null=True, attr_name="Address")
    labels = UnicodeSetAttribute(null=True, attr_name="Labels")
    sizes = NumberSetAttribute(null=True, attr_name="Sizes")
    keys = BinarySetAttribute(null=True, attr_name="Keys", legacy_encoding=False)
    paid = BooleanAttribute(null=True, attr_name="Paid")
    by_status = ByStatus()


def as_dict(order):
    return {name: value.as_dict() if isinstance(value, MapAttribute) else value
            for name, value in order.attribute_values.items()}


schema = {name: part for name, part in Order._get_schema().items() if part}
made = Order._get_connection().create_table(billing_mode="PAY_PER_REQUEST", **schema)
print("create table:", made["TableDescription"]["TableStatus"])
while (description := Order.describe_table())["TableStatus"] != "ACTIVE":
    time.sleep(0.5)
print(f"wait: table {description['TableStatus']}, index {description['GlobalSecondaryIndexes'][0]['IndexStatus']}")

first = Order(
    "ada", "2026-01", status="open", amount=12.5, photo=b"\x00\x01\xfe\xff", gift=True, contents=["tea", 2, {"Price": -0.25}],
    address={"Town": "Åre ☃", "Zip": 83013}, labels={"new"}, sizes={42}, keys={b"key"})
first.save()
first.update(actions=[Order.note.set(None)])
read = Order.get("ada", "2026-01", consistent_read=True)
same = all(as_dict(read)[name] == value for name, value in as_dict(first).items())
print("put and get an item of ten types:", "the same" if same else as_dict(read))

for customer, order, status, total in [
    ("ada", "2026-02", "open", 7),
    ("ada", "2026-03", "returned", 30),
    ("ada", "2025-07", "returned", 31.5),
    ("ada", "2025-08", "open", 1e-2),
    ("bob", "2026-01", "shipped", 20),
]:
    Order(customer, order, status=status, amount=total).save()

read.update(actions=[Order.status.set("shipped"), Order.note.remove()], condition=Order.status == "open")
print(f"update with a condition: Status {read.status}, Amount {read.amount}")
try:
    read.update(actions=[Order.status.set("shipped")], condition=Order.status == "open")
    print("update against its condition: accepted")
except UpdateError as error:
    print(f"update against its condition: {error.cause_response_code}, {error.cause_response_message}")

print("query by a prefix of the sort key:", *[one.order for one in Order.query("ada", Order.order.startswith("2026-"))])
page = Order.query("ada", filter_condition=Order.amount.between(20, 31) & (Order.status != "open"))
found = [one.order for one in page]
print(f"query with a filter: {' '.join(found)}, {len(found)} of {page.page_iter.total_scanned_count}")

sizes, last = [], None
while True:
    page = Order.query("ada", limit=2, last_evaluated_key=last)
    sizes.append(len(list(page)))
    last = page.last_evaluated_key
    if last is None:
        break
print("query in pages of two:", *sizes)

page = Order.by_status.query("returned", ByStatus.amount > 5, scan_index_forward=False)
print("query the index, largest first:", *[one.order for one in page])
print(f"scan: {Order.count()} items")

many = [("carl", f"{n:02}") for n in range(25)]
with Order.batch_write() as batch:
    for one in many:
        batch.save(Order(*one))
print(f"batch write: 25 put, {len(batch.failed_operations)} unprocessed")
print(f"batch get: {len(list(Order.batch_get(many)))} found")

connection = Connection()
with TransactWrite(connection=connection) as transaction:
    transaction.save(Order("dora", "2026-01", amount=1))
    transaction.update(Order("bob", "2026-01"), actions=[Order.paid.set(True)])
with TransactGet(connection=connection) as transaction:
    both = [transaction.get(Order, "dora", "2026-01"), transaction.get(Order, "bob", "2026-01")]
if both[0].get().amount == 1 and both[1].get().paid:
    print("transaction: two items changed")
try:
    with TransactWrite(connection=connection) as transaction:
        transaction.update(Order("bob", "2026-01"), actions=[Order.amount.set(Order.amount + 1)])
        transaction.delete(Order("dora", "2026-01"), condition=Order.paid.exists())
    print("transaction against a condition: accepted")
except TransactWriteError as error:
    # It sends deletions first.
    reasons = [reason.code if reason else "None" for reason in reversed(error.cancellation_reasons)]
    print(f"transaction against a condition: {error.cause_response_code},", *reasons)
bob = Order.get("bob", "2026-01")
print(f"after it: Amount {bob.amount}, Status {bob.status}")

old = Order._get_connection().delete_item("ada", "2025-08", return_values="ALL_OLD")
print("delete an item: was", old["Attributes"]["Order"]["S"])
print("delete table:", Order.delete_table()["TableDescription"]["TableStatus"])
while Order.exists():
    time.sleep(0.5)
try:
    Order.get("bob", "2026-01")
except GetError as error:
    print("read from it:", error.cause_response_code)
