"""Random requests of the operations on tables: good ones, and faults to be put into them, each with what the service says of it.

Texts and rules: the facts of the control plane, of which engine/operations/ tells the sources. Lists inside texts stand in the
order of a Java map, so that a text is compared with its lists in order (see in_order).
"""

import re

INVALID = "One or more parameter values were invalid: "
PROJECTIONS = ["ALL", "KEYS_ONLY", "INCLUDE"]
VIEWS = ["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"]
ATTRIBUTES = ["a", "b", "c", "d", "größe", "x.y"]


def in_order(text):
    """A message with the members of its lists sorted."""
    return re.sub(r"\[([^\[\]]*)\]", lambda found: "[" + ", ".join(sorted(found[1].split(", "))) + "]", text)


def schema(hashes, ranges=()):
    return [{"AttributeName": name, "KeyType": "HASH"} for name in hashes] + [{"AttributeName": name, "KeyType": "RANGE"} for name in ranges]


def names_of(keys):
    return [element["AttributeName"] for element in keys]


def of_kind(keys, kind):
    return [element["AttributeName"] for element in keys if element["KeyType"] == kind]


def indexes_of(request):
    return request.get("LocalSecondaryIndexes", []) + request.get("GlobalSecondaryIndexes", [])


class Tables:
    """Random tables; what is random comes from a random.Random."""

    def __init__(self, random, several=True):
        self.random = random
        self.several = several  # whether the keys of global indexes have several attributes

    def chance(self, probability):
        return self.random.random() < probability

    def units(self, low=1, high=50):
        return {"ReadCapacityUnits": self.random.randint(low, high), "WriteCapacityUnits": self.random.randint(low, high)}

    def projection(self):
        kind = self.random.choice(PROJECTIONS)
        return {"ProjectionType": kind, **({"NonKeyAttributes": self.random.sample("pqrstu", self.random.randint(1, 4))} if kind == "INCLUDE" else {})}

    def global_index(self, name, types, provisioned):
        """An index; `types` is told of the attributes of its keys."""
        most = 4 if self.several else 1
        hashes, ranges = self.random.choice([1, 1, 1, most]), self.random.choice([0, 1, 1, most])
        attributes = self.random.sample(ATTRIBUTES, min(hashes + ranges, len(ATTRIBUTES)))
        for attribute in attributes:
            types.setdefault(attribute, self.random.choice("SNB"))
        return {"IndexName": name, "KeySchema": schema(attributes[:hashes], attributes[hashes:]), "Projection": self.projection(),
                **({"ProvisionedThroughput": self.units()} if provisioned else {})}

    def create(self, name):
        """A good CreateTable."""
        types = {"pk": self.random.choice("SNB")}
        ranged, provisioned = self.chance(0.6), self.chance(0.5)
        if ranged:
            types["sk"] = self.random.choice("SNB")
        request = {"TableName": name, "KeySchema": schema(["pk"], ["sk"] if ranged else [])}
        if provisioned:
            request["ProvisionedThroughput"] = self.units()
            if self.chance(0.5):
                request["BillingMode"] = "PROVISIONED"
        else:
            request["BillingMode"] = "PAY_PER_REQUEST"
            if self.chance(0.2):
                request["OnDemandThroughput"] = {"MaxReadRequestUnits": self.random.randint(1, 100)}
        if ranged and self.chance(0.4):
            request["LocalSecondaryIndexes"] = []
            for i in range(self.random.randint(1, 3)):
                attribute = self.random.choice(ATTRIBUTES)
                types.setdefault(attribute, self.random.choice("SNB"))
                request["LocalSecondaryIndexes"].append(
                    {"IndexName": f"local{i}", "KeySchema": schema(["pk"], [attribute]), "Projection": self.projection()})
        if self.chance(0.6):
            request["GlobalSecondaryIndexes"] = [self.global_index(f"global{i}", types, provisioned) for i in range(self.random.randint(1, 3))]
        request["AttributeDefinitions"] = [{"AttributeName": attribute, "AttributeType": kind} for attribute, kind in
                                           self.random.sample(list(types.items()), len(types))]
        if self.chance(0.3):
            request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": self.random.choice(VIEWS)}
        if self.chance(0.3):
            request["DeletionProtectionEnabled"] = self.chance(0.5)
        if self.chance(0.2):
            request["TableClass"] = self.random.choice(["STANDARD", "STANDARD_INFREQUENT_ACCESS"])
        if self.chance(0.2):
            request["Tags"] = [{"Key": key, "Value": "v"} for key in self.random.sample("xyz", self.random.randint(1, 3))]
        return request


