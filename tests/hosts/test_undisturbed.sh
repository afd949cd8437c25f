#!/bin/bash
# Programs that never meet DynamoDB behave under the shim as without it: the same output on both streams, the same exit status,
# the same open descriptors. undisturbed.sh BUILD. A program that is not installed is left out, and said.
set -u
shim=$(cd "$1" && pwd)/libddbmock.so
scratch=$(mktemp -d) || exit 1
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT
compared=0 bad=0

bare=(env -i PATH=/usr/local/bin:/usr/bin:/bin "HOME=$scratch/home" LANG=C.UTF-8)
mkdir "$scratch/home"

# same COMMAND...: runs it twice.
same() {
    if ! PATH=/usr/local/bin:/usr/bin:/bin command -v "$1" >/dev/null; then
        echo "not installed: $1"
        return
    fi
    local without with
    timeout 60 "${bare[@]}" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    without=$?
    timeout 60 "${bare[@]}" "LD_PRELOAD=$shim" "$@" >"$scratch/out.shim" 2>"$scratch/err.shim" </dev/null
    with=$?
    compared=$((compared + 1))
    if [ $without != $with ]; then
        echo "$*: exit status $with instead of $without"
        bad=1
    fi
    if ! diff "$scratch/out" "$scratch/out.shim" || ! diff "$scratch/err" "$scratch/err.shim"; then
        echo "$*: writes something else"
        bad=1
    fi
}

same true
same false
same ls -la /etc
same sh -c 'echo out; echo err >&2; exit 7'
same bash -c 'ls /proc/self/fd; cat </etc/passwd | sort | head -3; exec 5</etc/passwd; ls /proc/self/fd; exit 3'
# shellcheck disable=SC2016 # the shell that is run is to expand it
same bash -c 'trap "echo term" TERM; kill -TERM $$; echo after'
same env -u LD_PRELOAD true
same find /etc -maxdepth 1 -type d
same python3 -c 'import os, sys; print(sorted(os.listdir("/proc/self/fd"))); sys.exit(4)'
same python3 -c 'import subprocess; print(subprocess.run(["ls", "/proc/self/fd"], capture_output=True).stdout)'
same python3 -c 'import threading; t = threading.Thread(target=print, args=["thread"]); t.start(); t.join(); print(threading.active_count())'
same python3 -c 'import os; os.closerange(3, 1000); print(os.open("/etc/passwd", 0)); os._exit(9)'
same python3 -c 'import socket; print(socket.getaddrinfo("localhost", 80, socket.AF_INET))'
same node -e 'console.log(require("fs").readdirSync("/proc/self/fd").length, process.argv.length); process.exit(5)'
same java -version
same git --version
same perl -e 'print "perl\n"; print STDERR "err\n"; exit 6'
same make --version
same curl -sS http://127.0.0.1:1/ # nobody listens there

# A local server, and curl to it.
cat >"$scratch/server.py" <<'END'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "200000")
        self.end_headers()
        self.wfile.write(b"x" * 200000)
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
END
if command -v python3 >/dev/null; then
    python3 "$scratch/server.py" >"$scratch/port" 2>/dev/null </dev/null &
    server=$!
    for _ in $(seq 100); do
        [ ! -s "$scratch/port" ] || break
        sleep 0.1
    done
    port=$(cat "$scratch/port")
    same curl -sS -w '%{http_code} %{size_download}\n' "http://127.0.0.1:$port/" "http://127.0.0.1:$port/again"
    same python3 -c "import urllib.request; print(len(urllib.request.urlopen('http://127.0.0.1:$port/').read()))"
    same node -e "fetch('http://127.0.0.1:$port/').then(async (r) => console.log((await r.text()).length))"
fi

echo "$compared programs compared"
[ $bad = 0 ] && [ $compared -gt 15 ]
