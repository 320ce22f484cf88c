#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How far `palate update` is from training again: docs/howto/update.md.

Of the ratings, by chance or by time, the last 5 % are the test and the 5 % before them come later than the
others. Three models: of those others; the same, updated; of all but the test.

    bench/update.py build/palate RATINGS [--method shuffle|time] [--passes 1,2,4] [--repeats 5]
    bench/update.py build/palate RATINGS --method users     # half of the ratings of a tenth of the users
"""
import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import tempfile
import time


def run(*command):
    """What a command says, and its seconds."""
    began = time.perf_counter()
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    return done.stdout, time.perf_counter() - began


def divide(palate, ratings, folder, method, share):
    """The parts before and after, as files."""
    run(palate, "split", ratings, "-o", folder, "--method", method, "--test-share", share, "--folds", 1)
    return folder / "fold-1.train.csv", folder / "fold-1.test.csv"


def divide_users(ratings, folder):
    """Every tenth user is new; of their ratings every other is the test."""
    with open(ratings, newline="") as file:
        header, *rows = list(csv.reader(file))
    users = sorted({row[0] for row in rows})
    new = set(users[::10])
    late = [row for row in rows if row[0] in new]
    parts = {
        "past.csv": [row for row in rows if row[0] not in new],
        "new.csv": late[::2],
        "test.csv": late[1::2],
    }
    parts["both.csv"] = parts["past.csv"] + parts["new.csv"]
    for name, part in parts.items():
        with open(folder / name, "w", newline="") as file:
            csv.writer(file).writerows([header, *part])
    return [folder / name for name in ("past.csv", "new.csv", "both.csv", "test.csv")]


def divide_all(palate, ratings, folder, method):
    if method == "users":
        return divide_users(ratings, folder)
    both, test = divide(palate, ratings, folder / "test", method, 0.05)
    past, new = divide(palate, both, folder / "new", method, 0.05 / 0.95)
    return past, new, both, test


def error(palate, model, test):
    out, _ = run(palate, "evaluate", model, test, "--metrics", "rmse", "--json", "--quiet")
    return json.loads(out)["systems"][0]["figures"]["rmse"]["value"]


def row(name, rmse, seconds):
    print(f"| {name} | {rmse:.4f} | {statistics.median(seconds):.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("palate", type=pathlib.Path)
    parser.add_argument("ratings", type=pathlib.Path)
    parser.add_argument("--method", choices=("shuffle", "time", "users"), default="shuffle")
    parser.add_argument("--passes", default="1,2,4")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    palate = asked.palate.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        past, new, both, test = divide_all(palate, asked.ratings, folder, asked.method)
        old, model = folder / "old.palate", folder / "model.palate"

        def times(*command):
            return [run(palate, *command, "--quiet")[1] for _ in range(asked.repeats)]

        print("| model | RMSE | seconds |\n|---|---:|---:|")
        seconds = times("train", past, "-o", old)
        row("not updated", error(palate, old, test), seconds)
        for passes in asked.passes.split(","):
            seconds = times("update", old, new, "-o", model, "--passes", passes)
            row(f"updated, {passes} pass{'es' if passes != '1' else ''}", error(palate, model, test), seconds)
        seconds = times("train", both, "-o", model)
        row("trained again", error(palate, model, test), seconds)


if __name__ == "__main__":
    main()
