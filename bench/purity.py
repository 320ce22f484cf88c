#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much factors tell of genres, beside the NMF of Surprise and of scikit-learn with as many factors: a table in Markdown.

    make bench-purity                       into docs/howto/factors.md; some minutes
    bench/purity.py [--factors K] [--palate COMMAND] [--data FOLDER] [--write-docs]

Mutual information, in bits, of a factor's loading (its item's row of V, in ten classes of as many items) and of whether an item
is of a genre, over items with at least 20 ratings. By chance it would be some 9 / (2 n ln 2), n items, which is taken off (Miller 1955).
best: of each factor its best genre, the mean over factors. all: the mean over factors of the sum over genres.

All train on all ratings of MovieLens 1M, FOLDER/ml-1m, with three seeds; figures are means. Surprise: its defaults, with and without
biases. scikit-learn: its defaults, a missing rating is 0, for it knows no other way.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from report import machine, table, write_between_markers

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "build" / "bench-venv"
PEERS = ["numpy", "scipy", "scikit-surprise", "scikit-learn"]


def enter_venv():
    """Runs this script again by a Python that has the peers, made where needed."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=True)
    os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    enter_venv()
import numpy  # noqa: E402 (in the venv)

CLASSES, LEAST_RATINGS, SEEDS = 10, 20, (0, 1, 2)


# ---- Data ----

class Data:
    """Ratings by row and column, and genres of the items that count."""

    def __init__(self, folder):
        self.path = folder / "ratings.csv"
        rows = [line.split(",") for line in self.path.read_text().splitlines()[1:]]
        self.user_ids, self.users = numpy.unique([r[0] for r in rows], return_inverse=True)
        self.item_ids, self.items = numpy.unique([r[1] for r in rows], return_inverse=True)
        self.ratings = numpy.array([float(r[2]) for r in rows])
        with open(folder / "movies.dat", encoding="latin-1") as file:
            genres = {fields[0]: fields[2].split("|") for fields in (line.strip().split("::") for line in file)}
        counts = numpy.bincount(self.items)
        self.counting = [j for j, item in enumerate(self.item_ids) if counts[j] >= LEAST_RATINGS and item in genres]
        names = sorted({genre for words in genres.values() for genre in words})
        self.has = numpy.array([[name in genres[self.item_ids[j]] for name in names] for j in self.counting])


# ---- Mutual information ----

def entropy(counts):
    shares = counts[counts > 0] / counts.sum()
    return -(shares * numpy.log2(shares)).sum()


def information(loading, has):
    """Bits, less what chance would give."""
    order = numpy.argsort(numpy.argsort(loading, kind="stable"), kind="stable")
    classes = order * CLASSES // len(loading)
    both = numpy.bincount(classes * 2 + has, minlength=2 * CLASSES).reshape(CLASSES, 2)
    bits = entropy(both.sum(0)) + entropy(both.sum(1)) - entropy(both.ravel())
    return max(bits - (CLASSES - 1) / (2 * len(loading) * numpy.log(2)), 0.0)


def purity(factors, data):
    """factors: a row for each of data.item_ids."""
    loadings = factors[data.counting]
    bits = numpy.array([[information(loadings[:, f], data.has[:, g]) for g in range(data.has.shape[1])]
                        for f in range(loadings.shape[1])])
    return bits.max(axis=1).mean(), bits.sum(axis=1).mean()


# ---- Systems: item factors, rows as data.item_ids ----

def palate(command, *options):
    def train(data, count, seed):
        with tempfile.TemporaryDirectory() as folder:
            model, factors = f"{folder}/m.palate", f"{folder}/m.npz"
            subprocess.run([command, "train", data.path, "-k", str(count), "--seed", str(seed), "-q", "-o", model,
                            *options], check=True)
            subprocess.run([command, "export", model, "-q", "-o", factors], check=True)
            read = numpy.load(factors)
            rows = {str(item): row for row, item in enumerate(read["item_ids"])}
            return read["item_factors"][[rows[item] for item in data.item_ids]]
    return train


def surprise(biased):
    def train(data, count, seed):
        import pandas
        from surprise import NMF, Dataset, Reader
        frame = pandas.DataFrame({"u": data.users, "i": data.items, "r": data.ratings})
        whole = Dataset.load_from_df(frame, Reader(rating_scale=(1, 5))).build_full_trainset()
        model = NMF(n_factors=count, biased=biased, random_state=seed).fit(whole)
        return model.qi[[whole.to_inner_iid(j) for j in range(len(data.item_ids))]]
    return train


def scikit(data, count, seed):
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import NMF
    matrix = csr_matrix((data.ratings, (data.users, data.items)))
    return NMF(n_components=count, init="random", random_state=seed, max_iter=400).fit(matrix).components_.T


def systems(command):
    yield "palate", palate(command)
    yield "palate, strict", palate(command, "--mode", "strict")
    yield "palate, pure", palate(command, "--mode", "pure")
    yield "Surprise NMF", surprise(False)
    yield "Surprise NMF, biased", surprise(True)
    yield "scikit-learn NMF", scikit


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--factors", type=int, default=16)
    parser.add_argument("--palate", default=str(ROOT / "build" / "palate"))
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    data = Data(options.data / "ml-1m")
    rows = []
    for name, train in systems(options.palate):
        best, whole = numpy.mean([purity(train(data, options.factors, seed), data) for seed in SEEDS], axis=0)
        rows.append([name, f"{best:.4f}", f"{whole:.4f}"])
        print(*rows[-1], file=sys.stderr)
    text = table([f"{options.factors} factors", "best", "all"], rows)
    print(text)
    if options.write_docs:
        write_between_markers(ROOT / "docs" / "howto" / "factors.md", "purity", f"{text}\n{machine()}\n")


if __name__ == "__main__":
    main()
