#!/bin/sh
# The control interface under the shim, by story.py, over each storage: test_interface.sh BUILD.
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
python=$build/clients/boto3/venv/bin/python
[ -x "$python" ] || { echo "boto3 is not installed (make client-deps)"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset DDBMOCK_SESSION DDBMOCK_STORAGE
for storage in lmdb "sqlite:$scratch/dynamo.db" memory; do
    echo "$storage:"
    DDBMOCK_STORAGE=$storage "$build/ddbmock" run "$python" "$here/story.py" || exit 1
done
