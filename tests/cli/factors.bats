#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "what the factors are about, with titles" {
    train_small
    palate factors m.palate --support 0 --items "$DATA/movies.csv"
    succeeds
    [ -z "$stderr" ]
    matches_run factors.txt
}

@test "names that a model was given, and items by id" {
    imported
    palate factors given.palate -n 1
    succeeds
    matches_run factors-given.txt
}

@test "--json has users, too, and shares add up" {
    train_small
    palate factors m.palate --support 0 --json --items "$DATA/movies.csv"
    succeeds
    python3 - "$output" <<'PYTHON' || fail "$output"
import json, sys
factors = json.loads(sys.argv[1])
assert sorted(factor["factor"] for factor in factors) == [1, 2, 3]
shares = [factor["share"] for factor in factors]
assert shares == sorted(shares, reverse=True) and abs(sum(shares) - 1) < 1e-9
for factor in factors:
    assert 0 <= factor["exclusivity"] <= 1 and -1 <= factor["coherence"] <= 1
    assert factor["items"] and factor["users"]
    for rows in factor["items"], factor["users"]:
        values = [row["value"] for row in rows]
        assert values == sorted(values, reverse=True) and values[-1] > 0
assert any("title" in row for factor in factors for row in factor["items"])
PYTHON
}

@test "nothing with enough ratings: factors without items" {
    train_small
    palate factors m.palate --support 1000
    succeeds
    [ "${#lines[@]}" -eq 4 ]
    [[ $output != *Alien* ]]
}

@test "what is missing or wrong" {
    train_small
    palate factors
    fails_with 2 "palate factors"
    palate factors m.palate -n 0
    fails_with 2 "count"
    palate factors m.palate --support -1
    fails_with 2 "support"
    palate factors m.palate --items none.csv
    fails_with 1 "none.csv"
    palate factors none.palate
    fails_with 1 "none.palate"
}

# 120 items of four tastes, and what a table says of them.
train_named() {
    "$PALATE" synth --items-output items.csv -o ratings.csv --quiet
    "$PALATE" train ratings.csv --scale 1:5 --factors 4 --pure --quiet -o s.palate
}

@test "names out of a table, kept in the model" {
    train_named
    palate factors s.palate --items items.csv --support 10 -n 2 -o named.palate
    succeeds
    matches_run factors-named.txt
    [[ $stderr == *"wrote named.palate"* ]]
    palate info named.palate
    [[ $output == *Horror* ]]
    palate explain named.palate --user user-western-14 --item item-western-9
    [[ $output == *Western* ]]
}

@test "a label stays, whatever a table says, until it is taken away" {
    train_named
    palate factors s.palate --label 4='Sundays in bed' --label "factor 1=Fun" -o s.palate -n 1
    succeeds
    [[ $output == *"Sundays in bed"* ]]
    palate factors s.palate --items items.csv --support 10 -n 1 -o s.palate
    [[ $output == *"Sundays in bed"* && $output == *Fun* ]]
    [ "$(grep -cE '^(Comedy|Horror|Romance|Western) ' <<<"$output")" -eq 2 ]
    palate factors s.palate --label "Sundays in bed=" --label Fun=Mirth -n 1
    [[ $output == *"factor 4"* && $output == *Mirth* ]]
    palate factors s.palate --items items.csv --support 10 -n 1 --names all --label 1=Mine
    [[ $output != *Sundays* && $output == *Mine* ]]
    [ "$(grep -cE '^(Comedy|Horror|Romance|Western) ' <<<"$output")" -eq 3 ]
    palate factors s.palate --items items.csv --support 10 -n 1 --names none --label 4=
    [[ $output == *"factor 4"* ]]
}

