#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "a sum, and the ratings behind it" {
    train_small
    palate explain m.palate --user ann --item Emma --items "$DATA/movies.csv"
    succeeds
    [ -z "$stderr" ]
    matches_run explain.txt
}

@test "parts from zero, the largest factors" {
    train_small
    palate explain m.palate --user ann --item Emma --parts zero -n 1
    succeeds
    matches_run explain-zero.txt
}

@test "--json has all, and it adds up" {
    train_small
    for parts in typical zero; do
        palate explain m.palate --user Zoë --item Alien --parts "$parts" --json --items "$DATA/movies.csv"
        succeeds
        python3 - "$output" <<'PYTHON' || fail "$output"
import json, sys
why = json.loads(sys.argv[1])
total = sum(why["parts"].values()) + sum(factor["adds"] for factor in why["factors"])
assert abs(total - why["score"]) < 1e-5, total
assert len(why["factors"]) == 3 and why["because"]
sizes = [abs(reason["adds"]) for reason in why["because"]]
assert sizes == sorted(sizes, reverse=True)
PYTHON
    done
    "$PALATE" explain m.palate --user ann --item Emma --json | matches explain.json
}

@test "--svg draws well-formed XML, whatever ids and titles hold" {
    printf 'user,item,rating\n"a<&>b","x""y",3\n"a<&>b",z,5\nc,z,1\nc,"x""y",4\n' >odd.csv
    printf 'item,title\nz,"]]>&<script>%s"\n' "$(printf 'é%.0s' {1..300})" >titles.csv
    "$PALATE" train odd.csv --factors 2 --quiet -o odd.palate
    palate explain odd.palate --user 'a<&>b' --item z --items titles.csv --svg why.svg
    succeeds
    python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("why.svg")' || fail "$(cat why.svg)"
    palate explain odd.palate --user 'c' --item 'x"y' --items titles.csv
    [[ $output == *éé…* ]] && iconv -f utf8 -t utf8 <<<"$output" >/dev/null
    palate explain odd.palate --user 'a<&>b' --item z --items titles.csv --svg no/such/folder/why.svg
    fails_with 1 "no/such/folder/why.svg: cannot write"
    only_files odd.csv odd.palate titles.csv why.svg
}

@test "--time moves what the user's mood moves" {
    awk 'BEGIN { print "user,item,rating,timestamp"
        for (u = 0; u < 30; u++) for (i = 0; i < 20; i++) if ((u * 7 + i * 3) % 4) {
            sitting = (u + i) % 3
            print "u" u ",i" i "," 1 + (u + i * i) % 3 + (sitting == u % 3 ? 2 : 0) "," sitting * 1000000 + i } }' >timed.csv
    "$PALATE" train timed.csv --factors 2 --quiet -o timed.palate
    palate explain timed.palate --user u1 --item i2 --time 1000003 --json
    succeeds
    says '"time": 1000003'
    local predicted
    predicted=$("$PALATE" predict timed.palate --user u1 --item i2 --time 1000003)
    python3 -c 'import json, sys
why = json.loads(sys.argv[1])
assert abs(why["prediction"] - float(sys.argv[2])) < 1e-4
assert why["parts"]["time"] != 0' "$output" "$predicted" || fail "$output $predicted"
    palate explain timed.palate --user u1 --item i2 --time soon
    fails_with 2 "--time soon: not a whole number"
}

@test "models without ratings give the sum alone" {
    imported
    palate explain given.palate --user "User 1" --item A
    succeeds
    says "no ratings behind it: the model holds no ratings"
    [[ $output != *"because of"* ]]
    "$PALATE" train "$DATA/small.csv" --factors 2 --keep-ratings=no --quiet -o bare.palate
    palate explain bare.palate --user ann --item Emma
    succeeds
    says "option keep-ratings"
    "$PALATE" train "$DATA/small.csv" --bayes --factors 2 --quiet -o bayes.palate
    palate explain bayes.palate --user ann --item Emma
    succeeds
    says "an average of samples has no prior"
}

@test "who is not known: the nearest" {
    train_small
    palate explain m.palate --user an --item Emma
    fails_with 1 "the model does not know user an; did you mean ann"
    palate explain m.palate --user ann --item Ema
    fails_with 1 "the model does not know item Ema; did you mean Emma"
    palate explain m.palate --user ann --item "$(printf '\377')"
    fails_with 1 "the model does not know item"
}

@test "what is missing or wrong" {
    train_small
    palate explain m.palate --user ann
    fails_with 2 "give --user ID and --item ID"
    palate explain m.palate --user ann --item Emma --parts none
    fails_with 2 "none"
    palate explain m.palate --user ann --item Emma -n 0
    fails_with 2 "count"
    palate explain m.palate --user ann --item Emma --items none.csv
    fails_with 1 "none.csv"
    palate explain "$DATA/small.csv" --user ann --item Emma
    fails_with 1 "not a palate model"
}
