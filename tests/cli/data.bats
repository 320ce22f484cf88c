#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Data sets, from a server of our own that has every fault a download may meet.
load support

unset PALATE_DATA PALATE_DATA_URL http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY

setup_file() {
    export SERVED=$BATS_FILE_TMPDIR/served
    mkdir "$SERVED"
    ! "$PALATE" info --build | grep -q "without downloads" || return 0
    "$BATS_TEST_DIRNAME/data_server.py" "$SERVED" 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/pid"
    for _ in {1..100}; do
        [ -e "$SERVED/port" ] && break
        sleep 0.1
    done
    export SERVER=http://127.0.0.1:$(<"$SERVED/port")
}

teardown_file() {
    [ ! -e "$BATS_FILE_TMPDIR/pid" ] || kill "$(<"$BATS_FILE_TMPDIR/pid")"
}

setup() {
    [ -e "$SERVED/port" ] || skip "built without downloads"
    mkdir "$BATS_TEST_TMPDIR/folder"
    cd "$BATS_TEST_TMPDIR/folder" || return
}

# get FAULT [option...]: ml-100k from the server, with the checksum of what that sends.
get() {
    local fault=$1
    shift
    : >"$SERVED/log"
    palate data get ml-100k --to sets --accept-terms --url "$SERVER/$fault" \
        --checksum "$(sha256sum "$SERVED/ml-100k.zip" | cut -d' ' -f1)" "$@"
}

requests() {
    wc -l <"$SERVED/log"
}

nothing_is_left() {
    [ ! -e sets ] || [ -z "$(ls -A sets)" ] || fail "left behind: $(find sets)"
}

@test "which there are" {
    export XDG_CACHE_HOME=$PWD/cache
    palate data list
    succeeds
    matches_run data-list.txt
    palate data list --json
    succeeds
    is_json
    [[ $output == *'"sha256": "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229"'* ]]
    only_files
}

@test "fetched, checked, unpacked; then it is there" {
    get good
    succeeds
    [ "$output" = sets/ml-100k/ml-100k/u.data ]
    [[ $stderr == *"Terms: For research."* ]]
    [[ $stderr == *"checksum as it should be"* ]]
    [ "$(find sets -type f | sort | xargs)" = "sets/ml-100k/ml-100k/u.data sets/ml-100k/ml-100k/u.item" ]
    [ "$(wc -l <"$output")" -eq 1000 ]
    get good
    succeeds
    [ -z "$stderr" ]
    [ "$(requests)" -eq 0 ]
    palate data path ml-100k --to sets --part items
    succeeds
    [ "$output" = sets/ml-100k/ml-100k/u.item ]
    palate train "$(PALATE_DATA=sets "$PALATE" data path ml-100k)" -o m.palate --scale 1:5 --quiet
    succeeds
}

@test "where sets are kept" {
    export PALATE_DATA_URL=$SERVER/good XDG_CACHE_HOME=$PWD/cache
    palate data get jester --accept-terms
    succeeds
    [ "$output" = "$PWD/cache/palate/jester/jester_ratings.dat" ]
    PALATE_DATA=elsewhere palate data path jester
    fails_with 1 "jester is not in elsewhere; palate data get jester fetches it"
    palate check "$output"
    HOME=$PWD/home XDG_CACHE_HOME=relative palate data get jester --accept-terms --quiet
    succeeds
    [ "$output" = "$PWD/home/.cache/palate/jester/jester_ratings.dat" ]
    palate check "$output"
    succeeds
    says "800 by 40 users of 20 items"
    HOME='' XDG_CACHE_HOME='' palate data list
    fails_with 1 "PALATE_DATA"
}

@test "terms are accepted by somebody" {
    palate data get ml-100k --to sets --url "$SERVER/good" </dev/null
    fails_with 2 "--accept-terms"
    says "ml-100k-README.txt"
    nothing_is_left
    on_terminal "echo n | '$PALATE' data get ml-100k --to sets --url $SERVER/good"
    [ "$status" -eq 2 ]
    script -qec "'$PALATE' data get ml-100k --to sets --url $SERVER/good --checksum none" /dev/null <<<no >out || [ $? -eq 1 ]
    grep -q "Do you accept these terms" out
    nothing_is_left
    script -qec "'$PALATE' data get ml-100k --to sets --url $SERVER/good --checksum none" /dev/null <<<y >out
    [ -e sets/ml-100k/ml-100k/u.data ]
}

@test "not what it should be" {
    palate data get ml-100k --to sets --accept-terms --url "$SERVER/good"
    fails_with 1 "bytes long, not 4924029"
    nothing_is_left
    palate data get ml-1m --to sets --accept-terms --archive "$SERVED/ml-100k.zip"
    fails_with 1 "ml-100k.zip: it is"
    get empty
    fails_with 1 "its SHA-256 is"
    nothing_is_left
    for kind in damaged cut-off page; do
        get "$kind"
        fails_with 1 "its SHA-256 is"
        nothing_is_left
        get "$kind" --checksum none
        [ "$status" -eq 1 ]
        nothing_is_left
    done
    says "it is no zip archive"
    get empty --checksum none
    fails_with 1 "ml-100k: the archive has no ml-100k/u.data"
    nothing_is_left
}

@test "archives made to do harm" {
    for kind in upwards inside-upwards absolute backslash; do
        get "$kind" --checksum none
        fails_with 1 "is no path within a folder"
        nothing_is_left
    done
    get link --checksum none
    fails_with 1 '"ml-100k/evil" is a link or a device'
    for kind in bomb bombs; do
        get "$kind" --checksum none
        fails_with 1 "unpack to far more than ratings do"
        nothing_is_left
    done
    [ ! -e evil ] && [ ! -e ../evil ] && [ ! -e /tmp/evil ]
}

