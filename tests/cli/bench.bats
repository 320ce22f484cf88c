#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

export TMPDIR=.

# The least that can be measured.
bench_small() {
    palate bench --preset 100k --factors 4 --seconds 0.1 --threads 2 "$@"
}

@test "a table: the machine, the work, and shares of peaks" {
    bench_small
    succeeds
    [ -z "$stderr" ]
    says "kernels generic; medians"
    says "ratings by 943 users of 1,682 items, made up; 4 factors"
    sed -E -e 's/ +[0-9][0-9,.]*/ N/g' -e 's/(^[1-9].*)|palate.*//' <<<"$output" | grep -v '^$' | matches bench.txt
    only_files
}

@test "as JSON" {
    bench_small --json
    succeeds
    python3 - "$output" <<'END'
import json, sys
found = json.loads(sys.argv[1])
assert found["kernels"] == "generic" and found["users"] == 943 and abs(found["ratings"] - 100000) < 2000
assert [peak["threads"] for peak in found["machine"]] == [1, 2]
assert all(peak[of] > 1e6 for peak in found["machine"] for of in ("multiply_adds_per_second", "read_bytes_per_second"))
assert len(found["work"]) == 8
for name, rates in found["work"].items():
    assert [rate["threads"] for rate in rates] in ([1, 2], [1]), name
    for rate in rates:
        assert 0 < rate["low"] <= rate["per_second"] <= rate["high"], name
        assert rate["repeats"] >= 3, name
        assert rate["share_of_peak"] is None or rate["share_of_peak"] > 0, name
assert found["work"]["row_update_ratings"][0]["share_of_peak"] is not None
END
    only_files
}

@test "Ctrl-C ends it and leaves nothing behind" {
    local status=0
    "$PALATE" bench --preset 100k --factors 4 --seconds 3600 &
    local process=$!
    for _ in $(seq 200); do
        [ -n "$(find . -name model.palate)" ] && break
        sleep 0.05
    done
    kill -s INT "$process"
    wait "$process" || status=$?
    [ "$status" -eq 130 ] || fail "status $status"
    only_files
}

@test "what it does not take" {
    palate bench --preset 2m
    fails_with 2 "there are 100k, 1m"
    palate bench --seconds 0
    fails_with 2 "option seconds"
    palate bench --factors 1001
    fails_with 2 "option factors"
    palate bench ratings.csv
    fails_with 2 "ratings.csv"
    only_files
    TMPDIR=nowhere palate bench
    fails_with 1 "set TMPDIR to one that can be written to"
}
