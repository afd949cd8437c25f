#!/bin/bash
# The request log, of programs under the shim and of the server: test_log.sh BUILD.
build=$(cd "$1" && pwd)
for tool in curl jq; do command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }; done
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"; [ -z "${server-}" ] || kill "$server"' EXIT
cd "$scratch" || exit 1
failed=0
unset DDBMOCK_SESSION DDBMOCK_LOG DDBMOCK_LOG_FORMAT DDBMOCK_CONFIG
export HOME=$scratch DDBMOCK_STORAGE=memory
export host=http://dynamodb.us-east-1.amazonaws.com/

# like WHAT PATTERN OUTPUT: an extended pattern.
like() {
    if ! grep -qE -- "$2" <<<"$3"; then
        printf '%s is not like\n    %s\nbut is\n    %s\n' "$1" "$2" "$3"
        failed=1
    fi
}
same() {
    [ "$2" = "$3" ] || { printf '%s is\n    %s\nand not\n    %s\n' "$1" "$3" "$2"; failed=1; }
}

# call OPERATION BODY [URL]
call() {
    curl -sS --aws-sigv4 aws:amz:us-east-1:dynamodb --user AKIDEXAMPLE:secretsecret -H 'X-Amz-Security-Token: tokentoken' \
        -H "X-Amz-Target: DynamoDB_20120810.$1" -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$2" "${3-$host}"
}
export -f call
under() { LD_PRELOAD=$build/libddbmock.so "$@"; }

id='[0-9A-V]{26}[0-9A-Z]+'
head="request_id=$id time=20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z process=[0-9]+ thread=[0-9]+ region=us-east-1"
got=$(DDBMOCK_LOG=stderr under bash -c 'call ListTables "{
 }"' 2>&1 >/dev/null)
like "a line" "^$head operation=ListTables status=200 microseconds=[0-9]+ request=\{  \} response=\{\"TableNames\":\[\]\}$" "$got"
same "silent unless asked" '{"TableNames":[]}' "$(under bash -c 'call ListTables "{}"' 2>&1)"
got=$(DDBMOCK_LOG=stderr under bash -c 'call DescribeTable "{\"TableName\": \"None\"}"' 2>&1 >/dev/null)
like "an error" "operation=DescribeTable status=400 .* response=\{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\"" "$got"
like "no JSON" "operation=- status=400 .*request=- response=.*SerializationException" \
    "$(DDBMOCK_LOG=stderr under bash -c 'call ListTables "signature=secret"' 2>&1 >/dev/null)"
like "no operation" "operation=- status=200 .*request=- response=healthy: " "$(DDBMOCK_LOG=stderr under curl -s $host 2>&1 >/dev/null)"

# What a client sends to prove who it is.
export DDBMOCK_LOG=$scratch/log
under bash -c 'call ListTables "{}"; call Nonsense "{}"' >/dev/null
under curl -s -H 'Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=0123456789abcdef' -H 'X-Amz-Target: DynamoDB_20120810.ListTables' \
    -H 'Content-Type: application/x-amz-json-1.0' -d '{}' $host | grep -q 'Signature=0123456789abcdef' || { echo "the answer has no secret"; failed=1; }
same "three lines" 3 "$(wc -l <log)"
same "secrets" '' "$(grep -iE 'signature=|token|0123456789abcdef|AKID|Authorization' log | grep -v 'MissingAuthenticationToken')"
same "whose it is to read" 600 "$(stat -c %a log)"

# Many processes and threads, one file: every line is whole, and every answer's request id has its line.
rm log
export DDBMOCK_LOG_FORMAT=json
cat >several.sh <<'END'
for i in 1 2 3 4 5 6 7 8; do
    for j in 1 2 3 4 5 6 7 8 9 10; do
        call PutItem "{\"TableName\":\"None\",\"Item\":{\"k\":{\"S\":\"$(head -c 20000 /dev/zero | tr '\0' "$i")\"}}}"
    done &
done
wait
END
under bash several.sh >/dev/null
same "80 whole lines" "80 80 8" "$(wc -l <log) $(jq -c 'select(.operation == "PutItem" and .status == 400) | .request_id' log | sort -u | wc -l) \
$(jq -r '.request.Item.k.S' log | sort -u | wc -l)"

# The server, and the relative path of a log.
unset DDBMOCK_LOG
DDBMOCK_LOG=served "$build/ddbmock" serve --port 0 >ready 2>&1 &
server=$!
for ((i = 0; i < 600; i++)); do grep -q serving ready && break; sleep 0.05; done
url=$(sed -n 's/.*serving \(http[^ ]*\) .*/\1/p' ready)
call ListTables '{}' "$url/" >/dev/null
printf 'nonsense\r\n\r\n' | curl -s telnet://"${url#http://}" >/dev/null
kill "$server" && wait "$server"
server=
same "served" '"ListTables" 200 {} {"TableNames":[]}' "$(head -n 1 served | jq -c '.operation, .status, .request, .response' | paste -sd' ')"
like "what is no HTTP" '"region":"-","operation":"-","status":400,' "$(tail -n 1 served)"

# A log that cannot be, and a reader that goes: a warning, and no harm.
like "no such directory" '^ddbmock: DDBMOCK_LOG=/nowhere/log is left out: No such file or directory$' \
    "$(DDBMOCK_LOG=/nowhere/log under bash -c 'call ListTables "{}"' 2>&1)"
same "a reader that has gone" '{"TableNames":[]}' "$(DDBMOCK_LOG=stderr under bash -c 'call ListTables "{}"' 2> >(exec true))"
exit $failed
