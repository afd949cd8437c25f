"""Random requests of the operations on tables for the differential run, and what of their answers is compared."""

import copy
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance"))

import tables  # noqa: E402  pylint: disable=wrong-import-position

OPERATIONS = {"CreateTable", "UpdateTable", "DeleteTable", "DescribeTable", "ListTables"}
NAMES = ["one", "two.a", "two-b", "x_3"]
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}
# Times, identities, sizes, and members that Local does not have.
OWN = {"CreationDateTime", "TableId", "TableArn", "IndexArn", "LatestStreamArn", "LatestStreamLabel", "WarmThroughput", "TableStatus", "IndexStatus",
       "BillingModeSummary", "TableClassSummary", "SSEDescription", "OnDemandThroughput", "LastIncreaseDateTime", "LastDecreaseDateTime",
       "NumberOfDecreasesToday", "Backfilling", "ItemCount", "IndexSizeBytes", "TableSizeBytes"}


def described(operation, answer):
    """What both tell in a form that can be compared. Of a table that is deleted DynamoDB tells less than Local; what UpdateTable
    changes it tells before, Local afterwards."""
    if operation == "DeleteTable":
        answer = {"TableDescription": {"TableName": answer.get("TableDescription", {}).get("TableName")}}
    if operation == "UpdateTable":
        answer = {name: held for name, held in answer.get("TableDescription", {}).items() if name in ("TableName", "KeySchema", "LocalSecondaryIndexes")}
    return in_order(answer)


def in_order(value):
    """A description without what is nobody's business, its lists in order. Indexes on demand have zero units, or none."""
    if isinstance(value, dict):
        held = {name: in_order(held) for name, held in value.items() if name not in OWN}
        return {name: one for name, one in held.items() if one not in ([], {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0})}
    if isinstance(value, list):
        return sorted((in_order(held) for held in value if not isinstance(held, dict) or held.get("IndexStatus") != "DELETING"), key=str)
    return value


class TableRequests:
    def __init__(self, random):
        self.random = random
        self.tables = tables.Tables(random, several=False)  # which Local does not have
        self.known = {}

    def name(self, there=0.8):
        known = [name for name in NAMES if name in self.known]
        return self.random.choice(known if known and self.random.random() < there else NAMES)

    def create(self):
        request = self.tables.create(self.name(0.1))
        request.pop("OnDemandThroughput", None)  # neither
        if self.random.random() < 0.5:
            tables.spoil(request, self.random, self.random.randint(1, 2))
        return "CreateTable", request

    def update(self):
        request = {"TableName": self.name()}
        asked = self.known.get(request["TableName"], {})
        provisioned = "ProvisionedThroughput" in asked
        index = self.random.choice([one["IndexName"] for one in tables.indexes_of(asked)] + ["global0", "made"])
        for _ in range(self.random.choice([1, 1, 1, 2])):
            types = {one["AttributeName"]: one["AttributeType"] for one in asked.get("AttributeDefinitions", ())}
            made = self.tables.global_index(self.random.choice(["made", index]), types, provisioned)
            request.update(self.random.choice([
                {"ProvisionedThroughput": self.tables.units()}, {"BillingMode": "PAY_PER_REQUEST"},
                {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
                {"StreamSpecification": STREAM}, {"StreamSpecification": {"StreamEnabled": False}},
                {"DeletionProtectionEnabled": self.random.choice([True, False])},
                {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": index}}]},
                {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": index, "ProvisionedThroughput": self.tables.units()}}]},
                {"GlobalSecondaryIndexUpdates": [{"Create": made}],
                 "AttributeDefinitions": [{"AttributeName": name, "AttributeType": types[name]} for name in tables.names_of(made["KeySchema"])]},
            ]))
        return "UpdateTable", request

    def delete(self):
        return "DeleteTable", {"TableName": self.name()}

    def describe(self):
        return "DescribeTable", {"TableName": self.name()}

    def list(self):
        request = {"Limit": self.random.choice([1, 2, 100])} if self.random.random() < 0.6 else {}
        if self.random.random() < 0.4:
            request["ExclusiveStartTableName"] = self.random.choice(NAMES + ["two", "zzz", "hash"])
        return "ListTables", request

    def good(self):
        return self.random.choice([self.create, self.create, self.update, self.update, self.update, self.delete, self.describe, self.list])()

    def took(self, operation, request):
        """Both did it: what is known afterwards."""
        if operation == "CreateTable":
            self.known[request["TableName"]] = copy.deepcopy(request)
        elif operation == "DeleteTable":
            self.known.pop(request["TableName"], None)
        elif operation == "UpdateTable":
            asked = self.known.setdefault(request["TableName"], {})
            asked.update(copy.deepcopy({name: value for name, value in request.items() if name in ("BillingMode", "ProvisionedThroughput")}))
            if asked.get("BillingMode") == "PAY_PER_REQUEST":
                asked.pop("ProvisionedThroughput", None)
