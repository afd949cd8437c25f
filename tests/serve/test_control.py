#!/usr/bin/env python3
"""The control interface of `ddbmock serve`: what it does, and that no web page and nobody on the network can drive it."""

import http.client
import json
import subprocess

from server import Server, ask, client, run, sign, table

KEY = ("AKIDEXAMPLE", "secret/+=")
OURS = {"Ddbmock-Control": "1"}


def control(server, method, path, headers=None, body=None, host="127.0.0.1"):
    """Status, headers and answer."""
    connection = http.client.HTTPConnection(host, server.port, timeout=60)
    connection.request(method, "/_ddbmock" + path, body, headers if headers is not None else OURS)
    response = connection.getresponse()
    text = response.read().decode()
    kind = response.headers["Content-Type"]
    return response.status, response.headers, json.loads(text) if kind == "application/json" else text


def items(server):
    return control(server, "GET", "/tables")[2]["tables"][0]["items"]


def test_what_it_does():
    with Server() as server:
        connection = client(server)
        assert ask(connection, "CreateTable", table)[0] == 200
        assert ask(connection, "PutItem", {"TableName": "Things", "Item": {"id": {"S": "a"}}})[0] == 200
        assert control(server, "POST", "/snapshots/one")[2] == {"name": "one"}
        assert control(server, "POST", "/reset")[0] == 200
        assert ask(connection, "ListTables", {}) == (200, {"TableNames": []})
        assert control(server, "POST", "/snapshots/one/restore")[0] == 200
        assert items(server) == 1
        status, headers, text = control(server, "GET", "/tables/Things/items")
        assert (status, headers["Content-Type"], text) == (200, "application/x-ndjson", '{"Item":{"id":{"S":"a"}}}\n')
        lines = b'{"id":{"S":"b"}}\n{"id":{"S":"c"}}\n'
        assert control(server, "POST", "/tables/Things/items", body=lines)[2]["items"] == 2
        assert items(server) == 3
        done = subprocess.run(["curl", "-sS", "-H", "Ddbmock-Control: 1", server.url + "/_ddbmock/snapshots"],
                              capture_output=True, text=True, check=True)
        assert [snapshot["name"] for snapshot in json.loads(done.stdout)["snapshots"]] == ["one"], done
        # The service's own paths are not touched by it.
        connection.request("GET", "/_ddbmockery")
        assert connection.getresponse().read().startswith(b"healthy: ")


def refused(answer, wanted):
    status, headers, body = answer
    assert status == 403 and body["__type"] == "ddbmock#Forbidden" and wanted in body["message"], answer
    assert not [name for name in headers if name.lower().startswith("access-control-")], headers.items()


def test_web_pages():
    with Server() as server:
        assert ask(client(server), "CreateTable", table)[0] == 200
        refused(control(server, "POST", "/reset", {}), "Ddbmock-Control")
        refused(control(server, "POST", "/reset", {"Content-Type": "text/plain"}, b"{}"), "Ddbmock-Control")
        refused(control(server, "GET", "/tables", {}), "Ddbmock-Control")
        refused(control(server, "POST", "/reset", {**OURS, "Origin": f"http://127.0.0.1:{server.port}"}), "Origin")
        refused(control(server, "POST", "/reset", {**OURS, "Origin": "null"}), "Origin")
        preflight = {"Origin": "http://page.test", "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "ddbmock-control"}
        refused(control(server, "OPTIONS", "/reset", preflight), "Origin")
        # A name of the page's own that is made to lead here.
        for host in ("page.test", f"page.test:{server.port}", "127.0.0.1.page.test", "localhost.page.test", "ddbmock.local",
                     "[::1].page.test", "127.page.test"):
            refused(control(server, "POST", "/reset", {**OURS, "Host": host}), "Host")
        for host in ("localhost", f"LOCALHOST:{server.port}", "127.0.0.1", "127.1.2.3:1", "[::1]:8000"):
            assert control(server, "GET", "/tables", {**OURS, "Host": host})[0] == 200, host
        assert items(server) == 0


def test_files_stay_out_of_reach():
    with Server() as server:
        assert ask(client(server), "CreateTable", table)[0] == 200
        for path in ("/tables/Things/export", "/tables/Things/import"):
            refused(control(server, "POST", path, body=b'{"path":"/etc/passwd"}'), "reads and writes no files")
        assert control(server, "POST", "/snapshots/s")[0] == 200
        status, _, body = control(server, "POST", "/snapshots/s/fork", body=b'{"session":"/dev/shm/planted"}')
        assert status == 400 and "a name has" in body["message"], body


def test_keys():
    with Server("--key", ":".join(KEY)) as server:
        host = f"127.0.0.1:{server.port}"
        status, _, body = control(server, "POST", "/reset")
        assert status == 400 and body["__type"].endswith("#MissingAuthenticationTokenException"), body
        signed = {**sign(host, "ListTables", "", KEY, path="/_ddbmock/reset"), **OURS}
        assert control(server, "POST", "/reset", signed)[0] == 200
        status, _, body = control(server, "POST", "/snapshots/other", signed)
        assert status == 400 and body["__type"].endswith("#InvalidSignatureException"), body
        refused(control(server, "POST", "/reset", {**signed, "Origin": "http://page.test"}), "Origin")
        done = subprocess.run(["curl", "-sS", "--aws-sigv4", "aws:amz:us-east-1:ddbmock", "-u", ":".join(KEY), "-X", "POST", "-H",
                               "Ddbmock-Control: 1", server.url + "/_ddbmock/reset?region=eu-west-1"],
                              capture_output=True, text=True, check=True)
        assert done.stdout == "{}", done


def test_beyond_loopback():
    with Server("--host", "0.0.0.0", "--open") as server:
        refused(control(server, "POST", "/reset"), "--key")
        assert ask(client(server), "ListTables", {})[0] == 200
    with Server("--host", "0.0.0.0", "--key", ":".join(KEY)) as server:
        assert control(server, "POST", "/reset")[0] == 400
        signed = {**sign("ci.example:8000", "ListTables", "", KEY, path="/_ddbmock/reset"), **OURS}
        assert control(server, "POST", "/reset", signed)[0] == 200


run(globals())
