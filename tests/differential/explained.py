"""The differences between DynamoDB Local 2.6.1 and the service that docs/compatibility.md tells of, as rules.

A rule either reduces two answers, by taking out what it explains, or explains a pair of errors by their texts. An answer is
explained when its reductions leave nothing that differs, or when a rule of errors says so. The names of the rules are the
names of the entries there.
"""

import copy
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance"))

import evaluator  # noqa: E402  pylint: disable=wrong-import-position


def outline(answer):
    """What kind of answer it is, without what is particular in it."""
    if "__type" not in answer:
        return "ok"
    text = answer.get("message") or ""
    kind = answer["__type"].rpartition("#")[2]
    text = re.sub(r"\[.*?\]|\{.*\}|\"[^\"]*\"|'[^']*'|[:#]\w+|\d+", "~", text)
    return f"{'' if kind == 'ValidationException' else kind + ': '}{text}"[:140]


def numbers(value):
    """All attribute values' numbers in the one form that the service has for them."""
    if isinstance(value, dict):
        if len(value) == 1:
            kind, content = next(iter(value.items()))
            if kind == "N" and isinstance(content, str):
                return {"N": evaluator.plain(evaluator.number(content))}
            if kind == "NS" and isinstance(content, list):
                return {"NS": sorted(evaluator.plain(evaluator.number(n)) for n in content)}
        return {name: numbers(held) for name, held in value.items()}
    if isinstance(value, list):
        return [numbers(held) for held in value]
    return value


def numbers_in_documents(operation, request, ours, theirs):
    return numbers(ours), numbers(theirs)


def capacity_unasked(operation, request, ours, theirs):
    if request.get("ReturnConsumedCapacity") in (None, "NONE"):
        theirs.pop("ConsumedCapacity", None)
    return ours, theirs


def capacity_counted(operation, request, ours, theirs):
    """What Local counts otherwise: nothing for what is not there, deletes twice, index entries that are not written, and what
    belongs to transactions."""
    if "ConsumedCapacity" in ours and "ConsumedCapacity" in theirs:
        nothing = "'CapacityUnits': 0.0" in str(theirs["ConsumedCapacity"])
        fetched = str(request.get("IndexName", "")).startswith("local")
        if nothing or fetched or operation not in ("GetItem", "Query", "Scan"):
            del ours["ConsumedCapacity"], theirs["ConsumedCapacity"]
    return ours, theirs


def collection_metrics(operation, request, ours, theirs):
    if "ItemCollectionMetrics" not in theirs:
        ours.pop("ItemCollectionMetrics", None)
    return ours, theirs


def last_key_of_one(operation, request, ours, theirs):
    if operation == "Query" and request.get("TableName") == "hash" and "LastEvaluatedKey" not in theirs:
        ours.pop("LastEvaluatedKey", None)
    return ours, theirs


def nothing_projected(operation, request, ours, theirs):
    if operation == "TransactGetItems" and "Responses" in theirs:
        theirs["Responses"] = [{} if found == {"Item": {}} else found for found in theirs["Responses"]]
    return ours, theirs


def reason_with_a_full_stop(operation, request, ours, theirs):
    for reason in theirs.get("CancellationReasons", ()):
        if reason.get("Message") == "The conditional request failed.":
            reason["Message"] = reason["Message"][:-1]
    return ours, theirs


def updated_lists(operation, request, ours, theirs):
    """UPDATED_OLD and UPDATED_NEW of paths into lists and documents."""
    if operation == "UpdateItem" and "UPDATED" in str(request.get("ReturnValues")) and re.search(r"[\[.]", str(request.get("UpdateExpression"))):
        ours.pop("Attributes", None)
        theirs.pop("Attributes", None)
    return ours, theirs


def equal_index_keys(operation, request, ours, theirs):
    """Which of the items with the same index key comes first, and so is on a page."""
    if operation == "Query" and "IndexName" in request and "Limit" in request and "Count" in ours and ours["Count"] == theirs.get("Count"):
        for side in (ours, theirs):
            side.pop("LastEvaluatedKey", None)
            side.pop("Items", None)
    return ours, theirs


def filters_of_index_scans(operation, request, ours, theirs):
    """Local's filter sees the whole item when it scans an index."""
    if operation == "Scan" and "IndexName" in request and {"FilterExpression", "ScanFilter"} & set(request):
        if ours.get("ScannedCount") == theirs.get("ScannedCount"):
            for side in (ours, theirs):
                side.pop("Items", None)
                side.pop("Count", None)
    return ours, theirs


def protection(operation, request, ours, theirs):
    """Local forgets it at the next UpdateTable."""
    if operation in ("DescribeTable", "CreateTable"):
        for side in (ours, theirs):
            side.get("Table", side.get("TableDescription", {})).pop("DeletionProtectionEnabled", None)
    return ours, theirs


