#!/bin/sh
# Clients that trust a directory of authorities alone, by the hashes of their names, trust the session's: test_directories.sh BUILD.
build=$(cd "$1" && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset DDBMOCK_SESSION SSL_CERT_FILE SSL_CERT_DIR
mkdir "$scratch/certs"
host=dynamodb.us-east-1.amazonaws.com failed=0
case ${SANITIZED-} in
*thread*) runtime=libtsan.so.2: ;;
?*) runtime=libasan.so.8:libubsan.so.1: ;;
*) runtime= ;;
esac
cat >"$scratch/ask.py" <<'END'
import http.client, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(capath=sys.argv[1])
connection = http.client.HTTPSConnection(sys.argv[2], context=context)
connection.request("GET", "/")
print(connection.getresponse().read().decode())
END

# answers WHAT COMMAND...
answers() {
    what=$1
    shift
    out=$(ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$runtime$build/libddbmock.so "$@" 2>&1)
    case $out in
    "healthy: $host"*) ;;
    *) echo "$what: $out" && failed=1 ;;
    esac
}

answers "Python, an empty directory" /usr/bin/python3 "$scratch/ask.py" "$scratch/certs" $host
[ ! -d /etc/ssl/certs ] || answers "Python, the system's directory" /usr/bin/python3 "$scratch/ask.py" /etc/ssl/certs $host
answers "Python, SSL_CERT_DIR" env SSL_CERT_DIR="$scratch/certs" /usr/bin/python3 -c "
import urllib.request
print(urllib.request.urlopen('https://$host/').read().decode())"
# Debian's curl does not get past its start under libasan, with or without the shim.
if command -v curl >/dev/null && [ -z "${SANITIZED-}" ]; then
    answers "curl --capath" curl -sS --capath "$scratch/certs" https://$host/
    answers "curl, SSL_CERT_DIR" env SSL_CERT_DIR="$scratch/certs" curl -sS https://$host/
fi
[ -z "$(ls -A "$scratch/certs")" ] || { echo "something was written there" && failed=1; }
exit $failed