@test "connections that break off are taken up" {
    get pieces
    succeeds
    [ "$(wc -l <sets/ml-100k/ml-100k/u.data)" -eq 1000 ]
    [ "$(grep -c "bytes=" "$SERVED/log")" -ge 2 ]
    rm -r sets
    get cut
    fails_with 1 "the connection broke off"
    [ "$(find sets -name '.ml-100k.part' -size -8)" = sets/.ml-100k.part ]
    get good
    succeeds
    grep -q "bytes=" "$SERVED/log"
    [ "$(find sets -maxdepth 1 -name '.*')" = "" ]
}

@test "a part that is no beginning of it is not taken for one" {
    mkdir sets
    head -c 3000 /dev/zero >sets/.ml-100k.part
    get good
    fails_with 1 "its SHA-256 is"
    nothing_is_left
    head -c 3000 /dev/zero >sets/.ml-100k.part
    get whole
    succeeds
    rm -r sets && mkdir sets
    head -c 300000 /dev/zero >sets/.ml-100k.part
    get good
    succeeds
    [ "$(requests)" -eq 2 ]
}

@test "without a checksum nothing is taken up, and what lies beside is compared" {
    mkdir sets
    echo rubbish >sets/.jester.part
    palate data get jester --to sets --accept-terms --url "$SERVER/beside"
    succeeds
    says "checksum as it should be"
    rm -r sets
    palate data get jester --to sets --accept-terms --url "$SERVER/belied"
    fails_with 1 "its MD5 is"
    nothing_is_left
    palate data get jester --to sets --accept-terms --url "$SERVER/good"
    succeeds
    says "jester: no checksum is known to compare with; its SHA-256 is $(sha256sum "$SERVED/jester_dataset_2.zip" | cut -d' ' -f1)"
}

@test "a server that has too much to do is asked again" {
    get busy
    succeeds
    [ "$(requests)" -eq 3 ]
}

@test "a person sees how far it is" {
    local options="--to sets --accept-terms --checksum $(sha256sum "$SERVED/ml-100k.zip" | cut -d' ' -f1)"
    on_terminal "'$PALATE' data get ml-100k $options --url $SERVER/slow"
    succeeds
    [[ $output == *"0.0 of 0.0 MB"*"left 0:0"* ]] || fail "$output"
    [ -e sets/ml-100k/ml-100k/u.data ]
}

@test "a server that does not prove to be who it says" {
    command -v openssl >/dev/null || skip "openssl is not installed"
    mkdir secure
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout key -out certificate 2>/dev/null
    cat key certificate >both
    "$BATS_TEST_DIRNAME/data_server.py" secure both 3>&- &
    local server=$!
    for _ in {1..100}; do
        [ -e secure/port ] && break
        sleep 0.1
    done
    palate data get ml-100k --to sets --accept-terms --url "https://127.0.0.1:$(<secure/port)/good" --checksum none
    kill $server
    fails_with 1 "the server does not prove to be who it says"
    nothing_is_left
    [ ! -e secure/log ]
}

@test "servers that do not serve" {
    get missing
    fails_with 1 "the server answers 404: there is no such file"
    get loop
    fails_with 1 "redirect"
    get tofile
    [ "$status" -eq 1 ]
    get silent --timeout 1
    fails_with 1 "broke off"
    palate data get ml-100k --to sets --accept-terms --url http://127.0.0.1:1
    fails_with 1 "if this machine is offline, fetch the file by other means"
    nothing_is_left
    get redirect
    succeeds
}

@test "Ctrl-C stops it" {
    "$PALATE" data get ml-100k --to sets --accept-terms --url "$SERVER/silent" >out 2>err &
    local pid=$!
    sleep 1
    kill -TERM $pid
    wait $pid || [ $? -eq 143 ]
    grep -q "stopped after 0 bytes" err
    [ ! -s out ] && [ ! -e sets/ml-100k ]
}

@test "no network: the archive by other means" {
    palate data get jester --to sets --archive "$SERVED/jester_dataset_2.zip"
    succeeds
    says "no checksum is known"
    palate data get ml-100k --to sets --archive nowhere.zip
    fails_with 1 "nowhere.zip: cannot open"
}

@test "several at once get it once" {
    : >"$SERVED/log"
    for n in 1 2 3 4; do
        "$PALATE" data get jester --to sets --accept-terms --url "$SERVER/beside" >"path$n" 2>/dev/null &
    done
    wait
    cat path? | uniq -c | grep -q " 4 sets/jester/jester_ratings.dat"
    [ "$(requests)" -eq 2 ]
}

@test "somebody's own folder stays as it is" {
    mkdir -p sets/ml-100k
    echo mine >sets/ml-100k/mine
    get good
    fails_with 1 "is there, but without ml-100k/u.data: move it out of the way"
    [ "$(find sets -type f)" = sets/ml-100k/mine ]
}

@test "what it does not take" {
    palate data get ml-100 --to sets
    fails_with 2 'there is no data set "ml-100"; did you mean ml-100k?; there are ml-100k, ml-1m'
    palate data fetch ml-100k
    fails_with 2 '"fetch" is not list, get or path'
    palate data get
    fails_with 2 "of which data set?"
    palate data list ml-100k
    fails_with 2 "list takes no name"
    palate data get ml-100k --to sets --accept-terms --url ftp://nowhere
    fails_with 2 "no address that begins with https://"
    get good --checksum 123
    fails_with 2 "no SHA-256"
    touch file
    palate data get ml-100k --to file --accept-terms
    fails_with 1 "file: cannot make"
    only_files file
}
