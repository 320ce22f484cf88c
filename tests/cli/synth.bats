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

@test "presets, and options over them" {
    palate synth --users 50 --preset 1m --threads 1 -o a.csv
    succeeds
    palate synth --preset 1m --users 50 --threads 3 -o b.csv
    succeeds
    cmp a.csv b.csv
    [ "$(head -n 1 a.csv)" = userId,movieId,rating,timestamp ]
    [ "$(tail -n 1 a.csv | cut -d, -f1)" -eq 50 ]
    palate synth --preset 2m -o c.csv
    fails_with 2 "there are 100k, 1m, 10m, 20m and 100m"
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
