#!/usr/bin/env python3
"""Lists the operations that work, and the errors that the model gives them, that no test of a run has met: unmet.py MET-FILE.
Those that cannot occur are listed apart, each with its reason; one of them that was met has lost its reason.

The errors of each operation are those of outputs.json, and those that any operation has; what was met is what shapes.py and
tests/unit/shapes.c took down.
"""

import os
import re
import sys

import shapes

EXPECTED_OF_ALL = {"SerializationException", "ValidationException"}
WITHOUT_MEMBERS = {"DescribeEndpoints", "DescribeLimits"}
CAPACITY = "capacity is counted, and never refused for (docs/compatibility.md, Throttling)"
# An error, whose it is (None: of every operation that has it), and why ddbmock never answers it.
IMPOSSIBLE = [
    ("ProvisionedThroughputExceededException", None, CAPACITY),
    ("RequestLimitExceeded", None, CAPACITY),
    ("ThrottlingException", None, CAPACITY),
    ("ItemCollectionSizeLimitExceededException", None, "no item collection is too large (docs/compatibility.md, Item collections)"),
    ("ReplicatedWriteConflictException", None, "tables have no replicas: global tables are not there yet"),
    ("LimitExceededException", {"DeleteTable"}, "any number of tables may be changing at once"),
    ("InternalServerError", {"DescribeLimits"}, "it reads nothing that could fail"),
]


def impossible(outcome, operation):
    return any(outcome == error and (whose is None or operation in whose) for error, whose, _ in IMPOSSIBLE)


def working():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../engine/operations.def")
    with open(path, encoding="ascii") as file:
        return [".".join(found) for found in re.findall(r"^OPERATION\((\w+), (\w+),", file.read(), re.M)]


def main():
    met = {}
    try:
        with open(sys.argv[1], encoding="ascii") as file:
            for line in file:
                target, outcome = line.rstrip("\n").split("\t")
                met.setdefault(target, set()).add(outcome)
    except FileNotFoundError:
        pass
    unmet, wanted, excused, lost = {}, 0, {}, []
    for target in working():
        if target not in shapes.model["operations"]:
            continue
        operation = target.partition(".")[2]
        outcomes = {"ok"} | set(shapes.model["operations"][target]["errors"])
        if operation not in WITHOUT_MEMBERS:
            outcomes |= EXPECTED_OF_ALL
        for outcome in sorted(outcomes):
            if impossible(outcome, operation):
                excused.setdefault(outcome, []).append(operation)
                if outcome in met.get(target, set()):
                    lost.append(f"{outcome} of {operation}")
                continue
            wanted += 1
            if outcome not in met.get(target, set()):
                unmet.setdefault(outcome, []).append(operation)
    count = sum(len(operations) for operations in unmet.values())
    print(f"answers of the model: {wanted - count} of {wanted} met by a test")
    for outcome, operations in sorted(unmet.items()):
        print(f"    {outcome} never of {', '.join(sorted(operations))}")
    print(f"{sum(len(operations) for operations in excused.values())} more cannot occur:")
    for error, _, why in IMPOSSIBLE:
        print(f"    {error} of {', '.join(sorted(excused.get(error, ())))}: {why}")
    if lost:
        print(f"    but were met: {', '.join(lost)}")


if __name__ == "__main__":
    main()
