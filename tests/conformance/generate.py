"""Random items and expressions, and the text of an expression in one of the ways in which it may be written.

Pools are small, so that what is compared is often equal; half of all literals are taken from the item in question. Only what
the service takes: no two paths of an update overlap, literals have types that their operator takes.
"""

import base64

from evaluator import find, sortable, type_of

NAMES = ["a", "b", "c", "d", "e1", "name", "x.y", "größe", "Size", "a-b"]
PLAIN = {"a", "b", "c", "d", "e1", "pk", "sk", "g", "h", "l"}
TYPES = ["S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M"]
NUMBERS = ["0", "1", "2", "3", "-1", "10", "1.5", "-0.25", "1e3", "0.10", "007", "1E-5", "123456789", "9.99e20",
           "12345678901234567890123456789012345678", "1e125", "-1e-130"]
STRINGS = ["", "a", "b", "ab", "abc", "ba", "é", "\U0001f600", "a b", "\"", "Z", "\n"]
BINARIES = [base64.b64encode(b).decode() for b in (b"", b"\x00", b"a", b"ab", b"abc", b"\xff", b"\x80\x00")]


class Generator:
    """Everything comes from one random.Random, so that a seed repeats it."""

    def __init__(self, random):
        self.random = random

    def chance(self, probability):
        return self.random.random() < probability

    def value(self, depth=3):
        pick = self.random
        kind = pick.choice(TYPES if depth > 0 else TYPES[:8])
        if kind == "S":
            return {kind: pick.choice(STRINGS)}
        if kind == "N":
            return {kind: self.digits() if self.chance(0.15) else pick.choice(NUMBERS)}
        if kind == "B":
            return {kind: pick.choice(BINARIES)}
        if kind == "SS":
            return {kind: pick.sample(STRINGS, pick.randint(1, 4))}
        if kind == "NS":
            return {kind: pick.sample(NUMBERS, pick.randint(1, 4))}
        if kind == "BS":
            return {kind: pick.sample(BINARIES, pick.randint(1, 4))}
        if kind == "BOOL":
            return {kind: self.chance(0.5)}
        if kind == "NULL":
            return {kind: True}
        if kind == "L":
            return {kind: [self.value(depth - 1) for _ in range(pick.randint(0, 4))]}
        return {kind: {name: self.value(depth - 1) for name in pick.sample(NAMES, pick.randint(0, 3))}}

    def digits(self):
        """Any number that the service has, in one of the ways to write it."""
        pick = self.random
        digits = str(pick.randrange(1, 10 ** pick.choice([1, 3, 19, 20, 37, 38])))
        exponent = pick.choice([0, -len(digits), pick.randint(-130, 126 - len(digits))])
        if self.chance(0.3):
            digits = f"{digits[0]}.{digits[1:]}0" if len(digits) > 1 else f"00{digits}"
            exponent = max(exponent, -130) if "." not in digits else max(exponent, len(digits) - 3 - 130)
        return f"{pick.choice(['', '-'])}{digits}" + (f"{pick.choice('eE')}{pick.choice(['', '+']) if exponent > 0 else ''}{exponent}" if exponent else "")

    def item(self, key):
        return {**key, **{name: self.value() for name in self.random.sample(NAMES, self.random.randint(0, 7))}}

    def paths_of(self, item, keys=("pk", "sk")):
        """All paths that lead somewhere in an item, but those of its key."""
        found = []

        def walk(path, value):
            found.append(path)
            kind, content = next(iter(value.items()))
            if kind == "L":
                for i, held in enumerate(content):
                    walk((*path, i), held)
            elif kind == "M":
                for name, held in content.items():
                    walk((*path, name), held)

        for name, value in item.items():
            if name not in keys:
                walk((name,), value)
        return found

    def path(self, item):
        """A path, two times in three one that is there."""
        there = self.paths_of(item)
        if there and self.chance(0.66):
            path = self.random.choice(there)
            if self.chance(0.1):
                path = (*path, self.random.choice([0, 1, "a", "b"]))
            return path
        path = (self.random.choice(NAMES),)
        while self.chance(0.25):
            path = (*path, self.random.choice([0, 1, 2, "a", "b", "c"]))
        return path

    def literal(self, item, types):
        """A value of one of some types, often one that is in the item."""
        fitting = [find(item, path) for path in self.paths_of(item)]
        fitting = [value for value in fitting if type_of(value) in types]
        if fitting and self.chance(0.5):
            return self.random.choice(fitting)
        while True:
            value = self.value(1)
            if type_of(value) in types:
                return value

    # Conditions.

    def operand(self, item, types=TYPES):
        kind = self.random.random()
        if kind < 0.45:
            return ("value", self.literal(item, types))
        if kind < 0.85 or "N" not in types:
            return ("path", self.path(item))
        return ("size", self.path(item))

    def left(self, item):
        """Something on the left, more often than not a path."""
        return ("path", self.path(item)) if self.chance(0.75) else ("size", self.path(item))

    def primary(self, item):
        pick = self.random.choice(["compare", "compare", "compare", "between", "in", "exists", "not exists", "type", "begins", "contains"])
        left = self.left(item)
        if pick == "compare":
            operator = self.random.choice(["=", "<>", "<", "<=", ">", ">="])
            right = self.operand(item, TYPES if operator in ("=", "<>") else ["S", "N", "B"])
            if self.chance(0.2) and right[0] == "value":
                left, right = right, left
            return (pick, operator, left, right) if left != right else self.primary(item)
        if pick == "between":
            low = self.operand(item, ["S", "N", "B"])
            high = self.operand(item, [next(iter(low[1]))] if low[0] == "value" else ["S", "N", "B"])
            if low[0] == high[0] == "value":
                low, high = sorted((low, high), key=lambda bound: sortable(bound[1]))
            return (pick, left, low, high) if left not in (low, high) else self.primary(item)
        if pick == "in":
            operands = [self.operand(item) for _ in range(self.random.randint(1, 5))]
            return (pick, left, operands) if left not in operands else self.primary(item)
        path = self.path(item)
        if pick in ("exists", "not exists"):
            return (pick, path)
        if pick == "type":
            return (pick, path, self.random.choice(TYPES))
        if pick == "begins":
            return (pick, path, self.literal(item, ["S", "B"]))
        part = ("path", self.path(item)) if self.chance(0.4) else ("value", self.literal(item, TYPES))
        return (pick, path, part) if part != ("path", path) else self.primary(item)

    def condition(self, item, depth=3):
        pick = self.random.random()
        if depth == 0 or pick < 0.4:
            return self.primary(item)
        if pick < 0.55:
            return ("not", self.condition(item, depth - 1))
        return ("and" if pick < 0.8 else "or", self.condition(item, depth - 1), self.condition(item, depth - 1))

    # Updates and projections.

    def apart(self, path, others):
        """Whether a path may stand beside others: none is the start of the other, none has an index where the other has a
        name."""
        for other in others:
            for mine, theirs in zip(path, other):
                if isinstance(mine, int) != isinstance(theirs, int):
                    return False
                if mine != theirs:
                    break
            else:
                return False
        return True

    def paths(self, item, most):
        found = []
        for _ in range(self.random.randint(1, most)):
            path = self.path(item)
            if self.apart(path, found):
                found.append(path)
        return found

    def setting(self, item):
        """The right side of a SET. Arithmetic and list_append are outermost or not at all."""
        pick = self.random.random()
        if pick < 0.2:
            types = ["N"]
            return (self.random.choice("+-"), self.inner(item, types), self.inner(item, types))
        if pick < 0.4:
            types = ["L"]
            return ("list_append", self.inner(item, types), self.inner(item, types))
        return self.inner(item, TYPES)

    def inner(self, item, types):
        pick = self.random.random()
        if pick < 0.4:
            return ("value", self.literal(item, types))
        if pick < 0.7:
            return ("path", self.path(item))
        # Whether a fallback that is not there matters when it is not needed, no document tells.
        path, there = self.path(item), self.paths_of(item)
        fallback = ("path", self.random.choice(there)) if there and self.chance(0.4) else ("value", self.literal(item, types))
        return ("if_not_exists", path, fallback if fallback != ("path", path) else ("value", self.literal(item, types)))

    def update(self, item):
        clauses = {}
        for path in self.paths(item, 5):
            clause = self.random.choice(["SET", "SET", "SET", "REMOVE", "ADD", "DELETE"])
            if clause == "SET":
                entry = (path, self.setting(item))
            elif clause == "REMOVE":
                entry = path
            else:
                entry = (path, self.literal(item, ["SS", "NS", "BS"] + (["N"] if clause == "ADD" else [])))
            clauses.setdefault(clause, []).append(entry)
        return clauses


