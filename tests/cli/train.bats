#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "tells what it read and reached, and writes the model" {
    palate train "$DATA/small.csv" --scale 1:5 --factors 3 --seed 7 -o m.palate
    succeeds
    matches_run train.txt
    only_files m.palate
}

@test "an inferred scale, duplicates and skipped lines are told" {
    { cat "$DATA/small.csv"; echo "ann,Alien,3,200"; echo "gus,Clue"; } >ratings.csv
    palate train ratings.csv --lenient -o m.palate
    succeeds
    says "scale 1 to 5, as found (--scale declares it)"
    says "1 duplicate left out"
    says "1 wrong line skipped"
}

@test "negative ratings are told, and predicted on their own scale" {
    palate train "$DATA/negative.csv" -o m.palate
    succeeds
    says "some ratings are negative"
    says "scale -10 to 10"
    palate predict m.palate --user ann --item "joke 1"
    succeeds
    [[ $output == -* ]]
}

@test "--missing zero takes all cells, and says so" {
    palate train "$DATA/small.csv" --missing zero --factors 2 --seed 7 -o m.palate
    succeeds
    says "RMSE of all cells, zeros too,"
    says "mode pure, missing zero"
    palate info m.palate
    says "mode         pure (rule map, missing zero)"
    palate predict m.palate --user ann --item Alien
    succeeds
    palate recommend m.palate --user ann
    succeeds
}

@test "--missing zero refuses what does not go with it" {
    palate train "$DATA/small.csv" --missing zero --validation 0.1 -o m.palate
    fails_with 2 "missing zero does not go with validation"
    palate train "$DATA/small.csv" --missing zero --rule bayes -o m.palate
    fails_with 2 "missing zero does not go with rules but map"
    palate train "$DATA/negative.csv" --missing zero -o m.palate
    fails_with 2 "none may be negative"
    palate train "$DATA/small.csv" --init random -o m.palate
    fails_with 2 "init is an option of training with missing zero"
    only_files
}

@test "--quiet says nothing" {
    palate train "$DATA/small.csv" --quiet -o m.palate
    succeeds
    [ -z "$output$stderr" ]
}

@test "--json is JSON on standard output" {
    palate train "$DATA/small.csv" --json --factors 3 --seed 7 --validation 0.2 -o m.palate
    succeeds
    is_json
    matches_run train-json.txt
}

@test "--log is a line an epoch" {
    palate train "$DATA/small.csv" --log --epochs 4 --tolerance 0 -o m.palate
    succeeds
    [ "$(grep -c '^epoch ' <<<"$stderr")" -eq 4 ]
    [ -z "$output" ]
}

@test "nothing is rewritten and nothing coloured where nobody looks" {
    palate train "$DATA/small.csv" --epochs 20000 --tolerance 0 --factors 200 --time-limit 2 -o m.palate
    succeeds
    [[ $stderr != *$'\r'* && $stderr != *$'\033'* ]]
}

@test "progress is shown on a terminal, and gone in the end" {
    on_terminal "'$PALATE' train '$DATA/small.csv' --epochs 100000 --tolerance 0 --factors 800 --time-limit 2 -o m.palate"
    [ "$status" -eq 0 ]
    [[ $output == *"epoch "*"left 0:0"* ]] || fail "$output"
    [[ $output == *$'\033[K'*"epochs in "* ]]
}

@test "a model file is asked for" {
    palate train "$DATA/small.csv"
    fails_with 2 "give the model file with -o MODEL"
}

@test "a folder that is not there is told before training" {
    palate train "$DATA/small.csv" -o nowhere/m.palate
    fails_with 1 "nowhere/m.palate: cannot write"
    [[ $stderr != *read* ]]
}

@test "a wrong line is named, and the old model stays" {
    train_small
    cp m.palate before
    palate train "$DATA/broken.csv" -o m.palate
    fails_with 1 "broken.csv:3: field 3"
    says many
    cmp m.palate before
    only_files before m.palate
}

@test "a rating outside the declared scale is named" {
    palate train "$DATA/small.csv" --scale 2:5 -o m.palate
    fails_with 1 "small.csv:4:"
    only_files
}

@test "no ratings at all" {
    : >empty.csv
    palate train empty.csv -o m.palate
    fails_with 1 empty.csv
    echo user,item,rating >heading.csv
    palate train heading.csv -o m.palate
    fails_with 1 heading.csv
    palate train nowhere.csv -o m.palate
    fails_with 1 "nowhere.csv: cannot open"
    palate train . -o m.palate
    fails_with 1 directory
    only_files empty.csv heading.csv
}

@test "one rating, and ratings that are all equal" {
    printf 'user,item,rating\nann,Alien,4\n' >one.csv
    palate train one.csv -o m.palate
    succeeds
    palate predict m.palate --user ann --item Alien
    [ "$output" = 4 ]
}

@test "standard input, gzip and zstd give the same model" {
    train_small
    "$PALATE" train - --scale 1:5 --factors 3 --seed 7 -q -o input.palate <"$DATA/small.csv"
    gzip -c "$DATA/small.csv" >small.csv.gz
    train_gzip=$("$PALATE" train small.csv.gz --scale 1:5 --factors 3 --seed 7 -o gzip.palate 2>&1)
    zstd -qc "$DATA/small.csv" >small.csv.zst
    "$PALATE" train small.csv.zst --scale 1:5 --factors 3 --seed 7 -q -o zstd.palate
    [[ $train_gzip == *"csv, gzip"* ]]
    cmp m.palate input.palate
    cmp m.palate gzip.palate
    cmp m.palate zstd.palate
}

