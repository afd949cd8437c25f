#!/usr/bin/env python3
"""Forked sessions that go: test_forks.py BUILD. They share a store, and what only one of them could see is given back when it is removed:
by the control interface, by the command, by rm; the session from which the others were forked, too. The store's file stays as large
as it was, round after round, and those that are left see what they saw."""
import os
import shutil
import subprocess
import sys

from shimmed import environment, expect, run

build = os.path.abspath(sys.argv[1])
base = f"/dev/shm/ddbmock-{os.geteuid()}"
if not os.access("/dev/shm", os.W_OK):
    print("there is no /dev/shm")
    sys.exit(77)
own, worker, stays = (f"forks-{os.getpid()}-{name}" for name in ("own", "worker", "stays"))

CONTROL = """
def control(method, path, body=None):
    connection = http.client.HTTPConnection("ddbmock.local")
    connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"} if body else {})
    response = connection.getresponse()
    text = response.read()
    assert response.status == 200, text
def fill(prefix, count=150):
    for i in range(count):
        put(f"{prefix}-{i}", v={"S": prefix + "x" * 100000})
def count():
    answer, total = {}, 0
    while True:
        answer = call("Scan", TableName="Tea", Select="COUNT", **({"ExclusiveStartKey": answer["LastEvaluatedKey"]} if answer else {}))
        total += answer["Count"]
        if "LastEvaluatedKey" not in answer:
            return total
"""


def ask(session, program):
    return run(build, CONTROL + program, DDBMOCK_SESSION=session, DDBMOCK_STORAGE="lmdb")


def megabytes(session=own):
    return os.stat(f"{base}/{session}/data.mdb").st_blocks * 512 / 1e6


def remove(how):
    if how == "interface":
        return ask(own, f"control('DELETE', '/sessions/{worker}')")
    if how == "command":
        done = subprocess.run([build + "/ddbmock", "sessions", "--delete", worker], env=environment(build, LD_PRELOAD=None), capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr
    shutil.rmtree(f"{base}/{worker}")
    return 0, "", ""


try:
    expect("a session, forked", ask(own, f"""
create()
fill("common", 10)
control("POST", "/snapshots/seeded")
control("POST", "/snapshots/seeded/fork", {{"session": "{stays}"}})"""), (0, "", ""))
    expect("the fork that stays", ask(stays, 'fill("stays", 5); print(count())'), (0, "15", ""))
    sizes = []
    for how in ("interface", "rm", "command") * 3:
        expect("another fork", ask(own, f'control("POST", "/snapshots/seeded/fork", {{"session": "{worker}"}})'), (0, "", ""))
        expect("fills itself", ask(worker, 'fill("worker"); print(count())'), (0, "160", ""))
        expect(f"goes by {how}", remove(how), (0, "", ""))
        expect("the others see what they saw", (ask(own, "print(count())"), ask(stays, "print(count())")), ((0, "10", ""), (0, "15", "")))
        sizes.append(megabytes())
    print("MB of the store, round by round:", *(f"{size:.1f}" for size in sizes))
    expect("the store does not grow", max(sizes[1:]) < sizes[0] * 1.5, True)

    # A directory that is elsewhere than it was is not gone, even when another one is.
    expect("two more", ask(own, f"""
fill("own")
control("POST", "/snapshots/seeded/fork", {{"session": "{worker}"}})
control("POST", "/snapshots/seeded/fork", {{"session": "{worker}-2"}})"""), (0, "", ""))
    expect("one fills itself", ask(worker, 'fill("worker", 3); print(count())'), (0, "13", ""))
    os.rename(f"{base}/{worker}", f"{base}/{worker}-moved")
    shutil.rmtree(f"{base}/{worker}-2")
    expect("the others", ask(own, "print(count())"), (0, "160", ""))
    expect("the one that was moved", ask(worker + "-moved", "print(count())"), (0, "13", ""))
    shutil.rmtree(f"{base}/{worker}-moved")

    # The first of them goes, with what was its own.
    before = megabytes()
    shutil.rmtree(f"{base}/{own}")
    expect("the fork that stays is alone", ask(stays, 'fill("more", 140); print(count())'), (0, "155", ""))
    expect("and has the room of the others", megabytes(stays) < before * 1.3, True)
finally:
    for session in own, worker, stays, worker + "-2", worker + "-moved":
        shutil.rmtree(f"{base}/{session}", ignore_errors=True)