class Text:
    """An expression's text, and the names and values that it takes."""

    def __init__(self, random):
        self.random = random
        self.names, self.values = {}, {}

    def parameters(self):
        found = {}
        if self.names:
            found["ExpressionAttributeNames"] = self.names
        if self.values:
            found["ExpressionAttributeValues"] = self.values
        return found

    def gap(self):
        return self.random.choice(["", "", "", " ", "  ", "\n"])

    def word(self, word):
        return self.random.choice([word, word, word.lower(), word.title()])

    def name(self, name):
        if name in PLAIN and self.random.random() < 0.7:
            return name
        for placeholder, known in self.names.items():
            if known == name and self.random.random() < 0.8:
                return placeholder
        placeholder = f"#n{len(self.names)}"
        self.names[placeholder] = name
        return placeholder

    def path(self, path):
        text = self.name(path[0])
        for step in path[1:]:
            text += f"{self.gap()}[{self.gap()}{step}{self.gap()}]" if isinstance(step, int) else f".{self.name(step)}"
        return text

    def value(self, value):
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = value
        return placeholder

    def call(self, name, *arguments):
        return f"{name}{self.gap()}({self.gap()}{(self.gap() + ',' + self.gap()).join(arguments)}{self.gap()})"

    def operand(self, what):
        if what[0] == "value":
            return self.value(what[1])
        return self.path(what[1]) if what[0] == "path" else self.call("size", self.path(what[1]))

    def condition(self, condition, binding=0):
        """Binding: of what is around, 1 OR, 2 AND, 3 NOT; what binds less takes parentheses."""
        kind, *rest = condition
        own = {"or": 1, "and": 2, "not": 3}.get(kind, 4)
        if kind in ("or", "and"):
            text = f"{self.condition(rest[0], own)} {self.word(kind.upper())} {self.condition(rest[1], own)}"
        elif kind == "not":
            text = f"{self.word('NOT')} {self.condition(rest[0], own)}"
        else:
            text = self.primary(kind, rest)
        return f"({self.gap()}{text}{self.gap()})" if own < binding or self.random.random() < 0.1 else text

    def primary(self, kind, rest):
        if kind == "compare":
            return f"{self.operand(rest[1])}{self.gap()}{rest[0]}{self.gap()}{self.operand(rest[2])}"
        if kind == "between":
            x, low, high = (self.operand(o) for o in rest)
            return f"{x} {self.word('BETWEEN')} {low} {self.word('AND')} {high}"
        if kind == "in":
            return f"{self.operand(rest[0])} {self.call(self.word('IN'), *(self.operand(o) for o in rest[1]))}"
        path = self.path(rest[0])
        if kind == "exists":
            return self.call("attribute_exists", path)
        if kind == "not exists":
            return self.call("attribute_not_exists", path)
        if kind == "type":
            return self.call("attribute_type", path, self.value({"S": rest[1]}))
        if kind == "begins":
            return self.call("begins_with", path, self.value(rest[1]))
        return self.call("contains", path, self.operand(rest[1]))

    def setting(self, what):
        kind, *rest = what
        if kind in ("value", "path"):
            return self.operand(what)
        if kind == "if_not_exists":
            return self.call(kind, self.path(rest[0]), self.setting(rest[1]))
        if kind == "list_append":
            return self.call(kind, self.setting(rest[0]), self.setting(rest[1]))
        return f"{self.setting(rest[0])} {kind} {self.setting(rest[1])}"

    def update(self, update):
        clauses = []
        for clause, entries in update.items():
            if clause == "SET":
                texts = [f"{self.path(path)}{self.gap()}={self.gap()}{self.setting(what)}" for path, what in entries]
            elif clause == "REMOVE":
                texts = [self.path(path) for path in entries]
            else:
                texts = [f"{self.path(path)} {self.value(value)}" for path, value in entries]
            clauses.append(f"{self.word(clause)} {(self.gap() + ',' + self.gap()).join(texts)}")
        return " ".join(clauses)

    def projection(self, paths):
        return (self.gap() + "," + self.gap()).join(self.path(path) for path in paths)
