#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

made_up() {
    "$PALATE" synth --users 80 --items 50 -o ratings.csv
}

@test "folds, mean, spread" {
    made_up
    palate cross-validate ratings.csv --scale 1:5 --factors 4 --folds 3 --train-threads 1
    fails_with 2 "unknown option --train-threads"
    palate cross-validate ratings.csv --scale 1:5 --factors 4 --folds 3
    succeeds
    matches_run cross-validate.txt
    palate cross-validate ratings.csv --scale 1:5 --factors 4 --folds 3 --metrics rmse,ndcg --json --threads 2
    succeeds
    is_json
    matches_run cross-validate-json.txt
}

@test "a fold is what split, train and evaluate make of it" {
    made_up
    palate split ratings.csv --scale 1:5 --folds 3 --seed 5 -o folds
    "$PALATE" train folds/fold-2.train.csv --scale 1:5 --factors 4 --quiet -o m.palate
    "$PALATE" evaluate m.palate folds/fold-2.test.csv --train folds/fold-2.train.csv --scale 1:5 --resamples 0 --json >one.json
    "$PALATE" cross-validate ratings.csv --scale 1:5 --factors 4 --folds 3 --split-seed 5 --json -q >all.json
    "$PALATE" cross-validate --given folds --scale 1:5 --factors 4 --json -q >given.json
    python3 - <<'END'
import json
one = json.load(open("one.json"))["systems"]
for name in ("all.json", "given.json"):
    fold = json.load(open(name))["folds"][1]
    assert fold["name"] == "fold 2", fold["name"]
    assert fold["systems"] == one, name
END
}

@test "folds by a column, and saved" {
    made_up
    awk -F, -v OFS=, 'NR == 1 { print $0, "part"; next } { print $0, NR % 3 }' ratings.csv >parts.csv
    palate cross-validate parts.csv --fold-column part --metrics rmse --save-split saved
    succeeds
    says "2 folds:"
    says "wrote saved: 2 folds"
    [ -e saved/fold-2.test.csv ]
}

@test "differences from the baselines" {
    made_up
    palate cross-validate ratings.csv --scale 1:5 --factors 4 --folds 3 --metrics rmse,ndcg --differences
    succeeds
    says "model minus bias-only"
    says "p: Student's t over folds, corrected as the interval is; Holm's correction is for 4 tests"
}

@test "one fold has the interval of its users" {
    made_up
    palate cross-validate ratings.csv --method leave-one-out --metrics rmse,hit-rate
    succeeds
    says "1 fold: "
    says "95 % interval"
}

@test "what cannot be done" {
    made_up
    palate cross-validate
    fails_with 2 "of what? give a file of ratings, or folds with --given PATH"
    palate cross-validate ratings.csv --given folds
    fails_with 2 "--given has the ratings: leave ratings.csv out"
    palate cross-validate --given nowhere
    fails_with 1 "nowhere: no folds there"
    palate cross-validate ratings.csv --folds 1
    fails_with 2 "give from 2 folds on"
    palate cross-validate ratings.csv --method time
    fails_with 2 "time needs times, and the ratings have none"
    palate cross-validate ratings.csv --metrics rsme
    fails_with 2 'did you mean "rmse"?'
    palate cross-validate ratings.csv --factors 0
    fails_with 2 "option factors"
    palate cross-validate ratings.csv --fold-column part
    fails_with 2 'there is no column "part"'
}

@test "Ctrl-C ends it; nothing is shown where nobody looks on" {
    made_up
    "$PALATE" cross-validate ratings.csv --factors 200 --epochs 100000 --tolerance 0 --save-split saved >out 2>err &
    local pid=$!
    # From then on a signal only asks it to stop.
    until grep -q "wrote saved" err; do sleep 0.1; done
    sleep 1
    kill -TERM "$pid"
    local exit_status=0
    wait "$pid" || exit_status=$?
    [ "$exit_status" -eq 143 ]
    grep -q "cross-validation was stopped on request" err
    [ "$(grep -c 'left' err)" -eq 0 ]
    [ ! -s out ]
}

@test "tables are matched with every fold" {
    made_up
    { echo id,kind; seq 50 | sed 's/.*/item-western-&,western/'; seq 50 | sed 's/.*/item-romance-&,romance/'; } >items.csv
    palate cross-validate ratings.csv --scale 1:5 --factors 4 --folds 3 --items items.csv --item-features kind --metrics rmse
    succeeds
    palate cross-validate ratings.csv --scale 1:5 --folds 3 --items items.csv --item-features kinds
    fails_with 2 "did you mean kind?"
    palate cross-validate ratings.csv --scale 1:5 --folds 3 --users items.csv --user-features kind
    fails_with 2 "none of its ids is that of a user"
}

@test "what is missing as zero cannot be held out" {
    made_up
    palate cross-validate ratings.csv --scale 1:5 --missing zero
    fails_with 2 "cannot be judged by folds"
    palate tune ratings.csv --scale 1:5 --missing zero --try factors=2,4
    fails_with 2 "cannot be judged by folds"
}
