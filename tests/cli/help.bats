#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

COMMANDS="train predict recommend explain similar factors update forget evaluate tune info check data synth import export bench completion help version"

@test "no command: what there is, status 2" {
    palate
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    says "palate COMMAND --help"
}

@test "palate --help, -h and help are one" {
    palate --help
    succeeds
    [ -z "$stderr" ]
    matches_run help.txt
    local all=$output
    for spelling in -h help; do
        palate "$spelling"
        [ "$output" = "$all" ]
    done
    for command in $COMMANDS; do
        says "  $command "
    done
}

@test "every command has --help on standard output, in 100 columns" {
    for command in $COMMANDS; do
        palate "$command" --help
        succeeds
        [ -z "$stderr" ]
        [[ $output == "usage: palate $command"* ]]
        [ "$(wc -L <<<"$output")" -le 100 ] || fail "$command: $(wc -L <<<"$output") columns"
        local long=$output
        palate "$command" -h
        [ "$output" = "$long" ]
        palate help "$command"
        [ "$output" = "$long" ]
    done
}

@test "the help of train" {
    palate train --help
    matches_run help-train.txt
}

@test "formats" {
    palate help formats
    succeeds
    for name in csv dense matrixmarket sqlite; do
        says "  $name "
    done
}

@test "version" {
    palate --version
    succeeds
    [[ $output =~ ^palate\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    local version=$output
    palate version
    [ "$output" = "$version" ]
}

@test "a mistyped command gets the nearest" {
    palate trian
    fails_with 2 "unknown command trian; did you mean train?"
    palate xyzzy
    fails_with 2 "unknown command xyzzy"
    [[ $stderr != *mean* ]]
    palate help xyzzy
    fails_with 2 "unknown command xyzzy"
}

@test "a mistyped option gets the nearest, and where to look" {
    palate train x --factor 3
    fails_with 2 "palate train: unknown option --factor; did you mean --factors?"
    says "See: palate train --help"
    palate train x --regularisation=3
    fails_with 2 "did you mean --regularization?"
    palate train x --n-factor 3
    fails_with 2 "did you mean --factors?"
    palate train x --zzz
    fails_with 2 "unknown option --zzz"
    [[ $stderr != *mean* ]]
    palate train x -z
    fails_with 2 "unknown option -z"
}

@test "a choice may be given by its word alone, where it is clear whose it is" {
    palate train "$DATA/small.csv" --strict --bayes --epochs 40 -q -o m.palate
    succeeds
    palate info m.palate
    says "strict (rule bayes)"
    palate train "$DATA/small.csv" --off -o m.palate
    fails_with 2 "unknown option --off"
    palate train "$DATA/small.csv" --bayes=yes -o m.palate
    fails_with 2 "unknown option --bayes"
    palate check "$DATA/small.csv" --bayes
    fails_with 2 "unknown option --bayes"
}

@test "-- and - and letters in one word" {
    cp "$DATA/small.csv" ./--odd
    palate check -- --odd
    succeeds
    palate train -qo m.palate -- --odd
    succeeds
    palate train -k2 -qom.palate -- --odd
    succeeds
    palate info m.palate
    says "2 factors"
    palate check --lenient=no "$DATA/small.csv"
    fails_with 2 "unknown option --lenient"
    palate train --lenient=perhaps "$DATA/small.csv" -o m.palate
    fails_with 2 "true or false"
    palate train --lenient=no "$DATA/small.csv" -q -o m.palate
    succeeds
}

@test "completion: scripts their shells can read" {
    for shell in bash zsh fish; do
        "$PALATE" completion "$shell" >"script.$shell"
        if command -v "$shell" >/dev/null; then
            "$shell" -n "script.$shell"
        fi
        for command in $COMMANDS; do
            grep -q "$command" "script.$shell"
        done
        grep -q -- factors "script.$shell"
    done
    palate completion csh
    fails_with 2 "unknown shell csh; give bash, zsh or fish"
}

# complete WORD...: what bash offers for the last.
complete_bash() {
    bash -c 'source script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _palate; printf "%s\n" "${COMPREPLY[@]}"' \
        complete "$@"
}

@test "completion: what bash offers" {
    "$PALATE" completion bash >script.bash
    touch ratings.csv
    [ "$(complete_bash palate tr)" = train ]
    [ "$(complete_bash palate train --fac)" = --factors ]
    [ "$(complete_bash palate train ratings.csv --mode st)" = strict ]
    [ "$(complete_bash palate train ratings.csv --mode = st)" = strict ]
    [ "$(complete_bash palate train rat)" = ratings.csv ]
    [ "$(complete_bash palate recommend m --items rat)" = ratings.csv ]
    [ "$(complete_bash palate completion z)" = zsh ]
    [[ $(complete_bash palate predict --) != *--factors* ]]
}

@test "the manual page has every command and every option of them" {
    page=$PALATE_BUILD/man/palate.1
    [ -f "$page" ] || skip "scdoc is not installed"
    text=$(sed -e 's/\\f.//g' -e 's/\\-/-/g' -e 's/\\//g' "$page")
    [[ $text != *@commands@* ]]
    for command in $COMMANDS; do
        [[ $text == *"palate $command"* ]] || fail "$command is not in the page"
        palate "$command" --help
        while read -r option; do
            [[ $text == *"$option"* ]] || fail "$command $option is not in the page"
        done < <(grep -oE '^ +(-., )?--[a-z-]+' <<<"$output" | grep -oE -- '--[a-z-]+')
    done
}

@test "the manual page is well formed" {
    page=$PALATE_BUILD/man/palate.1
    command -v mandoc >/dev/null || skip "mandoc is not installed"
    [ -f "$page" ] || skip "scdoc is not installed"
    run mandoc -T lint -W error "$page"
    [ -z "$output" ] || fail "$output"
}
