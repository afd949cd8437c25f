#!/bin/bash
# ddbmock run with a program that no preload reaches: test_supervise.sh BUILD. It is led by the kernel's notifications.
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
ddbmock=$build/ddbmock
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
unset DDBMOCK_SESSION DDBMOCK_STORAGE AWS_ENDPOINT_URL_DYNAMODB
plain=$scratch/plain
cc -static -w -o "$plain" tests/supervise/plain.c || { echo "no program can be linked statically"; exit 77; }
if "$ddbmock" run -- "$plain" seven 2>&1 | grep -q 'connections cannot be seen'; then
    echo "seccomp notifies nobody here"
    exit 77
fi

# is WHAT WANTED GOT
is() {
    [ "$2" = "$3" ] || { printf '%s is not\n    %s\nbut\n    %s\n' "$1" "$2" "$3"; failed=1; }
}

host=dynamodb.us-east-1.amazonaws.com
is "a request" '{"TableNames":[]}' "$("$ddbmock" run -- "$plain" $host 80 ListTables '{}')"
is "an account's own name" '{"TableNames":[]}' \
    "$("$ddbmock" run -- "$plain" 123456789012.ddb.us-east-1.amazonaws.com 80 ListTables '{}')"

# One DynamoDB for the static program and for what it starts under the shim.
create='{"TableName":"Tea","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}'
cat >"$scratch/both.sh" <<END
$plain $host 80 CreateTable '$create' >/dev/null
$plain $host 80 PutItem '{"TableName":"Tea","Item":{"k":{"S":"a"}}}'
curl -sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user K:S -H 'X-Amz-Target: DynamoDB_20120810.GetItem' \
    -H 'Content-Type: application/x-amz-json-1.0' --data '{"TableName":"Tea","Key":{"k":{"S":"a"}}}' https://$host/
END
if command -v curl >/dev/null; then
    is "both kinds of program" '{}
{"Item":{"k":{"S":"a"}}}' "$("$ddbmock" run -- "$plain" shell "sh $scratch/both.sh")"
fi
is "a static child of a program that can be preloaded" '{"TableNames":[]}' \
    "$("$ddbmock" run --supervise -- sh -c "$plain $host 80 ListTables '{}'")"

# What it is, before it runs.
"$ddbmock" doctor "$plain" >"$scratch/out"
is "doctor's exit status of a static program" 1 $?
is "doctor's advice" "  verdict   its system calls are its own; run it by: ddbmock run -- $plain" \
    "$(grep verdict "$scratch/out")"
"$ddbmock" doctor /bin/sh >"$scratch/out"
is "doctor's exit status of a shell" 0 $?
"$ddbmock" doctor /bin/sh "$scratch/nobody" >/dev/null 2>&1
is "doctor's exit status of nothing" 127 $?
printf '#! %s\n' "$plain" >"$scratch/script"
chmod +x "$scratch/script"
"$ddbmock" doctor "$scratch/script" >/dev/null
is "doctor's exit status of a static program's script" 1 $?

is "the endpoint" 'http://127.0.0.1:' "$("$ddbmock" run -- "$plain" endpoint | sed 's/[0-9]*$//')"

# What is not ours.
deny() { DDBMOCK_NETWORK=deny "$ddbmock" run -- "$plain" "$@" 80 X '{}' 2>&1; }
is "another name, denied" 'Temporary failure in name resolution' "$(deny example.invalid | grep -v ^ddbmock)"
is "and a line for it" 'ddbmock: DDBMOCK_NETWORK=deny: refused: the name example.invalid' \
    "$(deny example.invalid | grep -m 1 ^ddbmock)"
is "another address, denied" 'connect: Connection refused
ddbmock: DDBMOCK_NETWORK=deny: refused: 192.0.2.1 port 80' "$(deny 192.0.2.1 | sort)"

# How it ends is how the program ends.
"$ddbmock" run -- "$plain" seven
is "an exit status" 7 $?
(exec "$ddbmock" run -- "$plain" kill)
is "a signal" 137 $?
"$ddbmock" run -- "$plain" wait >"$scratch/out" &
launcher=$!
until [ -s "$scratch/out" ]; do sleep 0.05; done
kill -TERM $launcher
wait $launcher
is "a signal to the launcher" 143 $?
exit $failed
