"""What expressions mean, plainly: conditions, updates, projections, key conditions over items in DynamoDB's JSON.

Written from the developer guide ("Condition and filter expressions, operators, and functions", "Using update expressions",
"Using projection expressions", "Key condition expressions for the Query operation", "Comparison operator and function
reference", "Supported data types and naming rules") and facts of the service that it does not tell: `<>` with something
that is not there is true and all other comparisons are false; an update reads the item as it was; elements set beyond a
list's end are appended in the order of their indexes; the texts of errors.

A path is a tuple of names and indexes. Expressions are tuples, as generate.py makes them:
    operand    ("path", path) ("value", value) ("size", path)
    condition  ("compare", operator, left, right) ("between", x, low, high) ("in", x, [operands]) ("exists", path)
               ("not exists", path) ("type", path, name) ("begins", path, value) ("contains", path, operand)
               ("and", a, b) ("or", a, b) ("not", a)
    setting    operand, ("if_not_exists", path, setting), ("list_append", setting, setting), ("+"/"-", setting, setting)
    update     {"SET": [(path, setting)], "REMOVE": [path], "ADD": [(path, value)], "DELETE": [(path, value)]}
"""

import base64
import decimal

context = decimal.Context(prec=400, Emax=999999, Emin=-999999)

NOT_THERE = "The provided expression refers to an attribute that does not exist in the item"
INVALID_PATH = "The document path provided in the update expression is invalid for update"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"
TOO_DEEP = ("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")


class Refused(Exception):
    """The service would answer with a ValidationException of this text."""


def type_of(value):
    return next(iter(value))


def number(text):
    return context.create_decimal(text)


def plain(value):
    """A Decimal as the service prints it, or its refusal."""
    if value == 0:
        return "0"
    value = value.normalize(context)
    if len(value.as_tuple().digits) > 38:
        raise Refused(TOO_PRECISE)
    if value.adjusted() > 125:
        raise Refused(OVERFLOW)
    if value.adjusted() < -130:
        raise Refused(UNDERFLOW)
    return format(value, "f")


def normal(value):
    """A value with its numbers normalised and its sets in order, so that == compares."""
    kind, content = next(iter(value.items()))
    if kind == "N":
        return {kind: plain(number(content))}
    if kind == "NS":
        return {kind: sorted((plain(number(n)) for n in content), key=number)}
    if kind in ("SS", "BS"):
        return {kind: sorted(content)}
    if kind == "L":
        return {kind: [normal(v) for v in content]}
    if kind == "M":
        return {kind: normal_item(content)}
    return {kind: content}


def normal_item(item):
    return {name: normal(value) for name, value in item.items()}


def depth(value):
    kind, content = next(iter(value.items()))
    inner = content if kind == "L" else content.values() if kind == "M" else ()
    return 1 + max((depth(v) for v in inner), default=0)


def find(item, path):
    """The value at a path, or None."""
    value = {"M": item}
    for step in path:
        kind, content = next(iter(value.items()))
        if isinstance(step, int):
            if kind != "L" or step >= len(content):
                return None
            value = content[step]
        else:
            if kind != "M" or step not in content:
                return None
            value = content[step]
    return value


# Conditions.

ORDERED = ("S", "N", "B")


def sortable(value):
    """What orders values of one type that has an order: numbers, UTF-8 bytes, unsigned bytes."""
    kind, content = next(iter(value.items()))
    return {"N": number, "S": lambda s: s.encode(), "B": base64.b64decode}[kind](content)


def size(value):
    kind, content = next(iter(value.items()))
    if kind == "S":
        return len(content.encode("utf-16-le")) // 2
    if kind == "B":
        return len(base64.b64decode(content))
    if kind in ("SS", "NS", "BS", "L", "M"):
        return len(content)
    return None


def operand(item, what):
    if what[0] == "value":
        return what[1]
    value = find(item, what[1])
    if what[0] == "path" or value is None:
        return value
    count = size(value)
    return None if count is None else {"N": str(count)}