# Faults of a CreateTable: each puts itself into a good request and returns the text that it has, or None where it cannot be. No two
# of one group are put into one request, so that none of them hides another.

def on_demand_with_units(request, _):
    if request.get("BillingMode") != "PAY_PER_REQUEST":
        return None
    request["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    return INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"


def provisioned_without_units(request, _):
    if "ProvisionedThroughput" not in request:
        return None
    del request["ProvisionedThroughput"]
    return INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"


def defined_twice(request, random):
    again = dict(random.choice(request["AttributeDefinitions"]))
    request["AttributeDefinitions"].append(again)
    return f"Attribute Name is duplicated: {again['AttributeName']}"


def defined_for_nothing(request, _):
    request["AttributeDefinitions"].append({"AttributeName": "unused", "AttributeType": "S"})
    used = set(names_of(request["KeySchema"])).union(*(names_of(index["KeySchema"]) for index in indexes_of(request)))
    if not indexes_of(request):
        return INVALID + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
    defined = ", ".join(names_of(request["AttributeDefinitions"]))
    return INVALID + f"Some AttributeDefinitions are not used. AttributeDefinitions: [{defined}], keys used: [{', '.join(used)}]"


def undefined_key(request, _):
    definitions = request["AttributeDefinitions"]
    definitions[:] = [definition for definition in definitions if definition["AttributeName"] != "pk"]
    keys = names_of(request["KeySchema"])
    if len(keys) > len(definitions):
        return "Invalid KeySchema: Some index key attribute have no definition"
    return INVALID + (f"Some index key attributes are not defined in AttributeDefinitions. Keys: [{', '.join(keys)}], "
                      f"AttributeDefinitions: [{', '.join(names_of(definitions))}]")


def range_first(request, _):
    request["KeySchema"][0]["KeyType"] = "RANGE"
    return "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"


def hash_second(request, _):
    if len(request["KeySchema"]) < 2:
        return None
    request["KeySchema"][1]["KeyType"] = "HASH"
    return "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"


def one_key_twice(request, _):
    if len(request["KeySchema"]) < 2:
        return None
    request["KeySchema"][1]["AttributeName"] = "pk"
    return "Both the Hash Key and the Range Key element in the KeySchema have the same name"


def an_index(request, random, kind=None):
    found = request.get(kind, []) if kind else indexes_of(request)
    return random.choice(found) if found else None


def no_projection_type(request, random):
    index = an_index(request, random)
    if not index:
        return None
    index["Projection"] = {}
    return INVALID + "Unknown ProjectionType: null"


def nothing_included(request, random):
    index = an_index(request, random)
    if not index:
        return None
    index["Projection"] = {"ProjectionType": "INCLUDE"}
    return INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"


def included_in_all(request, random):
    index = an_index(request, random)
    if not index:
        return None
    index["Projection"] = {"ProjectionType": "ALL", "NonKeyAttributes": ["p"]}
    return INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified"


def included_twice(request, random):
    index = an_index(request, random)
    if not index:
        return None
    index["Projection"] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["p", "q", "p"]}
    return INVALID + "Duplicate element in NonKeyAttributes: p"


def same_index_name(request, _):
    indexes = indexes_of(request)
    if len(indexes) < 2:
        return None
    indexes[-1]["IndexName"] = indexes[0]["IndexName"]
    return INVALID + f"Duplicate index name: {indexes[0]['IndexName']}"