def units_on_demand(operation, request, ours, theirs):
    """Local's indexes keep their units when their table is switched to PAY_PER_REQUEST."""
    known = {index["IndexName"] for index in ours.get("Table", {}).get("GlobalSecondaryIndexes", ()) if "ProvisionedThroughput" not in index}
    for index in theirs.get("Table", {}).get("GlobalSecondaryIndexes", ()):
        if index["IndexName"] in known:
            index.pop("ProvisionedThroughput", None)
    return ours, theirs


REDUCTIONS = [protection, units_on_demand, numbers_in_documents, capacity_unasked, capacity_counted, collection_metrics, last_key_of_one, nothing_projected,
              reason_with_a_full_stop, updated_lists, equal_index_keys,
              filters_of_index_scans]
ANY = ".*"
NUMERIC = "(ExpressionAttributeValues contains invalid value: )?"
# A name, what ddbmock says, what DynamoDB Local says: outlines.
ERRORS = [
    ("types", "SerializationException.*", ANY),
    ("constraints", ".*failed to satisfy constraint.*", ANY),
    ("constraints", "The requestItems parameter is required for.*", ANY),
    ("number texts", NUMERIC + "The parameter cannot be converted to a numeric value.*", NUMERIC + "A value provided cannot be converted into a number.*"),
    ("number texts", "(Attempting to store more than ~ significant digits in a Number|Number (over|under)flow.*)",
     "DynamoDB only supports precision up to ~ digits"),
    ("key texts", "The provided key element does not match the schema|One or more parameter values were invalid: (Missing the key|Type mismatch for key).*",
     "The number of conditions on the keys is invalid|One of the required keys was not given a value|Invalid attribute value type|"
     "One or more parameter values were invalid: Type mismatch for key"),
    ("table texts", ANY, "Invalid table/index name.*|ResourceNotFoundException: Cannot do operations on a non-existent table"),
    ("table texts", "ResourceNotFoundException: Requested resource not found", "ok|The number of conditions on the keys is invalid"),
    ("legacy texts", ".*action.* is not supported for the type .*", ".*action.* is not supported for the type .*"),
    ("legacy texts", ".*ComparisonOperator .* is not valid for .*", ".*ComparisonOperator .* is not valid for .*"),
    ("legacy texts", ".*Duplicate value in attribute name.*", "Cannot have two attributes with the same name"),
    # A Query's filter goes before its keys, Local has it the other way round.
    ("order of checks", "ConditionalOperator can.*|.*(Invalid number of argument|ComparisonOperator .* is not valid for|must be of same type).*|Supplied AttributeValue.*|"
     "The BETWEEN condition was provided.*|Empty attribute name", ".*(Invalid number of argument|ComparisonOperator .* is not valid for|"
     "must be of same type|Condition parameter type does not match|Query condition missed|Empty attribute name).*"),
    ("index texts", "Consistent reads are not supported on global secondary indexes", "Consistent read cannot be true when (querying|scanning) a GSI"),
    ("index texts", "Query condition missed key schema element: .*", "Query condition missed key schema element"),
    ("index texts", ".*Global secondary index .* does not project ~", ".*Global secondary index .* does not project ~"),
    ("value texts", ".*contains duplicate.*", ".*contains duplicate.*"),
    ("order of checks", r"Invalid \w+Expression: .* is not defined.*", r"Invalid \w+Expression: Incorrect number of operands.*"),
    ("order of checks", "(?!ok$).*", "Consistent read cannot be true when.*"),
    ("value texts", "The supplied Item contains a null AttributeValue", "The supplied Item contains a null AttributeValue: .* is null"),
    ("value texts", ".*may not (have a empty string as a |contain null or empty value).*", ".*(null string as a |contains a null AttributeValue).*"),
    ("index keys", ".*(Type mismatch for Index Key|Key attributes must be scalars|secondary index key|IndexKey: ).*", ANY),
    ("index keys", ANY, ".*(Key attributes must be scalars|secondary index key|Updates on index keys must be of the same data type).*"),
    ("order of checks", "Filter Expression can only contain non-primary key attributes.*", "Filter Expression can only contain non-primary key attributes.*"),
    ("transaction reasons", "TransactionCanceledException.*", "(?!ok$).*"),
    ("names in transactions", "ok", "Expression(AttributeNames|AttributeValues) can only be specified when using expressions"),
    ("size is reserved", ".*reserved keyword: size", ANY),
    ("order of checks", "Either the KeyConditions or.*|Invalid condition in KeyConditionExpression.*", "Value provided in ExpressionAttribute.* unused.*"),
    ("order of checks", "Cannot specify the .*|SPECIFIC_ATTRIBUTES.*|Attempted conditional constraint.*", ".*does not project one or more filter attributes.*"),
    ("order of checks", "Invalid (Filter|Projection)Expression.*|ALL_PROJECTED_ATTRIBUTES can be used only when.*",
     ".*key attribute cannot contain an empty string value.*|Consistent read cannot be true when.*|Query condition missed key schema element|.*Condition parameter type does not match schema type"),
    ("order of checks", "Invalid KeyConditionExpression.*", "Invalid (Filter|Projection)Expression.*"),
    ("deleting from nothing", "ok|TransactionCanceledException.*", "The document path provided in the update.*"),
    ("number texts", ".*lower bound operand: AttributeValue: ~", ".*lower bound operand: AttributeValue: ~"),
    ("attribute types", ".*attribute_type, operand type: ~|.*Invalid attribute type name found.*", ".*attribute_type, operand type: ~|.*Invalid attribute type name found.*"),
    ("failures of Local", "ok", "Input collection contains duplicates"),  # of a set's numbers that differ beyond a double's digits
    ("failures of Local", ANY, ".*Internal server error.*|InternalFailure.*"),
    ("return values", "ReturnValues can only be ALL_OLD or NONE", "Return values set to invalid value"),
    ("order of checks", ".*Cannot update attribute.*", 
     "ConditionalCheckFailedException.*|Type mismatch for attribute to update|.*Cannot update attribute.*"),
    # Local has met the condition before it looks at what AttributeUpdates says.
    ("order of checks", "The supplied Item contains a null AttributeValue|.*Only DELETE action is allowed when.*|.*action.* not supported for the type.*|"
     ".*The parameter cannot be converted to a numeric value.*|Supplied AttributeValue .*|.*may not.*empty.*|.*contains duplicate.*|"
     ".*must have the value of true",
     "ConditionalCheckFailedException.*|Type mismatch for attribute to update|.*Cannot update attribute.*"),
]


