#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "a line for each pair, in their order, ids quoted where they must be" {
    train_small
    palate predict m.palate "$DATA/pairs.csv"
    succeeds
    matches_run predict.txt
}

@test "--json is one list" {
    train_small
    palate predict m.palate "$DATA/pairs.csv" --json
    succeeds
    is_json
    matches_run predict-json.txt
}

@test "no pairs, no lines" {
    train_small
    echo user,item >none.csv
    palate predict m.palate none.csv --quiet
    [ "$output" = user,item,prediction ] || fails_with 1 none.csv
    palate predict m.palate none.csv --json --quiet
    [ "$status" -ne 0 ] || is_json
}

@test "the blackboard: what is given comes out" {
    imported
    palate predict given.palate --user "User 1" --item A
    succeeds
    [ "$output" = 0.76 ]
    printf 'user,item\nUser 1,A\n' >pair.csv
    palate predict given.palate pair.csv
    [ "${lines[1]}" = "User 1,A,0.76" ]
}

@test "standard input; ratings and their column are passed over" {
    train_small
    "$PALATE" predict m.palate "$DATA/small.csv" >from-file.csv
    "$PALATE" predict m.palate - <"$DATA/small.csv" >from-input.csv
    cmp from-file.csv from-input.csv
    [ "$(wc -l <from-file.csv)" -eq "$(wc -l <"$DATA/small.csv")" ]
}

@test "more pairs than one block" {
    train_small
    { echo user,item; yes ann,Alien | head -n 10000; echo bob,Clue; } >many.csv
    palate predict m.palate many.csv -o out.csv
    succeeds
    [ "$(wc -l <out.csv)" -eq 10002 ]
    [ "$(sort -u out.csv | wc -l)" -eq 3 ]
    [[ $(tail -n 1 out.csv) == bob,Clue,* ]]
}

@test "--output appears whole or not at all" {
    train_small
    echo old >out.csv
    printf 'user,item\nann,Alien\nann\n' >wrong.csv
    palate predict m.palate wrong.csv -o out.csv
    fails_with 1 "wrong.csv:3"
    [ "$(cat out.csv)" = old ]
    palate predict m.palate "$DATA/pairs.csv" -q -o out.csv
    succeeds
    [ -z "$output$stderr" ]
    [ "$(wc -l <out.csv)" -eq 9 ]
    only_files m.palate out.csv wrong.csv
}

@test "a signal leaves no half-written file" {
    train_small
    mkfifo pairs
    "$PALATE" predict m.palate pairs -o out.csv &
    local process=$!
    exec 9>pairs
    printf 'user,item\nann,Alien\n' >&9
    for _ in $(seq 100); do
        compgen -G 'out.csv.tmp-*' >/dev/null && break
        sleep 0.05
    done
    kill -TERM "$process"
    exec 9>&-
    wait "$process" || true
    rm pairs
    only_files m.palate
}

@test "a link stays a link" {
    train_small
    mkdir real
    ln -s real/out.csv out.csv
    touch real/out.csv
    palate predict m.palate "$DATA/pairs.csv" -q -o out.csv
    succeeds
    [ -L out.csv ]
    [ "$(wc -l <real/out.csv)" -eq 9 ]
}

@test "one rating, of somebody unknown, as JSON" {
    train_small
    palate predict m.palate -u nobody -i nothing
    succeeds
    says "does not know user nobody"
    says "does not know item nothing"
    palate predict m.palate --user ann --item Alien --json
    succeeds
    is_json
}

@test "output that cannot be written is told" {
    train_small
    run --separate-stderr bash -c "'$PALATE' predict m.palate '$DATA/pairs.csv' -q >/dev/full"
    fails_with 1 "standard output: cannot write"
    run --separate-stderr bash -c "'$PALATE' predict m.palate '$DATA/pairs.csv' -q >&-"
    fails_with 1 "standard output: cannot write"
    palate predict m.palate "$DATA/pairs.csv" -o nowhere/out.csv
    fails_with 1 "nowhere/out.csv: cannot write"
}

@test "a reader that goes away is no reason to complain" {
    train_small
    { echo user,item; yes ann,Alien | head -n 50000; } >many.csv
    run --separate-stderr bash -c "'$PALATE' predict m.palate many.csv | head -n 1"
    [ "$output" = user,item,prediction ]
    [ -z "$stderr" ]
}

@test "what is missing is asked for" {
    train_small
    palate predict
    fails_with 2 "something is missing"
    palate predict m.palate
    fails_with 2 "give a file of pairs"
    palate predict m.palate --user ann
    fails_with 2 "go together"
    palate predict m.palate "$DATA/pairs.csv" --user ann --item Alien
    fails_with 2 "go together"
    palate predict m.palate a b
    fails_with 2 "one argument too many: b"
}

@test "numbers have six digits, as printf writes them" {
    python3 - <<'END'
import random
random.seed(1)
values = [10 ** random.uniform(-8, 12) for _ in range(3000)]
values += [0, 1, 10, 99.99995, 999999.4, 999999.5, 1e6, 1e-4, 9.9999949e-5, 0.5, 2.5, 123456, 1e-30, 1e30]
with open("users.csv", "w") as users, open("pairs.csv", "w") as pairs:
    print("user,f", file=users)
    print("user,item", file=pairs)
    for place, value in enumerate(values):
        print(f"u{place},{value!r}", file=users)
        print(f"u{place},i", file=pairs)
with open("items.csv", "w") as items:
    print("item,f\ni,1", file=items)
END
    "$PALATE" import --users users.csv --items items.csv -o m.palate
    "$PALATE" predict m.palate pairs.csv -o out.csv
    "$PALATE" predict m.palate pairs.csv --json -o out.json
    python3 - <<'END'
import csv, json, struct
exact = [struct.unpack("f", struct.pack("f", pair["prediction"]))[0] for pair in json.load(open("out.json"))]
short = [row["prediction"] for row in csv.DictReader(open("out.csv"))]
wrong = [(a, b) for a, b in zip(exact, short, strict=True) if b != "%.6g" % a]
assert len(exact) == 3014 and len(wrong) == 0, wrong[:10]
END
}

@test "--std says how sure, and nothing of somebody unknown" {
    palate train "$DATA/small.csv" --scale 1:5 --bayes --epochs 60 -q -o m.palate
    succeeds
    printf 'user,item\nann,Alien\nnobody,Alien\n' >asked.csv
    palate predict m.palate asked.csv --std -q
    succeeds
    [[ ${lines[1]} =~ ^ann,Alien,[0-9.]+,[0-9.]+$ ]]
    [[ ${lines[2]} =~ ^nobody,Alien,[0-9.]+,$ ]]
    palate predict m.palate --user nobody --item Alien --std --json -q
    succeeds
    is_json
    [[ $output == *'"std": null'* ]]
}
