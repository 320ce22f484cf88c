#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

# report.html is a page that holds what it has to.
is_page() {
    python3 "$BATS_TEST_DIRNAME/page.py" report.html || fail "$(head -c 2000 report.html)"
}

page_says() {
    grep -qF "$1" report.html || fail "the page does not say '$1': $(sed '/<style>/,/<\/style>/d' report.html | head -c 3000)"
}

page_does_not_say() {
    ! grep -qF "$1" report.html || fail "the page says '$1'"
}

# m.palate and test.csv, of tastes that are made up.
train_tastes() {
    "$PALATE" synth -o ratings.csv --items-output items.csv --users 60 --quiet
    awk 'NR == 1 || NR % 5 != 0' ratings.csv >train.csv
    awk 'NR == 1 || NR % 5 == 0' ratings.csv >test.csv
    "$PALATE" train train.csv --scale 1:5 --factors 5 --quiet "$@" -o m.palate
}

@test "a page of all that there is" {
    train_tastes --validation 0.1
    palate report m.palate --test test.csv --items items.csv -o report.html
    succeeds
    [ -z "$output$stderr" ]
    is_page
    page_says "that it has not learned from"
    page_says "Error by popularity of items"
    page_says "bias-only"
    page_says "NDCG</th>"
    page_says "held out"
    page_says "Western "
    page_says "palate report m.palate --test test.csv --items items.csv -o report.html"
    page_does_not_say "not quality"
    palate report m.palate --test test.csv --train test.csv -o report.html
    succeeds
    says "--train: these are not the ratings the model was trained on"
}

@test "the same page, whoever makes it where and with how many threads" {
    train_tastes
    "$PALATE" report m.palate --test test.csv -o one.html --threads 1
    "$PALATE" report m.palate --test test.csv -o report.html --threads 2 --quiet
    "$PALATE" report m.palate --test test.csv >printed.html
    cmp one.html report.html
    cmp one.html printed.html
    { head -n 1 test.csv && tail -n +2 test.csv | sort -r; } >other.csv && mv other.csv test.csv
    "$PALATE" report m.palate --test test.csv -o other.html
    cmp one.html other.html
}

