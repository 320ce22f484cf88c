#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

made_up() {
    "$PALATE" synth --users 80 --items 50 -o ratings.csv
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

@test "a trial is what cross-validate makes of its options" {
    made_up
    for options in "factors=3 " "biases=true --rule=mu" "rule=mu --biases"; do
        read -r tried given <<<"$options"
        # shellcheck disable=SC2086 # none, or one word
        "$PALATE" tune ratings.csv --scale 1:5 --try "$tried" $given --folds 3 --epochs 5 --json -q >tune.json
        # shellcheck disable=SC2086
        "$PALATE" cross-validate ratings.csv --scale 1:5 "--$tried" $given --folds 3 --epochs 5 --metrics rmse --json -q >folds.json
        python3 -c '
import json
tuned = json.load(open("tune.json"))["trials"][0]["mean"]
folds = json.load(open("folds.json"))["systems"][0]["figures"]["rmse"]["mean"]
assert abs(tuned - folds) < 1e-12, (tuned, folds)' || fail "$options"
    done
}

@test "a picture of one option" {
    made_up
    palate tune ratings.csv --scale 1:5 --try factors=2,4,8 --fast --folds 3 --svg curve.svg
    succeeds
    python3 - <<'END'
import xml.etree.ElementTree as tree
root = tree.parse("curve.svg").getroot()
space = "{http://www.w3.org/2000/svg}"
assert root.tag == space + "svg"
assert len(list(root.iter(space + "circle"))) == 3
texts = [text.text for text in root.iter(space + "text")]
for name in ("RMSE by factors", "2", "4", "8", "RMSE", "factors"):
    assert name in texts, name
END
    palate tune ratings.csv --try factors=2 --try anchor=0 --svg curve.svg
    fails_with 2 "--svg draws one option"
    palate tune ratings.csv --try factors=2 --fast --folds 2 --svg nowhere/curve.svg
    fails_with 1 "nowhere/curve.svg"
}

@test "do seeds find the same factors?" {
    "$PALATE" synth --users 120 --items 60 -o ratings.csv
    palate tune ratings.csv --scale 1:5 --try factors=2,4,16 --mode pure --holdout 0.2 --stability 3 --json
    succeeds
    python3 - "$output" <<'END'
import json, sys
trials = json.loads(sys.argv[1])["trials"]
found = {trial["factors"]: (trial["stability_cosine"], trial["stability_correlation"]) for trial in trials}
assert sorted(found) == [2, 4, 16]
assert all(-1 <= correlation <= cosine <= 1 + 1e-6 for cosine, correlation in found.values()), found
END
    palate tune ratings.csv --scale 1:5 --try factors=2,4 --fast --holdout 0.2 --stability 2 --svg both.svg
    succeeds
    [ "$(grep -c "class=.plot" both.svg)" -eq 2 ]
    says "cosine  correlation"
    palate tune ratings.csv --try factors=2 --stability 1
    fails_with 2 "--stability compares seeds: give 2 or more"
    palate tune --given folds --try factors=2 --stability 2
    fails_with 2 "--stability trains on all ratings"
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
    try=(tune ratings.csv --try "factors=4,8,16,24,32" --folds 4 --json --threads 2)
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

@test "two processes on one study share the work" {
    "$PALATE" synth --users 150 --items 80 -o ratings.csv
    try=(tune ratings.csv --try "factors=4,8,16,24" --folds 3 --json --threads 1 --study trials.sqlite)
    "$PALATE" "${try[@]}" >one.json 2>/dev/null &
    "$PALATE" "${try[@]}" >other.json 2>/dev/null
    wait $!
    [ "$(results one.json)" = "$(results other.json)" ]
    [ "$(rows trials.sqlite)" = 12 ]
    [ "$(sqlite3 trials.sqlite 'PRAGMA integrity_check')" = ok ]
    python3 -c '
import json
one, other = (json.load(open(name)) for name in ("one.json", "other.json"))
assert one["trained"] + other["trained"] == 12, (one["trained"], other["trained"])
assert one["found_in_study"] + other["found_in_study"] == 12'
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