def compare(operator, left, right):
    if left is None or right is None:
        return operator == "<>"
    if operator in ("=", "<>"):
        return (normal(left) == normal(right)) == (operator == "=")
    if type_of(left) != type_of(right) or type_of(left) not in ORDERED:
        return False
    a, b = sortable(left), sortable(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


def contains(value, part):
    if value is None or part is None:
        return False
    kind, content = next(iter(value.items()))
    if kind == "S":
        return type_of(part) == "S" and part["S"] in content
    if kind == "B":
        return type_of(part) == "B" and base64.b64decode(part["B"]) in base64.b64decode(content)
    if kind in ("SS", "NS", "BS"):
        return type_of(part) == kind[0] and normal(part) in [normal({kind[0]: member}) for member in content]
    if kind == "L":
        return normal(part) in [normal(member) for member in content]
    return False


def begins(value, prefix):
    if value is None or type_of(value) != type_of(prefix) or type_of(value) not in ("S", "B"):
        return False
    return sortable(value).startswith(sortable(prefix))


def met(item, condition):
    """Whether an item ({} when there is none) meets a condition."""
    kind, *rest = condition
    if kind == "and":
        return met(item, rest[0]) and met(item, rest[1])
    if kind == "or":
        return met(item, rest[0]) or met(item, rest[1])
    if kind == "not":
        return not met(item, rest[0])
    if kind == "compare":
        return compare(rest[0], operand(item, rest[1]), operand(item, rest[2]))
    if kind == "between":
        x, low, high = (operand(item, o) for o in rest)
        return compare(">=", x, low) and compare("<=", x, high)
    if kind == "in":
        x = operand(item, rest[0])
        return any(compare("=", x, operand(item, o)) for o in rest[1])
    value = find(item, rest[0])
    if kind == "exists":
        return value is not None
    if kind == "not exists":
        return value is None
    if kind == "type":
        return value is not None and type_of(value) == rest[1]
    if kind == "begins":
        return begins(value, rest[1])
    assert kind == "contains", kind
    return contains(value, operand(item, rest[1]))


# Updates.

def setting(item, what):
    """The value of a SET's right side."""
    kind, *rest = what
    if kind == "value":
        return rest[0]
    if kind == "path":
        value = find(item, rest[0])
        if value is None:
            raise Refused(NOT_THERE)
        return value
    if kind == "if_not_exists":
        value = find(item, rest[0])
        return setting(item, rest[1]) if value is None else value
    left, right = setting(item, rest[0]), setting(item, rest[1])
    if kind == "list_append":
        if type_of(left) != "L" or type_of(right) != "L":
            raise Refused(WRONG_TYPE)
        return {"L": left["L"] + right["L"]}
    if type_of(left) != "N" or type_of(right) != "N":
        raise Refused(WRONG_TYPE)
    a, b = number(left["N"]), number(right["N"])
    return {"N": plain(context.add(a, b) if kind == "+" else context.subtract(a, b))}


def added(old, value):
    if old is None:
        return value
    kind = type_of(value)
    if type_of(old) != kind:
        raise Refused(WRONG_TYPE)
    if kind == "N":
        return {"N": plain(context.add(number(old["N"]), number(value["N"])))}
    a, b = normal(old)[kind], normal(value)[kind]
    return {kind: a + [member for member in b if member not in a]}


def without(old, value):
    """What DELETE leaves, None when nothing."""
    if old is None:
        return None
    kind = type_of(value)
    if type_of(old) != kind:
        raise Refused(WRONG_TYPE)
    a, b = normal(old)[kind], normal(value)[kind]
    rest = [member for member in a if member not in b]
    return {kind: rest} if rest else None


REMOVED = object()


def applied(value, actions):
    """A map or list with actions, {path below it: new value or REMOVED}, done to it."""
    steps = {}
    for path, action in actions.items():
        steps.setdefault(path[0], {})[path[1:]] = action
    lists = isinstance(next(iter(steps)), int)
    if value is None or type_of(value) != ("L" if lists else "M"):
        raise Refused(INVALID_PATH)
    content = dict(enumerate(value["L"])) if lists else dict(value["M"])
    for step, below in steps.items():
        if () not in below:
            content[step] = applied(content.get(step), below)
        elif below[()] is REMOVED:
            content.pop(step, None)
        else:
            content[step] = below[()]
    return {"L": [content[i] for i in sorted(content)]} if lists else {"M": content}


def updated(item, update):
    """The item after an update that has no overlapping paths."""
    actions = {}
    for path, what in update.get("SET", ()):
        actions[path] = setting(item, what)
    for path in update.get("REMOVE", ()):
        actions[path] = REMOVED
    for path, value in update.get("ADD", ()):
        actions[path] = added(find(item, path), value)
    for path, value in update.get("DELETE", ()):
        rest = without(find(item, path), value)
        actions[path] = REMOVED if rest is None else rest
    new = applied({"M": item}, actions)["M"]
    if any(depth(value) > 32 for value in new.values()):
        raise Refused(TOO_DEEP)
    return new


def faults(item, what):
    """Every text with which a SET's right side might be refused."""
    kind, *rest = what
    if kind == "list_append" or kind in "+-":
        found = faults(item, rest[0]) | faults(item, rest[1])
        for side in rest:
            try:
                if type_of(setting(item, side)) != ("L" if kind == "list_append" else "N"):
                    found.add(WRONG_TYPE)
            except Refused:
                pass
        if found:
            return found
    try:
        setting(item, what)
    except Refused as refused:
        return {str(refused)}
    return set()


def refusals(item, update):
    """Every text with which an update might be refused; empty when it is done. Which of several the service says first, no
    document tells."""
    found = set()
    for path, what in update.get("SET", ()):
        found |= faults(item, what)
    probes = [lambda path=path: applied({"M": item}, {path: REMOVED}) for path in paths_of(update)]
    probes += [lambda path=path, value=value: added(find(item, path), value) for path, value in update.get("ADD", ())]
    probes += [lambda path=path, value=value: without(find(item, path), value) for path, value in update.get("DELETE", ())]
    if not found:
        probes.append(lambda: updated(item, update))
    for probe in probes:
        try:
            probe()
        except Refused as refused:
            found.add(str(refused))
    return found


def paths_of(update):
    """The paths that an update changes, clause by clause."""
    return [entry if clause == "REMOVE" else entry[0] for clause, entries in update.items() for entry in entries]


# Projections.

def projected(item, paths):
    """The parts of an item that paths, none of them the start of another, name; lists close up."""

    def part(value, below):
        if () in below:
            return value
        kind, content = next(iter(value.items()))
        steps = {}
        for path in below:
            steps.setdefault(path[0], set()).add(path[1:])
        if kind == "M":
            inner = {step: part(content[step], rest) for step, rest in steps.items() if step in content}
            inner = {step: held for step, held in inner.items() if held is not None}
        elif kind == "L":
            found = [part(content[step], steps[step]) for step in sorted(s for s in steps if isinstance(s, int)) if step < len(content)]
            inner = [held for held in found if held is not None]
        else:
            return None
        return {kind: inner} if inner else None

    return (part({"M": item}, set(paths)) or {"M": {}})["M"]
