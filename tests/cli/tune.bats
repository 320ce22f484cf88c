#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

made_up() {
    "$PALATE" synth --users 80 --items 50 -o ratings.csv
}

# Seconds a trial are the last number of its row.
without_seconds() {
    output=$(sed -E 's/ [0-9]+\.[0-9]{2}( |$)/ T\1/' <<<"$output")
}

# results FILE: what a search came to, whatever ran and was found.
results() {
    python3 -c '
import json, sys
found = json.load(open(sys.argv[1]))
del found["trained"], found["found_in_study"]
for trial in found["trials"]:
    del trial["seconds"]
print(json.dumps(found, sort_keys=True))' "$1"
}

rows() {
    sqlite3 "$1" 'SELECT count(*) FROM result' 2>/dev/null || echo 0
}

@test "a grid" {
    made_up
    palate tune ratings.csv --scale 1:5 --try factors=2,4,8 --try link=on,off --fast --folds 3
    succeeds
    without_seconds
    matches_run tune.txt
    palate tune ratings.csv --scale 1:5 --try factors=2,4 --fast --folds 3 --metric ndcg@5 --json --threads 2
    succeeds
    is_json
    matches_run tune-json.txt
}

@test "one option is a curve in the order of its values" {
    made_up
    palate tune ratings.csv --scale 1:5 --try factors=16,2,4 --fast --folds 3
    succeeds
    [ "$(awk '$1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ { printf "%s ", $1 }' <<<"$output")" = "2 4 16 " ]
}

@test "the command that is printed trains what was best" {
    made_up
    palate tune ratings.csv --scale 1:5 --try 'factors=2,4' --try 'regularization=1..100:log' --random --trials 4 --fast --folds 2 --seed 3
    succeeds
    line=$(grep -m 1 'palate train' <<<"$output")
    [[ $line == *"palate train ratings.csv --scale 1:5 --fast --seed 3 --factors "*" --regularization "*" -o MODEL" ]] || fail "$line"
    eval "${line/palate/"$PALATE" -q}" || eval "${line/palate train/"$PALATE" train}"
    [ -e MODEL ]
}

@test "names are quoted for the shell" {
    made_up
    mv ratings.csv "it's mine.csv"
    palate tune "it's mine.csv" --try factors=2 --fast --folds 2
    succeeds
    says "palate train 'it'\\''s mine.csv' --fast --factors 2 -o MODEL"
}

@test "successive halving" {
    made_up
    palate tune ratings.csv --scale 1:5 --try factors=2..16 --try anchor=0..0.5 --halving --trials 9 --epochs 18 --least-epochs 2 --folds 2
    succeeds
    says "rung 1: 9 trials with 0.111 of the epochs"
    says "rung 3: 1 trial with 1 of the epochs"
    says "26 trainings"
}

@test "one part held out" {
    made_up
    palate tune ratings.csv --try factors=2,4 --fast --holdout 0.2
    succeeds
    says "2 trials, 1 fold, RMSE"
    palate tune ratings.csv --try factors=2,4 --holdout 0.2 --method time
    fails_with 2 "--holdout is a way to split"
    palate tune ratings.csv --try factors=2,4 --holdout 0.2 --folds 3
    fails_with 2 "--holdout is a way to split"
}

@test "killed at any moment, it goes on where it was" {
    "$PALATE" synth --users 200 --items 100 -o ratings.csv
    try=(tune ratings.csv --try factors=4,8,16,24,32 --folds 4 --json --threads 2)
    "$PALATE" "${try[@]}" >whole.json 2>/dev/null
    for least in 1 4 9; do
        "$PALATE" "${try[@]}" --study trials.sqlite >/dev/null 2>&1 &
        pid=$!
        while [ "$(rows trials.sqlite)" -lt $least ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done
        kill -KILL $pid
        wait $pid || [ $? -eq 137 ]
        [ "$(rows trials.sqlite)" -lt 20 ] || fail "it was through before it was killed"
    done
    before=$(rows trials.sqlite)
    "$PALATE" "${try[@]}" --study trials.sqlite >after.json 2>/dev/null
    [ "$(results whole.json)" = "$(results after.json)" ]
    [ "$(python3 -c 'import json; print(json.load(open("after.json"))["found_in_study"])')" = "$before" ]
    [ "$(sqlite3 trials.sqlite 'PRAGMA integrity_check')" = ok ]
    "$PALATE" "${try[@]}" --study trials.sqlite >again.json 2>/dev/null
    [ "$(python3 -c 'import json; print(json.load(open("again.json"))["trained"])')" = 0 ]
    [ "$(results whole.json)" = "$(results again.json)" ]
}

@test "two processes on one study" {
    "$PALATE" synth --users 150 --items 80 -o ratings.csv
    try=(tune ratings.csv --try factors=4,8,16,24 --folds 3 --json --threads 1 --study trials.sqlite)
    "$PALATE" "${try[@]}" >one.json 2>/dev/null &
    "$PALATE" "${try[@]}" >other.json 2>/dev/null
    wait $!
    [ "$(results one.json)" = "$(results other.json)" ]
    [ "$(rows trials.sqlite)" = 12 ]
    [ "$(sqlite3 trials.sqlite 'PRAGMA integrity_check')" = ok ]
}

@test "Ctrl-C ends with what there is" {
    "$PALATE" synth --users 200 --items 100 -o ratings.csv
    "$PALATE" tune ratings.csv --try factors=8,16,32 --folds 30 --threads 1 --study trials.sqlite >out 2>err &
    pid=$!
    while [ "$(rows trials.sqlite)" -lt 4 ]; do sleep 0.01; done
    kill -INT $pid
    wait $pid || status=$?
    [ "$status" -eq 130 ]
    grep -q "ended by Ctrl-C before all was measured; the same command goes on" err
    grep -q "palate train ratings.csv" out
}

@test "a study of something else" {
    made_up
    "$PALATE" tune ratings.csv --try factors=2 --fast --folds 2 --study trials.sqlite -q >/dev/null
    palate tune ratings.csv --try factors=2 --fast --folds 2 --study trials.sqlite --split-seed 1
    fails_with 2 "trials.sqlite: a study of other folds"
    sed 3d ratings.csv >fewer.csv
    palate tune fewer.csv --try factors=2 --fast --folds 2 --study trials.sqlite
    fails_with 2 "trials.sqlite: a study of other ratings"
    palate tune ratings.csv --try factors=2 --fast --folds 2 --study ratings.csv
    fails_with 1 "ratings.csv: no study of palate"
    [ "$(head -c 4 ratings.csv)" = user ]
}

@test "what cannot be done" {
    made_up
    palate tune
    fails_with 2 "of what? give a file of ratings"
    palate tune ratings.csv
    fails_with 2 "what is to be tried?"
    palate tune ratings.csv --try factors
    fails_with 2 "write NAME=VALUE"
    palate tune ratings.csv --try factors=0
    fails_with 2 "option factors: \"0\" is not allowed"
    palate tune ratings.csv --try factors=2,4 --factors 8
    fails_with 2 "--factors is given and tried: leave one out"
    palate tune ratings.csv --try factors=2,4 --tune
    fails_with 2 "unknown option --tune"
    palate tune ratings.csv --try factors=2,4 --metric gini
    fails_with 2 "does not decide"
    palate tune ratings.csv --try mode=strict --rule mu
    fails_with 2 "no trial could be measured"
}
