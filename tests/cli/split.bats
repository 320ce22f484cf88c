#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "five folds" {
    palate split "$DATA/small.csv" -o folds
    succeeds
    matches_run split.txt
    [ "$(find folds -name 'fold-[1-5].train.csv' -o -name 'fold-[1-5].test.csv' | wc -l)" -eq 10 ]
    # Each rating is the test of one fold.
    cat folds/*.test.csv | grep -v '^user' | sort >tested
    tail -n +2 "$DATA/small.csv" | sort | diff - tested
    matches split-json.txt <folds/split.json
    matches split-fold.txt <folds/fold-1.test.csv
}

@test "the order of lines does not matter" {
    (head -n 1 "$DATA/small.csv"; tail -n +2 "$DATA/small.csv" | sort -r) >turned.csv
    palate split "$DATA/small.csv" -o one -q
    succeeds
    palate split turned.csv -o other -q
    succeeds
    diff -r one other
}

@test "other ways" {
    palate split "$DATA/small.csv" -o time --method time --test-share 0.25 --json
    succeeds
    is_json
    [ "$(wc -l <time/fold-1.test.csv)" -eq 6 ]
    palate split "$DATA/small.csv" -o one --method leave-one-out --seed 3
    succeeds
    [ "$(cut -d, -f1 one/fold-1.test.csv | sort | uniq -d | wc -l)" -eq 0 ]
    palate split "$DATA/small.csv" -o repeated --folds 2 --repeats 6
    succeeds
    [ -e repeated/fold-12.test.csv ] && [ -e repeated/fold-01.train.csv ]
}

@test "what cannot be split" {
    palate split "$DATA/small.csv"
    fails_with 2 "where to? give a folder with -o FOLDER"
    palate split "$DATA/small.csv" -o .
    fails_with 1 ".: it exists already; name a new folder"
    palate split "$DATA/small.csv" -o no/such/folder
    fails_with 1 "no/such/folder: cannot make the folder"
    palate split "$DATA/small.csv" -o folds --folds 1
    fails_with 2 "give from 2 folds on"
    palate split "$DATA/small.csv" -o folds --method sideways
    fails_with 2 'option method: "sideways" is not allowed'
    palate split "$DATA/negative.csv" -o folds --method time
    fails_with 2 "time needs times, and the ratings have none"
    [ ! -e folds ]
}
