#!/usr/bin/env python3
"""A tree of processes is one DynamoDB, and two trees never meet: test_trees.py BUILD. Any mix of fork, exec, shells, posix_spawn and
cleared descriptors and environments; kill -9 of any and all of them; named sessions that are private; writers that lose no update and
readers that never see a table and its index apart. In a mount namespace of its own, where /dev/shm holds nothing else."""
import glob
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from shimmed import environment, expect, expect_in, finish, run, start

build = os.path.abspath(sys.argv[1])
if sys.argv[2:] != ["inside"]:
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if subprocess.run(unshare + ["mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode != 0:
        print("no mount namespace can be made")
        sys.exit(77)
    os.execvp("unshare", unshare + [sys.executable, os.path.abspath(__file__), build, "inside"])
subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "none", "/dev/shm"], check=True)
user = f"/dev/shm/ddbmock-{os.geteuid()}"
scratch = tempfile.mkdtemp()


def left():
    return os.listdir(user) if os.path.exists(user) else []


# --- one tree ---

expect("a tree of all kinds", run(build, r"""
create()
one = [sys.executable, "-c", "from shimmed import *; add('a')"]
quoted = " ".join("'" + word.replace("'", '"') + "'" for word in one)
subprocess.run(one, check=True)                                    # posix_spawn or vfork, and exec
subprocess.run(["sh", "-c", quoted], check=True)                   # a shell that execs
subprocess.run(["bash", "-c", f"({quoted}); {quoted} | cat; x=$({quoted})"], check=True)
os.posix_spawn(sys.executable, one, dict(os.environ)); os.wait()
subprocess.run(one, check=True, env={"PYTHONPATH": os.environ["PYTHONPATH"]}) # an environment of its own
subprocess.run(["env", "-i", "PYTHONPATH=" + os.environ["PYTHONPATH"], *one], check=True)
subprocess.run(one, check=True, close_fds=True, start_new_session=True)
child = os.fork()
if child == 0:                                                     # fork, without exec
    os.closerange(3, 1 << 16)
    kept, local.pid = local.connection, None
    add("a")
    if os.fork() == 0:                                             # and again, and then exec
        os.execv(sys.executable, one)
    os.wait()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
import multiprocessing
for kind in "fork", "spawn", "forkserver":
    process = multiprocessing.get_context(kind).Process(target=add, args=("a",))
    process.start(); process.join(); assert process.exitcode == 0
print(number("a"))"""), (0, "14", ""))
expect("nothing is left", left(), [])

# --- two trees ---

expect("another tree", run(build, "print(tables())"), (0, "[]", ""))
trees = [start(build, f"""
create()
for i in range(30):
    add("a"); put("own-{i}")
print(number("a"), sum(get("own-" + str(i)) is not None for i in range(4)), flush=True)""") for i in range(4)]
expect("four trees at once", [finish(tree) for tree in trees], [(0, "30 1", "")] * 4)
expect("nothing is left of four", left(), [])

# --- kill -9 ---

for victims in "root", "child", "all":
    tree = start(build, """
create(); add("a")
child = subprocess.Popen([sys.executable, "-c", "from shimmed import *; add('a'); print('ready', flush=True); import time; time.sleep(1000)"])
print(child.pid, flush=True)
child.wait()
add("a")
print(number("a"), flush=True)""", preexec_fn=os.setsid)
    child = int(tree.stdout.readline())
    expect(f"killed {victims}: both are there", tree.stdout.readline(), "ready\n")
    if victims == "all":
        os.killpg(tree.pid, signal.SIGKILL)
    else:
        os.kill(tree.pid if victims == "root" else child, signal.SIGKILL)
    if victims == "root":
        os.waitpid(tree.pid, 0)
        expect("the root's session lives as its child does", len(left()), 1)
        os.kill(child, signal.SIGKILL)
    output, errors = tree.communicate()
    if victims == "child":
        expect("the root goes on", (output, errors), ("3\n", ""))
    else:
        expect(f"killed {victims}: it is left behind", len(left()), 1)
    expect(f"killed {victims}: the next start", run(build, "print(tables())"), (0, "[]", ""))
    expect(f"killed {victims}: nothing is left", left(), [])

# --- named sessions ---

expect("a named session", run(build, "create(); add('a')", DDBMOCK_SESSION="farm"), (0, "", ""))
expect("another process of it", run(build, "add('a'); print(number('a'))", DDBMOCK_SESSION="farm"), (0, "2", ""))
modes = {os.path.basename(path): oct(os.lstat(path).st_mode & 0o777) for path in [user, *glob.glob(user + "/**", recursive=True)]}
expect("who may read it", {mode for name, mode in modes.items() if "." in name}, {"0o600"})
expect("who may enter", (modes[os.path.basename(user)], modes["farm"]), ("0o700", "0o700"))
expect("whatever the umask", (run(build, "os.umask(0); create()", DDBMOCK_SESSION="open"), oct(os.stat(user + "/open").st_mode & 0o777),
                              {oct(os.stat(file).st_mode & 0o777) for file in glob.glob(user + "/open/*.mdb")}),
       ((0, "", ""), "0o700", {"0o600"}))
shutil.rmtree(user)

