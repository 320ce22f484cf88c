# SPDX-License-Identifier: Apache-2.0
"""The Python package: beside Surprise on the same fold, and what a data frame and lists cost over the library alone.

    python bench/python.py surprise RATINGS.csv      NMF of Surprise and of palate.surprise, PalateNMF
    python bench/python.py svdpp RATINGS.csv         SVD++ of Surprise and PalateNMF on --folds of five folds: minutes
    python bench/python.py frame RATINGS.csv         palate.train() of a DataFrame; --epochs as given
    python bench/python.py recommend RATINGS.csv     lists for every user, beside palate_model_recommend() into arrays

The interpreter must have palate and pandas, and for the first scikit-surprise. What is compared takes turns, and
processor time is told beside wall time, so that a busy machine counts the same for all; medians.
"""
import argparse
import pathlib
import statistics
import time

import numpy as np
import pandas as pd

import palate
import palate.surprise
import palate.surprise.model_selection
from palate import _library, _options


def timed(function, *arguments, **options):
    """Return ((wall seconds, processor seconds), result)."""
    began, used = time.perf_counter(), time.process_time()
    result = function(*arguments, **options)
    return (time.perf_counter() - began, time.process_time() - used), result


def median(times, place):
    return statistics.median(each[place] for each in times)


def fold(package, frame):
    data = package.Dataset.load_from_df(frame, package.Reader())
    return package.model_selection.train_test_split(data, test_size=0.1, random_state=0)


def beside_surprise(frame, repeats):
    import surprise

    folds = {package: fold(package, frame) for package in (surprise, palate.surprise)}
    makers = {
        "Surprise NMF": (surprise, lambda: surprise.NMF(random_state=0)),
        "palate.surprise.NMF": (palate.surprise, lambda: palate.surprise.NMF(random_state=0)),
        "Surprise NMF, biased": (surprise, lambda: surprise.NMF(biased=True, random_state=0)),
        "palate.surprise.NMF, biased": (palate.surprise, lambda: palate.surprise.NMF(biased=True, random_state=0)),
        "PalateNMF": (palate.surprise, lambda: palate.surprise.PalateNMF(random_state=0)),
    }
    seconds = {name: [] for name in makers}
    errors = {}
    for _ in range(repeats):
        for name, (package, make) in makers.items():
            taken, algo = timed(make().fit, folds[package][0])
            seconds[name].append(taken)
            errors[name] = package.accuracy.rmse(algo.test(folds[package][1]), verbose=False)
    print("| fit | processor, s | wall, s | RMSE |\n|---|---:|---:|---:|")
    for name, times in seconds.items():
        print(f"| `{name}` | {median(times, 1):.2f} | {median(times, 0):.2f} | {errors[name]:.5f} |")


# ---- SVD++ ----


def fold_results(make, package, folds):
    """Return (median processor seconds, median wall seconds, mean RMSE) over folds."""
    times, errors = [], []
    for trainset, testset in folds:
        taken, algo = timed(make().fit, trainset)
        times.append(taken)
        errors.append(package.accuracy.rmse(algo.test(testset), verbose=False))
    return median(times, 1), median(times, 0), statistics.mean(errors)


def first_to_reach(error, folds):
    """The fewest epochs, of few factors and without the link, with which PalateNMF is as accurate."""
    for epochs in range(1, 41):
        found = fold_results(lambda: quick(epochs), palate.surprise, folds)
        if found[2] <= error:
            return epochs, found
    raise SystemExit(f"PalateNMF does not reach an RMSE of {error:.4f}")


def quick(epochs):
    return palate.surprise.PalateNMF(n_factors=12, n_epochs=epochs, random_state=0, fast=True)


def beside_svdpp(frame, count):
    import surprise

    def folds(package):
        data = package.Dataset.load_from_df(frame, package.Reader())
        return list(package.model_selection.KFold(5, random_state=0).split(data))[:count]

    of_palate = folds(palate.surprise)
    theirs = fold_results(lambda: surprise.SVDpp(random_state=0), surprise, folds(surprise))
    print("| fit | processor, s | wall, s | RMSE | times as fast |\n|---|---:|---:|---:|---:|", flush=True)
    epochs, least = first_to_reach(theirs[2], of_palate)
    ours = fold_results(lambda: palate.surprise.PalateNMF(random_state=0), palate.surprise, of_palate)
    rows = {"SVDpp()": theirs, "PalateNMF()": ours, f"PalateNMF(12, {epochs}, fast=True)": least}
    for name, found in rows.items():
        print(f"| `{name}` | {found[0]:.2f} | {found[1]:.2f} | {found[2]:.4f} | {theirs[0] / found[0]:,.0f} |")


def status_bytes(field):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def forget_peak():
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def of_a_frame(frame, epochs):
    size = int(frame.memory_usage(index=False).sum())
    forget_peak()
    before = status_bytes("VmRSS")
    reading, ratings = timed(palate.Ratings, frame)
    training, _ = timed(palate.train, ratings, epochs=epochs, tolerance=0)
    print(f"{len(frame):,} rows, {size / 1e6:.0f} MB; processor seconds (wall):")
    print(f"ratings {reading[1]:.2f} ({reading[0]:.2f}), training {training[1]:.2f} ({training[0]:.2f})")
    print(f"memory beyond the frame: {(status_bytes('VmHWM') - before) / size:.2f} x the frame")


# ---- Lists ----


def library_call(model):
    """palate_model_recommend() for every user, into arrays that are there."""
    options = _options.recommending.fill({}, "recommend")
    users = np.arange(model.info.user_count, dtype=np.uint32)
    items = np.empty((len(users), options.values.count), np.uint32)
    scores, counts = np.empty(items.shape, np.float32), np.empty(len(users), np.uint32)

    def run():
        _library.call(
            _library.lib.palate_model_recommend, model._handle.pointer, users.ctypes.data, len(users), options.pointer,
            items.ctypes.data, scores.ctypes.data, counts.ctypes.data,
        )  # fmt: skip

    return run


def ways_to_recommend(frame, kind):
    """The library's way, then those of Python, for ids of a kind."""
    model = palate.train(frame, factors=64, epochs=10, tolerance=0)
    users = model.user_ids
    return {
        "`palate_model_recommend()`": library_call(model),
        f"`model.recommend()`, {kind} as ids": model.recommend,
        f"`model.recommend(users)`, {kind} as ids": lambda: model.recommend(users),
    }


def of_lists(frame, repeats):
    as_texts = frame.astype({frame.columns[0]: str, frame.columns[1]: str})
    print("| top 10 of every user | ms | times the library's |\n|---|---:|---:|")
    for kind, ratings in (("numbers", frame), ("texts", as_texts)):
        ways = ways_to_recommend(ratings, kind)
        seconds = {name: [] for name in ways}
        for _ in range(30 * repeats):
            for name, run in ways.items():
                seconds[name].append(timed(run)[0])
        least = median(seconds["`palate_model_recommend()`"], 0)
        for name, times in seconds.items():
            print(f"| {name} | {1e3 * median(times, 0):.2f} | {median(times, 0) / least:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["surprise", "svdpp", "frame", "recommend"])
    parser.add_argument("ratings")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=40)
    given = parser.parse_args()
    frame = pd.read_csv(given.ratings).iloc[:, :3]
    if given.what == "surprise":
        beside_surprise(frame, given.repeats)
    elif given.what == "svdpp":
        beside_svdpp(frame, given.folds)
    elif given.what == "frame":
        of_a_frame(frame, given.epochs)
    else:
        of_lists(frame, given.repeats)


if __name__ == "__main__":
    main()
