#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Accuracy and speed of build/palate, beside Surprise where it can be installed: tables in Markdown.

    bench/run.py [accuracy] [speed] [--data FOLDER] [--write-docs]

Needs MovieLens (https://grouplens.org/datasets/movielens/) as FOLDER/ml-100k and FOLDER/ml-1m; what is not there is
said and left out. --write-docs puts the tables into docs/accuracy.md, docs/performance.md and README.md. Only the command
is used, so the figures are what a user gets.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PALATE = ROOT / "build" / "palate"
PEERS = ROOT / "build" / "bench-venv"

# What is measured on the folds: name in the table, options of `palate train`.
VARIANTS = [
    ("palate", []),
    ("palate --mode strict", ["--mode", "strict"]),
    ("palate --mode pure", ["--mode", "pure"]),
    ("palate --rule mu", ["--rule", "mu"]),
    ("palate --rule mu --biases --keep-order", ["--rule", "mu", "--biases", "--keep-order"]),
    ("palate --rule mu --regularization .12 --epochs 200",
     ["--rule", "mu", "--regularization", ".12", "--epochs", "200"]),
]


class Run:
    """One run of the command: what it printed, wall seconds, peak memory in bytes."""

    def __init__(self, *arguments):
        command = [str(argument) for argument in (PALATE, *arguments)]
        began = time.perf_counter()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            self.output = output.read().decode()
            if process.returncode != 0:
                sys.exit(f"{' '.join(command)}: status {process.returncode}\n{errors.read().decode()}")
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak_bytes = usage.ru_maxrss * 1024

    def json(self):
        return json.loads(self.output)


def best_of(count, *arguments):
    """The fastest of some runs: what the machine can do when nothing else disturbs it."""
    return min((Run(*arguments) for _ in range(count)), key=lambda run: run.seconds)


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


# ---- Accuracy ----

def palate_on_folds(folder, options, model):
    results, seconds = [], []
    for fold in range(1, 6):
        seconds.append(Run("train", folder / f"u{fold}.base", "-o", model, "--scale", "1:5", *options).seconds)
        answer = Run("evaluate", model, folder / f"u{fold}.test", "--json", "--resamples", 0).json()
        results.append(answer["systems"][0]["figures"])
    return {"rmse": mean(r["rmse"]["value"] for r in results), "mae": mean(r["mae"]["value"] for r in results),
            "seconds": mean(seconds)}


def surprise_python():
    """A Python with Surprise, made where needed, or None."""
    python = PEERS / "bin" / "python"
    packages = ["numpy<2", "scikit-surprise"]
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", PEERS], check=True, capture_output=True)
        if subprocess.run([python, "-c", "import surprise"], capture_output=True).returncode != 0:
            print("installing Surprise from PyPI into build/bench-venv ...", file=sys.stderr)
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def surprise_on_folds(folder):
    """(version, results), or None where Surprise cannot be had."""
    python = surprise_python()
    if python is None:
        return None
    done = subprocess.run([python, ROOT / "bench" / "surprise_folds.py", folder], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    answer = json.loads(done.stdout)
    return answer["version"], answer["results"]


def accuracy(data, scratch):
    folder = data / "ml-100k"
    if not (folder / "u1.base").exists():
        return f"Not measured: {folder.name} is not in the data folder.\n"
    rows = [(name, palate_on_folds(folder, options, scratch / "model.palate")) for name, options in VARIANTS]
    peers = surprise_on_folds(folder)
    if peers is not None:
        rows += [(f"Surprise {peers[0]} {name}", result) for name, result in peers[1].items()]
    text = table(["MovieLens 100K, mean of u1 to u5", "RMSE", "MAE", "seconds a fold"],
                 [[f"`{name}`" if name.startswith("palate") else name, f"{r['rmse']:.4f}", f"{r['mae']:.4f}",
                   f"{r['seconds']:.2f}"] for name, r in rows])
    text += "\nSeconds: palate from starting the command to the saved model; Surprise its `fit()` alone, data in memory.\n"
    return text if peers is not None else text + "\nMissing: Surprise could not be installed.\n"


# ---- Speed ----

def repeat(source, target, lines_wanted):
    """Copies of a CSV under its header, users kept apart, about so many lines. Returns their number."""
    header, body = source.read_bytes().split(b"\n", 1)
    lines = body.splitlines()
    copies = max(1, round(lines_wanted / len(lines)))
    with open(target, "wb") as out:
        out.write(header + b"\n")
        for copy in range(copies):
            out.write(b"".join(b"%dx%s\n" % (copy, line) for line in lines))
    return copies * len(lines)


def training_speed(ratings, scratch):
    model = scratch / "model.palate"
    rows = []
    count = Run("check", ratings, "--json").json()["ratings"]
    for threads in (1, 2):
        run = best_of(3, "train", ratings, "-o", model, "--threads", threads)
        per_rating = (run.peak_bytes - model.stat().st_size) / count
        rows.append([f"`palate train ratings.csv --threads {threads}`", f"{run.seconds:.2f}",
                     f"{run.peak_bytes / 1e6:.0f} MB", f"{per_rating:.1f}"])
    return table([f"MovieLens 1M, {count} ratings, default options", "seconds", "peak memory",
                  "bytes a rating beyond the model"], rows)


def reading_speed(ratings, scratch):
    large = scratch / "large.csv"
    lines = repeat(ratings, large, 10_000_000)
    megabytes = large.stat().st_size / 1e6
    rows = []
    for name, arguments in [("palate check --threads 1", ["check", large]),
                            ("palate train --epochs 0", ["train", large, "-o", scratch / "m", "--epochs", 0,
                                                         "--threads", 1])]:
        run = best_of(3, *[a for a in arguments])
        rows.append([f"`{name}`".replace("palate check --threads 1", "palate check"), f"{run.seconds:.2f}",
                     f"{megabytes / run.seconds:.0f}", f"{lines / run.seconds / 1e6:.1f}"])
    return table([f"Reading {lines} ratings, {megabytes:.0f} MB of CSV", "seconds", "MB/s", "million ratings/s"], rows)


def speed(data, scratch):
    ratings = data / "ml-1m" / "ratings.csv"
    if not ratings.exists():
        return "Not measured: ml-1m/ratings.csv is not in the data folder.\n"
    return training_speed(ratings, scratch) + "\n" + reading_speed(ratings, scratch)


# ---- Where and when ----

def instruction_set():
    flags = set(re.findall(r"\w+", pathlib.Path("/proc/cpuinfo").read_text()))
    return next((name for flag, name in [("avx512f", "AVX-512"), ("avx2", "AVX2")] if flag in flags), "no AVX2")


def provenance(section):
    cores = len(os.sched_getaffinity(0))
    gigabytes = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    version = Run("--version").output.split("\n")[0]
    return (f"Measured {datetime.date.today()} by `bench/run.py {section}`: {version}, {cores} cores "
            f"({platform.machine()}, {instruction_set()}), {gigabytes} GB memory.\n")


def write_between_markers(page, name, text):
    begin, end = f"<!-- bench:{name} -->\n", f"<!-- end bench:{name} -->"
    old = page.read_text(encoding="utf-8")
    if begin not in old:
        sys.exit(f"{page}: no marker {begin.strip()}")
    head, rest = old.split(begin, 1)
    page.write_text(head + begin + text + end + rest.split(end, 1)[1], encoding="utf-8")


def main():
    sections = {"accuracy": (accuracy, "accuracy.md"), "speed": (speed, "performance.md")}
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", choices=[[], *sections], default=[], help="default: all")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data",
                        help="folder that holds ml-100k and ml-1m")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/")
    arguments = parser.parse_args()
    for name in arguments.sections or sections:
        measure, page = sections[name]
        with tempfile.TemporaryDirectory() as scratch:
            text = measure(arguments.data, pathlib.Path(scratch)) + "\n" + provenance(name)
        print(text, flush=True)
        if arguments.write_docs:
            write_between_markers(ROOT / "docs" / page, name, text)
            if name == "accuracy":
                write_between_markers(ROOT / "README.md", "summary", text)


if __name__ == "__main__":
    main()
