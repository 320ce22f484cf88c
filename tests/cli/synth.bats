#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "the same options, the same bytes; another seed, others" {
    palate synth -o a.csv
    succeeds
    [ -z "$output$stderr" ]
    "$PALATE" synth -o b.csv
    "$PALATE" synth --seed 9 -o c.csv
    cmp a.csv b.csv
    run ! cmp -s a.csv c.csv
}

@test "standard output, and items beside" {
    palate synth --users 3 --items 4 --tastes 2 --density 1 --items-output items.csv -o -
    succeeds
    matches_run synth.txt
    matches synth-items.txt <items.csv
}

@test "what it does not take" {
    palate synth
    fails_with 2 "give a file with -o FILE"
    palate synth -o a.csv --tastes 99
    fails_with 2 "option tastes"
    palate synth -o nowhere/a.csv
    fails_with 1 "nowhere/a.csv"
    only_files
}
