"""What the tests of `ddbmock serve` share: a server on loopback with a watchdog, requests, signatures."""

import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance"))

import shapes  # noqa: E402  pylint: disable=wrong-import-position

build = os.path.abspath(sys.argv[1])
command = os.path.join(build, "ddbmock")
sanitized = bool(os.environ.get("SANITIZED"))
if sanitized:
    os.environ["TSAN_OPTIONS"] = "suppressions=" + os.path.join(os.path.dirname(os.path.abspath(__file__)), "tsan.supp")

# A test that hangs is a failed test, and leaves no server behind: its process group ends with it.
WATCHDOG = 240
servers = []


def give_up(*_):
    for server in servers:
        with contextlib.suppress(ProcessLookupError):
            server.process.kill()
    print("the watchdog has bitten", flush=True)
    os._exit(1)


signal.signal(signal.SIGTERM, give_up)
watchdog = threading.Timer(WATCHDOG, give_up)
watchdog.daemon = True
watchdog.start()


class Server:
    """A running server: `with Server("--tls") as server`; the words of `before` start it."""

    def __init__(self, *options, before=(), environment=None):
        words = [*before, command, "serve", "--port", "0", *options]
        settings = {k: v for k, v in os.environ.items() if not k.startswith("DDBMOCK_") and k != "LD_PRELOAD"}
        settings.update(environment or {})
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings)
        servers.append(self)
        line = self.process.stdout.readline()
        said = re.fullmatch(r"ddbmock: serving (https?)://(.+):(\d+) \(session (\S+)\)\n", line)
        if not said:
            self.process.kill()
            raise AssertionError(f"said {line!r} and {self.process.stderr.read()!r}")
        self.scheme, self.address, port, self.session = said.groups()
        self.host, self.port = self.address.strip("[]"), int(port)
        self.url = f"{self.scheme}://{self.address}:{port}"

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=60)

    def stop(self, with_signal=signal.SIGTERM):
        """The exit status; what it wrote to stderr goes to self.errors."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        _, self.errors = self.process.communicate(timeout=60)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        status = self.stop()
        if kind is None:
            assert (status, self.errors) == (0, ""), (status, self.errors)


def headers_of(operation):
    """Headers with a signature of the right form by an invented key."""
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "DynamoDB_20120810." + operation,
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=host, Signature=invented",
    }


def ask(connection, operation, body, headers=None):
    """One operation over an http.client connection: status and answer, which must be of its operation's shape."""
    connection.request("POST", "/", json.dumps(body), headers or headers_of(operation))
    response = connection.getresponse()
    answer = json.loads(response.read())
    wrong = shapes.complaints("DynamoDB_20120810." + operation, response.status, answer)
    assert not wrong, (operation, answer, wrong)
    return response.status, answer


def raw(operation, body):
    """One request as bytes."""
    text = json.dumps(body)
    lines = [f"{name}: {value}" for name, value in headers_of(operation).items()]
    return "\r\n".join(["POST / HTTP/1.1", "Host: localhost", *lines, f"Content-Length: {len(text)}", "", text]).encode()


def client(server):
    return http.client.HTTPConnection(server.host, server.port, timeout=60)


table = {
    "TableName": "Things",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def sign(host, operation, body, key=("AKIDEXAMPLE", "secret/+="), now=None, path="/", query="", region="eu-west-1",
         extra=None, unsigned=()):
    """The headers of a request signed with Signature Version 4; those in `unsigned` are sent without."""
    time = (now or datetime.datetime.now(datetime.timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": host, "x-amz-date": time, "x-amz-target": "DynamoDB_20120810." + operation,
               "content-type": "application/x-amz-json-1.0", **(extra or {})}
    names = sorted(name for name in headers if name not in unsigned)
    canonical = "\n".join(
        ["POST", path, query]
        + [f"{name}:{' '.join(headers[name].split())}" for name in names]
        + ["", ";".join(names), hashlib.sha256(body.encode()).hexdigest()]
    )
    scope = f"{time[:8]}/{region}/dynamodb/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    derived = ("AWS4" + key[1]).encode()
    for part in [*scope.split("/"), text]:
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key[0]}/{scope}, SignedHeaders={';'.join(names)}, Signature={derived.hex()}"
    )
    return headers


@contextlib.contextmanager
def scratch():
    """A directory of this user's alone, which serves as a session, too."""
    directory = tempfile.mkdtemp()
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def run(tests):
    """Runs every test_ function of a module's globals, in their order."""
    failed = 0
    for name, test in [(n, t) for n, t in tests.items() if n.startswith("test_")]:
        try:
            print(f"{name}: {test() or 'ok'}", flush=True)
        except Exception:  # pylint: disable=broad-except
            import traceback

            traceback.print_exc(file=sys.stdout)
            print(f"{name}: FAILED", flush=True)
            failed += 1
    sys.exit(1 if failed else 0)
