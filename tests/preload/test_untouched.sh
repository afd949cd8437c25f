#!/bin/bash
# Programs that never meet DynamoDB behave as without the shim: output, exit status, open descriptors, threads. test_untouched.sh BUILD.
build=$(cd "$1" && pwd)
scratch=$(mktemp -d) || exit 1
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT
failed=0 compared=0
sessions=$(find "/dev/shm/ddbmock-$(id -u)" -maxdepth 1 2>/dev/null | sort)

# The variables are the shim's only trace, by design: a program that prints its whole environment shows them.
preload=${SANITIZED:+libasan.so.8:libubsan.so.1:}$build/libddbmock.so
case ${SANITIZED-} in *thread*) preload=libtsan.so.2:$build/libddbmock.so ;; esac

# same WORDS...: runs the command both ways.
same() {
    command -v "$1" >/dev/null || { echo "skipped: $1 is not installed"; return; }
    env -i PATH="$PATH" HOME="$scratch" LANG=C.UTF-8 "$@" >"$scratch/plain" 2>&1 </dev/null
    echo "status $?" >>"$scratch/plain"
    env -i PATH="$PATH" HOME="$scratch" LANG=C.UTF-8 LD_PRELOAD="$preload" "$@" >"$scratch/under" 2>&1 </dev/null
    echo "status $?" >>"$scratch/under"
    # curl says how long it tried.
    sed -i 's/ after [0-9]* ms/ after some ms/' "$scratch/plain" "$scratch/under"
    compared=$((compared + 1))
    cmp -s "$scratch/plain" "$scratch/under" || {
        echo "differs: $*"
        diff "$scratch/plain" "$scratch/under"
        failed=1
    }
}

PATH=/usr/local/bin:/usr/bin:/bin
same ls -la /etc
same cat /etc/passwd
same sha256sum /etc/ssl/certs/ca-certificates.crt
same bash -c 'echo a; echo b >&2; (exit 3); exit $?'
same bash -c 'echo /proc/self/fd/*; grep Threads /proc/self/status'
same bash -c 'ls /proc/self/fd | wc -l; for i in 1 2 3; do (sleep 0 & wait); done; compgen -u | head -3'
same sh -c 'echo $-; ulimit -n; set -- a b; echo $#'
same python3 -c 'import os, threading; print(sorted(os.listdir("/proc/self/fd")), os.listdir("/proc/self/task").__len__())'
same python3 -c 'import socket
a, b = socket.socketpair(); a.send(b"x"); print(b.recv(1))
s = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(s.getsockname()); d, _ = s.accept()
c.sendall(b"y" * 100000); c.shutdown(socket.SHUT_WR); n = 0
while True:
    part = d.recv(65536)
    if not part: break
    n += len(part)
print(n, c.family, c.getpeername()[0], c.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))'
same python3 -c 'import subprocess, sys
print(subprocess.run(["sh", "-c", "exit 7"]).returncode, subprocess.check_output(["echo", "z"]))
print(subprocess.run([sys.executable, "-c", "import os; print(sorted(os.listdir(\"/proc/self/fd\")))"], env={}).returncode)'
same node -e 'const fs = require("fs"); console.log(fs.readdirSync("/proc/self/fd").length, fs.readdirSync("/proc/self/task").length)'
same node -e 'console.log(Object.keys(process.versions).length, process.execArgv)'
same java -version
same git --version
same git hash-object /etc/passwd
# shellcheck disable=SC2016
same perl -e 'print join(",", sort { $a <=> $b } map { /(\d+)$/ } glob("/proc/self/fd/*")), "\n"'
same env -i true
same true
same false

# A server of our own on the loopback interface.
mkdir "$scratch/site"
head -c 300000 /dev/zero | tr '\0' q >"$scratch/site/page"
python3 - "$scratch/site" >"$scratch/port" 2>/dev/null <<'END' &
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
server.serve_forever()
END
server=$!
until [ -s "$scratch/port" ]; do sleep 0.1; done
port=$(cat "$scratch/port")
same curl -sS "http://127.0.0.1:$port/page"
same curl -sS "http://localhost:$port/missing" -o /dev/null -w '%{http_code} %{num_connects} %{remote_ip}'
same curl -sS "http://127.0.0.1:1/"

# Nothing was made on the way.
now=$(find "/dev/shm/ddbmock-$(id -u)" -maxdepth 1 2>/dev/null | sort)
# Another test may run beside this one: only what no living process made counts.
for path in $(comm -13 <(echo "$sessions") <(echo "$now") | grep "tree-"); do
    pid=${path##*tree-}
    [ -d "/proc/${pid%%-*}" ] || [ ! -d "$path" ] || { echo "left behind: $path"; failed=1; }
done
echo "$compared compared"
[ "$compared" -ge 12 ] && [ $failed = 0 ]
