#!/usr/bin/env python3
"""Where a store cannot go on: test_limits.py BUILD. A full tmpfs, a read-only directory, a map that must stay small, files that are
foreign, corrupt or newer, 10,000 sessions, 200 processes in one. Each is a clear error to the client or a clear line, and nothing that
was acknowledged is lost. In a mount namespace of its own; skipped where there can be none."""
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from shimmed import expect, expect_in, run

build = os.path.abspath(sys.argv[1])
if sys.argv[2:] != ["inside"]:
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if subprocess.run(unshare + ["mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode != 0:
        print("no mount namespace can be made")
        sys.exit(77)
    os.execvp("unshare", unshare + [sys.executable, os.path.abspath(__file__), build, "inside"])

REFUSED = "Connections to DynamoDB are refused; none leaves this machine."


def mount(where, options):
    os.makedirs(where, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", where], check=True)


# What is put until the store is full, and what must then still be there.
FILL = """
create()
def fill(prefix):
    count = 0
    while True:
        status, answer = request("PutItem", TableName="Tea", Item={"k": {"S": f"{prefix}{count}"}, "v": {"S": "x" * 10000}})
        if status != 200:
            assert status == 500 and answer["__type"].endswith("#InternalServerError"), answer
            assert "No space left on device" in answer["message"], answer
            return count
        count += 1
first = fill("a")
assert all(get(f"a{i}") for i in range(first))
assert get(f"a{first}") is None
BEFORE
for i in range(0, first, 2):
    call("DeleteItem", TableName="Tea", Key={"k": {"S": f"a{i}"}})
os.write(1, b"removed\\n")
MORE
second = fill("b")
assert all((get(f"a{i}") is None) == (i % 2 == 0) for i in range(first))
print(first > 50, second > first / 4, sum(get(f"b{i}") is not None for i in range(second + 1)) == second)
"""
LARGER = "subprocess.run(['mount', '-o', 'remount,size=12m', os.environ['SMALL']], check=True)"
# Four processes for which nothing is ever enough: each knows what was acknowledged, and is checked against it.
CROWD = """
create()
import random
def crowd(number):
    chance, known, refused = random.Random(number), {}, 0
    for i in range(1500):
        key = f"{number}-{chance.randrange(300)}"
        size = chance.choice((10, 1000, 5000, 30000, 200000))
        status = 200
        if chance.random() < 0.4:
            call("DeleteItem", TableName="Tea", Key={"k": {"S": key}})
            known.pop(key, None)
        else:
            status, answer = request("PutItem", TableName="Tea", Item={"k": {"S": key}, "v": {"S": str(i) * (size // 4)}})
            if status == 200:
                known[key] = str(i) * (size // 4)
            else:
                assert status == 500 and "No space left on device" in answer["message"], answer
                refused += 1
        found = get(key)
        assert (found["v"]["S"] if found else None) == known.get(key), (key, i, status)
    for i in range(300):
        found = get(f"{number}-{i}")
        assert (found["v"]["S"] if found else None) == known.get(f"{number}-{i}"), i
    assert 0 < refused < 1000, refused
children = []
for number in range(4):
    child = os.fork()
    if child == 0:
        try:
            crowd(number)
            os._exit(0)
        except BaseException as error:
            os.write(2, repr(error)[:2000].encode())
            os._exit(1)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children])
"""
FARTHER = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (14 << 20, 20 << 20))"


def filling(before, after):
    return FILL.replace("BEFORE", before).replace("MORE", after)


# On a full medium LMDB removes, and uses again what was removed; SQLite does so, too, once it has some room to remove.
scratch = tempfile.mkdtemp()
mount(scratch, "mode=755")
mount("/dev/shm", "mode=1777") # sessions of our own
small = scratch + "/small"
for kind in "lmdb", "sqlite":
    mount(small, "size=8m,mode=700")
    storage = "lmdb" if kind == "lmdb" else f"sqlite:{small}/x.db"
    session = small if kind == "lmdb" else None
    expect(f"{kind}: a full tmpfs", run(build, filling("" if kind == "lmdb" else LARGER, ""), DDBMOCK_STORAGE=storage,
                                           DDBMOCK_SESSION=session, SMALL=small), (0, "removed\nTrue True True", ""))
    expect(f"{kind}: another process of it", run(build, "print(tables(), get('a1') is not None)", DDBMOCK_STORAGE=storage,
                                                 DDBMOCK_SESSION=session), (0, "['Tea'] True", ""))

    # Read-only from now on: what is there can be read or is refused, with a reason; what is asked to be changed fails.
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    status, output, errors = run(build, """
try:
    print(request("GetItem", TableName="Tea", Key={"k": {"S": "a1"}})[0])
    print(request("PutItem", TableName="Tea", Item={"k": {"S": "a1"}}))
except OSError as error:
    print(error)
""", DDBMOCK_STORAGE=storage, DDBMOCK_SESSION=session)
    expect(f"{kind}: a read-only directory ends no program", status, 0)
    expect_in(f"{kind}: a read-only directory", "ead-only file system", output + errors)
    subprocess.run(["umount", small], check=True)

    # A process that may not write far has a small map, or a small file; no SIGXFSZ ends it.
    os.mkdir(f"{scratch}/limited-{kind}", 0o700)
    session = f"{scratch}/limited-{kind}" if kind == "lmdb" else None
    storage = "lmdb" if kind == "lmdb" else f"sqlite:{scratch}/limited-{kind}/x.db"
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (6 << 20, 20 << 20))\n"
    expect(f"{kind}: a file that may not grow", run(build, limit + filling("" if kind == "lmdb" else FARTHER, ""), DDBMOCK_STORAGE=storage,
                                                     DDBMOCK_SESSION=session), (0, "removed\nTrue True True", ""))
    expect(f"{kind}: and may again", run(build, "add('more', 3); print(number('more'), get('a1') is not None)",
                                         DDBMOCK_STORAGE=storage, DDBMOCK_SESSION=session), (0, "3 True", ""))

mount(small, "size=16m,mode=700")
expect("lmdb: a crowd on a full tmpfs", run(build, CROWD, DDBMOCK_STORAGE="lmdb", DDBMOCK_SESSION=small), (0, "[0, 0, 0, 0]", ""))
subprocess.run(["umount", small], check=True)

# Little address space: the map is as large as it can be.
os.mkdir(scratch + "/space", 0o700)
expect("little address space", run(build, """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
create(); add("a", 3); print(number("a"))""", DDBMOCK_STORAGE="lmdb", DDBMOCK_SESSION=scratch + "/space"), (0, "3", ""))

# Files that are not ours, or not yet.
ASK = """
try:
    print(request("ListTables"))
except OSError as error:
    print("refused")
"""
os.mkdir(scratch + "/foreign", 0o700)
with open(scratch + "/foreign/data.mdb", "w") as file:
    file.write("somebody's diary\n" * 1000)
result = run(build, ASK, DDBMOCK_STORAGE="lmdb", DDBMOCK_SESSION=scratch + "/foreign")
expect("a foreign file", result[:2], (0, "refused"))
expect_in("what is said of it", f"cannot open the lmdb store in {scratch}/foreign: it is not of ddbmock's making, or of a newer "
          f"version's, or damaged. {REFUSED}", result[2])
with open(scratch + "/foreign/data.mdb") as file:
    expect("it is left as it is", file.read(), "somebody's diary\n" * 1000)

os.mkdir(scratch + "/corrupt", 0o700)
run(build, "create()\nfor i in range(300): put(i, v={'S': 'x' * 1000})", DDBMOCK_STORAGE="lmdb", DDBMOCK_SESSION=scratch + "/corrupt")
with open(scratch + "/corrupt/data.mdb", "r+b") as file:
    for page in range(2, 40):
        file.seek(page * 4096)
        file.write(os.urandom(4096))
status, output, errors = run(build, ASK + "\nfor i in range(300): request('GetItem', TableName='Tea', Key={'k': {'S': str(i)}})",
                             DDBMOCK_STORAGE="lmdb", DDBMOCK_SESSION=scratch + "/corrupt")
expect_in("a corrupt file", "it is not of ddbmock's making, or of a newer version's, or damaged", errors + output)

run(build, "create()", DDBMOCK_STORAGE=f"sqlite:{scratch}/newer.db")
database = sqlite3.connect(scratch + "/newer.db")
database.execute("PRAGMA user_version = 2")
database.close()
result = run(build, ASK, DDBMOCK_STORAGE=f"sqlite:{scratch}/newer.db")
expect("a file of a newer version", result[:2], (0, "refused"))
expect_in("what is said of that", "or of a newer version's", result[2])

# 10,000 sessions whose processes have been killed: the next ones begin, and sweep some each.
user = f"/dev/shm/ddbmock-{os.geteuid()}"
shutil.rmtree(user, ignore_errors=True)
os.mkdir(user, 0o700)
for i in range(10000):
    os.mkdir(f"{user}/tree-{4000000 + i}-{i}-{i:016x}", 0o700)
    if i % 2:
        open(f"{user}/tree-{4000000 + i}-{i}-{i:016x}/lock", "w").write(os.readlink("/proc/self/ns/pid") + "\n")
for i in range(3):
    expect(f"beside 10,000 sessions, {i}", run(build, "create(); add('a', 3); print(number('a'))"), (0, "3", ""))
expect("some of them are swept", len(os.listdir(user)) <= 10000 - 3 * 32, True)
shutil.rmtree(user)

# 200 processes in one session, all inside at the same time.
expect("200 processes", run(build, """
create()
add("a")
ready, tell = os.pipe()
go, start = os.pipe()
children = []
for i in range(200):
    child = os.fork()
    if child == 0:
        try:
            os.close(start)
            number("a")
            os.write(tell, b".")
            os.read(go, 1)
            add("a", 5)
            put(f"own-{i}")
            os._exit(0)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(1)
    children.append(child)
seen = b""
while len(seen) < 200:
    seen += os.read(ready, 200)
os.close(start)
status = [os.waitpid(child, 0)[1] for child in children]
print(sum(status), number("a"), all(get(f"own-{i}") for i in range(200)))
"""), (0, "0 1001 True", ""))
expect("nothing is left of them", os.listdir(user) if os.path.exists(user) else [], [])
