# SPDX-License-Identifier: Apache-2.0
"""NMF of whole matrices: palate.NMF(missing="zero") beside scikit-learn's NMF(solver="cd"), on real sparse data.

    python bench/zero.py DATA [--write docs/performance.md]

DATA holds the folders `ml-1m` and `ml-latest-small` of GroupLens. Of each matrix and each number of components, both with their own
defaults (but for scikit-learn's solver cd): how long scikit-learn takes to its end, at most 200 iterations, how long palate until its
squared error is within 0.1 % of scikit-learn's, and to its own end, and what that end is beside scikit-learn's. Starts are timed, too. One
thread each. The interpreter must have palate, pandas and scikit-learn. Fits take turns; medians.
"""

import argparse
import math
import pathlib
import statistics
import time
import warnings

import numpy as np
import palate
import pandas as pd
import scipy.sparse as sp
from report import machine, table, write_between_markers
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

WITHIN = 1 + 1e-3


def ratings(path):
    frame = pd.read_csv(path)
    users, items = (pd.factorize(frame.iloc[:, place])[0] for place in (0, 1))
    return sp.csr_matrix((frame.iloc[:, 2].to_numpy(float), (users, items)))


def words(folder):
    """TF-IDF of what films are called and tagged, a row a film."""
    films = pd.read_csv(folder / "movies.csv").set_index("movieId")
    tags = pd.read_csv(folder / "tags.csv").groupby("movieId")["tag"].agg(lambda each: " ".join(map(str, each)))
    text = films["title"] + " " + films["genres"].str.replace("|", " ") + " " + films.index.map(tags).fillna("")
    return sp.csr_matrix(TfidfVectorizer(min_df=2).fit_transform(text))


def squared_error(X, W, H):
    W, H = W.astype(float), H.astype(float)
    return (X.data**2).sum() - 2 * np.sum(W * (X @ H.T)) + np.sum((W.T @ W) * (H @ H.T))


def theirs(X, k):
    """Return (seconds, squared error, iterations)."""
    model = NMF(k, solver="cd", random_state=0)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        began = time.perf_counter()
        W = model.fit_transform(X)
        seconds = time.perf_counter() - began
    return seconds, squared_error(X, W, model.components_), model.n_iter_


def given(X):
    cells = X.tocoo()
    return palate.Ratings.from_arrays(cells.row, cells.col, cells.data)


def ours(data, k):
    """Return (seconds, [(seconds, squared error) of each sweep])."""
    began = time.perf_counter()
    model = palate.train(data, missing="zero", factors=k, threads=1)
    seconds = time.perf_counter() - began
    cells = model.info.user_count * model.info.item_count
    return seconds, [(epoch.seconds, epoch.train_rmse**2 * cells) for epoch in model.log]


def compare(X, k, repeats):
    data = given(X)
    runs = [(theirs(X, k), ours(data, k)) for _ in range(repeats)]
    of_theirs = statistics.median(run[0][0] for run in runs)
    goal, iterations = runs[0][0][1], runs[0][0][2]

    def until(log):
        return next((seconds for seconds, error in log if error <= goal * WITHIN), float("nan"))

    reached = statistics.median(until(run[1][1]) for run in runs)
    sweeps = sum(error > goal * WITHIN for _, error in runs[0][1][1]) + 1
    whole = statistics.median(run[1][0] for run in runs)
    end = runs[0][1][1][-1][1]
    until_there = [f"{reached:.2f} s", str(sweeps), f"{of_theirs / reached:.0f}"] if math.isfinite(reached) else ["-"] * 3
    return [f"{of_theirs:.2f} s", str(iterations), *until_there, f"{whole:.2f} s", f"{100 * (end / goal - 1):+.2f} %"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--components", type=int, nargs="+", default=[10, 20, 50])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE")
    asked = parser.parse_args()
    matrices = [
        ("MovieLens 1M, stars", ratings(asked.data / "ml-1m" / "ratings.csv")),
        ("titles and tags, TF-IDF", words(asked.data / "ml-latest-small")),
    ]
    rows = []
    for name, X in matrices:
        shape = f"{X.shape[0]:,} x {X.shape[1]:,}, {100 * X.nnz / np.prod(X.shape):.1f} %"
        for k in asked.components:
            rows.append([f"{name}: {shape}, k = {k}", *compare(X, k, asked.repeats)])
            print(" | ".join(rows[-1]), flush=True)
    header = ["matrix", "scikit-learn", "iterations", "palate until within 0.1 %", "sweeps", "times faster",
              "palate to its end", "its squared error beside"]  # fmt: skip
    text = f"{machine()}, scikit-learn and palate with one thread each.\n\n" + table(header, rows)
    print(text)
    if asked.write:
        write_between_markers(asked.write, "zero", text)


if __name__ == "__main__":
    main()
