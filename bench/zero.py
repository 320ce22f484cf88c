# SPDX-License-Identifier: Apache-2.0
"""NMF of whole matrices: palate.NMF(missing="zero") beside scikit-learn's NMF(solver="cd").

    python bench/zero.py DATA [--write docs/coming-from/scikit-learn.md] [--only NAME ...]

DATA holds the folders `ml-1m`, `ml-100k` and `ml-latest-small` of GroupLens, `lastfm` (HetRec), `jester5k` and `gowalla`. A matrix whose folder
is not there is left out. Beside those: texts made up of topics, pictures of digits and patches of a photograph, which come with scikit-learn.

Of each matrix and each number of components, in seconds of the processor, one thread each, from the matrix to W and H, the best of some runs where they are short:

* scikit-learn with its defaults, at most 200 iterations, from the start it makes;
* solver beside solver: both from scikit-learn's start, given to either; palate until its squared error is as low (to a millionth), and where it ends;
* palate with its own defaults: the same, beside scikit-learn with its own, the start in both;
* transform() of the same rows, H being palate's, by both.

The interpreter must have palate, pandas, Pillow, scikit-learn.
"""

import argparse
import pathlib
import statistics
import time
import warnings

import numpy as np
import palate
import pandas as pd
import scipy.sparse as sp
from report import machine, table, write_between_markers
from sklearn.datasets import load_digits, load_sample_image
from sklearn.decomposition import NMF
from sklearn.decomposition._nmf import _initialize_nmf
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from threadpoolctl import threadpool_limits

AS_LOW = 1 + 1e-6


# ---- Matrices ----


def cells(frame):
    users, items = (pd.factorize(frame.iloc[:, place])[0] for place in (0, 1))
    return sp.csr_matrix((frame.iloc[:, 2].to_numpy(float), (users, items)))


def words(data):
    """TF-IDF of what films are called and tagged, a row a film."""
    folder = data / "ml-latest-small"
    films = pd.read_csv(folder / "movies.csv").set_index("movieId")
    tags = pd.read_csv(folder / "tags.csv").groupby("movieId")["tag"].agg(lambda each: " ".join(map(str, each)))
    text = films["title"] + " " + films["genres"].str.replace("|", " ") + " " + films.index.map(tags).fillna("")
    return sp.csr_matrix(TfidfVectorizer(min_df=2).fit_transform(text))


def plays(data):
    X = cells(pd.read_csv(data / "lastfm" / "user_artists.dat", sep="\t"))
    X.data = np.log1p(X.data)
    return X


def jokes(data):
    X = cells(pd.read_csv(data / "jester5k" / "ratings.csv"))
    X.data += 10.5
    return X


def places(data):
    lines = [line.split() for line in (data / "gowalla" / "train.txt").read_text().splitlines()]
    counts = [len(line) - 1 for line in lines]
    columns = np.concatenate([np.array(line[1:], int) for line in lines])
    X = sp.csr_matrix((np.ones(len(columns)), (np.repeat(np.arange(len(lines)), counts), columns)))
    return X[:, np.asarray(X.sum(0)).ravel() > 0]


def texts(documents, terms, topics, length, seed):
    """Counts of words whose frequencies follow Zipf's law, in texts that mix a few of the topics."""
    rng = np.random.default_rng(seed)
    common = 1 / np.arange(1, terms + 1) ** 1.05
    of_topics = [common[rng.permutation(terms)] * rng.gamma(0.3, 1, terms) for _ in range(topics)]
    mixed = [0.6 * each / each.sum() + 0.4 * common / common.sum() for each in of_topics]
    lengths = 5 + rng.poisson(rng.lognormal(np.log(length), 0.7, documents))
    rows = []
    for words in lengths:
        shares = rng.dirichlet(np.full(topics, 0.1)) @ np.array(mixed)
        drawn = rng.choice(terms, words, p=shares / shares.sum())
        rows.append(sp.csr_matrix(np.bincount(drawn, minlength=terms).astype(float)))
    X = sp.vstack(rows).tocsr()
    return X[:, np.asarray((X > 0).sum(0)).ravel() > 1]


def patches(_):
    gray = load_sample_image("china.jpg").mean(axis=2)
    drawn = extract_patches_2d(gray, (12, 12), max_patches=5000, random_state=0)
    return sp.csr_matrix(drawn.reshape(len(drawn), -1))


def digits(_):
    X = load_digits().data
    return sp.csr_matrix(X[:, X.sum(0) > 0])


MATRICES = {
    "MovieLens 1M, stars": lambda data: cells(pd.read_csv(data / "ml-1m" / "ratings.csv")),
    "titles and tags, TF-IDF": words,
    "MovieLens 100K, stars": lambda data: cells(pd.read_csv(data / "ml-100k" / "u.data", sep="\t", header=None)),
    "Last.fm, log plays": plays,
    "Jester, -10 to 10 + 10.5": jokes,
    "made-up texts, counts": lambda _: texts(4000, 8000, 30, 80, seed=1),
    "digits": digits,
    "Gowalla, visited or not": places,
    "latest-small, stars": lambda data: cells(pd.read_csv(data / "ml-latest-small" / "ratings.csv")),
    "made-up texts, TF-IDF": lambda _: TfidfTransformer(sublinear_tf=True).fit_transform(
        texts(6000, 15000, 40, 120, seed=3)
    ),
    "patches of a photograph": patches,
}


