"""A random case of the operations on tables: one is made, or refused, described, changed, listed and deleted; each description is
compared with what was asked for, each index with the items that it must have."""

import copy

import evaluator
import tables
from case import DYNAMODB, VALIDATION, Case
from tables import INVALID, in_order

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"
VALUES = {"S": [{"S": s} for s in "xyz"], "N": [{"N": n} for n in "123"], "B": [{"B": b} for b in ("AA==", "AQ==", "/w==")]}


class TableCase(Case):
    def __init__(self, server, seed):
        super().__init__(server, seed)
        self.tables = tables.Tables(self.random)
        self.name = f"case-{seed}"
        self.asked_for = {}
        self.items = []
        self.decreases = {}

    def life(self):
        request = self.tables.create(self.name)
        self.refused_first(request)
        self.asked_for = copy.deepcopy(request)
        self.described(self.ask("CreateTable", request).get("TableDescription"), "CREATING", True)
        self.described(self.ask("DescribeTable", {"TableName": self.random.choice([self.name, ARN + self.name])}).get("Table"), "ACTIVE")
        self.check(self.ask("CreateTable", self.tables.create(self.name)),
                   {"__type": DYNAMODB + "ResourceInUseException", "message": f"Table already exists: {self.name}"})
        self.fill()
        for _ in range(5):
            self.change()
            self.described(self.ask("DescribeTable", {"TableName": self.name}).get("Table"), "ACTIVE")
        self.search()
        self.listed()
        self.deleted()

    def refused_first(self, request):
        bad = copy.deepcopy(request)
        texts = tables.spoil(bad, self.random, self.random.randint(1, 3))
        if not texts:
            return
        answer = self.ask("CreateTable", bad)
        self.refused(in_order(answer.pop("message", "")), texts)
        self.check(answer, {"__type": VALIDATION})
        self.missing("DescribeTable")

    def missing(self, operation):
        self.check(self.ask(operation, {"TableName": self.name}),
                   {"__type": DYNAMODB + "ResourceNotFoundException", "message": f"Requested resource not found: Table: {self.name} not found"})

    # Descriptions.

    def units(self, asked, of):
        return {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, **asked.get("ProvisionedThroughput", {}),
                "NumberOfDecreasesToday": self.decreases.get(of, 0)}

    def index(self, asked, kind):
        projection = dict(asked["Projection"])
        if "NonKeyAttributes" in projection:
            projection["NonKeyAttributes"] = sorted(projection["NonKeyAttributes"])
        name = asked["IndexName"]
        return {"IndexName": name, "KeySchema": asked["KeySchema"], "Projection": projection, "IndexArn": f"{ARN}{self.name}/index/{name}",
                **({"ProvisionedThroughput": self.units(asked, name), "IndexStatus": "ACTIVE"} if kind[0] == "G" else {})}

    def described(self, description, status, first=False):
        """What a description must say; dates, ids and sizes are other tests' business."""
        asked = self.asked_for
        wanted = {"TableName": self.name, "TableArn": ARN + self.name, "KeySchema": asked["KeySchema"], "TableStatus": status,
                  "ProvisionedThroughput": self.units(asked, None),
                  "DeletionProtectionEnabled": asked.get("DeletionProtectionEnabled", False),
                  "AttributeDefinitions": sorted(asked["AttributeDefinitions"], key=lambda one: one["AttributeName"].encode())}
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            if asked.get(kind):
                wanted[kind] = sorted((self.index(index, kind) for index in asked[kind]), key=lambda index: index["IndexName"])
        if "StreamSpecification" in asked:
            wanted["StreamSpecification"] = asked["StreamSpecification"]
        if "TableClass" in asked:
            wanted["TableClassSummary"] = {"TableClass": asked["TableClass"]}
        if asked.get("BillingMode") == "PAY_PER_REQUEST" or "switched" in asked:
            wanted["BillingModeSummary"] = {"BillingMode": asked["BillingMode"]}
        if "OnDemandThroughput" in asked:
            wanted["OnDemandThroughput"] = asked["OnDemandThroughput"]
        found = {name: value for name, value in copy.deepcopy(description or {}).items()
                 if name not in ("CreationDateTime", "TableId", "ItemCount", "TableSizeBytes", "LatestStreamArn", "LatestStreamLabel", "WarmThroughput")}
        for part in [found.get("ProvisionedThroughput", {}), found.get("BillingModeSummary", {}), found.get("TableClassSummary", {})]:
            for name in [name for name in part if name.endswith("DateTime")]:
                del part[name]
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            for index in found.get(kind, ()):
                for name in ("ItemCount", "IndexSizeBytes", "WarmThroughput", "OnDemandThroughput"):
                    index.pop(name, None)
                for name in [name for name in index.get("ProvisionedThroughput", ()) if name.endswith("DateTime")]:
                    del index["ProvisionedThroughput"][name]
                if first and kind[0] == "G":
                    self.check(index["IndexStatus"], "CREATING")
                    index["IndexStatus"] = "ACTIVE"
            if kind in found:
                found[kind].sort(key=lambda index: index["IndexName"])
        self.check(found, wanted)

    # Changes.

    def types(self):
        return {one["AttributeName"]: one["AttributeType"] for one in self.asked_for["AttributeDefinitions"]}

    def update(self, answer=None, error="ValidationException", **change):
        """An UpdateTable that is done, or refused with a text."""
        found = self.ask("UpdateTable", {"TableName": self.name, **change})
        if answer is None:
            self.check("TableDescription" in found, True)
            return True
        prefix = VALIDATION.partition("#")[0] + "#" if error == "ValidationException" else DYNAMODB
        self.check(in_order(found.pop("message", "")), in_order(answer))
        self.check(found, {"__type": prefix + error})
        return False

    def change(self):
        getattr(self, self.random.choice(["units_of_table", "billing", "index_made", "index_made", "index_gone", "index_units", "stream", "protection",
                                          "two_at_once", "nothing_asked", "no_such_index"]))()

    def on_demand(self):
        return self.asked_for.get("BillingMode") == "PAY_PER_REQUEST"

    def lower(self, old, new, of):
        """Counts a decrease; whether it may still be."""
        if new["ReadCapacityUnits"] < old["ReadCapacityUnits"] or new["WriteCapacityUnits"] < old["WriteCapacityUnits"]:
            if self.decreases.get(of, 0) >= 4:
                return False
            self.decreases[of] = self.decreases.get(of, 0) + 1
        return True

    def units_of_table(self):
        units = self.tables.units()
        if self.on_demand():
            self.update(INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
                        ProvisionedThroughput=units)
            return
        old = self.asked_for["ProvisionedThroughput"]
        if self.random.random() < 0.2 or units == old:
            r, w = old["ReadCapacityUnits"], old["WriteCapacityUnits"]
            self.update("The provisioned throughput for the table will not change. The requested value equals the current value. Current "
                        f"ReadCapacityUnits provisioned for the table: {r}. Requested ReadCapacityUnits: {r}. Current WriteCapacityUnits "
                        f"provisioned for the table: {w}. Requested WriteCapacityUnits: {w}. Refer to the Amazon DynamoDB Developer Guide for "
                        "current limits and how to request higher limits.", ProvisionedThroughput=old)
        elif self.lower(old, units, None):
            self.update(ProvisionedThroughput=units)
            self.asked_for["ProvisionedThroughput"] = units

    def billing(self):
        asked, indexes = self.asked_for, self.asked_for.get("GlobalSecondaryIndexes", [])
        if not self.on_demand():
            self.update(BillingMode="PAY_PER_REQUEST")
            asked.update(BillingMode="PAY_PER_REQUEST", switched=True)
            del asked["ProvisionedThroughput"]
            for index in indexes:  # which counts as one decrease of each index
                del index["ProvisionedThroughput"]
                self.decreases[index["IndexName"]] = self.decreases.get(index["IndexName"], 0) + 1
            return
        units = self.tables.units()
        if indexes and self.random.random() < 0.3:
            name = indexes[0]["IndexName"]
            self.update(INVALID + f"ProvisionedThroughput must be specified for index: {name}", BillingMode="PROVISIONED", ProvisionedThroughput=units)
            return
        updates = [{"Update": {"IndexName": index["IndexName"], "ProvisionedThroughput": self.tables.units()}} for index in indexes]
        more = {"GlobalSecondaryIndexUpdates": updates} if updates else {}
        self.update(BillingMode="PROVISIONED", ProvisionedThroughput=units, **more)
        asked.update(BillingMode="PROVISIONED", ProvisionedThroughput=units, switched=True)
        asked.pop("OnDemandThroughput", None)
        for index, update in zip(indexes, updates):
            index["ProvisionedThroughput"] = update["Update"]["ProvisionedThroughput"]

    def index_made(self):
        asked, known = self.asked_for, self.types()
        types = dict(known)
        index = self.tables.global_index(f"made{self.random.randrange(3)}", types, not self.on_demand())
        definitions = [{"AttributeName": name, "AttributeType": types[name]} for name in tables.names_of(index["KeySchema"])]
        change = {"GlobalSecondaryIndexUpdates": [{"Create": index}], "AttributeDefinitions": definitions}
        if any(other["IndexName"] == index["IndexName"] for other in tables.indexes_of(asked)):
            self.update("Attempting to create an index which already exists", **change)
            return
        if self.random.random() < 0.2:
            units = index.pop("ProvisionedThroughput", None)
            if not units:
                index["ProvisionedThroughput"] = self.tables.units()
            self.update(INVALID + (f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {index['IndexName']}" if units else
                                   "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: "
                                   f"{index['IndexName']} when BillingMode is PAY_PER_REQUEST"), **change)
            return
        self.update(**change)
        asked.setdefault("GlobalSecondaryIndexes", []).append(index)
        asked["AttributeDefinitions"] += [one for one in definitions if one["AttributeName"] not in known]
        self.decreases.pop(index["IndexName"], None)

    def index_gone(self):
        asked = self.asked_for
        if asked.get("LocalSecondaryIndexes") and self.random.random() < 0.3:
            name = asked["LocalSecondaryIndexes"][0]["IndexName"]
            self.update(f"Cannot delete an index that is not a GlobalSecondaryIndex: {name}", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}])
        elif asked.get("GlobalSecondaryIndexes"):
            gone = self.random.choice(asked["GlobalSecondaryIndexes"])
            self.update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": gone["IndexName"]}}])
            asked["GlobalSecondaryIndexes"].remove(gone)
            used = set(tables.names_of(asked["KeySchema"])).union(*(tables.names_of(index["KeySchema"]) for index in tables.indexes_of(asked)))
            asked["AttributeDefinitions"] = [one for one in asked["AttributeDefinitions"] if one["AttributeName"] in used]

    def index_units(self):
        indexes = self.asked_for.get("GlobalSecondaryIndexes")
        if not indexes:
            return
        index, units = self.random.choice(indexes), self.tables.units()
        change = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": index["IndexName"], "ProvisionedThroughput": units}}]}
        if self.on_demand():
            self.update(INVALID + f"The only Updates for index: {index['IndexName']} when TableThroughputMode is PAY_PER_REQUEST can be to "
                        "OnDemandThroughput, WarmThroughput", **change)
        elif units != index["ProvisionedThroughput"] and self.lower(index["ProvisionedThroughput"], units, index["IndexName"]):
            self.update(**change)
            index["ProvisionedThroughput"] = units

    def stream(self):
        enabled, wish = "StreamSpecification" in self.asked_for, self.random.random() < 0.5
        specification = {"StreamEnabled": wish, **({"StreamViewType": self.random.choice(tables.VIEWS)} if wish else {})}
        if wish == enabled:
            self.update(f"Table already has an enabled stream: TableName: {self.name}" if wish else
                        f"Table has no stream to disable: TableName: {self.name}", StreamSpecification=specification)
            return
        self.update(StreamSpecification=specification)
        if wish:
            self.asked_for["StreamSpecification"] = specification
        else:
            del self.asked_for["StreamSpecification"]

    def protection(self):
        self.asked_for["DeletionProtectionEnabled"] = self.random.random() < 0.5
        self.update(DeletionProtectionEnabled=self.asked_for["DeletionProtectionEnabled"])

    def two_at_once(self):
        stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        only = "{} modification must be the only operation in the request"
        text, change = self.random.choice([
            (only.format("Server-Side Encryption"), {"SSESpecification": {"Enabled": True}, "TableClass": "STANDARD"}),
            (only.format("TableClass"), {"TableClass": "STANDARD", "DeletionProtectionEnabled": True}),
            (only.format("DeletionProtection"), {"DeletionProtectionEnabled": True, "StreamSpecification": stream}),
            ("You cannot modify stream status while updating table IOPS", {"ProvisionedThroughput": self.tables.units(), "StreamSpecification": stream}),
            ("WarmThroughput must be the only operation in the request", {"WarmThroughput": {"ReadUnitsPerSecond": 15000}, "StreamSpecification": stream}),
            ("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
             {"OnDemandThroughput": {"MaxReadRequestUnits": 5}, "StreamSpecification": stream}),
            ("You cannot create or delete index while changing stream status",
             {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "ghost"}}], "StreamSpecification": stream}),
        ])
        self.update(INVALID + text, **change)

    def nothing_asked(self):
        text = ("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, "
                "ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
                "OnDemandThroughput, WarmThroughput or TableClass is required")
        self.update(text, AttributeDefinitions=self.asked_for["AttributeDefinitions"])

    def no_such_index(self):
        action = self.random.choice([{"Delete": {"IndexName": "ghost"}}, {"Update": {"IndexName": "ghost", "ProvisionedThroughput": self.tables.units()}}])
        self.update(f"Requested resource not found: Index ghost for table {self.name}", "ResourceNotFoundException", GlobalSecondaryIndexUpdates=[action])

    # Items: those of an index are those that have its keys, in the right types.

    def fill(self):
        keys, types = tables.names_of(self.asked_for["KeySchema"]), self.types()
        pool = {name: self.random.choice("SNB") for name in tables.ATTRIBUTES}
        seen = []
        for _ in range(6):
            item = {name: self.random.choice(VALUES[types[name]]) for name in keys}
            if item in seen:
                continue
            seen.append(dict(item))
            for name in tables.ATTRIBUTES + list("pqr"):
                if self.random.random() < 0.6:
                    item[name] = self.random.choice(VALUES[types.get(name, pool.get(name, "S"))])
            self.check(self.ask("PutItem", {"TableName": self.name, "Item": item}), {})
            self.items.append(item)

    def search(self):
        keys, types = set(tables.names_of(self.asked_for["KeySchema"])), self.types()
        for index in tables.indexes_of(self.asked_for):
            own = tables.names_of(index["KeySchema"])
            projection = index["Projection"]
            held = [item for item in self.items if all(types[name] in item.get(name, ()) for name in own)]
            if projection["ProjectionType"] != "ALL":
                shown = keys | set(own) | set(projection.get("NonKeyAttributes", ()))
                held = [{name: value for name, value in item.items() if name in shown} for item in held]
            answer = self.ask("Scan", {"TableName": self.name, "IndexName": index["IndexName"]})
            found = answer.pop("Items", None)
            self.check(answer, {"Count": len(held), "ScannedCount": len(held)})
            self.check(sorted(map(str, map(ordered, found))), sorted(map(str, map(ordered, held))))

    # Ends.

    def listed(self):
        """Its name comes after its start, in pages of any size."""
        found, start = [], self.name[:-1]
        while True:
            page = self.ask("ListTables", {"ExclusiveStartTableName": start, "Limit": self.random.randint(1, 5)})
            found += page["TableNames"]
            start = page.get("LastEvaluatedTableName")
            if self.name in found or not start:
                break
            self.check(start, found[-1])
        self.check(self.name in found, True)
        self.check(found, sorted(found))

    def deleted(self):
        request = {"TableName": self.name}
        if self.asked_for.get("DeletionProtectionEnabled"):
            self.check(self.ask("DeleteTable", request), {
                "__type": VALIDATION,
                "message": "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."})
            self.update(DeletionProtectionEnabled=False)
        answer = self.ask("DeleteTable", {"TableName": self.random.choice([self.name, ARN + self.name])})
        self.check(answer.get("TableDescription", {}).get("TableStatus"), "DELETING")
        for operation in ("DescribeTable", "DeleteTable"):
            self.missing(operation)
        self.check(self.ask("Scan", request), {"__type": DYNAMODB + "ResourceNotFoundException", "message": "Requested resource not found"})


def ordered(item):
    return sorted(evaluator.normal_item(item).items())
