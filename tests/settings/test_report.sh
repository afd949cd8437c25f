#!/bin/bash
# ddbmock report on statistics that are known: test_report.sh BUILD.
build=$(cd "$1" && pwd)
command -v jq >/dev/null || { echo "jq is not installed"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
unset DDBMOCK_SESSION DDBMOCK_STATS DDBMOCK_CONFIG XDG_CONFIG_HOME
export HOME=$scratch

like() {
    if ! grep -qF -- "$2" <<<"$3"; then
        printf '%s has no\n    %s\nbut is\n    %s\n' "$1" "$2" "$3"
        failed=1
    fi
}
same() {
    [ "$2" = "$3" ] || { printf '%s is\n    %s\nand not\n    %s\n' "$1" "$3" "$2"; failed=1; }
}
report() { "$build/ddbmock" report "$@" 2>&1; }
# query FILTER OPTIONS...: of the report as JSON.
query() {
    local filter=$1
    shift
    report --json "$@" | jq -c "$filter"
}

# Four seconds, of which the first and the last have requests of two processes, which pass one another; the last line was cut.
cat >stats <<'END'
{"t":1763845200000,"p":1,"region":"us-east-1","op":"PutItem","use":[{"table":"Tea","key":["</script>","7"],"size":350000,"read":0,"write":342,"indexes":{"by":[0,2],"own":[0,3]},"items":{"":[1,350000],"by":[1,50],"own":[1,60]},"local":["own"],"provisioned":{"":[2,1],"by":[1,1]}}],"status":200}
{"t":1763845203000,"p":2,"region":"us-east-1","op":"Scan","use":[{"table":"Tea","read":100,"write":0,"scanned":500,"returned":5,"filter":"x = :x","local":["own"],"provisioned":{"":[2,1],"by":[1,1]}}],"status":200}
{"t":1763845200500,"p":2,"region":"us-east-1","op":"GetItem","use":[{"table":"Tea","key":["a","1"],"size":10,"read":1,"write":0,"local":["own"],"provisioned":{"":[2,1],"by":[1,1]}}],"status":200}
{"t":1763845203100,"p":2,"region":"us-east-1","op":"Query","use":[{"table":"Tea","index":"by","key":["b"],"read":0,"write":0,"indexes":{"by":[4,0]},"scanned":3,"returned":3,"provisioned":{"":[2,1],"by":[1,1]}}],"status":200}
{"t":1763845203200,"p":1,"region":"eu-west-1","op":"PutItem","use":[{"table":"Tea","key":["c","2"],"size":1,"read":0,"write":9000,"items":{"":[1,9]}}],"status":200}
{"t":17638452
END
all='.tables[] | select(.table == "Tea" and .region == "us-east-1" and .index == null)'
by='.tables[] | select(.index == "by")'
same "the whole" '[5,2,1,3.2,"2025-11-22T21:00:00Z","2025-11-22T21:00:03Z"]' "$(query '[.requests,.processes,.broken_lines,.seconds,.from,.to]' stats)"
same "tables and indexes" '["eu-west-1",null,"us-east-1",null,"us-east-1","by","us-east-1","own"]' "$(query '[.tables[] | .region, .index]' stats)"
same "reads" '{"units":101,"least":0,"average":25.25,"median":0,"p90":100,"p99":100,"most":100}' "$(query "$all | .read | map_values(. * 1)" stats)"
same "writes of an index" '[2,0.5]' "$(query "$by | .write | [.units, .average]" stats)"
same "sizes, with 100 bytes an item" '[1,350100,1,150]' "$(query "[($all), ($by) | .items, .bytes]" stats)"
same "the course" '[1,[1,0,0,100],[342,0,0,0]]' "$(query "$all | .course | [.step_seconds, .read, .write]" stats)"
same "hot partitions" '[["</script>",342],["a",0]]' "$(query "[$all | .hot_partitions[] | [.key, .write]]" stats)"
same "of an index" '[["b",4]]' "$(query "[$by | .hot_partitions[] | [.key, .read]]" stats)"
same "hot items" '["</script> / 7","a / 1"]' "$(query "[$all | .hot_keys[].key]" stats)"
same "more than a partition serves" '["c"]' "$(query '[.tables[].hot_partitions[] | select(.beyond_partition).key]' stats)"
same "scans" '{"requests":1,"read":100,"scanned":500,"returned":5}' "$(query "$all | .scans | map_values(. * 1)" stats)"
same "filters" '[["x = :x",500,5]]' "$(query "[$all | .filters[] | [.filter, .scanned, .returned]]" stats)"
same "items near the limit" '[{"key":"</script> / 7","bytes":350000}]' "$(query "$all | .large_items" stats)"
# 342 written and 3 of the local index, against 300 that were saved and the second's own.
same "throttled" '["table",0,44,1]' "$(query "$all | .throttled | [.source, .read.units, .write.units, .write.seconds]" stats)"
same "with others provisioned" '["option",0,0]' \
    "$(query "$all | .throttled | [.source, .read.units, .write.units]" --provisioned Tea=1,345 stats)"
same "of an index" '["option",5]' "$(query "$by | .throttled | [.source, .read.provisioned]" -p Tea=1,1 -p Tea/by=5,5 stats)"
same "what is needed" '[100,342]' "$(query "$all | .costs | [.provisioned_reads, .provisioned_writes]" stats)"
same "on demand" '0.000226' "$(query "$all | .costs.on_demand_run" stats)"
echo '{ "name": "mine", "currency": "EUR", "on_demand": { "million_reads": 1000000, "million_writes": 0 },
  "provisioned": { "read_unit_hour": 1, "write_unit_hour": 0 }, "storage": { "gigabyte_month": 0 } }' >prices.json
same "other prices" '[101,73000,"mine"]' "$(query "[($all | .costs | .on_demand_run, .provisioned_month), .prices.name]" -P prices.json stats)"
same "samples of two seconds" '[50,25.25,0.5]' "$(DDBMOCK_STATS_SAMPLE=2 query "$all | .read | [.most, .average, .median]" stats)"

text=$(report stats)
like "text" '5 requests of 2 processes in 3.200 s, from 2025-11-22T21:00:00Z to 2025-11-22T21:00:03Z' "$text"
like "text" 'Tea/by (us-east-1): 2 requests, 1 items, 150 bytes' "$text"
like "text" '  read            101.0      0.00     25.25      0.00    100.00    100.00    100.00' "$text"
like "text" 'write: 44.0 units in 1 s, with 1 a second provisioned' "$text"
like "text" '5 of 500 items returned, for 100.0 units: x = :x' "$text"
like "text" '(more than one partition serves): c' "$text"
like "text" 'EUR for this run' "$(report -P prices.json stats)"

# The page: all in one file, and nobody's key is markup. What a browser makes of it is in test_page.sh.
report --html -o page.html stats
same "what it would load" '' "$(grep -oiE '(src|href)=|url\(|@import|fetch\(|https?://[^"]*' page.html | grep -v www.w3.org/2000/svg)"
same "ends of scripts" 2 "$(grep -c '</script>' page.html)"

# What cannot be reported.
like "no such file" 'ddbmock report: /nowhere/stats: No such file or directory' "$(report /nowhere/stats)"
echo nonsense >other
like "another file" 'ddbmock report: other: it has no statistics of ddbmock' "$(report other)"
like "nothing named" 'ddbmock report: nothing to report: name a file of statistics, or a session' "$(report)"
like "a bad assumption" 'ddbmock report: Tea=1: it is TABLE=READ,WRITE or TABLE/INDEX=READ,WRITE, in units per second' "$(report -p Tea=1 stats)"
echo '{ "on_demand": {} }' >prices.json
like "bad prices" 'ddbmock report: prices.json: it has no number "million_reads" in "on_demand"' "$(report -P prices.json stats)"
echo '{ on' >prices.json
like "no prices" 'ddbmock report: prices.json:1:' "$(report -P prices.json stats)"
report /nowhere/stats >/dev/null
same "the exit status" 125 $?
: >empty
like "nothing yet" '0 requests of 0 processes' "$(report empty)"
exit $failed
