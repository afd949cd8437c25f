#!/bin/bash
# Follows docs/plugins.md to the letter: test_plugins.sh BUILD.
set -eu -o pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
repo=$PWD
command -v curl >/dev/null || { echo "curl is not installed"; exit 77; }
! (exec 3<>/dev/tcp/127.0.0.1/6543) 2>/dev/null || { echo "somebody has the page's port, 6543"; exit 77; }
. tests/docs/follow.sh

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
cd "$scratch"
ln -s "$build" build
ln -s "$repo/engine" engine
unset DDBMOCK_SESSION DDBMOCK_STORAGE
follow "$repo/docs/plugins.md"
[ "$placed" -ge 3 ] && [ "$compared" -ge 3 ] || { echo "placed $placed blocks, compared $compared"; exit 1; }
