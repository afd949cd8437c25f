#!/bin/bash
# The AWS CLI as a client of `ddbmock serve`: test_cli.sh BUILD. Its own signatures, and the story of tests/clients/cli.
set -u
build=$(cd "$1" && pwd)
aws=/usr/bin/aws
if [ ! -x $aws ]; then
    echo "there is no $aws"
    exit 77
fi
if [ -n "${SANITIZED-}" ]; then
    echo "it runs no C of ours that the other tests do not"
    exit 77
fi
scratch=$(mktemp -d) || exit 1
server=
end() {
    [ -z "$server" ] || { kill -TERM "$server"; wait "$server"; } 2>/dev/null
    rm -rf "$scratch"
}
trap end EXIT
unset LD_PRELOAD DDBMOCK_SESSION DDBMOCK_STORAGE

start() {
    "$build/ddbmock" serve --port 0 "$@" >"$scratch/out" 2>"$scratch/err" &
    server=$!
    for _ in $(seq 300); do
        url=$(sed -n 's/^ddbmock: serving \(http[^ ]*\) .*/\1/p' "$scratch/out")
        [ -z "$url" ] || return 0
        sleep 0.1
    done
    cat "$scratch/err"
    exit 1
}

stop() {
    kill -TERM "$server"
    wait "$server" || { echo "exit status $?"; exit 1; }
    server=
}

export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_DEFAULT_REGION=eu-central-1 AWS_EC2_METADATA_DISABLED=true AWS_PAGER='' HOME=$scratch

start --tls --authority "$scratch/authority.pem" --key "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"
# The story gives no endpoint: this aws of its own does.
mkdir "$scratch/bin"
printf '#!/bin/sh\nexec %s --endpoint-url %s --ca-bundle %s "$@"\n' $aws "$url" "$scratch/authority.pem" >"$scratch/bin/aws"
chmod +x "$scratch/bin/aws"
PATH=$scratch/bin:$PATH sh tests/clients/cli/story.sh >"$scratch/story" || {
    cat "$scratch/story" "$scratch/err"
    kill -0 "$server" || echo "the server has ended"
    exit 1
}
diff tests/clients/expected.txt "$scratch/story" || exit 1
wrong=$(AWS_SECRET_ACCESS_KEY=other "$scratch/bin/aws" dynamodb list-tables 2>&1) && exit 1
grep -q InvalidSignatureException <<<"$wrong" || { echo "$wrong"; exit 1; }
stop

start
[ "$($aws --endpoint-url "$url" dynamodb list-tables --query 'length(TableNames)')" = 0 ] || exit 1
stop
