#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Accuracy of build/palate beside other programs, on the same folds in one run: tables in Markdown.

    make bench-accuracy                     everything, into docs/accuracy.md and README.md; some 45 minutes
    bench/accuracy.py [--only NAME] [--systems WORDS] [--data FOLDER] [--write-docs] [--quick]

Data: MovieLens (https://grouplens.org/datasets/movielens/) as FOLDER/ml-100k, ml-1m, ml-latest-small, Jester as
FOLDER/jester5k, Last.fm (HetRec 2011) as FOLDER/lastfm; what is not there is said and left out. The other programs come from
PyPI into build/bench-venv; one that does not install is named as missing.

Seconds are processor seconds of all threads: of training, for palate from reading the file to the saved model.
Nothing is chosen on test ratings. palate: what it chooses, it chooses on the training part. LIBMF and cmfrec: the best of a small
grid on a tenth of the training part of the first fold. myFM learns its strengths. Surprise: its defaults.
"""
import argparse
import csv
import datetime
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

from report import machine, table, write_between_markers

ROOT = pathlib.Path(__file__).resolve().parent.parent
PALATE = ROOT / "build" / "palate"
VENV = ROOT / "build" / "bench-venv"
PEERS = ["numpy", "scipy", "pandas", "threadpoolctl", "scikit-surprise", "myfm", "cmfrec", "libmf"]


def enter_venv():
    """Runs this script again by a Python that has the peers, made where needed."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    for package in PEERS:
        if subprocess.run([python, "-m", "pip", "show", "-q", package], capture_output=True).returncode != 0:
            print(f"installing {package} from PyPI into build/bench-venv ...", file=sys.stderr)
            subprocess.run([python, "-m", "pip", "install", "-q", package], capture_output=True)
    os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    enter_venv()
import numpy  # noqa: E402 (in the venv)


# ---- Folds ----

class Table:
    """Ratings as arrays, ids as text, times or None."""

    def __init__(self, users, items, ratings, times=None, scale=None):
        self.users, self.items = numpy.asarray(users, str), numpy.asarray(items, str)
        self.ratings = numpy.asarray(ratings, float)
        self.times = None if times is None else numpy.asarray(times, numpy.int64)
        self.scale = scale

    def __len__(self):
        return len(self.ratings)

    def part(self, rows):
        times = None if self.times is None else self.times[rows]
        return Table(self.users[rows], self.items[rows], self.ratings[rows], times, self.scale)

    def write(self, path):
        with open(path, "w", newline="") as out:
            writer = csv.writer(out)
            columns = [self.users, self.items, [f"{r:g}" for r in self.ratings]]
            names = ["user", "item", "rating"]
            if self.times is not None:
                columns.append(self.times)
                names.append("time")
            writer.writerow(names)
            writer.writerows(zip(*columns))


def read_table(path, separator=",", header=True, scale=None, columns=(0, 1, 2, 3), transform=float):
    with open(path, newline="", encoding="latin-1") as file:
        rows = [line.rstrip("\r\n").split(separator) for line in file if line.strip()][1 if header else 0:]
    timed = len(columns) > 3 and len(rows[0]) > columns[3]
    return Table([r[columns[0]] for r in rows], [r[columns[1]] for r in rows],
                 [transform(r[columns[2]]) for r in rows],
                 [int(r[columns[3]]) for r in rows] if timed else None, scale)


def blocks(table, count, rows):
    """Blocks of the rows as they come: fold i is tested on block i."""
    for block in numpy.array_split(rows, count):
        rest = numpy.ones(len(table), bool)
        rest[block] = False
        yield table.part(rows[rest[rows]]), table.part(block)


def surprise_order(count):
    """As Surprise's KFold(random_state=0) before numpy's newer generators: a list shuffled in place."""
    rows = list(range(count))
    numpy.random.RandomState(0).shuffle(rows)
    return numpy.array(rows)


def shares(table, share, seeds):
    for seed in seeds:
        rows = numpy.random.RandomState(seed).permutation(len(table))
        cut = int(len(table) * share)
        yield table.part(rows[cut:]), table.part(rows[:cut])


def ml_100k(data):
    return read_table(data / "ml-100k" / "u.data", "\t", header=False, scale="1:5")


def surprise_folds(data):
    table = ml_100k(data)
    return blocks(table, 5, surprise_order(len(table)))


def official_folds(data):
    folder = data / "ml-100k"
    for fold in range(1, 6):
        yield tuple(read_table(folder / f"u{fold}.{part}", "\t", header=False, scale="1:5") for part in ("base", "test"))


def ml_1m(data):
    return read_table(data / "ml-1m" / "ratings.csv", scale="1:5")


def ml_1m_tenth(data):
    table = ml_1m(data)
    rows = numpy.random.RandomState(1).permutation(len(table))
    cut = len(table) // 10
    yield table.part(rows[cut:]), table.part(rows[:cut])


def ml_1m_folds(data):
    table = ml_1m(data)
    return blocks(table, 5, surprise_order(len(table)))


def latest_small(data):
    return shares(read_table(data / "ml-latest-small" / "ratings.csv", scale=".5:5"), .2, range(1, 4))


def jester(data):
    return shares(read_table(data / "jester5k" / "ratings.csv", scale="-10:10"), .2, range(1, 4))


def lastfm(data):
    """Logarithms of play counts: no stars at all, and most artists heard by few."""
    def log_plays(text):
        return round(float(numpy.log(float(text))), 5)
    table = read_table(data / "lastfm" / "user_artists.dat", "\t", columns=(0, 1, 2), transform=log_plays)
    return shares(table, .2, range(1, 4))


def sparse(data):
    """A tenth of MovieLens 1M: 17 ratings a user."""
    table = ml_1m(data)
    for seed in (1, 2):
        rows = numpy.random.RandomState(100 + seed).permutation(len(table))[:len(table) // 10]
        yield next(shares(table.part(rows), .2, [seed]))


class DataSet:
    def __init__(self, title, folder, folds, systems):
        self.title, self.folder, self.folds, self.systems = title, folder, folds, systems


# ---- Systems: each takes (train, test, folder for files) and gives predictions and seconds ----

def palate(*options, time_off=False):
    def run(train, test, scratch):
        paths = scratch / "train.csv", scratch / "test.csv", scratch / "model.palate", scratch / "out.csv"
        train.write(paths[0])
        test.write(paths[1])
        scale = [f"--scale={train.scale}"] if train.scale else []
        command = [PALATE, "train", paths[0], "-o", paths[2], "-q", *scale, *options]
        if time_off:
            command += ["--time", "off"]
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
        subprocess.run([PALATE, "predict", paths[2], paths[1], "-o", paths[3], "-q"], check=True)
        with open(paths[3], newline="") as file:
            rows = csv.reader(file)
            next(rows)
            return numpy.array([float(row[2]) for row in rows]), seconds
    return run


def numbered(train, test):
    """Ids as numbers, those of the test known or -1."""
    def number(known, asked):
        names, rows = numpy.unique(known, return_inverse=True)
        at = numpy.clip(numpy.searchsorted(names, asked), 0, len(names) - 1)
        return rows, numpy.where(names[at] == asked, at, -1), len(names)
    users, test_users, m = number(train.users, test.users)
    items, test_items, n = number(train.items, test.items)
    return users, items, m, test_users, test_items, n


def clip(table, predictions):
    return numpy.clip(predictions, table.ratings.min(), table.ratings.max())


def surprise_system(make):
    def run(train, test, _):
        import pandas
        import surprise
        numpy.random.seed(0)
        low, high = train.ratings.min(), train.ratings.max()
        frame = pandas.DataFrame({"u": train.users, "i": train.items, "r": train.ratings})
        data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=(low, high)))
        trainset = data.build_full_trainset()
        algorithm = make(surprise)
        began = time.process_time()
        algorithm.fit(trainset)
        seconds = time.process_time() - began
        return numpy.array([algorithm.predict(u, i).est for u, i in zip(test.users, test.items)]), seconds
    return run


