#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Input that takes the command to its limits.
#
#     tests/command/limits.sh PALATE
set -euo pipefail
palate=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

fail() {
    echo "limits: $*" >&2
    exit 1
}

# The exit status of a command; what it says goes to $root/said.
status_of() {
    local status=0
    "$@" >"$root/said" 2>&1 || status=$?
    echo "$status"
}

printf 'u%d,i%d,%d\n' 1 1 5 1 2 3 2 1 4 2 3 1 3 2 2 3 3 4 >"$root/ratings.csv"
"$palate" train "$root/ratings.csv" -q -o "$root/model"

echo "unknown users and items are counted over all blocks of pairs"
{
    echo user,item
    for ((pair = 0; pair < 5000; pair++)); do
        echo "nobody$pair,nothing$pair"
    done
} >"$root/pairs.csv"
"$palate" predict "$root/model" "$root/pairs.csv" -o "$root/predictions.csv" 2>"$root/said"
grep -q '^5,000 pairs with an unknown user' "$root/said" || fail "said: $(cat "$root/said")"
grep -q '^5,000 pairs with an unknown item' "$root/said" || fail "said: $(cat "$root/said")"

echo "a model that cannot be written is refused before training"
mkdir "$root/folder"
[ "$(status_of "$palate" train "$root/ratings.csv" -o "$root/folder")" = 1 ] || fail "a folder was taken for a file"
grep -q 'Is a directory' "$root/said" || fail "said: $(cat "$root/said")"
grep -q '^read ' "$root/said" && fail "read the ratings first: $(cat "$root/said")"
exit 0
