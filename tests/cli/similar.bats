#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "items like one, with titles and what they share" {
    train_small
    palate similar m.palate --item Alien --support 0 --items "$DATA/movies.csv"
    succeeds
    matches_run similar.txt
}

@test "users like one, by distance" {
    train_small
    palate similar m.palate --user ann --measure euclidean --support 0 -n 2
    succeeds
    matches_run similar-users.txt
}

@test "--json has every factor, and they add up" {
    train_small
    for measure in cosine euclidean; do
        palate similar m.palate --item Alien --support 0 --measure "$measure" --json --items "$DATA/movies.csv"
        succeeds
        python3 - "$output" <<'PYTHON' || fail "$output"
import json, sys
near = json.loads(sys.argv[1])
assert near and [one["rank"] for one in near] == list(range(1, len(near) + 1))
for one in near:
    adds = sum(factor["adds"] for factor in one["factors"])
    assert len(one["factors"]) == 3
    assert abs(adds - (one["cosine"] if "cosine" in one else one["distance"] ** 2)) < 1e-5, one
PYTHON
    done
}

@test "names of factors are quoted" {
    printf 'user,"a ""b"", c",d\nu1,1,2\nu2,3,1\n' >users.csv
    printf 'item,"a ""b"", c",d\nx,1,0\ny,3,1\nz,2,9\n' >items.csv
    "$PALATE" import --users users.csv --items items.csv -o given.palate --quiet
    palate similar given.palate --item x --measure euclidean
    succeeds
    python3 -c 'import csv, sys
rows = list(csv.reader(sys.argv[1].splitlines()))
assert all(len(row) == 4 for row in rows), rows
assert any("a \"b\", c" in row[3] for row in rows), rows' "$output" || fail "$output"
}

@test "into a file, whole or not at all" {
    train_small
    palate similar m.palate --item Alien --support 0 -o near.csv
    succeeds
    [ -z "$output" ]
    [ "$(head -n 1 near.csv)" = "item,cosine,rank,factors" ]
    palate similar m.palate --item Alien -o no/such/folder/near.csv
    fails_with 1 "no/such/folder/near.csv: cannot write"
    only_files m.palate near.csv
}

@test "nothing to compare with says why" {
    train_small
    palate similar m.palate --item Alien --support 1000
    succeeds
    says "nothing to compare it with"
    says "fewer than 1000 ratings"
}

@test "who is not known, and what is missing or wrong" {
    train_small
    palate similar m.palate --item Alein
    fails_with 1 "the model does not know item Alein; did you mean Alien"
    palate similar m.palate --user an
    fails_with 1 "the model does not know user an; did you mean ann"
    palate similar m.palate
    fails_with 2 "give one of --item ID and --user ID"
    palate similar m.palate --item Alien --user ann
    fails_with 2 "give one of"
    palate similar m.palate --user ann --items "$DATA/movies.csv"
    fails_with 2 "--items has titles of items"
    palate similar m.palate --item Alien --measure taste
    fails_with 2 "taste"
    palate similar m.palate --item Alien -n 0
    fails_with 2 "count"
    palate similar none.palate --item Alien
    fails_with 1 "none.palate"
}
