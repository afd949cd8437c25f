"""Random parameters of before expressions - Expected, AttributeUpdates, KeyConditions, QueryFilter, ScanFilter and their
ConditionalOperator, AttributesToGet - and what they mean, plainly.

Written from the developer guide ("Legacy conditional parameters", a page for each) and the API reference; facts that these do
not tell: NE with something that is not there is true and all other comparisons are false; a DELETE makes no item where there
is none (scylladb/scylladb#5862); ADD takes a list, too, and appends it; the texts of errors (dynalite).

As they are sent: conditions {name: {"ComparisonOperator": ..., "AttributeValueList": [...]}}, or of Expected {name:
{"Exists": ..., "Value": ...}}; updates {name: {"Action": ..., "Value": ...}}. Names are of attributes: a dot means nothing.
"""

import evaluator
from evaluator import type_of
from generate import NAMES

SCALARS = ["S", "N", "B"]
SETS = ["SS", "NS", "BS"]
ALL = [*SCALARS, *SETS, "BOOL", "NULL", "L", "M"]
TYPES = {"EQ": ALL, "NE": ALL, "LT": SCALARS, "LE": SCALARS, "GT": SCALARS, "GE": SCALARS, "BETWEEN": SCALARS, "IN": SCALARS,
         "BEGINS_WITH": ["S", "B"], "CONTAINS": SCALARS, "NOT_CONTAINS": SCALARS, "NULL": [], "NOT_NULL": []}
OF_KEYS = ["EQ", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"]
SYMBOLS = {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
MISMATCH = "Type mismatch for attribute to update"


class Legacy:
    """Random legacy parameters; what is random comes from a generate.Generator."""

    def __init__(self, generate):
        self.generate, self.random = generate, generate.random

    def name(self, item):
        """An attribute that is no key, two times in three one that is there."""
        there = [name for name in item if name in NAMES]
        return self.random.choice(there if there and self.generate.chance(0.66) else NAMES)

    def names(self, item, most=4):
        """AttributesToGet: no name twice."""
        return list(dict.fromkeys(self.name(item) for _ in range(self.random.randint(1, most))))

    def literal(self, item, name, types):
        """A value of one of some types, often that of the attribute."""
        if type_of(item.get(name, {"": 0})) in types and self.generate.chance(0.5):
            return item[name]
        return self.generate.literal(item, types)

    def values(self, item, name, operator):
        if operator in ("NULL", "NOT_NULL"):
            return []
        first = self.literal(item, name, TYPES[operator])
        same = [type_of(first)]
        if operator == "BETWEEN":
            return sorted([first, self.literal(item, name, same)], key=evaluator.sortable)
        if operator == "IN":
            return [first] + [self.literal(item, name, same) for _ in range(self.random.randint(0, 3))]
        if operator.endswith("CONTAINS") and self.generate.chance(0.5):
            kind, content = next(iter(item.get(name, {"": 0}).items()))
            if kind in SETS:
                return [{kind[0]: self.random.choice(content)}]
        return [first]

    def condition(self, item, name, operators=tuple(TYPES)):
        operator = self.random.choice(operators)
        values = self.values(item, name, operator)
        return {"ComparisonOperator": operator, **({"AttributeValueList": values} if values else {})}

    def filter(self, item, most=3):
        """QueryFilter and ScanFilter."""
        return {name: self.condition(item, name) for name in self.names(item, most)}

    def expectation(self, item, name):
        pick = self.random.random()
        if pick < 0.3:
            value = {"Value": self.literal(item, name, ALL)}
            return {**value, "Exists": True} if self.generate.chance(0.5) else value
        if pick < 0.4:
            return {"Exists": False}
        condition = self.condition(item, name)
        if len(condition.get("AttributeValueList", ())) == 1 and self.generate.chance(0.5):
            condition["Value"] = condition.pop("AttributeValueList")[0]
        return condition

    def expected(self, item, most=3):
        return {name: self.expectation(item, name) for name in self.names(item, most)}

    def operator(self, conditions):
        """A ConditionalOperator, which is for two or more."""
        return {"ConditionalOperator": self.random.choice(["AND", "OR"])} if len(conditions) > 1 and self.generate.chance(0.6) else {}

    def update(self, item, name):
        action = self.random.choice(["PUT", "PUT", "DELETE", "DELETE", "ADD", None])
        types = {"ADD": ["N", *SETS, "L"], "DELETE": SETS}.get(action, ALL)
        if action == "DELETE" and self.generate.chance(0.5):
            return {"Action": action}
        value = self.literal(item, name, types)
        if action == "ADD" and self.generate.chance(0.7):
            fitting = [held for held in (item.get(name),) if held and type_of(held) in types]
            value = self.literal(item, name, [type_of(fitting[0])]) if fitting else value
        return {"Value": value, **({"Action": action} if action else {})}

    def updates(self, item, most=4):
        return {name: self.update(item, name) for name in self.names(item, most)}


def holds(value, condition):
    """Whether an attribute's value, None where there is none, meets its condition."""
    operator = condition.get("ComparisonOperator")
    if operator is None:
        return value is None if not condition.get("Exists", True) else evaluator.compare("=", value, condition["Value"])
    values = condition.get("AttributeValueList", [condition["Value"]] if "Value" in condition else [])
    if operator in SYMBOLS:
        return evaluator.compare(SYMBOLS[operator], value, values[0])
    if operator == "BETWEEN":
        return evaluator.compare(">=", value, values[0]) and evaluator.compare("<=", value, values[1])
    if operator == "IN":
        return any(evaluator.compare("=", value, one) for one in values)
    if operator == "BEGINS_WITH":
        return evaluator.begins(value, values[0])
    if operator == "NULL":
        return value is None
    return value is not None and (operator == "NOT_NULL" or evaluator.contains(value, values[0]) == (operator == "CONTAINS"))


def met(item, conditions, operator="AND"):
    """Whether an item ({} when there is none) meets conditions."""
    return (any if operator == "OR" else all)(holds(item.get(name), condition) for name, condition in conditions.items())


def changed(old, update):
    """An attribute after its update, None when it is gone; evaluator.Refused when it cannot be."""
    action, value = update.get("Action", "PUT"), update.get("Value")
    if action == "PUT":
        return value
    if value is None:
        return None
    if old is None:
        return value if action == "ADD" else None
    if type_of(old) != type_of(value):
        raise evaluator.Refused(MISMATCH)
    if action == "DELETE":
        return evaluator.without(old, value)
    return {"L": old["L"] + value["L"]} if type_of(old) == "L" else evaluator.added(old, value)


def updated(item, updates):
    """The attributes after an update, {} where there is still none; of several faults the texts are equally good."""
    new, faults = dict(item), set()
    for name, update in updates.items():
        try:
            value = changed(item.get(name), update)
        except evaluator.Refused as refused:
            faults.add(str(refused))
            continue
        new.pop(name, None)
        if value is not None:
            new[name] = value
    return new, faults
