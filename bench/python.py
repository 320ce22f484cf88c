# SPDX-License-Identifier: Apache-2.0
"""The Python package: beside Surprise on the same fold, and what a data frame costs over training alone.

    python bench/python.py surprise RATINGS.csv      NMF of Surprise and of palate.surprise, PalateNMF
    python bench/python.py frame RATINGS.csv         palate.train() of a DataFrame; --epochs as given

The interpreter must have palate and pandas, and for the first scikit-surprise. Fits take turns, and processor time is told
beside wall time, so that a busy machine counts the same for all; medians.
"""
import argparse
import pathlib
import statistics
import time

import pandas as pd

import palate
import palate.surprise
import palate.surprise.model_selection


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["surprise", "frame"])
    parser.add_argument("ratings")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=40)
    given = parser.parse_args()
    frame = pd.read_csv(given.ratings).iloc[:, :3]
    if given.what == "surprise":
        beside_surprise(frame, given.repeats)
    else:
        of_a_frame(frame, given.epochs)


if __name__ == "__main__":
    main()