def myfm_system(flipped):
    """Matrix factorization by Gibbs sampling; flipped: with who rated what on both sides (SVD++ flipped)."""
    def run(train, test, _):
        import myfm
        import scipy.sparse as sparse_matrices
        users, items, m, test_users, test_items, n = numbered(train, test)
        rated = sparse_matrices.csr_matrix((numpy.ones(len(train)), (users, items)), (m, n))

        def side(rows, count, who):
            ids = sparse_matrices.identity(count + 1, format="csr")[:, 1:]
            if flipped:
                counts = numpy.maximum(numpy.asarray(who.sum(axis=1)).ravel(), 1)
                implicit = sparse_matrices.diags(counts ** -.5) @ who
                empty = sparse_matrices.csr_matrix((1, who.shape[1]))
                ids = sparse_matrices.hstack([ids, sparse_matrices.vstack([empty, implicit])], format="csr")
            return myfm.RelationBlock((rows + 1).astype(numpy.int64), sparse_matrices.csr_matrix(ids))
        def rows_of(u, i):
            return [side(u, m, rated), side(i, n, rated.T.tocsr())]
        model = myfm.MyFMRegressor(rank=10, random_seed=0)
        began = time.process_time()
        model.fit(None, train.ratings, X_rel=rows_of(users, items), n_iter=200, n_kept_samples=180)
        seconds = time.process_time() - began
        return clip(train, model.predict(None, rows_of(test_users, test_items))), seconds
    return run


