#!/usr/bin/env python3
"""Host programs that close all descriptors they find, in every way, and go on: test_closing.py BUILD. The store's descriptors are
hidden from them; where they cannot be, the store opens its files again."""
import os
import sys
import tempfile

from shimmed import expect, run

build = os.path.abspath(sys.argv[1])

FILES = r"""
def files():
    found = {}
    for fd in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink("/proc/self/fd/" + fd)
        except OSError:
            continue
        if target.endswith((".mdb", ".db", "-wal")):
            found[int(fd)] = target
    return found
create()
add("a")
before = files()
assert before, "the store has no descriptors"
"""
WAYS = {
    "os.closerange": "os.closerange(3, 1 << 16)",
    "one by one": """
for fd in range(3, 1 << 16):
    try:
        os.close(fd)
    except OSError:
        pass""",
    "closefrom": "import ctypes; ctypes.CDLL(None).closefrom(3)",
    "syscall(SYS_close_range)": "import ctypes; ctypes.CDLL(None).syscall(436, 3, 0xffffffff, 0)",
    "what /proc/self/fd lists": """
for fd in os.listdir("/proc/self/fd"):
    try:
        if int(fd) > 2:
            os.close(int(fd))
    except OSError:
        pass""",
}
AFTER = """
assert files() == before, (before, files())
local.pid = None # the connection has gone with the rest
add("a", 5)
print(number("a"))
"""

with tempfile.TemporaryDirectory() as directory:
    for storage in "lmdb", f"sqlite:{directory}/x.db":
        kind = storage.split(":")[0]
        for name, way in WAYS.items():
            if os.path.exists(directory + "/x.db"):
                os.unlink(directory + "/x.db")
            expect(f"{kind}: {name}", run(build, FILES + way + AFTER, DDBMOCK_STORAGE=storage), (0, "6", ""))
        os.path.exists(directory + "/x.db") and os.unlink(directory + "/x.db")

        # A number of the store's that the program takes by dup2 is the program's: it writes to its own file, and the store goes on.
        expect(f"{kind}: dup2 onto its numbers", run(build, FILES + """
import time
out = os.open(os.environ["SCRATCH"], os.O_RDWR | os.O_CREAT | os.O_TRUNC)
for fd in before:
    os.dup2(out, fd)
for i in range(20):
    add("a")
    time.sleep(0.002)
for fd in before:
    os.write(fd, b"mine;")
print(number("a"), os.pread(out, 100, 0) == b"mine;" * len(before))
""", DDBMOCK_STORAGE=storage, SCRATCH=directory + "/mine"), (0, "21 True", ""))
        os.path.exists(directory + "/x.db") and os.unlink(directory + "/x.db")

        # A daemon: two forks, a session of its own, everything closed; the parent writes meanwhile.
        expect(f"{kind}: a daemon", run(build, FILES + """
done, told = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    kept = local.connection # or Python closes its number, whatever that is by then
    os.dup2(told, 50)
    os.closerange(3, 50)
    os.closerange(51, 1 << 16)
    add("a", 50)
    os.write(50, b"done")
    os._exit(0)
os.close(told)
add("a", 50)
assert os.read(done, 4) == b"done"
print(number("a"))
""", DDBMOCK_STORAGE=storage), (0, "101", ""))
        os.path.exists(directory + "/x.db") and os.unlink(directory + "/x.db")

        # Threads that write while another closes everything, over and over; other processes come and go, who would begin the lock file
        # anew if they found nobody inside.
        expect(f"{kind}: closing while others write", run(build, FILES + """
import subprocess
def write():
    for i in range(150):
        try:
            add("a")
            done.append(1)
        except (OSError, ValueError, http.client.HTTPException):
            local.pid = None # its connection was among what was closed
        except AssertionError as error: # half of a request went into another thread's connection of the same number
            assert "InternalServerError" not in str(error), error
            local.pid = None
done = []
threads = [threading.Thread(target=write) for _ in range(3)]
for thread in threads:
    thread.start()
others = [subprocess.Popen([sys.executable, "-c", "from shimmed import *; add('b', 40)"]) for _ in range(3)]
while any(thread.is_alive() for thread in threads):
    os.closerange(3, 1 << 16)
for thread in threads:
    thread.join()
status = [other.wait() for other in others]
local.pid = None
# A request whose connection was closed under it may have been answered where nobody could read it.
print(status, number("b"), len(done) + 1 <= number("a") <= 451, before.items() <= files().items())
""", DDBMOCK_STORAGE=storage), (0, "[0, 0, 0] 120 True True", ""))
