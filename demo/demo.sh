#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job on data small enough to follow by eye; ends with status 1 where palate is wrong.
#
#     demo/demo.sh build/palate
# shellcheck disable=SC2016 # dollar signs are awk's
set -euo pipefail
palate=$(realpath "${1:-build/palate}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
wrong=0

heading() {
    if [ -t 1 ]; then
        printf '\n\033[1m%s\033[0m\n\n' "$1"
    else
        printf '\n%s\n\n' "$1"
    fi
}

# Shows a command as one would type it, and runs it.
run() {
    echo "\$ palate $*"
    "$palate" "$@" 2>&1
}

expect() { # WHAT COMMAND...: says whether it holds
    local what=$1
    shift
    if "$@"; then
        echo "  ok: $what"
    else
        echo "  WRONG: $what"
        wrong=1
    fi
}

heading "1. Ratings on a blackboard: three users, three movies, 0 = not rated"
cat > blackboard.csv <<'END'
,Movie 1,Movie 2,Movie 3
User 1,5,3,0
User 2,4,0,0
User 3,1,1,0
END
cat blackboard.csv
echo
run train blackboard.csv --scale 1:5 --mode pure --factors 2 --regularization .01 --epochs 500 -o blackboard.palate
{
    echo user,item
    for u in 1 2 3; do for m in 1 2 3; do echo "User $u,Movie $m"; done; done
} > cells.csv
run predict blackboard.palate cells.csv -o filled.csv
echo
awk -F, -f "$here/pivot.awk" filled.csv
echo
expect "what was rated comes out again, within .1" awk -F, -f "$here/known.awk" blackboard.csv filled.csv
expect "what was not lies within the scale, the never-rated Movie 3 included" \
    awk -F, 'NR > 1 && ($3 < 1 || $3 > 5) { bad = 1 } END { exit bad || NR != 10 }' filled.csv

heading "2. Given factors: how much each user likes action and romance, how much each movie has of them"
cat > users.csv <<'END'
user,Action,Romance
User 1,.8,.2
User 2,.4,.6
User 3,1,.1
END
cat > movies.csv <<'END'
item,Action,Romance
A,.9,.2
B,.1,.8
C,.6,.3
END
paste users.csv movies.csv | expand -t 24
echo
run import --users users.csv --items movies.csv -o given.palate
printf 'user,item\nUser 1,A\n' > pair.csv
run predict given.palate pair.csv -o score.csv
cat score.csv
echo
expect "User 1 and Movie A: .8 x .9 + .2 x .2 = .76" awk -F, 'NR == 2 && ($3 - .76) ^ 2 < 1e-10 { ok = 1 } END { exit !ok }' score.csv

heading "3. Planted tastes: ratings made up from four tastes, of which the model is told nothing"
run synth --tastes 4 -o planted.csv
head -n 4 planted.csv
echo ...
echo
run train planted.csv --scale 1:5 --mode pure --factors 4 -o planted.palate
run export planted.palate -o planted
echo
echo "The items that weigh most in each factor:"
awk -F, -f "$here/top.awk" planted/items.csv > top.txt
cat top.txt
echo
expect "each factor is one of the four tastes, and each taste one factor" awk -f "$here/tastes.awk" top.txt

heading "4. Recommendations: what somebody who likes westerns has not seen yet"
fan=$(awk -F, '$1 ~ /^user-western-[0-9]+$/ { print $1; exit }' planted.csv)
run recommend planted.palate --user "$fan" -n 5 -o list.csv
cat list.csv
echo
expect "they are westerns" awk -F, 'NR > 1 { all++; good += $2 ~ /western/ } END { exit good < 5 || all != 5 }' list.csv
expect "none of them was rated before" awk -F, -v fan="$fan" '
    FNR == NR { if ($1 == fan) seen[$2] = 1; next }
    $2 in seen { bad = 1 } END { exit bad }' planted.csv list.csv

echo
if [ "$wrong" -ne 0 ]; then
    echo "demo: something is WRONG; see above" >&2
    exit 1
fi
echo "All as it should be. Next: docs/tutorial/blackboard.md, or palate --help."