class Tuned:
    """The best of a grid on a tenth of the training part of the first fold; then frozen."""

    def __init__(self, grid, fit):
        self.grid, self.fit, self.chosen = grid, fit, None

    def __call__(self, train, test, _):
        if self.chosen is None:
            learn, check = next(shares(train, .1, [7]))
            self.chosen = min(self.grid, key=lambda point: rmse(self.fit(learn, check, **point)[0], check.ratings))
        return self.fit(train, test, **self.chosen)


def fit_libmf(train, test, l2, epochs):
    from libmf import mf
    users, items, _, test_users, test_items, _ = numbered(train, test)
    low = min(train.ratings.min(), 0)
    engine = mf.MF(k=64, nr_iters=epochs, lambda_p2=l2, lambda_q2=l2, do_nmf=True, nr_threads=2, quiet=True)
    began = time.process_time()
    engine.fit(numpy.column_stack([users, items, train.ratings - low]))
    seconds = time.process_time() - began
    # Its predict() reads what it is given in another order than its fit() does: products of its factors instead.
    known = (test_users >= 0) & (test_items >= 0)
    predictions = numpy.full(len(test), train.ratings.mean())
    products = engine.p_factors()[test_users[known]] * engine.q_factors()[test_items[known]]
    predictions[known] = products.sum(axis=1) + low
    return clip(train, numpy.where(numpy.isnan(predictions), train.ratings.mean(), predictions)), seconds


def fit_cmfrec(train, test, strength):
    import cmfrec
    import pandas
    users, items, _, test_users, test_items, _ = numbered(train, test)
    model = cmfrec.CMF(k=64, lambda_=strength, nonneg=True, scale_lam=True, center=False, user_bias=False, item_bias=False,
                       method="als", niter=15, verbose=False, nthreads=2)
    frame = pandas.DataFrame({"UserId": users, "ItemId": items, "Rating": train.ratings - min(train.ratings.min(), 0)})
    began = time.process_time()
    model.fit(frame)
    seconds = time.process_time() - began
    known = (test_users >= 0) & (test_items >= 0)
    predictions = numpy.full(len(test), train.ratings.mean())
    predictions[known] = model.predict(test_users[known], test_items[known]) + min(train.ratings.min(), 0)
    return clip(train, predictions), seconds


def libmf():
    return Tuned([{"l2": l2, "epochs": epochs} for l2 in (.03, .05, .08, .12) for epochs in (20, 60)], fit_libmf)


def cmfrec_nonneg():
    return Tuned([{"strength": strength} for strength in (.03, .06, .1, .15, .2)], fit_cmfrec)


OWN = {
    "palate --rule map": palate("--rule", "map", time_off=True),
    "palate": palate(time_off=True),
    "palate --tune": palate("--tune", time_off=True),
    "palate --rule bayes": palate("--rule", "bayes", time_off=True),
    "palate --mode pure": palate("--mode", "pure", time_off=True),
    "palate --mode pure --rule bayes": palate("--mode", "pure", "--rule", "bayes", time_off=True),
    "palate --mode strict": palate("--mode", "strict", time_off=True),
    "palate --rule mu": palate("--rule", "mu", time_off=True),
}
OWN_WITH_TIME = {
    "palate, with times": palate(),
    "palate --rule bayes, with times": palate("--rule", "bayes"),
    "palate --mode strict, with times": palate("--mode", "strict"),
}
OTHERS = {
    "Surprise BaselineOnly": surprise_system(lambda s: s.BaselineOnly(verbose=False)),
    "Surprise NMF": surprise_system(lambda s: s.NMF()),
    "Surprise SVD": surprise_system(lambda s: s.SVD()),
    "LIBMF --nmf, tuned": libmf,
    "cmfrec, nonneg, tuned": cmfrec_nonneg,
    "myFM": myfm_system(False),
}
SLOW = {
    "Surprise SVD++": surprise_system(lambda s: s.SVDpp()),
    "myFM, SVD++ flipped": myfm_system(True),
}

DATA_SETS = {
    "surprise": DataSet("MovieLens 100K, Surprise's 5 folds", "ml-100k", surprise_folds,
                        {**OWN, **OWN_WITH_TIME, **OTHERS, **SLOW}),
    "official": DataSet("MovieLens 100K, u1 to u5", "ml-100k", official_folds,
                        {**OWN, **OWN_WITH_TIME, **OTHERS, **SLOW}),
    "tenth": DataSet("MovieLens 1M, a tenth held out", "ml-1m", ml_1m_tenth, {**OWN, **OTHERS}),
    "folds": DataSet("MovieLens 1M, 5 folds", "ml-1m", ml_1m_folds,
                     {k: OWN[k] for k in ("palate --rule map", "palate", "palate --rule bayes")}),
    "small": DataSet("MovieLens latest small, 3 x a fifth", "ml-latest-small", latest_small,
                     {**OWN, **OWN_WITH_TIME, **OTHERS, **SLOW}),
    "jester": DataSet("Jester 5k (-10 to 10, 73 % dense), 3 x a fifth", "jester5k", jester, {**OWN, **OTHERS}),
    "lastfm": DataSet("Last.fm, log of plays, 3 x a fifth", "lastfm", lastfm, {**OWN, **OTHERS, **SLOW}),
    "sparse": DataSet("a tenth of MovieLens 1M, 2 x a fifth", "ml-1m", sparse, {**OWN, **OTHERS, **SLOW}),
}


