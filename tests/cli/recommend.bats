#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "one user: the best items not seen" {
    train_small
    palate recommend m.palate --user ann
    succeeds
    matches_run recommend.txt
    [[ $output != *Alien* && $output != *Brazil* && $output != *Clue* ]]
}

@test "several users, in the order given" {
    train_small
    palate recommend m.palate --user Zoë --user ann -n 1
    succeeds
    [ "${#lines[@]}" -eq 3 ]
    [[ ${lines[1]} == Zoë,* && ${lines[2]} == ann,* ]]
}

@test "all users, with titles" {
    train_small
    palate recommend m.palate --all-users -n 2 --items "$DATA/movies.csv"
    succeeds
    matches_run recommend-all.txt
}

@test "--json is one list" {
    train_small
    palate recommend m.palate --all-users -n 2 --items "$DATA/movies.csv" --json
    succeeds
    is_json
    matches_run recommend-json.txt
}

@test "the users of a list" {
    train_small
    printf 'bob\r\n\nstranger\nZoë\n' >users.txt
    palate recommend m.palate --users users.txt -n 1
    succeeds
    [[ ${lines[1]} == bob,* && ${lines[2]} == Zoë,* && ${#lines[@]} -eq 3 ]]
    says "users.txt: the model does not know 1 of the users; they are left out"
}

@test "equal scores are ordered by id" {
    imported
    palate recommend given.palate --user "User 1" -n 3
    [ "${lines[1]}" = "User 1,A,0.76,1" ]
    [ "${lines[2]}" = "User 1,C,0.54,2" ]
    [ "${lines[3]}" = "User 1,B,0.24,3" ]
}

@test "--include-seen, --allow, --deny" {
    train_small
    palate recommend m.palate --user ann --include-seen -n 100
    succeeds
    [ "${#lines[@]}" -eq 7 ]
    printf 'Emma\nno such film\n' >list.txt
    palate recommend m.palate --user ann --allow list.txt
    succeeds
    [ "${#lines[@]}" -eq 2 ]
    says "list.txt: the model does not know 1 of the items"
    palate recommend m.palate --user ann --deny - <list.txt
    succeeds
    [[ $output != *Emma* ]]
}

@test "a list of nothing known allows nothing" {
    train_small
    echo "no such film" >list.txt
    palate recommend m.palate --user ann --allow list.txt
    succeeds
    [ "$output" = user,item,score,rank ]
}

@test "an unknown user is an error, with the nearest name" {
    train_small
    palate recommend m.palate --user clео
    [ "$status" -eq 1 ]
    palate recommend m.palate --user Ana
    fails_with 1 "the model does not know user Ana; did you mean ann?"
    palate recommend m.palate --user ann --user nobodyatall -o out.csv
    fails_with 1 "does not know user nobodyatall"
    only_files m.palate
}

@test "a table for a person, columns below each other" {
    train_small
    on_terminal "'$PALATE' recommend m.palate --user ann --items '$DATA/movies.csv'"
    [ "$status" -eq 0 ]
    matches recommend-terminal.txt <<<"$output"
}

@test "no colours with NO_COLOR" {
    train_small
    on_terminal "NO_COLOR=1 '$PALATE' recommend m.palate --user ann"
    [[ $output != *$'\033'* ]]
    on_terminal "'$PALATE' recommend m.palate --user nobody"
    [[ $output == *$'\033[31m'* ]]
    on_terminal "NO_COLOR=1 '$PALATE' recommend m.palate --user nobody"
    [[ $output != *$'\033'* ]]
}

@test "a file with --output, nothing else" {
    train_small
    palate recommend m.palate --all-users -o top.csv
    succeeds
    [ -z "$output$stderr" ]
    [ "$(head -n 1 top.csv)" = user,item,score,rank ]
    only_files m.palate top.csv
}

@test "lists and tables that cannot be read" {
    train_small
    palate recommend m.palate --user ann --allow nowhere.txt
    fails_with 1 "nowhere.txt: cannot read"
    palate recommend m.palate --user ann --items nowhere.csv
    fails_with 1 "nowhere.csv"
}

@test "for whom?" {
    train_small
    palate recommend m.palate
    fails_with 2 "for whom?"
    palate recommend m.palate --user ann --all-users
    fails_with 2 "for whom?"
    palate recommend m.palate --user ann -n 0
    fails_with 2 "option count"
    palate recommend m.palate --user ann --nn 3
    fails_with 2 "unknown option --nn"
}

@test "--ratings: for users that the model has not seen, in the order of the file" {
    train_small
    printf 'user,item,rating\nnew,Alien,5\nother,Clue,4\nnew,Brazil,4\nnew,no such film,1\n' >mine.csv
    palate recommend m.palate --ratings mine.csv -n 2 --items "$DATA/movies.csv"
    succeeds
    [[ ${lines[1]} == new,* && ${lines[3]} == other,* && ${#lines[@]} -eq 5 ]]
    [[ $output != *new,Alien* && $output != *new,Brazil* && $output != *other,Clue* ]]
    says "mine.csv: the model does not know the items of 1 rating; they are left out"
    local both=$output
    palate recommend m.palate --ratings - -n 2 --items "$DATA/movies.csv" < <(grep -v ^other mine.csv)
    [ "$output" = "$(grep -v ^other <<<"$both")" ]
    palate recommend m.palate --ratings mine.csv -n 2 --json
    is_json
    palate recommend m.palate --ratings mine.csv --include-seen -n 1 --allow <(echo Alien)
    [[ ${lines[1]} == new,Alien,* ]]
}

@test "--ratings of a user that the model knows: told, and only the file counts" {
    train_small
    printf 'user,item,rating\nann,Emma,1\n' >mine.csv
    palate recommend m.palate --ratings mine.csv -n 9
    succeeds
    says "mine.csv: the model knows 1 of the users; here only what this file says counts"
    [[ $output == *ann,Alien* && $output != *ann,Emma* ]]
}

@test "--ratings that are wrong" {
    train_small
    printf 'user,item,rating\nnew,Alien,5\nnew,Emma,9\n' >mine.csv
    palate recommend m.palate --ratings mine.csv
    fails_with 1 "mine.csv:3: field 3 (rating): 9 lies outside the scale 1:5"
    palate recommend m.palate --ratings none.csv
    fails_with 1 "none.csv"
    : >empty.csv
    palate recommend m.palate --ratings empty.csv -o out.csv
    fails_with 1 "empty.csv"
    palate recommend m.palate --ratings mine.csv --user ann
    fails_with 2 "for whom?"
    only_files empty.csv m.palate mine.csv
    "$PALATE" train "$DATA/small.csv" --bayes --factors 2 --quiet -o bayes.palate
    palate recommend bayes.palate --ratings "$DATA/small.csv"
    fails_with 1 "train with rule map"
}

# Items of movies.csv: Alien (Horror|Sci-Fi, 1979), Brazil (Sci-Fi), Clue (Comedy), ...
films() {
    palate recommend m.palate --user dan --include-seen --items "$DATA/movies.csv" -n 20 "$@"
}

@test "rules on columns of a table, and what they take away" {
    train_small
    films --where 'genres=Sci-Fi|comedy' --without 'year<1980' --min-support 2
    succeeds
    matches_run rules.txt
    films --where 'genres=Sci-Fi|comedy' --without 'year<1980' --json
    succeeds
    is_json
    [[ $output == *'"removed": [{"rule": "seen", "items": 0}, {"rule": "where genres=Sci-Fi|comedy", "items": '* ]]
}

@test "quotas, diversity and discounts" {
    train_small
    films --quota genres=1
    succeeds
    [ "$(grep -cE '^dan,("Dune|Alien|Brazil)' <<<"$output")" -eq 1 ] || fail "not one of its genre: $output"
    says "passed over"
    films --quota genres=0 --where genres~e
    succeeds
    [ "$output" = "user,item,score,rank,title" ]
    films --diversity 0.5
    succeeds
    films --popularity-discount 100
    succeeds
    palate recommend m.palate --all-users --diversity 0.5 --popularity-discount 0.1 --quiet
    succeeds
    printf 'me,Alien,5\nme,Clue,1\n' >mine.csv
    palate recommend m.palate --ratings mine.csv --items "$DATA/movies.csv" --where 'genres!=Comedy' --quota genres=1 --json
    succeeds
    is_json
    says '"rule": "quota"'
}

@test "rules that are none are told with what to do" {
    train_small
    films --where 'genre~Horror'
    fails_with 2 'there is no column "genre"; did you mean genres?'
    films --where 'genres?Horror'
    fails_with 2 "condition 'genres?Horror', character 14: an operator is missing"
    films --without 'genres='
    fails_with 2 "character 8: a value is missing"
    films --where 'year>=199O'
    fails_with 2 "is no number"
    films --quota genres
    fails_with 2 "give COLUMN=N"
    films --quota genres=-1
    fails_with 2 "give COLUMN=N"
    films --min-support -1
    fails_with 2 "min-support"
    films --diversity 2
    fails_with 2 "diversity"
    films --popularity-discount -1
    fails_with 2 "popularity-discount"
    palate recommend m.palate --user dan --where 'genres=Horror'
    fails_with 2 "which table? give it with --items TABLE"
    palate recommend m.palate --user dan --items none.csv --where 'genres=Horror'
    fails_with 1 "none.csv"
}