def index_units(request, random):
    index = an_index(request, random, "GlobalSecondaryIndexes")
    if not index:
        return None
    if index.pop("ProvisionedThroughput", None):
        return INVALID + f"ProvisionedThroughput is not specified for index: {index['IndexName']}"
    index["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    return INVALID + f"ProvisionedThroughput should not be specified for index: {index['IndexName']} when BillingMode is PAY_PER_REQUEST"


def empty_list(request, random):
    kind = random.choice(["GlobalSecondaryIndexes", "LocalSecondaryIndexes"])
    if kind in request:
        return None
    request[kind] = []
    return INVALID + f"List of {kind} is empty"


def local_of_no_range(request, _):
    if len(request["KeySchema"]) > 1:
        return None
    request["LocalSecondaryIndexes"] = [{"IndexName": "local", "KeySchema": schema(["pk"]), "Projection": {"ProjectionType": "ALL"}}]
    return INVALID + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"


def local_without_range(request, random):
    index = an_index(request, random, "LocalSecondaryIndexes")
    if not index:
        return None
    attribute = index["KeySchema"].pop()["AttributeName"]
    if all(attribute not in names_of(other["KeySchema"]) for other in indexes_of(request)):
        request["AttributeDefinitions"] = [d for d in request["AttributeDefinitions"] if d["AttributeName"] != attribute]
    return INVALID + f"Index KeySchema does not have a range key for index: {index['IndexName']}"


def local_of_another_hash(request, random):
    index = an_index(request, random, "LocalSecondaryIndexes")
    if not index:
        return None
    index["KeySchema"] = schema([names_of(index["KeySchema"])[1]], ["pk"])
    return INVALID + (f"Index KeySchema does not have the same leading hash key as table KeySchema for index: {index['IndexName']}. "
                      f"index hash key: {names_of(index['KeySchema'])[0]}, table hash key: pk")


def stream_without_view(request, _):
    request["StreamSpecification"] = {"StreamEnabled": True}
    return INVALID + "Table is being created with a stream enabled, UpdateViewType is required"


def view_without_stream(request, _):
    request["StreamSpecification"] = {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}
    return INVALID + "Table is being created with a stream disabled, UpdateViewType should not be specified"


def key_without_kms(request, _):
    request["SSESpecification"] = {"Enabled": True, "KMSMasterKeyId": "alias/mine"}
    return INVALID + "SSEType KMS is required if KMSMasterKeyId is specified"


def type_without_sse(request, _):
    request["SSESpecification"] = {"Enabled": False, "SSEType": "KMS"}
    return INVALID + "SSEType can not be specified if Enabled is false"


def no_such_class(request, _):
    request["TableClass"] = "GLACIER"
    return ("Invalid table-class parameter provided. Please try again with a valid table-class value: "
            "[STANDARD, STANDARD_INFREQUENT_ACCESS].")


def tagged_twice(request, _):
    request["Tags"] = [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]
    return "Duplicate Tag Keys provided as input: Duplicate Tag Key found x"


def tagged_as_aws(request, _):
    request["Tags"] = [{"Key": "aws:x", "Value": "1"}]
    return "Tag Key cannot be prefixed with aws:, Key: aws:x"


def most_of_provisioned(request, _):
    if "ProvisionedThroughput" not in request:
        return None
    request["OnDemandThroughput"] = {"MaxWriteRequestUnits": 5}
    return INVALID + "MaxWriteRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED."


def most_of_nothing(request, _):
    if request.get("BillingMode") != "PAY_PER_REQUEST":
        return None
    request["OnDemandThroughput"] = {"MaxReadRequestUnits": 0}
    return INVALID + "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range"


def cold(request, _):
    if request.get("BillingMode") != "PAY_PER_REQUEST":
        return None
    request["WarmThroughput"] = {"ReadUnitsPerSecond": 11999}
    return INVALID + ("Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand. See: "
                      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"
                      "#on-demand-capacity-mode-initial")


def bad_policy(request, _):
    request["ResourcePolicy"] = "{"
    return INVALID + "Invalid policy document: This policy contains invalid Json"


FAULTS = [
    [on_demand_with_units, provisioned_without_units],
    [defined_twice, defined_for_nothing, undefined_key, range_first, hash_second, one_key_twice, empty_list, local_of_no_range,
     local_without_range, local_of_another_hash, same_index_name, index_units],
    [no_projection_type, nothing_included, included_in_all, included_twice],
    [stream_without_view, view_without_stream],
    [key_without_kms, type_without_sse],
    [no_such_class],
    [tagged_twice, tagged_as_aws],
    [most_of_provisioned, most_of_nothing],
    [cold],
    [bad_policy],
]


def spoil(request, random, count):
    """Puts up to `count` faults of different groups in; their texts."""
    texts = []
    for group in random.sample(FAULTS, count):
        text = random.choice(group)(request, random)
        if text:
            texts.append(in_order(text))
    return texts
