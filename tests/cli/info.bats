#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "a trained model" {
    train_small
    palate info m.palate
    succeeds
    matches_run info.txt
}

@test "the whole log" {
    train_small
    palate info m.palate --log
    succeeds
    [[ $output != *...* ]]
}

@test "an imported model keeps the names of its factors" {
    imported
    palate info given.palate
    succeeds
    says "factors      Action, Romance"
    matches_run info-imported.txt
}

@test "JSON" {
    train_small
    palate info m.palate --json
    succeeds
    is_json
    imported
    palate info given.palate --json
    succeeds
    is_json
}

@test "the greatest seed is told as it is" {
    "$PALATE" train "$DATA/small.csv" --seed 18446744073709551615 -q -o m.palate
    palate info m.palate
    says 18446744073709551615
    palate info m.palate --json
    is_json
    says 18446744073709551615
}

@test "this palate" {
    palate info --build
    succeeds
    says "kernels    generic"
    says sqlite3
    palate info --build --json
    succeeds
    is_json
}

@test "what is no model" {
    palate info
    fails_with 2 "which model?"
    palate info "$DATA/small.csv"
    fails_with 1 "not a palate model"
    palate info nowhere
    fails_with 1 "nowhere: cannot open"
    train_small
    head -c 500 m.palate >cut.palate
    palate info cut.palate
    fails_with 1 cut.palate
    run --separate-stderr bash -c "'$PALATE' info m.palate >/dev/full"
    fails_with 1 "standard output: cannot write"
}
