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
