#!/bin/bash
# The commands on a session's data, as a user types them: test_commands.sh BUILD.
build=$(cd "$1" && pwd)
ddbmock=$build/ddbmock
scratch=$(mktemp -d) || exit 1
session=commands-$$
other=commands-other-$$
unset DDBMOCK_SESSION DDBMOCK_STORAGE
trap 'rm -rf "$scratch" /dev/shm/ddbmock-$(id -u)/$session /dev/shm/ddbmock-$(id -u)/$other' EXIT
failed=0 checked=0

# expect STATUS PATTERN WORDS...: runs a command and compares its exit status, and its output with an extended pattern.
expect() {
    local status=$1 pattern=$2 output got
    shift 2
    output=$("$@" 2>&1 </dev/null)
    got=$?
    checked=$((checked + 1))
    if [ $got != "$status" ] || ! grep -qE -- "$pattern" <<<"$(tr '\n' ' ' <<<"$output" | sed 's/ *$//')"; then
        echo "$*: exit status $got and not $status, or not like $pattern:"
        echo "$output"
        failed=1
    fi
}

for command in reset snapshot restore fork seed import export sessions tables; do
    expect 0 "^usage: ddbmock $command" "$ddbmock" help $command
    expect 0 "^usage: ddbmock $command" "$ddbmock" $command --help
    expect 125 "unrecognized option '--nonsense'.*Try 'ddbmock help $command'" "$ddbmock" $command --nonsense
    [ -f docs/man/ddbmock-$command.1 ] || { echo "there is no manual page of $command"; failed=1; }
done

# Which session is meant, in all ways.
expect 125 'which session is meant\? Say --session NAME, or set DDBMOCK_SESSION' "$ddbmock" tables
expect 125 "there is no session '$session'" "$ddbmock" tables -s $session
expect 125 'a name has 1 to 71' "$ddbmock" tables -s ''
expect 125 'memory.*http://ddbmock.local/' env DDBMOCK_STORAGE=memory "$ddbmock" tables -s $session
expect 125 'which session is meant' env LD_PRELOAD="$build/libddbmock.so" "$ddbmock" tables
[ ! -e "/dev/shm/ddbmock-$(id -u)/$session" ] || { echo "a question made a session"; failed=1; }

