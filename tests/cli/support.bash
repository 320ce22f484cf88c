# SPDX-License-Identifier: Apache-2.0
# What all tests of the command share. Each test runs in an empty folder of its own.
# shellcheck shell=bash disable=SC2154 # bats sets status, output and stderr
bats_require_minimum_version 1.5.0

DATA=$BATS_TEST_DIRNAME/../data
# Sums are rounded alike on every machine by the generic kernels only.
export PALATE_ISA=generic LC_ALL=C.UTF-8 TERM=xterm
unset NO_COLOR

setup() {
    mkdir "$BATS_TEST_TMPDIR/folder"
    cd "$BATS_TEST_TMPDIR/folder" || return
}

# Runs palate; $status, $output and $stderr tell what came of it.
palate() {
    run --separate-stderr "$PALATE" "$@"
}

# A trained model m.palate, the same every time.
train_small() {
    "$PALATE" train "$DATA/small.csv" --scale 1:5 --factors 3 --seed 7 --quiet -o "${1:-m.palate}"
}

imported() {
    "$PALATE" import --users "$DATA/factors-users.csv" --items "$DATA/factors-items.csv" -o given.palate
}

succeeds() {
    [ "$status" -eq 0 ] || fail "status $status: $stderr"
}

# fails_with STATUS TEXT: and says TEXT.
fails_with() {
    [ "$status" -eq "$1" ] || fail "status $status, not $1: $output $stderr"
    [[ $stderr == *"$2"* ]] || fail "does not say '$2': $stderr"
}

fail() {
    echo "$*" >&2
    return 1
}

says() {
    [[ $output$stderr == *"$1"* ]] || fail "does not say '$1': $output $stderr"
}

# What differs from run to run (seconds) and from place to place (folders).
steady() {
    sed -E -e 's/[0-9]+\.[0-9]+ s\b/T s/g' -e 's/("((read|train)_)?seconds": )[0-9.e-]+/\1T/' \
        -e "s|$DATA/||g"
}

# matches NAME: standard input is expected/NAME, which PALATE_REFRESH=1 writes.
matches() {
    local expected=$BATS_TEST_DIRNAME/expected/$1
    if [ -n "${PALATE_REFRESH:-}" ]; then
        steady >"$expected"
    else
        steady | diff -u "$expected" - || fail "not as in tests/cli/expected/$1"
    fi
}

# Both streams of the last run.
matches_run() {
    { echo "$output"; [ -z "${stderr:-}" ] || printf -- '--- standard error\n%s\n' "$stderr"; } | matches "$1"
}

is_json() {
    python3 -m json.tool <<<"$output" >/dev/null || fail "not JSON: $output"
}

# No file but those named.
only_files() {
    local found
    found=$(find . -mindepth 1 -printf '%P\n' | sort | xargs)
    [ "$found" = "$*" ] || fail "files: $found"
}

# Runs a command on a terminal of its own; what appears there is $output.
on_terminal() {
    run script -qec "$*" /dev/null
    output=${output//$'\r'/}
}
