"""A server of ours and raw requests to it, for the tests of this directory: every answer's head, checksum and shape are
checked as it comes."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import shapes  # noqa: E402  pylint: disable=wrong-import-position

API = "DynamoDB_20120810."
REQUEST_ID = re.compile("[0-9A-V]{26}VV4KQNSO5AEMVJF66Q9ASUAAJG")


def headers_of(operation):
    """Headers with a signature of the right form by an invented key."""
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": API + operation,
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=host, Signature=invented",
    }


class Server:
    """`ddbmock serve` of a build, over a store in its own memory."""

    def __init__(self, build, **settings):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DDBMOCK_") and k != "LD_PRELOAD"}
        environment.update(settings)
        if "SANITIZED" in environment:
            here = os.path.dirname(os.path.abspath(__file__))
            environment["TSAN_OPTIONS"] = "suppressions=" + os.path.join(here, "../serve/tsan.supp")
        words = [os.path.join(build, "ddbmock"), "serve", "--port", "0", "--storage", "memory"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, env=environment, text=True)
        line = self.process.stdout.readline()
        found = re.match(r"ddbmock: serving http://127\.0\.0\.1:(\d+) ", line)
        if not found:
            self.process.kill()
            raise AssertionError(f"ddbmock serve said {line!r}")
        self.connection = http.client.HTTPConnection("127.0.0.1", int(found[1]))
        self.requests = 0

    def raw(self, operation, body):
        """The status and the body, as text, of a request whose body is text."""
        self.connection.request("POST", "/", body.encode(), headers_of(operation))
        answer = self.connection.getresponse()
        text = answer.read()
        self.requests += 1
        assert answer.headers["x-amz-crc32"] == str(zlib.crc32(text)), answer.headers
        assert REQUEST_ID.fullmatch(answer.headers["x-amzn-RequestId"]), answer.headers
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.0", answer.headers
        wrong = shapes.complaints(API + operation, answer.status, json.loads(text))
        assert not wrong, f"{operation} {body[:2000]}\nanswered {text.decode()[:2000]}\n" + "\n".join(wrong)
        return answer.status, text.decode()

    def ask(self, operation, body):
        """The parsed answer; an error is known by its __type."""
        return json.loads(self.raw(operation, json.dumps(body))[1])

    def must(self, operation, body):
        answer = self.ask(operation, body)
        assert "__type" not in answer, (operation, body, answer)
        return answer

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait()
        self.process.stdout.close()
        assert status == 0, f"ddbmock serve ended with {status}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.stop()


def table(name, keys, indexes=(), **more):
    """A CreateTable request: keys are (name, type) pairs, an index is (name, "g" or "l", keys, projection)."""
    types = {}

    def schema(pairs):
        types.update(pairs)
        return [{"AttributeName": key, "KeyType": "RANGE" if i else "HASH"} for i, (key, _) in enumerate(pairs)]

    request = {"TableName": name, "KeySchema": schema(keys), "BillingMode": "PAY_PER_REQUEST", **more}
    for index, kind, pairs, projection in indexes:
        named = {"ProjectionType": projection} if isinstance(projection, str) else {"ProjectionType": "INCLUDE", "NonKeyAttributes": projection}
        request.setdefault("GlobalSecondaryIndexes" if kind == "g" else "LocalSecondaryIndexes", []).append(
            {"IndexName": index, "KeySchema": schema(pairs), "Projection": named})
    request["AttributeDefinitions"] = [{"AttributeName": key, "AttributeType": kind} for key, kind in types.items()]
    return request