@test "tags name factors, too; --json has the words, and how sure they are" {
    train_named
    python3 - <<'PYTHON'
import csv
rows = list(csv.DictReader(open("items.csv")))
with open("tags.csv", "w") as out:
    out.write("userId,movieId,tag,timestamp\n")
    for row in rows:
        item = list(row.values())[0]
        for user in 1, 2:
            if "horror" in item:
                out.write(f"{user},{item},scary,0\n")
        out.write(f"7,{item},{'mine' if 'western' in item else 'other'},0\n")
PYTHON
    palate factors s.palate --tags tags.csv --support 10 --json
    succeeds
    python3 - "$output" <<'PYTHON' || fail "$output"
import json, sys
named = [factor for factor in json.loads(sys.argv[1]) if factor["suggested"]]
assert [factor["name"] for factor in named] == ["Scary"]
(word,) = named[0]["suggested"]["words"]
assert word["word"] == "scary" and 0 <= word["p"] <= 0.01
assert word["top_count"] <= word["top_total"] <= 12 and word["item_count"] <= word["item_total"] == 120
PYTHON
}

@test "labels and tables that are wrong" {
    train_named
    palate factors s.palate --label 3
    fails_with 1 "give FACTOR=NAME"
    palate factors s.palate --label "factr 3=x"
    fails_with 1 "did you mean factor 3?"
    palate factors s.palate --label 5=x
    fails_with 1 "its factors are 1 to 4"
    palate factors s.palate --label "1=factor 2"
    fails_with 1 "is the name of another factor too"
    palate factors s.palate --label 1=offset
    fails_with 1 "column of offsets"
    palate factors s.palate --label $'1=a\nb'
    fails_with 1 "control character"
    palate factors s.palate --names some
    fails_with 2 "names"
    printf 'id,title,genres\nx,Other,Drama\n' > other.csv
    palate factors s.palate --items other.csv -o s.palate
    fails_with 1 'other.csv: none of its 1 ids is that of an item of the model: it has "x"'
    : > empty.csv
    palate factors s.palate --tags empty.csv
    fails_with 1 "empty.csv: the file is empty"
    palate factors s.palate --tags none.csv
    fails_with 1 "none.csv"
    printf 'id,title\nitem-western-9,\n' > bare.csv
    palate factors s.palate --items bare.csv
    succeeds
    [[ $output == *"factor 1"* && $output != *nan* ]]
}

@test "--stability: factors that are there come back, by any number of threads" {
    train_named
    palate factors s.palate ratings.csv --stability 3 --items items.csv --support 10 -n 1
    succeeds
    [[ $stderr =~ 3\ seeds:\ mean\ cosine\ of\ matched\ factors\ (1\.000|0\.9[0-9]+),\ mean\ correlation\ (1\.000|0\.9[0-9]+) ]]
    [[ ${lines[0]} == *cosine*correlation* ]]
    first=$output$stderr
    OMP_NUM_THREADS=1 palate factors s.palate ratings.csv --stability 3 --items items.csv --support 10 -n 1
    [ "$output$stderr" = "$first" ]
    palate factors s.palate ratings.csv --stability 2 --json
    python3 - "$output" <<'PYTHON' || fail "$output"
import json, sys
for factor in json.loads(sys.argv[1]):
    assert 0.9 < factor["correlation"] <= 1 and 0.9 < factor["cosine"] <= 1
PYTHON
}

@test "--stability with what cannot be trained again" {
    train_named
    palate factors s.palate --stability 3
    fails_with 2 "--stability needs RATINGS"
    palate factors s.palate ratings.csv
    fails_with 2 "give --stability N"
    palate factors s.palate ratings.csv --stability 0
    fails_with 2 "stability"
    palate factors s.palate none.csv --stability 2
    fails_with 1 "none.csv"
    imported
    palate factors given.palate ratings.csv --stability 2
    fails_with 1 "was not trained"
    "$PALATE" train ratings.csv --items items.csv --item-features tastes -k 2 --quiet -o told.palate ||
        "$PALATE" train ratings.csv --items items.csv --item-features 3 -k 2 --quiet -o told.palate
    palate factors told.palate ratings.csv --stability 2
    fails_with 1 "tables of users or items"
}