# ---- Figures ----

def rmse(predictions, ratings):
    return float(numpy.sqrt(numpy.mean((predictions - ratings) ** 2)))


def clustered_error(values, users):
    """Standard error of the mean of values whose users answer as one."""
    sums = {}
    mean = values.mean()
    for user, value in zip(users, values):
        sums[user] = sums.get(user, 0.0) + value - mean
    return float(numpy.sqrt(sum(s * s for s in sums.values()))) / len(values)


class Result:
    """Of one system on all folds."""

    def __init__(self):
        self.rmse, self.mae, self.seconds, self.squares, self.users = [], [], [], [], []

    def add(self, test, predictions, seconds):
        errors = predictions - test.ratings
        self.rmse.append(rmse(predictions, test.ratings))
        self.mae.append(float(numpy.abs(errors).mean()))
        self.seconds.append(seconds)
        self.squares.append(errors ** 2)
        self.users.append(test.users)

    def row(self, name, first):
        squares, users = numpy.concatenate(self.squares), numpy.concatenate(self.users)
        level = float(numpy.sqrt(squares.mean()))
        error = clustered_error(squares, users) / (2 * level)
        cells = [f"`{name}`" if name.startswith("palate") and "," not in name else name,
                 f"{numpy.mean(self.rmse):.4f}", f"{error:.4f}"]
        if first is self:
            cells += ["", ""]
        else:
            gain = squares - numpy.concatenate(first.squares)
            cells += [f"{numpy.mean(self.rmse) - numpy.mean(first.rmse):+.4f}",
                      f"{clustered_error(gain, users) / (2 * level):.4f}"]
        return [*cells, f"{numpy.mean(self.mae):.4f}", f"{numpy.mean(self.seconds):.2f}"]


def measure(data_set, data, systems, quick):
    missing = set()
    results = {name: Result() for name in systems}
    made = {name: system() if system in (libmf, cmfrec_nonneg) else system for name, system in systems.items()}
    for number, (train, test) in enumerate(data_set.folds(data)):
        if quick and number > 0:
            break
        for name, system in made.items():
            if name in missing:
                continue
            print(f"{data_set.title}, fold {number + 1}: {name}", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory() as scratch:
                try:
                    results[name].add(test, *system(train, test, pathlib.Path(scratch)))
                except ImportError as error:
                    missing.add(name)
                    print(f"{name} is missing: {error}", file=sys.stderr)
    first = results[next(iter(systems))]
    rows = [result.row(name, first) for name, result in results.items() if result.rmse]
    text = table([data_set.title, "RMSE", "s. e.", "to the first", "s. e.", "MAE", "CPU s a fold"], rows)
    if missing:
        text += "\nMissing, as it could not be installed: " + ", ".join(sorted(missing)) + ".\n"
    return text


# ---- Where and when ----

def versions():
    import importlib.metadata as metadata
    found = []
    for package in PEERS[4:]:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            found.append(f"{package} missing")
    return ", ".join(found)


def provenance(arguments):
    version = subprocess.run([PALATE, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    command = "bench/accuracy.py" + "".join(f" --only {name}" for name in arguments.only or [])
    return (f"Measured {datetime.date.today()} by `{command}`: {version}, {versions()}; "
            f"{machine()}.\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", action="append", choices=DATA_SETS, help="this data set only; may be repeated")
    parser.add_argument("--systems", help="only systems whose name has this text, beside the first")
    parser.add_argument("--quick", action="store_true", help="the first fold only")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/accuracy.md and README.md")
    arguments = parser.parse_args()
    for name in arguments.only or DATA_SETS:
        data_set = DATA_SETS[name]
        systems = {key: value for key, value in data_set.systems.items()
                   if arguments.systems is None or key == next(iter(data_set.systems)) or arguments.systems in key}
        if not (arguments.data / data_set.folder).exists():
            print(f"{data_set.title}: not measured, {data_set.folder} is not in the data folder", file=sys.stderr)
            continue
        text = measure(data_set, arguments.data, systems, arguments.quick) + "\n" + provenance(arguments)
        print(text, flush=True)
        if arguments.write_docs:
            write_between_markers(ROOT / "docs" / "accuracy.md", name, text)
            if name == "surprise":
                write_between_markers(ROOT / "README.md", "summary", text)


if __name__ == "__main__":
    main()
