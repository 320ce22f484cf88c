#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "tables in, the same tables out" {
    imported
    palate export given.palate -o folder
    succeeds
    [ -z "$output$stderr" ]
    matches export-users.txt <folder/users.csv
    matches export-items.txt <folder/items.csv
    palate import --users folder/users.csv --items folder/items.csv -o again.palate
    succeeds
    cmp given.palate again.palate
}

@test "a trained model goes out and comes back" {
    train_small
    "$PALATE" export m.palate -o folder
    python3 -m json.tool <folder/model.json >/dev/null
    "$PALATE" export m.palate -o factors.npz
    python3 -m zipfile -t factors.npz
    "$PALATE" export m.palate --format npz -o other
    cmp factors.npz other
}

@test "a scale keeps predictions within" {
    palate import --users "$DATA/factors-users.csv" --items "$DATA/factors-items.csv" --scale 0.5:0.7 -o m.palate
    succeeds
    palate predict m.palate --user "User 1" --item A
    [ "$output" = 0.7 ]
}

@test "what is missing or wrong" {
    palate import --users "$DATA/factors-users.csv" -o m.palate
    fails_with 2 "--items FILE is missing"
    palate import --users "$DATA/factors-users.csv" --items "$DATA/factors-items.csv"
    fails_with 2 "-o MODEL is missing"
    printf 'user,Action,Romance\nann,-1,2\n' >negative.csv
    palate import --users negative.csv --items "$DATA/factors-items.csv" -o m.palate
    fails_with 1 "negative.csv:2"
    printf 'user,Action,Horror\nann,1,2\n' >other.csv
    palate import --users other.csv --items "$DATA/factors-items.csv" -o m.palate
    [ "$status" -ne 0 ]
    palate export
    fails_with 2 "something is missing"
    imported
    palate export given.palate
    fails_with 2 "give a folder or an .npz file"
    palate export given.palate -o x --format xml
    fails_with 2 "one of auto, csv, npz"
    only_files given.palate negative.csv other.csv
}
