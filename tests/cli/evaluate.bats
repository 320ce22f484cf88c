#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "errors and what was unknown" {
    train_small
    { cat "$DATA/small.csv"; echo "nobody,Alien,3,1"; echo "nobody,nothing,3,1"; } >test.csv
    palate evaluate m.palate test.csv
    succeeds
    matches_run evaluate.txt
    palate evaluate m.palate test.csv --json --threads 2
    succeeds
    is_json
    matches_run evaluate-json.txt
}

@test "what cannot be compared" {
    train_small
    palate evaluate m.palate "$DATA/broken.csv"
    fails_with 1 "broken.csv:3"
    palate evaluate "$DATA/small.csv" "$DATA/small.csv"
    fails_with 1 "not a palate model"
    palate evaluate m.palate
    fails_with 2 "something is missing; it takes MODEL RATINGS"
}
