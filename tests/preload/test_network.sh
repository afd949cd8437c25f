#!/bin/bash
# DDBMOCK_NETWORK: test_network.sh BUILD. What is denied gets its errno and a line, and the kernel sees none of it.
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
unset DDBMOCK_SESSION

preload=${SANITIZED:+libasan.so.8:libubsan.so.1:}$build/libddbmock.so
case ${SANITIZED-} in *thread*) preload=libtsan.so.2:$build/libddbmock.so ;; esac
export ASAN_OPTIONS=detect_leaks=0 # of Python

run() { LD_PRELOAD=$preload "$@" python3 -I -S tests/preload/network.py 2>"$scratch/err"; }

cat >"$scratch/wanted" <<'END'
tcp ECONNREFUSED
tcp6 ECONNREFUSED
mapped ECONNREFUSED
udp connect ECONNREFUSED
udp sendto ECONNREFUSED
udp sendmsg ECONNREFUSED
raw ECONNREFUSED
packet ECONNREFUSED
syscall ECONNREFUSED
getaddrinfo EAI_AGAIN
gethostbyname EAI_AGAIN
numeric 192.0.2.7
localhost 127.0.0.1
reverse 192.0.2.8
loopback x
dynamodb healthy: dynamodb.us-east-1.amazonaws.com 
END
cat >"$scratch/lines" <<'END'
ddbmock: DDBMOCK_NETWORK=deny: refused: 192.0.2.1 port 80
ddbmock: DDBMOCK_NETWORK=deny: refused: 2001:db8::1 port 80
ddbmock: DDBMOCK_NETWORK=deny: refused: ::ffff:192.0.2.2 port 80
ddbmock: DDBMOCK_NETWORK=deny: refused: 192.0.2.3 port 53
ddbmock: DDBMOCK_NETWORK=deny: refused: 192.0.2.4 port 53
ddbmock: DDBMOCK_NETWORK=deny: refused: 2001:db8::2 port 53
ddbmock: DDBMOCK_NETWORK=deny: refused: 192.0.2.5 port 0
ddbmock: DDBMOCK_NETWORK=deny: refused: a socket of family 17
ddbmock: DDBMOCK_NETWORK=deny: refused: 192.0.2.6 port 80
ddbmock: DDBMOCK_NETWORK=deny: refused: the name example.invalid
ddbmock: DDBMOCK_NETWORK=deny: refused: the name example.invalid
END
if [ "$(id -u)" != 0 ]; then # raw sockets are root's
    sed -i 's/^raw .*/raw EPERM/' "$scratch/wanted"
    sed -i '/192.0.2.5/d' "$scratch/lines"
fi
trace=()
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
    trace=(strace -f -o "$scratch/trace" -e trace=network)
fi
DDBMOCK_NETWORK=deny run "${trace[@]}" >"$scratch/got"
diff "$scratch/wanted" "$scratch/got" || failed=1
diff "$scratch/lines" "$scratch/err" || failed=1
if [ -s "$scratch/trace" ] && grep -E '192\.0\.2\.|2001:db8|htons\(53\)|AF_PACKET' "$scratch/trace"; then
    echo "the kernel was asked for these"
    failed=1
fi

# The same, but nothing refused: each destination has its line. In a namespace from which nothing leads out.
if unshare -rn true 2>/dev/null; then
    DDBMOCK_NETWORK=log run unshare -rn >"$scratch/got"
    sed 's/deny: refused:/log:/' "$scratch/lines" | sort -u >"$scratch/wanted"
    grep -q '192.0.2.5' "$scratch/wanted" || echo 'ddbmock: DDBMOCK_NETWORK=log: 192.0.2.5 port 0' >>"$scratch/wanted"
    sort -u "$scratch/err" | diff <(sort -u "$scratch/wanted") - || failed=1
    grep -q '^dynamodb healthy' "$scratch/got" || failed=1
fi

# A wrong value lets nothing out.
DDBMOCK_NETWORK=dney run env >"$scratch/got"
grep -qx 'tcp ECONNREFUSED' "$scratch/got" || failed=1
grep -qx 'ddbmock: DDBMOCK_NETWORK=dney: it is open, log or deny; nothing beyond this machine is reached.' "$scratch/err" || failed=1
exit $failed
