#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed of build/palate, beside others where they can be installed: tables in Markdown. Accuracy: bench/accuracy.py.

    bench/run.py [speed] [reading] [size] [time] [curves] [topn] [--data FOLDER] [--write-docs] [--realtime]

Needs MovieLens 1M (https://grouplens.org/datasets/movielens/) as FOLDER/ml-1m; what is not there is
said and left out. --write-docs puts the tables into docs/performance.md. Only the command
is used, and for reading and lists the public headers, so the figures are what a user gets; but for the array that
reading makes before the matrix, which is taken from inside.
"""
import argparse
import collections
import contextlib
import datetime
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

from report import cores, machine, table, write_between_markers

ROOT = pathlib.Path(__file__).resolve().parent.parent
PALATE = ROOT / "build" / "palate"
PEERS = ROOT / "build" / "bench-venv"


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


REALTIME = False


@contextlib.contextmanager
def undisturbed():
    """With --realtime: before other work of the machine."""
    if REALTIME:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(40))
    try:
        yield
    finally:
        if REALTIME:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def best_of(count, *arguments):
    """The fastest of some runs: what the machine can do when nothing else disturbs it."""
    return min((Run(*arguments) for _ in range(count)), key=lambda run: run.seconds)


# ---- Others ----

def peer_python(module, *packages):
    """A Python with a module of these packages, made where needed, or None."""
    python = PEERS / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", PEERS], check=True, capture_output=True)
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode != 0:
            print(f"installing {module} from PyPI into build/bench-venv ...", file=sys.stderr)
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def peer_answer(python, script, *arguments):
    """What a script of this folder writes as JSON, or None."""
    if python is None:
        return None
    done = subprocess.run([python, ROOT / "bench" / script, *map(str, arguments)], capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def build_program(name, scratch, inside=False):
    """A program of this folder, over the public headers, or with the insides of the library."""
    program = scratch / name
    build = PALATE.parent
    library = ["-L", build, "-lpalate", f"-Wl,-rpath,{build}", "-lm"]
    if inside:
        private = [line for line in (build / "palate.pc").read_text().splitlines() if line.startswith("Libs.private:")]
        library = ["-I", ROOT / "src", build / "libpalate.a", *private[0].split()[1:]]
    subprocess.run(["cc", "-std=c17", "-O2", ROOT / "bench" / f"{name}.c", "-I", ROOT / "include", *library, "-o", program],
                   check=True)
    return program


def measured(program, *arguments, **environment):
    done = subprocess.run([program, *map(str, arguments)], env={**os.environ, **environment}, check=True,
                          stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


# ---- Speed ----

def repeat(source, target, lines_wanted, ids_apart=True):
    """Copies of a CSV under its header, about so many lines, users kept apart or not. Returns their number."""
    header, body = source.read_bytes().split(b"\n", 1)
    lines = body.splitlines()
    copies = max(1, round(lines_wanted / len(lines)))
    with open(target, "wb") as out:
        out.write(header + b"\n")
        for copy in range(copies):
            prefix = b"%dx" % copy if ids_apart else b""
            out.write(b"".join(b"%s%s\n" % (prefix, line) for line in lines))
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


def speed(data, scratch):
    ratings = data / "ml-1m" / "ratings.csv"
    if not ratings.exists():
        return "Not measured: ml-1m/ratings.csv is not in the data folder.\n"
    return training_speed(ratings, scratch)


# ---- Reading ----

def rewrite(source, target, line):
    """The ratings of a CSV of palate synth in another form of text, without its header."""
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        next(lines)
        out.writelines(line.format(*text.rstrip("\n").split(",")) for text in lines)


def texts(scratch):
    """The same ratings in each form: name in the table, file."""
    csv = scratch / "ratings.csv"
    Run("synth", "--preset", "10m", "-o", csv, "-q")
    files = [("CSV, `user,item,rating,time`", csv)]
    for name, file, line in [
            ("tabs, `user item rating time`, as u.data", "u.data", "{}\t{}\t{}\t{}\n"),
            ("MovieLens' `user::item::rating::time`", "ratings.dat", "{}::{}::{}::{}\n"),
            ("CSV, ids as `user-1` and `item-1`, no times", "words.csv", "user-{0},item-{1},{2}\n"),
            ("blanks, `user item rating`", "plain.txt", "{0} {1} {2}\n")]:
        rewrite(csv, scratch / file, line)
        files.append((name, scratch / file))
    Run("convert", csv, "-o", scratch / "ratings.palate-ratings", "-q")
    return files + [("file of `palate convert`, times too", scratch / "ratings.palate-ratings")]


def reading(_, scratch):
    program = build_program("read", scratch)
    array_program = build_program("array", scratch, inside=True)
    rows, plain = [], {}
    for name, file in texts(scratch):
        is_text = file.suffix != ".palate-ratings"
        own = {threads: measured(program, file, threads, 7) for threads in (1, cores())}
        array = {threads: measured(array_program, file, threads, 7) for threads in own} if is_text else {}
        if file.name == "plain.txt":
            plain = {"matrix": own[cores()]["seconds"], "array": array[cores()]["seconds"]}
        megabytes = file.stat().st_size / 1e6
        rows.append([name, f"{megabytes:.0f}", *(f"{own[t]['seconds']:.2f}" for t in own),
                     *(f"{megabytes / own[t]['seconds']:,.0f}" for t in own),
                     *(f"{array[t]['seconds']:.3f}" if is_text else "-" for t in own),
                     f"{megabytes / own[1]['pairs_seconds']:,.0f}" if is_text else "-"])
    count = own[1]["ratings"]
    text = table([f"Reading {count:,} ratings", "MB", "1 thread: s", f"{cores()}: s", "1 thread: MB/s",
                  f"{cores()}: MB/s", "to the array, 1 thread: s", f"{cores()}: s",
                  "text alone, 1 thread: MB/s"], rows)
    other = peer_answer(peer_python("libmf", "libmf"), "libmf_work.py", "installed", "read", scratch / "plain.txt", 3)
    if other is None:
        return text + "\nMissing: LIBMF could not be installed.\n"
    return text + (f"\nLIBMF's reader takes {other['seconds']:.2f} s for the blanks, by one thread, as it does, to an array in "
                   f"the order of the lines: {other['seconds'] / plain['array']:.1f} times as long as {cores()} threads take "
                   f"here to the same array, {other['seconds'] / plain['matrix']:.1f} times as long as to the matrix both ways.\n")


# ---- Size ----

def training_size(preset, scratch):
    """Rows of a table: the same training with one thread and with all, of ratings of a preset without their times."""
    csv, model = scratch / "sized.csv", scratch / "sized.palate"
    Run("synth", "--preset", preset, "-o", csv, "-q")
    rows, epoch_of_one = [], None
    for threads in sorted({1, cores()}):
        options = ["-o", model, "--fast", "--tolerance", 0, "--threads", threads, "--json",
                   "--time-column", "none"]
        with undisturbed():
            short, long = (Run("train", csv, "--epochs", epochs, *options) for epochs in (2, 5))
        found = long.json()
        count = found["ratings"]
        epoch = (found["train_seconds"] - short.json()["train_seconds"]) / 3
        epoch_of_one = epoch_of_one or epoch
        allowed = 12 * (found["users"] + found["items"]) * found["factors"]
        rows.append([f"{count:,}", f"{threads}", f"{found['read_seconds']:.2f}", f"{epoch:.3f}",
                     f"{1e9 * epoch / count:.1f}", f"{epoch_of_one / epoch:.2f}", f"{long.peak_bytes / 1e6:,.0f} MB",
                     f"{(long.peak_bytes - allowed) / count:.1f}"])
    csv.unlink()
    return rows


def size(_, scratch):
    header = ["ratings", "threads", "seconds to read", "seconds an epoch", "ns a rating", "times 1 thread",
              "peak memory", "bytes a rating beyond 12 (m + n) k"]
    return table(header, [row for preset in ("1m", "10m", "20m", "100m")
                          for row in training_size(preset, scratch)])


# ---- Time to accuracy ----

def libmf_library(scratch):
    """LIBMF built for this machine from its source on PyPI, which its package is not; else as it is installed."""
    python, library = peer_python("libmf", "libmf"), scratch / "libmf.so"
    if python is None:
        return None, None
    try:
        subprocess.run([python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", scratch,
                        "libmf==0.9.2"], check=True, capture_output=True)
        subprocess.run(["tar", "-xf", scratch / "libmf-0.9.2.tar.gz", "-C", scratch], check=True)
        subprocess.run(["g++", "-std=c++11", "-O3", "-march=native", "-fopenmp", "-DUSEOMP", "-DUSEAVX", "-w", "-shared",
                        "-fPIC", scratch / "libmf-0.9.2" / "src_cpp" / "mf.cpp", "-o", library], check=True)
    except (OSError, subprocess.CalledProcessError):
        return python, "installed"
    return python, library


def hold_out(source, train, test):
    """A tenth of the ratings for the test, in lines as LIBMF reads them."""
    generator = random.Random(1)
    with open(source, encoding="utf-8") as lines, open(train, "w", encoding="utf-8") as kept, \
            open(test, "w", encoding="utf-8") as held_out:
        next(lines)
        for line in lines:
            out = held_out if generator.random() < .1 else kept
            out.write(" ".join(line.rstrip("\n").split(",")[:3]) + "\n")


def libmf_best(python, library, train, test, grid):
    """(RMSE, factors, lambda, epochs) where LIBMF --nmf is best, of a grid, judged on the test itself."""
    return min((rmse, factors, strength, epoch + 1)
               for factors, strength, epochs in grid
               for epoch, rmse in enumerate(peer_answer(python, "libmf_work.py", library, "curve", train, test, factors,
                                                        strength, epochs, cores())["rmse"]))


def rmse_of(model, test):
    return Run("evaluate", model, test, "--json", "--resamples", 0, "--metrics", "rmse").json()["systems"][0]["figures"]["rmse"]["value"]


def epochs_to(rmse, train, test, model, options):
    """(epochs after which training is as good, how good it is then), or (None, the best) where it gets worse first."""
    best = 1e9
    for epochs in range(2, 41):
        Run("train", train, "-o", model, "--epochs", epochs, "--tolerance", 0, *options, "-q")
        reached = rmse_of(model, test)
        if reached <= rmse:
            return epochs, reached
        if reached > best:
            break
        best = reached
    return None, best


def race(python, library, train, test, model, grid, runs):
    """Rows of a table: LIBMF, and trainings by some options that are as good."""
    best, factors, strength, epochs = libmf_best(python, library, train, test, grid)
    with undisturbed():
        other = {threads: statistics.median(
            peer_answer(python, "libmf_work.py", library, "train", train, model, factors, strength, epochs,
                        threads)["seconds"] for _ in range(3)) for threads in (1, cores())}
    rows = [[f"LIBMF --nmf, k = {factors}, lambda = {strength}, {epochs} epochs", f"{best:.4f}",
             *(text for seconds in other.values() for text in (f"{seconds:.2f}", "1"))]]
    for options in runs:
        needed = epochs_to(best, train, test, model, options)
        command = " ".join(map(str, ["palate train", *options]))
        if needed[0] is None:
            rows.append([f"`{command}`", f"{needed[1]:.4f} at best", *["-"] * 2 * len(other)])
            continue
        texts = [f"`{command} --epochs {needed[0]}`", f"{needed[1]:.4f}"]
        with undisturbed():
            for threads in other:
                seconds = statistics.median(Run("train", train, "-o", model, "--epochs", needed[0], "--tolerance", 0,
                                                "--threads", threads, *options, "-q").seconds for _ in range(5))
                texts += [f"{seconds:.2f}", f"{other[threads] / seconds:.1f}"]
        rows.append(texts)
    return rows


def updates(python, library, train, model):
    """One core: a rating of LIBMF's training, which moves both of its rows, and of a half-sweep here, which moves one."""
    epochs, factors = 20, 64
    with undisturbed():
        other = peer_answer(python, "libmf_work.py", library, "train", train, model, factors, .05, epochs, 1)["training"]
        own = Run("bench", "--seconds", 3, "--threads", 1, "--json").json()
    theirs = 1e9 * other / epochs / own["ratings"] * 10 / 9
    ours = 1e9 / own["work"]["row_update_ratings"][0]["per_second"]
    return (f"One core, a million ratings, {factors} numbers a row: LIBMF {theirs:.1f} ns a rating and epoch; here {ours:.1f} ns a rating "
            f"and half-sweep, kernels {own['kernels']}.\n")


def accuracy_time(data, scratch):
    train, test, model = scratch / "train.txt", scratch / "test.txt", scratch / "model"
    python, library = libmf_library(scratch)
    if python is None:
        return "Missing: LIBMF could not be installed.\n"
    header = ["test RMSE", *(text for threads in (1, cores())
                             for text in (f"{threads} thread{'s' * (threads > 1)}: s", "times"))]
    made_up = scratch / "ratings.csv"
    Run("synth", "--preset", "10m", "-o", made_up, "-q")
    text = ""
    for name, ratings, grid, runs in [
            ("MovieLens 1M", data / "ml-1m" / "ratings.csv",
             [(factors, strength, 80) for factors in (32, 64, 128) for strength in (.03, .05, .07)],
             [["--fast"], ["--fast", "--factors", 31], []]),
            ("10 million ratings made up", made_up,
             [(factors, strength, 30) for factors in (16, 32, 64) for strength in (.02, .03, .05)],
             [["--fast", "--factors", factors, "--link", "off", "--regularization", 3] for factors in (11, 15)])]:
        if not ratings.exists():
            text += f"Not measured: {name}.\n\n"
            continue
        hold_out(ratings, train, test)
        text += table([f"{name}, from text to saved model", *header],
                      race(python, library, train, test, model, grid, runs)) + "\n"
        text += updates(python, library, train, model) + "\n" if ratings != made_up else ""
    return text


# ---- Error over time ----

def libmf_line(python, library, train, test, model, factors, strength, epochs):
    """LIBMF after each epoch: epochs take equally long."""
    with undisturbed():
        run = peer_answer(python, "libmf_work.py", library, "train", train, model, factors, strength, epochs, cores())
    rmse = peer_answer(python, "libmf_work.py", library, "curve", train, test, factors, strength, epochs, cores())["rmse"]
    rest = run["seconds"] - run["training"]
    return {"name": f"LIBMF --nmf, k = {factors}", "rmse": rmse,
            "seconds": [rest + run["training"] * (epoch + 1) / epochs for epoch in range(epochs)]}


def own_line(train, test, model, options, most):
    line = {"name": " ".join(map(str, ["palate train", *options])), "seconds": [], "rmse": []}
    for epochs in range(1, most + 1):
        command = ["train", train, "-o", model, "--epochs", epochs, "--tolerance", 0, *options, "-q"]
        with undisturbed():
            line["seconds"].append(statistics.median(Run(*command).seconds for _ in range(3)))
        line["rmse"].append(rmse_of(model, test))
    return line


def curves(data, scratch):
    train, test, model = scratch / "train.txt", scratch / "test.txt", scratch / "model"
    python, library = libmf_library(scratch)
    plotter = peer_python("matplotlib", "matplotlib")
    real, made_up = data / "ml-1m" / "ratings.csv", scratch / "ratings.csv"
    if python is None or plotter is None or not real.exists():
        return "Not measured: LIBMF, matplotlib or ml-1m is missing.\n"
    Run("synth", "--preset", "10m", "-o", made_up, "-q")
    panels = []
    for title, ratings, best, options in [
            ("MovieLens 1M", real, (128, .05, 50), ["--fast", "--factors", 63]),
            ("10 million made up", made_up, (16, .02, 30),
             ["--fast", "--factors", 15, "--link", "off", "--regularization", 3])]:
        hold_out(ratings, train, test)
        panels.append({"title": title, "lines": [libmf_line(python, library, train, test, model, *best),
                                                 own_line(train, test, model, options, 12)]})
    found = scratch / "curves.json"
    found.write_text(json.dumps(panels))
    subprocess.run([plotter, ROOT / "bench" / "plot_curves.py", found, ROOT / "docs" / "curves.svg"], check=True)
    return "![RMSE over seconds, LIBMF and palate, two data sets](curves.svg)\n"


# ---- Lists and predictions ----

def enlarge_ratings(source, target, item_count):
    """The ratings, and those of items that are mixtures of two: some of the ratings of each."""
    generator = random.Random(0)
    header, *lines = source.read_text().splitlines()
    of_item = collections.defaultdict(list)
    for line in lines:
        user, item, rating = line.split(",")[:3]
        of_item[item].append((user, rating))
    items = sorted(of_item)
    with open(target, "w", encoding="utf-8") as out:
        out.write("\n".join([header, *lines, ""]))
        for number in range(len(items), item_count):
            users = {}
            for share in (.05, .15):
                rated = of_item[generator.choice(items)]
                users.update(generator.sample(rated, max(1, int(share * len(rated)))))
            out.writelines(f"{user},extra-{number},{rating}\n" for user, rating in users.items())


def millions(value):
    return f"{value / 1e6:.0f} M" if value >= 1e7 else f"{value / 1e6:.1f} M"


def list_speed(ratings, program, scratch, python):
    """Tables of many users and of one, and the figures of the last model."""
    real, enlarged, peer = scratch / "real.palate", scratch / "enlarged.palate", scratch / "peer"
    peer.mkdir()
    Run("train", ratings, "--factors", 64, "-o", real, "-q")
    enlarge_ratings(ratings, scratch / "enlarged.csv", 10_677)
    Run("train", scratch / "enlarged.csv", "--factors", 64, "-o", enlarged, "-q")
    cases = [("3,706, seen left out", real, 3_706, 6040, {}),
             ("10,677, seen left out", enlarged, 10_677, 6040, {}),
             ("the same, AVX2 alone", enlarged, 10_677, 6040, {"PALATE_ISA": "avx2"}),
             ("26,744", real, 26_744, 6040, {}),
             ("100,000", real, 100_000, 1024, {}),
             ("1,000,000", real, 1_000_000, 128, {})]
    many, one = [], []
    for name, model, items, peer_users, environment in cases:
        own = measured(program, model, "time", items, cores(), peer, **environment)
        other = peer_answer(python, "implicit_topn.py", peer, 64, peer_users, cores())
        rate = own["users_per_second"]
        many.append([name, f"{rate:,.0f}", f"{own['scan_users_per_second']:,.0f}",
                     f"{rate / own['scan_users_per_second']:.1f}",
                     *(["-", "-"] if other is None else
                       [f"{other['users_per_second']:,.0f}", f"{rate / other['users_per_second']:.1f}"])])
        one.append([name, f"{own['single_us']:.1f}", f"{own['single_us_p99']:.0f}",
                    "-" if other is None else f"{other['single_us']:,.0f}", f"{own['index_seconds']:.2f}"])
        print(f"{name}: {own} {other}", file=sys.stderr)
    peer_name = "implicit" if other is None else f"implicit {other['version']}"
    return real, table([f"Top 10 of 6,040 users, 64 factors, {cores()} threads: items", "users/s",
                        "without index", "times", peer_name, "times"], many) + "\n" + table(
        ["One user, one thread: items", "median µs", "99th percentile", peer_name, "seconds to index"], one)


def predict_speed(ratings, model, program, scratch, python):
    """Predictions from memory and from text, and how soon the first one comes."""
    pairs, larger, text = scratch / "pairs.csv", scratch / "larger.palate", scratch / "larger.txt"
    lines = repeat(ratings, pairs, 5_000_000, ids_apart=False)
    own = measured(program, model, "time", 3_706, 1)
    run = best_of(3, "predict", model, pairs, "-o", scratch / "predictions.csv")
    subprocess.run([program, model, "save", "138493", "26744", larger], check=True)
    user, item = "5", "7"
    start = best_of(20, "predict", larger, "--user", user, "--item", item)
    rows = [["predictions from memory, pairs at random", f"{millions(own['random_pairs_per_second'])} pairs/s"],
            ["predictions from memory, a user's pairs together", f"{millions(own['pairs_by_user_per_second'])} pairs/s"],
            [f"`palate predict`, {lines / 1e6:.0f} million pairs, text to text", f"{millions(lines / run.seconds)} pairs/s"],
            [f"`palate predict --user --item`, a model of {larger.stat().st_size / 1e6:.0f} MB, from a cold process",
             f"{1e3 * start.seconds:.1f} ms"]]
    subprocess.run([program, larger, "libmf", text], check=True)
    other = peer_answer(python, "libmf_work.py", "installed", "load", text)
    rows.append(["the same model loaded by LIBMF, from its text",
                 "not installed" if other is None else f"{1e3 * other['seconds']:,.0f} ms"])
    return table(["MovieLens 1M, 64 factors", "rate or time"], rows)


def topn(data, scratch):
    ratings = data / "ml-1m" / "ratings.csv"
    if not ratings.exists():
        return "Not measured: ml-1m/ratings.csv is not in the data folder.\n"
    program = build_program("topn", scratch)
    python = peer_python("implicit", "implicit")
    model, text = list_speed(ratings, program, scratch, python)
    return text + "\n" + predict_speed(ratings, model, program, scratch, peer_python("libmf", "libmf"))


# ---- Where and when ----

def provenance(section):
    gigabytes = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    version = Run("--version").output.split("\n")[0]
    return (f"Measured {datetime.date.today()} by `bench/run.py {section}`: {version}, {machine()}, "
            f"{gigabytes} GB memory.\n")


def main():
    sections = {"speed": speed, "reading": reading, "size": size, "time": accuracy_time, "curves": curves,
                "topn": topn}
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", choices=[[], *sections], default=[], help="default: all")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data",
                        help="folder that holds ml-1m")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--realtime", action="store_true",
                        help="measure training at real-time priority (as root, on a machine that has other work)")
    arguments = parser.parse_args()
    global REALTIME
    REALTIME = arguments.realtime
    for name in arguments.sections or sections:
        with tempfile.TemporaryDirectory() as scratch:
            text = sections[name](arguments.data, pathlib.Path(scratch)) + "\n" + provenance(name)
        print(text, flush=True)
        if arguments.write_docs:
            write_between_markers(ROOT / "docs" / "performance.md", name, text)


if __name__ == "__main__":
    main()
