# Follows a page of docs/ to the letter; sourced in the directory where the page is to be followed. Each block whose first
# line names a file becomes that file, or goes into it after the first line with the word it names; blocks of sh are run, all in
# one shell, and when a block of json follows, what they print is compared with it. A block that leaves something in the
# background goes on when that has said something.
#
#     follow DOCUMENT: sets `placed` and `compared` to the number of blocks that were.

# shellcheck shell=bash disable=SC1090
follow() {
    local document=$1 where text language file after word line ran=
    placed=0 compared=0
    set -eE
    trap '[ -z "$ran" ] || cat "$ran.out" "$ran.err"' ERR
    rm -rf blocks
    mkdir blocks
    # One file each: N.where (the line that opens the block) and N.text.
    awk '
        /^```/ && !inside { inside = 1; n++; file = sprintf("blocks/%02d", n); print substr($0, 4) > (file ".where"); next }
        /^```/            { inside = 0; next }
        inside            { print > (file ".text") }' "$document"
    for where in blocks/*.where; do
        text=${where%.where}.text
        read -r language file after word <"$where" || true
        case $language in
        c | python)
            if [ "$after" = after ]; then
                line=$(grep -n -m 1 -w "$word" "$file" | cut -d: -f1)
                sed -i "${line}r $text" "$file"
            else
                [ ! -e "$file" ] || { echo "$document makes $file, which is there already"; return 1; }
                mkdir -p "$(dirname "$file")"
                cp "$text" "$file"
            fi
            placed=$((placed + 1))
            ;;
        sh)
            echo "running: $(head -n 1 "$text") ..."
            ran=${where%.where}
            . "./$text" >"$ran.out" 2>"$ran.err"
            if grep -q '&$' "$text"; then
                while [ ! -s "$ran.out" ] && [ ! -s "$ran.err" ] && kill -0 $!; do sleep 0.05; done
            fi
            ;;
        json)
            [ -n "$ran" ] || { echo "$document shows output of nothing"; return 1; }
            diff "$text" <(sed '$a\' "$ran.out")
            compared=$((compared + 1))
            ;;
        *)
            echo "$document has a block of $language, which nobody would follow"
            return 1
            ;;
        esac
    done
}