@test "the same bytes for any number of threads" {
    "$PALATE" synth -o s.csv
    "$PALATE" train s.csv --threads 1 -q -o one.palate
    "$PALATE" train s.csv --threads 3 -q -o three.palate
    cmp one.palate three.palate
}

@test "names of other programs, other spellings" {
    palate train "$DATA/small.csv" --n_factors=3 --REG 0.1 --max-iter=5 --random_state 7 --model m.palate
    succeeds
    palate info m.palate
    says "seed         7"
    says "3 factors"
    says regularization=0.1
}

# interrupt SIGNAL: sends it to a long run once that is under way.
interrupt() {
    "$PALATE" synth --users 400 -q -o s.csv
    "$PALATE" train s.csv --epochs 100000 --tolerance 0 --log -o m.palate 2>log.txt &
    local process=$!
    for _ in $(seq 200); do
        grep -q "^epoch 3 " log.txt && break
        sleep 0.05
    done
    kill -s "$1" "$process"
    wait "$process" || status=$?
    output=$(cat log.txt)
    rm -f s.csv log.txt
}

@test "Ctrl-C saves the best model so far" {
    stderr=
    interrupt INT
    [ "$status" -eq 130 ] || fail "status $status: $output"
    says "stopped by Ctrl-C: the best model so far is saved"
    says "ended by request"
    only_files m.palate
    palate info m.palate
    succeeds
}

@test "so does SIGTERM" {
    stderr=
    interrupt TERM
    [ "$status" -eq 143 ] || fail "status $status: $output"
    only_files m.palate
}

@test "values that are not allowed are told with what is" {
    palate train "$DATA/small.csv" --factors 0 -o m.palate
    fails_with 2 'option factors: "0" is not allowed; give auto or a whole number from 1 to 1000'
    palate train "$DATA/small.csv" --seed -1 -o m.palate
    fails_with 2 'option seed: "-1"'
    palate train "$DATA/small.csv" --scale 5:1 -o m.palate
    fails_with 2 'LOW:HIGH'
    palate train "$DATA/small.csv" --mode best -o m.palate
    fails_with 2 'one of default, strict, pure'
    palate train "$DATA/small.csv" -o
    fails_with 2 'option -o needs a value'
    only_files
}

# A table of the items of small.csv and two more, and one of the users.
tables() {
    { cat "$DATA/movies.csv"; echo "Gattaca,Gattaca (1997),Sci-Fi"; echo "Heat,Heat (1995),"; } >films.csv
    printf '%s\n' user,city,age ann,Oslo,31 bob,Oslo,44 cleo,Rome,29 dan,Rome,31 eva,Rome,52 fred,Oslo,38 gus,Oslo,25 \
        >people.csv
}

@test "tables of items and users: what was found is told, and the model knows it" {
    tables
    palate train "$DATA/small.csv" --scale 1:5 --items films.csv --item-features genres,year \
        --users people.csv --user-features city,age:category --factors 3 --seed 7 -o m.palate
    succeeds
    matches_run train-tables.txt
    palate info m.palate
    says "model        8 users, 8 items, 3 factors"
    says "features     of users: city 2, age 6"
    says "features     of items: genres 4, year 6"
    palate info m.palate --json
    is_json
    says '"city: Oslo"'
    palate predict m.palate --user gus --item Gattaca
    succeeds
    palate recommend m.palate --user gus --items films.csv
    says Gattaca
}

@test "tables go with other ratings and rules, and leave what they do not know" {
    tables
    head -n 9 "$DATA/small.csv" >less.csv
    for options in "--mode strict" "--mode pure" "--rule bayes --epochs 20" "--link off" "--validation 0.2" "--tune"; do
        # shellcheck disable=SC2086 # several words
        palate train less.csv --scale 1:5 --items films.csv --item-features genres $options --quiet -o m.palate
        succeeds
        palate predict m.palate --user ann --item Gattaca
        succeeds
        palate predict m.palate --user ann --item "Not there"
        says "the model does not know item Not there"
    done
}

@test "the order of a table's rows plays no part" {
    tables
    "$PALATE" train "$DATA/small.csv" --items films.csv --item-features genres,year --quiet -o one.palate
    { head -n 1 films.csv; tail -n +2 films.csv | tac; } >turned.csv
    "$PALATE" train "$DATA/small.csv" --items turned.csv --item-features genres,year --quiet -o two.palate
    cmp <("$PALATE" predict one.palate "$DATA/small.csv") <("$PALATE" predict two.palate "$DATA/small.csv")
    cmp <("$PALATE" predict one.palate --user ann --item Gattaca) <("$PALATE" predict two.palate --user ann --item Gattaca)
}

@test "tables and columns that are not there" {
    tables
    palate train "$DATA/small.csv" --items films.csv -o m.palate
    fails_with 2 "--items films.csv: which columns? name them with --item-features; it has title, genres, year"
    palate train "$DATA/small.csv" --user-features age -o m.palate
    fails_with 2 "--user-features of which table? give it with --users TABLE"
    palate train "$DATA/small.csv" --items films.csv --item-features genre,year -o m.palate
    fails_with 2 'films.csv: there is no column "genre"; did you mean genres? The table has title, genres, year'
    palate train "$DATA/small.csv" --items nowhere.csv --item-features genres -o m.palate
    fails_with 1 "nowhere.csv: cannot open"
    palate train "$DATA/small.csv" --users films.csv --user-features genres -o m.palate
    fails_with 2 "films.csv: none of its ids is that of a user in the ratings: the table has \"Alien\""
    palate train "$DATA/small.csv" --items "$DATA/broken.csv" --item-features 2 -o m.palate
    fails_with 1 "broken.csv"
    palate train "$DATA/small.csv" --rule mu --items films.csv --item-features genres -o m.palate
    fails_with 2 "rule mu"
    only_files films.csv people.csv
}