# Of the operations on tables the same.
OF_TABLES = [
    ("types", "SerializationException.*", ANY),
    ("constraints", ".*failed to satisfy constraint.*|The parameter 'TableName' is required.*", ANY),
    # Measured in 2026, facts/control-plane-errors.tsv.
    ("tables taken", ".*(SSEType|KMSMasterKeyId|table-class|Tag Key|Tag Value|Invalid policy document|WarmThroughput|OnDemandThroughput).*", "ok"),
    ("tables taken", ".*(must be the only operation in the request|You cannot modify stream status while|You cannot create or delete index while).*", "ok"),
    ("tables taken", ".*(Neither ReadCapacityUnits nor WriteCapacityUnits can be specified|ProvisionedThroughput cannot be specified when|"
     "ProvisionedThroughput must be specified|ProvisionedThroughput should not be specified|is empty|The only Updates for index).*", "ok"),
    ("table states", ANY, "(ResourceInUseException: (Attempt to change a resource which is still in use|Can't update table while)|"
     "LimitExceededException: Subscriber limit exceeded: Only ~ online index).*"),
    ("redefinitions", "ok", "invalid attribute, SchemaElement redefined.*"),
    ("protection", "Resource cannot be deleted as it is currently protected.*", "ok"),
    ("failures of Local", ANY, "InternalFailure.*"),
    ("failures of Local", "ok", "Table read and write throughput must be at least ~, and cannot be null"),
    ("table refusals", "(?!ok$).*", "(?!ok$).*"),
]


def makes_items_of_deletes(operation, request):
    """Whether it may be an update that only deletes, of which DynamoDB Local makes an item where there was none."""
    updates = request.get("AttributeUpdates")
    if isinstance(updates, dict) and updates and all(isinstance(one, dict) and one.get("Action") == "DELETE" for one in updates.values()):
        return True
    expressions = [request.get("UpdateExpression")]
    if operation == "TransactWriteItems" and isinstance(request.get("TransactItems"), list):
        expressions += [action["Update"].get("UpdateExpression") for action in request["TransactItems"]
                        if isinstance(action, dict) and isinstance(action.get("Update"), dict)]
    return any(isinstance(text, str) and not re.search(r"\b(SET|ADD)\b", text, re.I) for text in expressions)


def why(operation, request, ours, theirs, shown):
    """The names of the rules that explain a difference, or nothing."""
    if "__type" in ours or "__type" in theirs:
        for name, mine, their in OF_TABLES if operation.endswith(("Table", "Tables")) else ERRORS:
            if re.fullmatch(mine, outline(ours), re.S) and re.fullmatch(their, outline(theirs), re.S):
                return [name]
    if re.search(r"Index Key|secondary index key|IndexKey", str(ours.get("CancellationReasons"))):
        return ["index keys"]
    ours, theirs, names = copy.deepcopy(ours), copy.deepcopy(theirs), []
    for rule in REDUCTIONS:
        before = shown(ours, operation), shown(theirs, operation)
        ours, theirs = rule(operation, request, ours, theirs)
        if (shown(ours, operation), shown(theirs, operation)) != before:
            names.append(rule.__name__.replace("_", " "))
    return names if shown(ours, operation) == shown(theirs, operation) else None
