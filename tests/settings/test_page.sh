#!/bin/bash
# The page of ddbmock report in a browser, Debian's chromium: test_page.sh BUILD. It opens it without a network, runs its script
# and hands back the document as it stands then.
build=$(cd "$1" && pwd)
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
[ -n "$browser" ] || { echo "chromium is not installed"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
unset DDBMOCK_SESSION DDBMOCK_STATS DDBMOCK_CONFIG XDG_CONFIG_HOME
export HOME=$scratch

cat >stats <<'END'
{"t":1763845200000,"p":1,"region":"us-east-1","op":"PutItem","use":[{"table":"Tea","key":["</script><b id=bold>x</b>","7"],"size":350000,"read":0,"write":342,"indexes":{"by-price":[0,2]},"items":{"":[1,350000]},"provisioned":{"":[2,1],"by-price":[1,1]}}],"status":200}
{"t":1763845203000,"p":2,"region":"us-east-1","op":"Scan","use":[{"table":"Tea","read":100,"write":0,"scanned":500,"returned":5,"filter":"x < :x","provisioned":{"":[2,1],"by-price":[1,1]}}],"status":200}
END
"$build/ddbmock" report --html -o page.html stats || exit 1
"$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$scratch/profile" --no-first-run \
    --virtual-time-budget=5000 --dump-dom "file://$scratch/page.html" >document 2>browser.log
if ! grep -q '</html>' document; then
    echo "the browser gave no document:"
    tail -n 20 browser.log
    exit 1
fi

has() {
    grep -qF -- "$2" document || { printf '%s: the document has no\n    %s\n' "$1" "$2"; failed=1; }
}
has "the head" '<p>2 requests of 2 processes in 3 s, from 2025-11-22T21:00:00Z to 2025-11-22T21:00:03Z</p>'
has "a table" '<h2>Tea</h2>'
has "an index" '<h2>Tea/by-price</h2>'
has "a chart, four stretches of reads" '<polyline class="read" points="50,170 287.5,170 287.5,170 525,170 525,170 762.5,170 762.5,'
has "what is provisioned" '<polyline class="write provisioned" '
has "figures" '<tr><td>read</td><td>100</td><td>0</td><td>25</td><td>0</td><td>100</td><td>100</td><td>100</td></tr>'
has "a key that looks like markup" '<td>&lt;/script&gt;&lt;b id=bold&gt;x&lt;/b&gt;</td>'
has "a filter" '<td>x &lt; :x</td>'
has "throttling" '<tr><td>write</td><td>1</td><td>41</td><td>1</td></tr>'
has "costs" '<td>on demand, this run</td><td>0.000226 USD</td>'
if grep -qF '<b id=bold>x</b></td>' document; then
    echo "a key has become markup"
    failed=1
fi
exit $failed
