#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "nothing wrong" {
    palate check "$DATA/small.csv"
    succeeds
    matches_run check.txt
}

@test "a table on the blackboard" {
    palate check "$DATA/blackboard.csv"
    succeeds
    matches_run check-blackboard.txt
}

@test "every wrong line, with its number and what to do; status 1" {
    palate check "$DATA/broken.csv" --scale 1:5
    [ "$status" -eq 1 ]
    matches_run check-broken.txt
    for line in 3 4 5 6 8 9; do
        says "broken.csv:$line:"
    done
}

@test "JSON" {
    palate check "$DATA/small.csv" --json
    succeeds
    is_json
    palate check "$DATA/broken.csv" --json
    [ "$status" -eq 1 ]
    is_json
}

@test "the first twenty, or all" {
    { echo user,item,rating; seq -f "u%g,i,bad" 30; echo u,i,3; } >bad.csv
    palate check bad.csv
    [ "$status" -eq 1 ]
    [ "$(grep -c '^bad.csv:' <<<"$output")" -eq 20 ]
    says "... and 10 more (--all shows them)"
    palate check bad.csv --all
    [ "$(grep -c '^bad.csv:' <<<"$output")" -eq 30 ]
}

@test "negative, many values, standard input" {
    palate check "$DATA/negative.csv"
    succeeds
    says "negative ratings are shifted inside"
    awk 'BEGIN { print "user,item,rating"; for (i = 0; i < 100; i++) print i % 7 "," i "," i / 10 }' >real.csv
    palate check real.csv
    succeeds
    matches_run check-real.txt
    palate check - <"$DATA/small.csv"
    succeeds
}

@test "nothing to read" {
    palate check nowhere.csv
    fails_with 1 "nowhere.csv: cannot open"
    : >empty.csv
    palate check empty.csv
    [ "$status" -ne 0 ]
    palate check "$DATA/small.csv" --lenient
    fails_with 2 "unknown option --lenient"
}