# ---- Runs ----


def squared_error(X, W, H):
    W, H = W.astype(float), H.astype(float)
    return (X.data**2).sum() - 2 * np.sum(W * (X @ H.T)) + np.sum((W.T @ W) * (H @ H.T))


def timed(function):
    """Return (seconds of the processor, what it returned)."""
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        began = time.process_time()
        made = function()
        return time.process_time() - began, made


def best(function, runs=5, enough=1.0):
    """Return (least seconds, what the last returned) of some runs, fewer where they are long."""
    spent = []
    while len(spent) < runs and sum(spent) < enough:
        seconds, made = timed(function)
        spent.append(seconds)
    return min(spent), made


def theirs(X, k, start=None):
    """Return (seconds, squared error, model)."""
    model = NMF(k, solver="cd", random_state=0, init="custom" if start else None)

    def fit():
        given = {"W": start[0].copy(), "H": start[1].copy()} if start else {}
        return model.fit_transform(X, **given)

    seconds, W = best(fit)
    return seconds, squared_error(X, W, model.components_), model


def ours(X, k, goal, start=None):
    """Return (seconds until as low, or None; seconds to the end; squared error at the end; model)."""
    given = {} if start is None else {"W": start[0], "H": start[1]}

    def fit(**more):
        model = palate.NMF(k, missing="zero", random_state=0, n_jobs=1, init="custom" if given else None, **more)
        return model, model.fit_transform(X, **given)

    whole, (model, W) = best(fit)
    size = model.model_.info.user_count * model.model_.info.item_count
    sweeps = next((e.epoch for e in model.model_.log if e.train_rmse**2 * size <= goal * AS_LOW), None)
    until = sweeps and best(lambda: fit(max_iter=sweeps))[0]
    return until, whole, squared_error(X, W, model.components_), model


def transforms(X, model, other):
    """Return how many times as fast rows are folded in, H the same."""
    other.components_ = model.components_.astype(float)
    return best(lambda: other.transform(X))[0] / best(lambda: model.transform(X))[0]


def compare(X, k):
    seconds, goal, other = theirs(X, k)
    start = _initialize_nmf(X, k, random_state=0)
    solving, goal_solved, _ = theirs(X, k, start)
    until, _, end, _ = ours(X, k, goal_solved, start)
    own_until, own_whole, own_end, model = ours(X, k, goal)

    def faster(reached, of):
        return "-" if reached is None else f"{of / reached:.1f}"

    def beside(error, of):
        return f"{100 * (error / of - 1):+.4f} %"

    return [f"{seconds:.2f} s", f"{solving:.2f} s", str(other.n_iter_), faster(until, solving), beside(end, goal_solved),
            faster(own_until, seconds), faster(own_whole, seconds), beside(own_end, goal),
            f"{transforms(X, model, other):.1f}"]  # fmt: skip


def summary(rows, column):
    """Return how many of the factors are 5 or more, and their median."""
    reached = [float(row[column]) for row in rows if row[column] != "-"]
    return (
        f"{sum(value >= 5 for value in reached)} of {len(rows)} at 5 or more, median {statistics.median(reached):.1f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--components", type=int, nargs="+", default=[10, 20, 50])
    parser.add_argument("--only", nargs="+", choices=list(MATRICES), default=list(MATRICES))
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE")
    asked = parser.parse_args()
    palate.NMF(2, missing="zero").fit(np.eye(4))  # Loads what is loaded once.
    rows = []
    for name in asked.only:
        try:
            X = sp.csr_matrix(MATRICES[name](asked.data))
        except FileNotFoundError as missing:
            print(f"{name}: left out, {missing.filename} is not there", flush=True)
            continue
        X.sum_duplicates()
        shape = f"{X.shape[0]:,} x {X.shape[1]:,}, {100 * X.nnz / np.prod(X.shape):.2g} %"
        for k in asked.components:
            rows.append([f"{name}: {shape}, k = {k}", *compare(X, k)])
            print(" | ".join(rows[-1]), flush=True)
    header = ["matrix", "scikit-learn", "its solver", "iterations", "same start: as low, times faster", "its end beside",
              "own start: as low, times faster", "to its end, times faster", "its end beside",
              "transform, times faster"]  # fmt: skip
    text = f"{machine()}, one thread each, seconds of the processor.\n\n" + table(header, rows)
    print(text)
    for column in (4, 6, 7, 9):
        print(f"{header[column]}: {summary(rows, column)}")
    if asked.write:
        write_between_markers(asked.write, "zero", text)


if __name__ == "__main__":
    main()