@test "--json has the numbers, those of palate evaluate and of plain arithmetic" {
    train_tastes
    palate report m.palate --test test.csv --items items.csv --json -o report.json
    succeeds
    "$PALATE" evaluate m.palate test.csv --train train.csv --metrics rmse --groups 5 --json >evaluated.json
    "$PALATE" predict m.palate test.csv -o predictions.csv --quiet
    python3 - <<'PYTHON' || fail "$(head -c 2000 report.json)"
import csv, json, math
report = json.load(open("report.json"))
evaluated = json.load(open("evaluated.json"))
quality = report["quality"]
assert quality["unseen"] is True
def rmse(systems):
    return [round(system["figures"]["rmse"]["value"] or 0, 9) for system in systems]
assert rmse(quality["systems"]) == rmse(evaluated["systems"])
assert [rmse(group["systems"]) for group in quality["groups"]] == [rmse(group["systems"]) for group in evaluated["groups"]]

ratings = [float(row["rating"]) for row in csv.DictReader(open("test.csv"))]
predictions = [float(row["prediction"]) for row in csv.DictReader(open("predictions.csv"))]
pairs = list(zip(ratings, predictions))
for group in quality["by_rating"]:
    own = [(r, p) for r, p in pairs if group["least"] <= r <= group["most"]]
    assert group["count"] == len(own)
    assert math.isclose(group["rmse"]["value"], math.sqrt(sum((r - p) ** 2 for r, p in own) / len(own)), rel_tol=1e-4)
    assert math.isclose(group["prediction"]["value"], sum(p for r, p in own) / len(own), rel_tol=1e-4)
    assert group["rmse"]["low"] <= group["rmse"]["value"] <= group["rmse"]["high"]
assert sum(group["count"] for group in quality["by_prediction"]) == len(pairs)
assert len(quality["by_prediction"]) == 10
errors = sorted(abs(r - p) for r, p in pairs)
assert abs(quality["half_within"] - errors[len(errors) // 2]) < 1e-4
assert abs(sum(bin["ratings"] for bin in report["data"]["histogram"]) - 1) < 1e-9

assert abs(sum(factor["share"] for factor in report["factors"]) - 1) < 1e-9
assert [user["kind"] for user in report["users"]] == ["active", "typical", "new", "unknown"]
counts = {}
for row in csv.DictReader(open("train.csv")):
    counts[row["user"]] = counts.get(row["user"], 0) + 1
most_first = sorted(counts.values(), reverse=True)
last = len(most_first) - 1
assert [user["ratings"] for user in report["users"]] == [most_first[last // 10], most_first[last // 2], most_first[last], 0]
for user in report["users"]:
    for item in user["recommended"]:
        parts = sum(item["parts"].values()) + sum(factor["adds"] for factor in item["factors"])
        assert abs(parts - item["score"]) < 1e-5, item
    moves = [taste["moves"] for taste in user["tastes"]]
    assert (user["user"] is None) == (moves == []) and len(moves) <= 6
    assert (user["user"] is None) == (user["liked"] == [])
assert report["training"]["log"]
PYTHON
}

@test "intervals over users, as a formula taken literally" {
    train_tastes
    palate report m.palate --test test.csv --json -o report.json
    succeeds
    "$PALATE" predict m.palate test.csv -o predictions.csv --quiet
    python3 - <<'PYTHON' || fail "$(head -c 2000 report.json)"
import csv, json, math
group = json.load(open("report.json"))["quality"]["by_rating"][-1]
errors = {}
for row, predicted in zip(csv.DictReader(open("test.csv")), csv.DictReader(open("predictions.csv"))):
    if float(row["rating"]) == group["most"]:
        errors.setdefault(row["user"], []).append((float(row["rating"]) - float(predicted["prediction"])) ** 2)
count = sum(map(len, errors.values()))
mean = sum(map(sum, errors.values())) / count
users = len(errors)
variance = users / (users - 1) * sum((sum(own) - mean * len(own)) ** 2 for own in errors.values()) / count**2
low, high = (mean + side * 1.959964 * math.sqrt(variance) for side in (-1, 1))
assert math.isclose(group["rmse"]["low"], math.sqrt(max(low, 0)), rel_tol=1e-4)
assert math.isclose(group["rmse"]["high"], math.sqrt(high), rel_tol=1e-4)
PYTHON
}

@test "errors on ratings learned from are never shown as quality" {
    train_tastes
    palate report m.palate -o report.html
    succeeds
    is_page
    page_says "not known here"
    page_says "This is fit, not quality."
    page_says "RMSE, on ratings learned from"
    page_does_not_say "NDCG</th>"
    palate report m.palate --test train.csv -o report.html
    succeeds
    page_says "This is fit, not quality."
    page_does_not_say "that it has not learned from, predictions"
    { cat test.csv && sed -n 2,11p train.csv; } >mixed.csv
    palate report m.palate --test mixed.csv -o report.html
    succeeds
    page_says "(it has learned from 10 of them)"
    page_says "Too good to be true:"
    "$PALATE" train train.csv --scale 1:5 --factors 5 --validation 0.1 --quiet -o m.palate
    palate report m.palate -o report.html
    page_says "On ratings held out in training the error was"
}

@test "--hold-out: learns anew without a part, as the model was learned" {
    train_tastes
    palate report m.palate --hold-out 0.2 -o report.html --quiet
    succeeds
    is_page
    page_says "that it has not learned from"
    page_says "on the $((($(wc -l <train.csv) + 1) / 5)) ratings held out"
    palate report m.palate --hold-out 0.2 --json --quiet -o report.json
    succeeds
    python3 - <<'PYTHON' || fail "$(head -c 2000 report.json)"
import json
report = json.load(open("report.json"))
assert report["quality"]["held_out"] is True and report["quality"]["unseen"] is True
assert report["data"]["ratings"] == report["model"]["ratings"]
PYTHON
    palate report m.palate --hold-out 0.2 --test test.csv
    fails_with 2 "--test and --hold-out"
    "$PALATE" train train.csv --factors 2 --keep-ratings=no --quiet -o bare.palate
    palate report bare.palate --hold-out 0.2
    fails_with 1 "--hold-out: the model does not keep its ratings; give --train"
    palate report bare.palate --hold-out 0.2 --train train.csv -o report.html --quiet
    succeeds
    "$PALATE" train train.csv --items items.csv --item-features taste --factors 2 --quiet -o tables.palate
    palate report tables.palate --hold-out 0.2
    fails_with 1 "learned from tables, too"
    imported
    palate report given.palate --hold-out 0.2
    fails_with 1 "made from given factors"
    # What a limit of time ended does not go on to where it would have ended.
    "$PALATE" train train.csv --factors 2 --epochs 100000 --tolerance 0 --time-limit 0.2 --quiet -o long.palate
    palate report long.palate --hold-out 0.2 --quiet -o report.html
    succeeds
}

@test "--hold-out: what training on the others, with the same options, comes to" {
    local options
    for rule in "" --bayes; do
        # shellcheck disable=SC2086 # a word, or none
        train_tastes $rule --epochs 12
        palate report m.palate --hold-out 0.2 --json --quiet -o report.json
        succeeds
        rm -rf folds
        "$PALATE" split train.csv --scale 1:5 --method shuffle --folds 1 --test-share 0.2 --quiet -o folds
        options=$("$PALATE" info m.palate --json | python3 -c '
import json, sys
options = json.load(sys.stdin)["options"]
if options["rule"] == "bayes":
    options["anchor"] = "auto"
print(*(f"--{name}={value}" for name, value in options.items()))')
        # shellcheck disable=SC2086 # words of their own
        "$PALATE" train folds/fold-1.train.csv --scale 1:5 $options --quiet -o other.palate
        "$PALATE" evaluate other.palate folds/fold-1.test.csv --metrics rmse --json >evaluated.json
        python3 - <<'PYTHON' || fail "$rule $options"
import json
systems = [json.load(open(name)) for name in ("report.json", "evaluated.json")]
systems = [systems[0]["quality"]["systems"][0], systems[1]["systems"][0]]
own, other = (system["figures"]["rmse"]["value"] for system in systems)
assert own == other, (own, other)
PYTHON
    done
}

@test "ids and titles are text, whatever they hold" {
    # shellcheck disable=SC2016 # what a title holds is no expression
    printf 'user,item,rating\n"<script>alert(1)</script>",a,3\n"<script>alert(1)</script>",b,5\n"x"" onload=""y",a,4\n"x"" onload=""y",b,1\nZoë,"]]></svg>",2\nZoë,a,5\n日本語のとても長い名前,b,4\n' >odd.csv
    printf 'item,title\na,"<img src=x onerror=alert(1)>&amp;%s"\nb,"</title></svg><script>\x1b[31m‮kcab"\n' "$(printf 'é%.0s' {1..300})" >titles.csv
    printf '"]]></svg>",\x07bell\n' >>titles.csv
    "$PALATE" train odd.csv --factors 2 --quiet -o 'o<d>d "&.palate'
    palate report 'o<d>d "&.palate' --test odd.csv --items titles.csv --user '<script>alert(1)</script>' \
        --user 日本語のとても長い名前 --user 'x" onload="y' -o report.html
    succeeds
    is_page
    page_does_not_say "<script"
    page_does_not_say "<img"
    page_says "&lt;script&gt;alert(1)&lt;/script&gt;"
    page_says "日本語"
    page_says "palate report 'o&lt;d&gt;d &quot;&amp;.palate'"
    run ! grep -q $'[\x01-\x08\x0b-\x1f\x7f]' report.html
    iconv -f utf8 -t utf8 <report.html >/dev/null
    # Names of factors, too.
    printf 'user,<script>x</script>,"]]></svg>"\nann,1,0\nbob,0,1\n' >users.csv
    printf 'item,<script>x</script>,"]]></svg>"\na,1,0\nb,0,1\n' >items.csv
    "$PALATE" import --users users.csv --items items.csv -o given.palate
    palate report given.palate -o report.html
    succeeds
    is_page
    page_says "&lt;script&gt;x&lt;/script&gt;"
    page_does_not_say "<script"
    cp 'o<d>d "&.palate' $'\377\'.palate'
    palate report $'\377\'.palate' -o report.html
    succeeds
    is_page
    page_says "palate report '�'\\''.palate'"
}

@test "samples say how sure they are" {
    train_tastes --bayes --epochs 30
    palate report m.palate --test test.csv -o report.html
    succeeds
    is_page
    page_says "Intervals"
    page_says "Error by doubt"
    page_says "an average of"
    page_does_not_say "because of</th>"
    palate report m.palate --test test.csv --json -o report.json
    succeeds
    python3 - <<'PYTHON' || fail "$(head -c 2000 report.json)"
import json
quality = json.load(open("report.json"))["quality"]
covered = [level["covered"] for level in quality["coverage"]]
assert covered == sorted(covered) and 0.2 < covered[0] < 0.8 < covered[-1] <= 1, covered
deviations = [group["std"] for group in quality["by_std"]]
assert deviations == sorted(deviations) and deviations[0] > 0
PYTHON
}

@test "other models: pure, rule mu, one factor, one user, given factors, no ratings kept" {
    train_small
    for options in "--pure" "--rule mu" "--factors 1" "--keep-ratings=no" "--rule mu --biases"; do
        # shellcheck disable=SC2086 # words of their own
        "$PALATE" train "$DATA/small.csv" --scale 1:5 --factors 3 --quiet $options -o m.palate
        palate report m.palate --items "$DATA/movies.csv" -o report.html
        succeeds
        is_page
    done
    page_says "This is fit, not quality."
    "$PALATE" train "$DATA/small.csv" --keep-ratings=no --quiet -o m.palate
    palate report m.palate -o report.html
    page_says "The model keeps no ratings, and none were given"
    palate report m.palate --test "$DATA/small.csv" -o report.html
    is_page
    page_says "there is no <i>bias-only</i>"
    printf 'user,item,rating\nann,a,1\nann,b,5\n' >one.csv
    "$PALATE" train one.csv --factors 1 --quiet -o one.palate
    palate report one.palate --test one.csv -o report.html
    succeeds
    is_page
    printf 'user,item,rating\nann,a,3\n' >least.csv
    "$PALATE" train least.csv --scale 1:5 --factors 1 --quiet -o least.palate
    palate report least.palate --test least.csv -o report.html
    succeeds
    is_page
    imported
    palate report given.palate -o report.html
    succeeds
    is_page
    page_says "Not known."
    printf 'user,item,rating\nUser 1,A,1\nUser 2,B,0\n' >few.csv
    palate report given.palate --test few.csv -o report.html
    succeeds
    is_page
    page_says "nothing is left out of their lists"
}

@test "a scale without steps, negative ratings, unknown users" {
    "$PALATE" train "$DATA/negative.csv" --factors 2 --quiet -o m.palate
    printf 'user,item,rating\nnobody,nothing,-3.5\n' >test.csv
    palate report m.palate --test test.csv -o report.html
    succeeds
    is_page
    awk 'BEGIN { print "user,item,rating"; for (u = 0; u < 20; u++) for (i = 0; i < 10; i++) print "u" u ",i" i "," 10 * sin(u * 7 + i * 3) }' >smooth.csv
    "$PALATE" train smooth.csv --factors 2 --quiet -o m.palate
    palate report m.palate --test smooth.csv -o report.html
    succeeds
    is_page
}

@test "users asked for, or none at all" {
    train_small
    palate report m.palate --user Zoë --user ann -n 2 --json -o report.json
    succeeds
    python3 - <<'PYTHON' || fail "$(head -c 2000 report.json)"
import json
users = json.load(open("report.json"))["users"]
assert [(user["user"], user["kind"]) for user in users] == [("Zoë", "chosen"), ("ann", "chosen")]
assert all(len(user["recommended"]) == 2 for user in users)
PYTHON
    palate report m.palate --examples=no -o report.html
    succeeds
    is_page
    page_does_not_say "User <bdi>"
    page_does_not_say "ann"
    page_says "Somebody unknown"
    palate report m.palate --user ann --examples=no
    fails_with 2 "--user and --examples=no"
    palate report m.palate --user an
    fails_with 1 "the model does not know user an; did you mean ann"
}

@test "what is wrong, and what was there stays" {
    train_small
    echo "was here" >report.html
    palate report m.palate --test none.csv -o report.html
    fails_with 1 "none.csv"
    palate report m.palate --items none.csv -o report.html
    fails_with 1 "none.csv"
    palate report "$DATA/small.csv" -o report.html
    fails_with 1 "not a palate model"
    palate report m.palate --hold-out 2 -o report.html
    fails_with 2 "hold-out"
    palate report m.palate -n 0 -o report.html
    fails_with 2 "count"
    palate report -o report.html
    fails_with 2 "something is missing"
    [ "$(cat report.html)" = "was here" ]
    palate report m.palate -o /dev/full
    fails_with 1 "/dev/full: cannot write: No space left on device"
    palate report m.palate -o no/such/folder/report.html
    fails_with 1 "no/such/folder/report.html: cannot write"
    only_files m.palate report.html
}

@test "real films: small enough to be mailed, well-formed, and better than offsets alone" {
    local real=$BATS_TEST_DIRNAME/../../../shared/data/ml-latest-small
    [ -d "$real" ] || skip "no ratings of films at hand"
    "$PALATE" split "$real/ratings.csv" --method shuffle --folds 1 --quiet -o folds
    "$PALATE" train folds/fold-1.train.csv --scale 0.5:5 --rule map --factors 15 --epochs 10 --regularization 24 --quiet -o m.palate
    palate report m.palate --test folds/fold-1.test.csv --items "$real/movies.csv" -o report.html
    succeeds
    is_page
    [ "$(wc -c <report.html)" -lt 500000 ]
    palate report m.palate --test folds/fold-1.test.csv --json -o report.json
    python3 - <<'PYTHON' || fail "$(head -c 2000 report.json)"
import json
quality = json.load(open("report.json"))["quality"]
rmse = {system["name"]: system["figures"]["rmse"]["value"] for system in quality["systems"]}
assert rmse["model"] < rmse["bias-only"] < rmse["mean"]
found = [(group["prediction"]["value"], group["rating"]["value"]) for group in quality["by_prediction"]]
assert found == sorted(found) and all(abs(rating - prediction) < 0.2 for prediction, rating in found), found
PYTHON
}