# A table from a description, which has much that CreateTable does not take.
cat >"$scratch/music.json" <<'END'
{"Table": {"AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"}, {"AttributeName": "year", "AttributeType": "N"}],
 "TableName": "Music", "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}], "TableStatus": "ACTIVE",
 "CreationDateTime": "2020-01-01T00:00:00+00:00", "ItemCount": 12, "TableSizeBytes": 1, "TableId": "1-2-3",
 "TableArn": "arn:aws:dynamodb:eu-west-1:999999999999:table/Music", "LatestStreamLabel": "x",
 "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
 "WarmThroughput": {"ReadUnitsPerSecond": 5, "WriteUnitsPerSecond": 6, "Status": "ACTIVE"},
 "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"}, "DeletionProtectionEnabled": true,
 "GlobalSecondaryIndexes": [{"IndexName": "by-year", "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
   "Projection": {"ProjectionType": "ALL"}, "IndexStatus": "ACTIVE", "IndexSizeBytes": 1, "ItemCount": 12, "IndexArn": "a",
   "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}]}}
END
expect 0 '^$' "$ddbmock" seed -s $session "$scratch/music.json"
expect 125 "there is a table 'Music' in eu-west-1 already" "$ddbmock" seed -s $session "$scratch/music.json"
expect 0 '^$' "$ddbmock" seed -s $session --replace "$scratch/music.json"
expect 0 '^eu-west-1 +Music +ACTIVE +0 items' "$ddbmock" tables -s $session
expect 0 '"indexes":\["by-year"\]' "$ddbmock" tables -s $session --json
echo '{"Table":' >"$scratch/bad.json"
expect 125 'bad.json, line [0-9]+:' "$ddbmock" seed -s $session "$scratch/bad.json"
expect 125 'none.json: No such file' "$ddbmock" seed -s $session "$scratch/none.json"
echo '{"TableName": "Tab"}' >"$scratch/bad.json"
expect 125 'ddbmock seed: .*keySchema' "$ddbmock" seed -s $session "$scratch/bad.json"

# In and out again, in every form; the index has the items, too.
for i in 1 2 3; do echo "{\"Item\":{\"artist\":{\"S\":\"a$i\"},\"b\":{\"B\":\"AAE=\"},\"year\":{\"N\":\"$i\"}}}"; done >"$scratch/items"
expect 0 '^3 items of Music in eu-west-1 imported' "$ddbmock" import -s $session Music "$scratch/items"
for path in out.jsonl out.jsonl.gz; do
    expect 0 '^3 items of Music in eu-west-1 exported' "$ddbmock" export -s $session Music "$scratch/$path"
    [ ! -e "$scratch/$path.part" ] || { echo "$path.part is left"; failed=1; }
done
diff <(sort "$scratch/items") <(sort "$scratch/out.jsonl") || failed=1
diff <(sort "$scratch/items") <(zcat "$scratch/out.jsonl.gz" | sort) || failed=1
diff <(sort "$scratch/items") <("$ddbmock" export -s $session Music | sort) || failed=1
expect 0 'exported' "$ddbmock" export -s $session --s3 Music "$scratch/bucket"
for manifest in summary files; do
    (cd "$scratch"/bucket/AWSDynamoDB/* && [ "$(openssl md5 -binary manifest-$manifest.json | base64)" = "$(cat manifest-$manifest.md5)" ]) ||
        { echo "manifest-$manifest.md5 is wrong"; failed=1; }
done
expect 0 '^$' "$ddbmock" reset -s $session --table Music
expect 0 'Music +ACTIVE +0 items' "$ddbmock" tables -s $session
expect 0 '^3 items' "$ddbmock" import -s $session Music "$scratch/bucket"
diff <(sort "$scratch/items") <("$ddbmock" export -s $session Music | sort) || failed=1
[ ! -x /usr/bin/aws ] || expect 0 '"Count": 1' "$ddbmock" run -s $session aws dynamodb query --region eu-west-1 --table-name Music --index-name by-year \
    --key-condition-expression '#y = :y' --expression-attribute-names '{"#y":"year"}' \
    --expression-attribute-values '{":y":{"N":"2"}}' --select COUNT
expect 0 '^3 items' bash -c "'$ddbmock' import -s $session Music - <'$scratch/items'"
expect 0 '^3 items' bash -c "gzip -c '$scratch/items' | '$ddbmock' import -s $session Music -"

# What is wrong is told with its place.
{ head -n 2 "$scratch/items"; echo '{"Item":{"artist":{"N":"1"}}}'; } >"$scratch/wrong"
expect 125 'wrong, line 3: .*Type mismatch for key artist expected: S actual: N \(2 items before it are imported\)' \
    "$ddbmock" import -s $session Music "$scratch/wrong"
expect 125 "there is no table 'None' in any region" "$ddbmock" import -s $session None "$scratch/items"
expect 125 'nowhere: No such file' "$ddbmock" import -s $session Music "$scratch/nowhere"
expect 125 'there is neither an export to S3' "$ddbmock" import -s $session Music /proc/self/fdinfo
data=$(echo "$scratch"/bucket/AWSDynamoDB/*/data/*.json.gz)
printf x >>"$data"
expect 125 'it is damaged' "$ddbmock" import -s $session Music "$scratch/bucket"
head -c 40 "$scratch/out.jsonl.gz" >"$scratch/cut.jsonl.gz"
expect 125 'cut.jsonl.gz, line 1: ' "$ddbmock" import -s $session Music "$scratch/cut.jsonl.gz"
expect 125 'No such file' "$ddbmock" export -s $session Music "$scratch/none/out"

# A progress bar where there is a terminal, and none where there is none.
if script -qec true /dev/null >/dev/null 2>&1; then # where there are terminals
    expect 0 '\[##+\] 100 %  3 of 3 items' script -qec "'$ddbmock' export -s $session Music '$scratch/out'" /dev/null
    expect 0 '^$' script -qec "'$ddbmock' export -q -s $session Music '$scratch/out'" /dev/null
fi

# Snapshots.
expect 0 '^$' "$ddbmock" snapshot -s $session 'three items'
expect 0 '^20.*Z  three items' "$ddbmock" snapshot -s $session
expect 0 '^$' "$ddbmock" reset -s $session
expect 0 '^$' "$ddbmock" tables -s $session
expect 125 "there is no snapshot 'four items'" "$ddbmock" restore -s $session 'four items'
diff <(sort "$scratch/items") <("$ddbmock" export -s $session --snapshot 'three items' Music | sort) || failed=1
expect 0 '^$' "$ddbmock" restore -s $session 'three items'
expect 0 'Music +ACTIVE +3 items' "$ddbmock" tables -s $session
expect 0 '^$' "$ddbmock" fork -s $session 'three items' $other
expect 125 "there is a session '$other' already" "$ddbmock" fork -s $session 'three items' $other
expect 0 '^$' "$ddbmock" reset -s $session --region eu-west-1
expect 0 '^$' "$ddbmock" tables -s $session
expect 0 'Music +ACTIVE +3 items' "$ddbmock" tables -s $other
expect 0 '^$' "$ddbmock" snapshot -s $session --delete 'three items'
expect 125 "there is no snapshot" "$ddbmock" snapshot -s $session --delete 'three items'
expect 125 'it takes one NAME' "$ddbmock" snapshot -s $session a b

# Sessions: the fork lives on without the one that it came from.
expect 0 "  $session +[0-9.]+ kB  no process" "$ddbmock" sessions
"$ddbmock" run -s $session sleep 60 &
sleeper=$!
while kill -0 $sleeper 2>/dev/null && ! grep -qs sleep /proc/$sleeper/comm; do sleep 0.05; done
expect 125 "session '$session' is in use, by process $sleeper" "$ddbmock" sessions --delete $session
kill $sleeper
wait $sleeper 2>/dev/null
expect 0 '^$' "$ddbmock" sessions --delete $session
expect 125 "there is no session '$session'" "$ddbmock" sessions --delete $session
expect 0 'Music +ACTIVE +3 items' "$ddbmock" tables -s $other
expect 0 '^$' "$ddbmock" sessions --delete $other

# Inside `ddbmock run` the tree's session is meant, and goes with it.
expect 0 'Music +ACTIVE' "$ddbmock" run bash -c "'$ddbmock' seed '$scratch/music.json' && '$ddbmock' tables"
# So it is with a file that has a place of its own.
expect 0 'Music +ACTIVE' env DDBMOCK_STORAGE="sqlite:$scratch/dynamo.db" bash -c "'$ddbmock' seed '$scratch/music.json' && '$ddbmock' tables"

echo "$checked checked"
exit $failed
