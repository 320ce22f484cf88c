#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "a user is gone, the others are as before" {
    train_small
    "$PALATE" recommend m.palate --user bob >before.csv
    palate forget m.palate --user ann -o left.palate
    succeeds
    says "wrote left.palate: without 1 user and 3 ratings"
    [ "$(grep -c ann left.palate)" -eq 0 ]
    "$PALATE" recommend left.palate --user bob | diff before.csv -
    palate recommend left.palate --user ann
    fails_with 1 "the model does not know user ann"
}

@test "several, and in place" {
    train_small
    printf 'bob\nstranger\n' >gone.txt
    palate forget m.palate --users gone.txt --user ann --user Zoë -o m.palate
    succeeds
    says "gone.txt: the model does not know 1 of the users"
    says "without 3 users"
    palate info m.palate
    succeeds
    only_files gone.txt m.palate
}

@test "what is missing or wrong leaves the old file" {
    train_small
    cp m.palate old.palate
    palate forget m.palate -o m.palate
    fails_with 2 "whom?"
    palate forget m.palate --user ann
    fails_with 2 "-o MODEL is missing"
    palate forget m.palate --user an -o m.palate
    fails_with 1 "the model does not know user an; did you mean ann"
    palate forget m.palate --users none.txt -o m.palate
    fails_with 1 "none.txt"
    "$PALATE" predict m.palate "$DATA/small.csv" | tail -n +2 | cut -d, -f1 | sort -u >all.txt
    palate forget m.palate --users all.txt -o m.palate
    fails_with 2 "nobody would be left"
    palate forget m.palate --user ann -o no/such/folder/m.palate
    fails_with 1 "no/such/folder"
    cmp m.palate old.palate
}

@test "what a table said of items stays" {
    "$PALATE" train "$DATA/small.csv" --items "$DATA/movies.csv" --item-features year --factors 3 --quiet -o m.palate
    : >nobody.txt
    palate forget m.palate --users nobody.txt -o same.palate
    succeeds
    cmp m.palate same.palate
    palate forget m.palate --user ann -o left.palate
    succeeds
    palate info left.palate
    succeeds
}
