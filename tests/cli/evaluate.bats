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

@test "baselines fitted to the training ratings" {
    train_small
    palate evaluate m.palate "$DATA/small.csv" --train "$DATA/small.csv" --metrics all --confidence 0.5
    succeeds
    matches_run evaluate-train.txt
    grep -v Alien "$DATA/small.csv" >other.csv
    palate evaluate m.palate "$DATA/small.csv" --train other.csv
    succeeds
    says "--train: these are not the ratings the model was trained on"
}

@test "lists, groups, candidates" {
    "$PALATE" synth --users 60 --items 40 -o all.csv
    awk 'NR == 1 || NR % 5 != 0' all.csv >train.csv
    awk 'NR == 1 || NR % 5 == 0' all.csv >test.csv
    "$PALATE" train train.csv --scale 1:5 --factors 4 --quiet -o m.palate
    palate evaluate m.palate test.csv --train train.csv -n 5,10 --groups 3
    succeeds
    matches_run evaluate-lists.txt
    palate evaluate m.palate test.csv --metrics ndcg,gini --groups 2 --json
    succeeds
    is_json
    matches_run evaluate-lists-json.txt
    cut -d, -f2 train.csv | tail -n +2 | sort -u | head -n 12 >some.txt
    echo nothing >>some.txt
    palate evaluate m.palate test.csv --metrics ranking --relevant any --candidates some.txt
    succeeds
    matches_run evaluate-candidates.txt
}

# A model, and what another one says of the same test ratings.
two_systems() {
    "$PALATE" synth --users 60 --items 40 -o all.csv
    awk 'NR == 1 || NR % 5 != 0' all.csv >train.csv
    awk 'NR == 1 || NR % 5 == 0' all.csv >test.csv
    "$PALATE" train train.csv --scale 1:5 --factors 4 --quiet -o m.palate
    "$PALATE" train train.csv --scale 1:5 --mode pure --quiet -o other.palate
    "$PALATE" predict other.palate test.csv -o other.csv
    "$PALATE" recommend other.palate --all-users -n 20 -o top.csv
}

@test "another system" {
    two_systems
    palate evaluate m.palate test.csv --compare other.csv --compare-lists other=top.csv --resamples 200
    succeeds
    matches_run evaluate-compare.txt
    palate evaluate m.palate test.csv --compare pure=other.csv --metrics rmse,ndcg --json
    succeeds
    is_json
    matches_run evaluate-compare-json.txt
    # The other system's figures are those of its own model; but diversity is by the factors of the one under test.
    "$PALATE" evaluate other.palate test.csv --json >own.json
    "$PALATE" evaluate m.palate test.csv --compare other.csv --compare-lists other=top.csv --json >both.json
    python3 - <<'END'
import json
own = json.load(open("own.json"))["systems"][0]["figures"]
both = json.load(open("both.json"))["systems"][1]["figures"]
for name in own:
    if name not in ("auc", "diversity@10"):
        assert abs(own[name]["value"] - both[name]["value"]) < 1e-5, name
END
}

@test "the baselines are compared where there is nothing else" {
    two_systems
    palate evaluate m.palate test.csv --differences --metrics rmse,ndcg --permutations 200
    succeeds
    says "model minus mean"
    says "model minus popularity"
    says "200 times; Holm's correction is for 2 tests"
}

@test "predictions that are missing, twice there, or wrong" {
    two_systems
    sed 5d other.csv >gap.csv
    palate evaluate m.palate test.csv --compare gap.csv
    fails_with 2 "gap: no prediction for 1 of the 96 test ratings, such as user"
    palate evaluate m.palate test.csv --compare gap.csv --common --metrics rmse
    succeeds
    says "predictions are compared on the 95 ratings that all systems predict"
    { cat other.csv; sed -n 2p other.csv; } >twice.csv
    palate evaluate m.palate test.csv --compare twice.csv
    fails_with 1 "again, first in line 2"
    sed '3s/,[^,]*$/,nan/' other.csv >nan.csv
    palate evaluate m.palate test.csv --compare nan.csv
    fails_with 1 "nan.csv:3: field 3"
    palate evaluate m.palate test.csv --compare nowhere.csv
    fails_with 1 "nowhere.csv: cannot open"
    palate evaluate m.palate test.csv --compare other.csv --compare other.csv
    fails_with 1 'predictions of "other" twice; name one otherwise: --compare NAME=FILE'
    palate evaluate m.palate test.csv --compare mean=other.csv
    fails_with 2 'two systems are named "mean"'
    printf 'who,what,how\na,b,c\n' >odd.csv
    palate evaluate m.palate test.csv --compare odd.csv
    fails_with 1 "odd.csv:1: which column is the user?"
}

@test "a model from given factors" {
    imported
    palate evaluate given.palate "$DATA/small.csv"
    succeeds
    says "nobody knows what its users have rated"
    palate evaluate given.palate "$DATA/small.csv" --groups 2
    fails_with 2 "leave groups out"
}

@test "formulas" {
    palate evaluate --define rmse FCP
    succeeds
    matches_run evaluate-define.txt
    palate evaluate --define
    succeeds
    says "MAE = sum |r - p| / n"
    palate evaluate --define nothing
    fails_with 2 "there is no metric nothing; --define alone lists them"
}

@test "options that are wrong" {
    train_small
    palate evaluate m.palate "$DATA/small.csv" --metrics rsme
    fails_with 2 'there is no metric "rsme"; did you mean "rmse"?'
    palate evaluate m.palate "$DATA/small.csv" --confidence 95
    fails_with 2 'option confidence: "95" is not allowed'
    palate evaluate m.palate "$DATA/small.csv" -n 0
    fails_with 2 'option count: "0" is not allowed as a length of lists; give whole numbers'
    palate evaluate m.palate "$DATA/small.csv" --relevant lots
    fails_with 2 'option relevant: "lots" is not allowed; give a number, any or auto'
    palate evaluate m.palate "$DATA/small.csv" --candidates nowhere.txt
    fails_with 1 "nowhere.txt: cannot read"
    palate evaluate m.palate "$DATA/small.csv" --train nowhere.csv
    fails_with 1 "nowhere.csv: cannot open"
    palate evaluate m.palate "$DATA/small.csv" another.csv
    fails_with 2 "one argument too many: another.csv"
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
