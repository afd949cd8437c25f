"""What the random cases of the property test have in common: asking, and telling what differs with the requests that repeat it."""

import json
import random

import evaluator
from generate import Generator

VALIDATION = "com.amazon.coral.validate#ValidationException"
DYNAMODB = "com.amazonaws.dynamodb.v20120810#"


class Case:
    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.generate = Generator(self.random)
        self.asked = []

    def ask(self, operation, request):
        self.asked.append((operation, request))
        return self.server.ask(operation, request)

    def differs(self, answer, wanted):
        requests = "\n".join(f"  {operation} {json.dumps(request)}" for operation, request in self.asked)
        raise AssertionError(f"{requests}\nanswered {json.dumps(answer)}\n  wanted {json.dumps(wanted)}")

    def check(self, answer, wanted):
        if answer != wanted:
            self.differs(answer, wanted)

    def same_item(self, item, wanted):
        """Items are equal in whatever order their sets are."""
        if item is None or evaluator.normal_item(item) != evaluator.normal_item(wanted):
            self.differs(item, wanted)

    def refused(self, message, refusals):
        """A fault that there is; of several, any. Which of the texts the cohort of 2026 puts into its envelope is other tests' business."""
        if message and self.server.wording == "2026":
            message = message.removeprefix("1 validation error detected: ")
        if message not in refusals:
            self.differs(message, sorted(refusals))

    def pages(self, request, partition, closing):
        """All pages, to the one without a LastEvaluatedKey. There is none at the very bound that closes a range of a table: who
        went on from there would be refused (aws/aws-sdk-ruby#2456)."""
        if closing:
            self.check(self.ask("Query", {**request, "ExclusiveStartKey": {"pk": partition, "sk": closing}}), {
                "__type": VALIDATION, "message": "The provided starting key does not match the range key predicate"})
        while True:
            page = self.ask("Query", request)
            if "__type" in page:
                self.differs(page, "a page")
            yield page
            last = page.get("LastEvaluatedKey")
            if not last:
                return
            self.check(closing is not None and evaluator.normal(last["sk"]) == evaluator.normal(closing), False)
            request = {**request, "ExclusiveStartKey": last}
