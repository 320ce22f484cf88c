#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "new users and items, and ratings that changed" {
    train_small
    printf 'userId,movieId,rating\nxenia,Alien,5\nxenia,Quest,4\nann,Alien,1\nbob,Quest,5\n' >new.csv
    palate update m.palate new.csv -o larger.palate
    succeeds
    matches_run update.txt
    only_files larger.palate m.palate new.csv
    palate predict larger.palate --user xenia --item Quest
    succeeds
    palate recommend larger.palate --user xenia
    succeeds
    [[ $output != *Alien* && $output != *Quest* ]] || fail "rated items come again: $output"
    palate explain larger.palate --user xenia --item Emma
    succeeds
    palate info larger.palate
    succeeds
    says "updated      4 ratings taken in since training"
    palate forget larger.palate --user xenia -o left.palate
    succeeds
    palate update left.palate new.csv -o left.palate
    succeeds
    says "users: 1 new"
}

@test "in place, from standard input, compressed" {
    train_small
    printf 'xenia,Alien,5\n' | "$PALATE" update m.palate - -o m.palate
    printf 'yves,Alien,2\n' | gzip >new.csv.gz
    palate update m.palate new.csv.gz -o m.palate
    succeeds
    palate predict m.palate --user yves --item Alien
    succeeds
    palate predict m.palate --user xenia --item Alien
    succeeds
}

@test "two ratings of one item: the last counts, or whatever is asked for" {
    train_small
    printf 'xenia,Alien,5\nxenia,Alien,1\n' >new.csv
    palate update m.palate new.csv -o a.palate
    succeeds
    says "took in 1 rating"
    printf 'xenia,Alien,1\n' >last.csv
    "$PALATE" update m.palate last.csv -o b.palate
    cmp a.palate b.palate
    palate update m.palate new.csv --duplicates error -o a.palate
    fails_with 1 "new.csv:2"
    cmp a.palate b.palate
}

@test "a model that does not keep its ratings says what it cannot do" {
    "$PALATE" train "$DATA/small.csv" --scale 1:5 --factors 3 --keep-ratings=no --quiet -o m.palate
    printf 'xenia,Alien,5\nann,Quest,4\n' >new.csv
    palate update m.palate new.csv -o n.palate
    succeeds
    says "users: 1 new, 0 improved"
    says "1 user with new ratings stays as before: the model does not keep old ratings"
    says "1 item with new ratings stays as before"
}

@test "what is wrong leaves the old file" {
    train_small
    cp m.palate old.palate
    printf 'ann,Alien,5\n' >new.csv
    palate update m.palate new.csv
    fails_with 2 "-o MODEL is missing"
    palate update m.palate -o m.palate
    [ "$status" -eq 2 ]
    palate update m.palate new.csv -o m.palate --passes 0
    fails_with 2 "passes"
    palate update m.palate none.csv -o m.palate
    fails_with 1 "none.csv"
    : >empty.csv
    palate update m.palate empty.csv -o m.palate
    fails_with 1 "empty.csv"
    printf 'user,item,rating\n' >header.csv
    palate update m.palate header.csv -o m.palate
    fails_with 1 "header.csv"
    printf 'user,film,stars\nann,Alien,5\n' >columns.csv
    palate update m.palate columns.csv --rating-column points -o m.palate
    fails_with 2 "points"
    printf 'ann,Alien,5\nann,Clue,6\n' >outside.csv
    palate update m.palate outside.csv -o m.palate
    fails_with 1 "outside.csv:2"
    printf 'ann,Alien,-3\n' >negative.csv
    palate update m.palate negative.csv -o m.palate
    fails_with 1 "negative.csv:1"
    printf 'ann,Alien,nan\n' >nan.csv
    palate update m.palate nan.csv -o m.palate
    fails_with 1 "nan.csv:1"
    palate update m.palate new.csv -o no/such/folder/m.palate
    fails_with 1 "no/such/folder"
    head -c 500 m.palate >cut.palate
    palate update cut.palate new.csv -o m.palate
    fails_with 1 "cut.palate"
    imported
    palate update given.palate new.csv -o m.palate
    fails_with 1 "given factors"
    "$PALATE" train "$DATA/small.csv" --bayes --factors 2 --epochs 10 --quiet -o draws.palate
    palate update draws.palate new.csv -o m.palate
    fails_with 1 "rule map"
    cmp m.palate old.palate
}

@test "the same bytes for any number of threads" {
    train_small
    printf 'xenia,Alien,5\nxenia,Clue,1\nyves,Emma,4\nann,Emma,2\n' >new.csv
    "$PALATE" update m.palate new.csv --threads 1 -o one.palate
    "$PALATE" update m.palate new.csv --threads 3 -o three.palate
    cmp one.palate three.palate
}

@test "what a table said of items stays" {
    "$PALATE" train "$DATA/small.csv" --items "$DATA/movies.csv" --item-features year --factors 3 --scale 1:5 --quiet -o m.palate
    printf 'xenia,Alien,5\n' >new.csv
    palate update m.palate new.csv -o n.palate
    succeeds
    says "with --items TABLE it counts here"
    palate info n.palate
    succeeds
    says "year"
    { cat "$DATA/movies.csv"; echo "Quest,Quest (2030),Drama"; } >more.csv
    printf 'xenia,Quest,5\nann,Alien,2\n' >new.csv
    palate update m.palate new.csv --items more.csv -o told.palate
    succeeds
    [[ $stderr != *"it counts here"* ]]
    "$PALATE" update m.palate new.csv --quiet -o untold.palate
    run cmp -s told.palate untold.palate
    [ "$status" -eq 1 ]
    palate update m.palate new.csv --users more.csv -o n.palate
    fails_with 2 "learned nothing from a table of users"
    printf 'id,colour\nAlien,red\n' >colours.csv
    palate update m.palate new.csv --items colours.csv -o n.palate
    fails_with 2 "none of the columns that the model has learned from"
    palate update m.palate new.csv --items none.csv -o n.palate
    fails_with 1 "none.csv"
}