ASK = "try:\n    tables()\nexcept OSError:\n    print('refused')"
planted = scratch + "/planted"
os.mkdir(planted, 0o700)
os.chmod(planted, 0o755)
result = run(build, ASK, DDBMOCK_SESSION=planted)
expect("a directory that others may enter", result[:2], (0, "refused"))
expect_in("what is said of it", "not this user's alone (its owner, or its mode is not 0700)", result[2])
os.chmod(planted, 0o700)
os.symlink(planted, scratch + "/link")
expect("a symbolic link", run(build, ASK, DDBMOCK_SESSION=scratch + "/link")[1], "refused")
for name in "data.mdb", "lock.mdb":
    target = scratch + "/target"
    with open(target, "w") as file:
        file.write("precious")
    os.symlink(target, f"{planted}/{name}")
    expect(f"a link for {name}", run(build, ASK, DDBMOCK_SESSION=planted)[1], "refused")
    with open(target) as file:
        expect("what it led to", file.read(), "precious")
    for file in os.listdir(planted):
        os.unlink(f"{planted}/{file}")
try:
    os.chown(planted, 65534, 65534)
    foreign = True
except OSError:
    foreign = False # in a user namespace there is nobody else
if foreign:
    expect("somebody else's directory", run(build, ASK, DDBMOCK_SESSION=planted)[1], "refused")
    # Somebody else was there first: the user's directory is made under another base.
    os.mkdir(user, 0o700)
    os.chown(user, 65534, 65534)
    expect("somebody else's in /dev/shm", run(build, "create(); print(tables())", TMPDIR=scratch, XDG_RUNTIME_DIR=None),
           (0, "['Tea']", ""))
    expect("it is left alone", os.listdir(user), [])
    os.rmdir(user)

# --- consistency ---

# Each writes the number that it has read plus one, on the condition that it still is what was read.
COUNT = """
done = 0
while done < 25:
    before = number("a")
    status, answer = request("PutItem", TableName="Tea", Item={"k": {"S": "a"}, "n": {"N": str(before + 1)}},
        ConditionExpression="n = :n", ExpressionAttributeValues={":n": {"N": str(before)}})
    assert status == 200 or answer["__type"].endswith("ConditionalCheckFailedException"), answer
    done += status == 200
"""
expect("eight processes of conditional writes", run(build, "create(); add('a', 0); put('a', n={'N': '0'})\ncode = " + repr(COUNT) + """
crowd = [subprocess.Popen([sys.executable, "-c", "from shimmed import *" + code]) for _ in range(8)]
print([each.wait() for each in crowd], number("a"))"""), (0, f"{[0] * 8} 200", ""))

boto3 = build + "/clients/boto3/venv/bin/python"
if os.path.exists(boto3):
    program = """
import boto3, multiprocessing
from botocore.exceptions import ClientError
def count(_):
    table = boto3.resource("dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b").Table("Tea")
    done = 0
    while done < 10:
        before = table.get_item(Key={"k": "a"}, ConsistentRead=True)["Item"]["n"]
        try:
            table.put_item(Item={"k": "a", "n": before + 1}, ConditionExpression="n = :n", ExpressionAttributeValues={":n": before})
            done += 1
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConditionalCheckFailedException", error
if __name__ == "__main__":
    resource = boto3.resource("dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    table = resource.create_table(TableName="Tea", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
                                  AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
    table.wait_until_exists()
    table.put_item(Item={"k": "a", "n": 0})
    with multiprocessing.Pool(8) as pool:
        pool.map(count, range(8), chunksize=1)
    print(table.get_item(Key={"k": "a"})["Item"]["n"])
"""
    with open(scratch + "/count.py", "w") as file:
        file.write(program)
    done = subprocess.run([boto3, scratch + "/count.py"], env=environment(build), capture_output=True, text=True)
    expect("the same through boto3", (done.returncode, done.stdout, done.stderr), (0, "80\n", ""))

# An item and its entry in the index change together: what was read of one is never newer than what is read of the other afterwards.
CHANGE = """
for i in range({rounds}):
    add("a")
    print(i, flush=True)
"""
INDEXED = """
call("CreateTable", TableName="Tea", KeySchema=KEYS["KeySchema"], BillingMode="PAY_PER_REQUEST",
     AttributeDefinitions=KEYS["AttributeDefinitions"] + [{"AttributeName": "n", "AttributeType": "N"}],
     GlobalSecondaryIndexes=[{"IndexName": "by-n", "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                              "Projection": {"ProjectionType": "ALL"}}])
"""
READ = """
def entries():
    return [int(item["n"]["N"]) for item in call("Scan", TableName="Tea", IndexName="by-n")["Items"]]
"""
expect("a table and its index", run(build, INDEXED + READ + "add('a')\nchange = " + repr(CHANGE.format(rounds=300)) + """
writers = [subprocess.Popen([sys.executable, "-c", "from shimmed import *" + change], stdout=subprocess.DEVNULL) for _ in range(3)]
seen = 0
while any(writer.poll() is None for writer in writers):
    first, between, last = number("a"), entries(), number("a")
    assert len(between) == 1 and first <= between[0] <= last, (first, between, last)
    seen += 1
print(seen > 20, number("a"), entries())"""), (0, "True 901 [901]", ""))

# Whoever is killed in the middle of a write has done it or has not, in table and index alike, and what it was told is true.
run(build, INDEXED, DDBMOCK_SESSION="killed")
acknowledged = kills = 0
told = ""
for round in range(12):
    writers = [start(build, CHANGE.format(rounds=100000), DDBMOCK_SESSION="killed") for _ in range(3)]
    for writer in writers:
        writer.stdout.readline()
    time.sleep(random.random() / 10)
    for writer in writers:
        writer.kill()
        acknowledged += 1 + writer.stdout.read().count("\n")
        told += writer.stderr.read()
        writer.wait()
        kills += 1
status, output, errors = run(build, READ + "print(number('a'), *entries())", DDBMOCK_SESSION="killed")
expect("nothing was said", told, "")
stored, entry = map(int, output.split())
expect("the killed: table and index", stored, entry)
expect(f"{stored} stored of {acknowledged} acknowledged, {kills} killed", acknowledged <= stored <= acknowledged + kills, True)
