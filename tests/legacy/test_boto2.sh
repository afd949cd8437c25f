#!/bin/bash
# boto 2.49, the client of 2011 and 2012, unmodified under the shim, over HTTPS with its certificates checked: test_boto2.sh BUILD.
build=$(cd "$1" && pwd)
cd "$(dirname "$0")" || exit 1
unset DDBMOCK_SESSION DDBMOCK_STORAGE AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
python=/usr/bin/python3
$python -c 'import boto' 2>/dev/null || { echo "boto is not installed (Debian's python3-boto)"; exit 77; }
failed=0
for story in boto_dynamodb.py boto_dynamodb2.py; do
    echo "$story"
    LD_PRELOAD=$build/libddbmock.so $python -W ignore $story || failed=1
done

# The server mode, with the client that its documentation had.
out=$(mktemp) || exit 1
"$build/ddbmock" serve --port 0 >"$out" &
server=$!
trap 'kill $server; wait $server; rm -f "$out"' EXIT
while [ ! -s "$out" ] && kill -0 $server; do sleep 0.05; done
port=$(sed -n 's/.*http:.*:\([0-9]*\).*/\1/p' "$out")
echo boto_network.py
$python -W ignore boto_network.py "$port" || failed=1
exit $failed
