#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the metrics of build/palate with independent implementations on the same input: they agree to 1e-9.

    bench/check_metrics.py             make ratings up, train, evaluate, compare; status 1 where two differ
    bench/check_metrics.py --golden    write tests/data/metrics: inputs, and what the others make of them

The others: scikit-learn, Surprise, ranx, pytrec_eval and implicit, installed from PyPI into build/metrics-venv.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parent.parent
PALATE = ROOT / "build" / "palate"
VENV = ROOT / "build" / "metrics-venv"
GOLDEN = ROOT / "tests" / "data" / "metrics"
PACKAGES = ["numpy<2", "scikit-learn", "scikit-surprise", "ranx", "pytrec-eval-terrier", "implicit"]
LENGTHS = [3, 10]
RELEVANT_FROM = 4
TOLERANCE = 1e-9


def reach_packages():
    """Goes on in a Python that has the packages, made where needed."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    complete = VENV / "complete"
    if not complete.exists():
        print("installing " + ", ".join(PACKAGES) + " from PyPI into build/metrics-venv ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
        complete.touch()
    # One thread each: the input is small, and the machine may be shared.
    os.environ.update(OPENBLAS_NUM_THREADS="1", NUMBA_NUM_THREADS="1")
    os.execv(python, [python, *sys.argv])


# ---- Input ----

class Case:
    """Ratings {(user, item): rating} to learn from and to test on; predictions of the latter; lists {user: [item]}.

    All numbers are such that a 32-bit float holds them exactly. Lists hold no item of the user's training ratings."""

    def __init__(self, train, test, predictions, lists):
        self.train, self.test, self.predictions, self.lists = train, test, predictions, lists
        self.items = sorted({item for _, item in train})
        self.seen = defaultdict(set)
        for user, item in train:
            self.seen[user].add(item)
        self.relevant = defaultdict(dict)
        for (user, item), rating in test.items():
            if rating >= RELEVANT_FROM and item not in self.seen[user]:
                self.relevant[user][item] = rating


def made_up_case(users, items, seed):
    """Whole stars, many ties, a user and an item that only the test has."""
    draw = random.Random(seed)
    rating = lambda i, j: min(5, max(1, round(3 + 1.5 * ((i * j) % 5 - 2) / 2 + draw.gauss(0, 1))))
    train, test, predictions = {}, {}, {}
    for i in range(users):
        for j in range(items):
            chance = draw.random()
            cell = (f"u{i}", f"i{j}")
            if chance < .3 and i < users - 1 and j < items - 1:
                train[cell] = rating(i, j)
            elif chance < .55:
                test[cell] = rating(i, j)
                predictions[cell] = draw.randrange(8, 41) / 8 if draw.random() < .5 else draw.randrange(1024, 5121) / 1024
    case = Case(train, test, predictions, {})
    for i in range(users):
        unseen = [item for item in case.items if item not in case.seen[f"u{i}"]] + [f"i{items - 1}", "unheard"]
        draw.shuffle(unseen)
        case.lists[f"u{i}"] = unseen[:draw.randrange(1, 15)]
    return case


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def write_case(case, folder):
    """The score of a list's place is the number of places from there to the end."""
    write_csv(folder / "train.csv", ["user", "item", "rating"], [(*c, r) for c, r in case.train.items()])
    write_csv(folder / "test.csv", ["user", "item", "rating"], [(*c, r) for c, r in case.test.items()])
    write_csv(folder / "predictions.csv", ["user", "item", "prediction"], [(*c, p) for c, p in case.predictions.items()])
    write_csv(folder / "lists.csv", ["user", "item", "score"],
              [(u, item, len(items) - place) for u, items in case.lists.items() for place, item in enumerate(items)])


# ---- What the others make of it: [(library, measure, value)] ----

def mean(values):
    values = list(values)
    return sum(values) / len(values)


def by_scikit_learn(case):
    from sklearn.metrics import mean_absolute_error, root_mean_squared_error
    ratings, predictions = list(case.test.values()), [case.predictions[cell] for cell in case.test]
    yield "rmse", root_mean_squared_error(ratings, predictions)
    yield "mae", mean_absolute_error(ratings, predictions)
    for n in LENGTHS:
        # Its ndcg_score orders only what it has grades of; a list may lack relevant items.
        yield f"ndcg-linear@{n}", mean(
            discounted([of.get(item, 0) for item in case.lists[user]], n) / discounted(sorted(of.values(), reverse=True), n)
            for user, of in case.relevant.items() if of)


def discounted(grades, n):
    """DCG of grades in order."""
    import numpy
    from sklearn.metrics import dcg_score
    grades = [*grades, 0]
    return dcg_score(numpy.array([grades]), numpy.array([range(len(grades), 0, -1)]), k=n, ignore_ties=True)


def auc_by_scikit_learn(case, scores_of):
    """Mean over users of roc_auc_score, over the candidates: items of the training ratings but the user's own."""
    from sklearn.metrics import roc_auc_score
    values = []
    for user in sorted({user for user, _ in case.test}):
        candidates = [item for item in case.items if item not in case.seen[user]]
        truth = [item in case.relevant[user] for item in candidates]
        if any(truth) and not all(truth):
            scores = scores_of(user)
            values.append(roc_auc_score(truth, [scores[item] for item in candidates]))
    return mean(values)


def popularity_of(case):
    counts = defaultdict(int)
    for _, item in case.train:
        counts[item] += 1
    return lambda user: counts


def by_surprise(case):
    from surprise import accuracy
    from surprise.prediction_algorithms.predictions import Prediction
    answers = [Prediction(*cell, rating, case.predictions[cell], {}) for cell, rating in case.test.items()]
    yield "rmse", accuracy.rmse(answers, verbose=False)
    yield "mae", accuracy.mae(answers, verbose=False)
    yield "fcp-surprise", accuracy.fcp(answers, verbose=False)


def runs_and_judgements(case, graded):
    """For libraries of information retrieval. The k-th place of a list has score -k."""
    judgements = {user: {item: int(rating) if graded else 1 for item, rating in items.items()}
                  for user, items in case.relevant.items() if items}
    runs = {user: {item: float(-place) for place, item in enumerate(case.lists[user])} for user in judgements}
    return judgements, runs


def by_ranx(case):
    from ranx import Qrels, Run, evaluate
    names = {"precision": "precision", "recall": "recall", "hit-rate": "hit_rate", "mrr": "mrr", "map-relevant": "map",
             "ndcg": "ndcg"}
    graded_names = {"ndcg-linear": "ndcg", "ndcg-exponential": "ndcg_burges"}
    for graded, chosen in ((False, names), (True, graded_names)):
        judgements, runs = runs_and_judgements(case, graded)
        for ours, theirs in chosen.items():
            for n in LENGTHS:
                yield f"{ours}@{n}", evaluate(Qrels(judgements), Run(runs), f"{theirs}@{n}", make_comparable=True)


def by_pytrec_eval(case):
    import pytrec_eval
    cuts = ",".join(map(str, LENGTHS))
    names = {"precision": "P", "recall": "recall", "map-relevant": "map_cut", "ndcg": "ndcg_cut"}
    for graded, chosen in ((False, names), (True, {"ndcg-linear": "ndcg_cut"})):
        judgements, runs = runs_and_judgements(case, graded)
        results = pytrec_eval.RelevanceEvaluator(judgements, {f"{name}.{cuts}" for name in chosen.values()}).evaluate(runs)
        for ours, theirs in chosen.items():
            for n in LENGTHS:
                yield f"{ours}@{n}", mean(results.get(user, {}).get(f"{theirs}_{n}", 0.0) for user in judgements)


def by_implicit(case):
    import numpy
    from implicit.evaluation import ranking_metrics_at_k
    from scipy.sparse import csr_matrix
    users = sorted({user for user, _ in case.test} | {user for user, _ in case.train})
    items = sorted(set(case.items) | {item for _, item in case.test} | {i for of in case.lists.values() for i in of})
    rows, columns = {u: r for r, u in enumerate(users)}, {i: c for c, i in enumerate(items)}
    liked = [(rows[user], columns[item]) for user, of in case.relevant.items() for item in of]
    shape = (len(users), len(items))
    test = csr_matrix((numpy.ones(len(liked)), tuple(zip(*liked))), shape=shape)

    class Recorded:
        def recommend(self, batch, user_items, N):
            ids = numpy.full((len(batch), N), -1, dtype=numpy.int32)
            for row, user in enumerate(batch):
                listed = [columns[item] for item in case.lists[users[user]]][:N]
                ids[row, :len(listed)] = listed
            return ids, -ids.astype(numpy.float32)

    for n in LENGTHS:
        found = ranking_metrics_at_k(Recorded(), csr_matrix(shape), test, K=n, show_progress=False, num_threads=1)
        yield f"precision-capped@{n}", found["precision"]
        yield f"map@{n}", found["map"]
        yield f"ndcg@{n}", found["ndcg"]


def independent_values(case):
    libraries = {"scikit-learn": by_scikit_learn, "Surprise": by_surprise, "ranx": by_ranx, "pytrec_eval": by_pytrec_eval,
                 "implicit": by_implicit}
    values = [(library, measure, float(value)) for library, of in libraries.items() for measure, value in of(case)]
    popularity = auc_by_scikit_learn(case, popularity_of(case))
    return values + [("scikit-learn", "popularity:auc", float(popularity))]


# ---- What palate makes of it ----

def palate(*arguments):
    done = subprocess.run([str(a) for a in (PALATE, *arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"palate {' '.join(map(str, arguments))}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def figures_of(answer, system):
    return next(s["figures"] for s in answer["systems"] if s["name"] == system)


def evaluate(folder, *options):
    lengths = ",".join(map(str, LENGTHS))
    return json.loads(palate("evaluate", folder / "m.palate", folder / "test.csv", "--metrics", "all", "-n", lengths,
                             "--relevant", RELEVANT_FROM, "--resamples", 0, "--json", *options))


def own_case(case, folder):
    """The model in place of the other system: its predictions, and its lists, scored for all items."""
    import numpy
    float32 = lambda text: float(numpy.float32(text))
    predictions = {(p["user"], p["item"]): float32(p["prediction"])
                   for p in json.loads(palate("predict", folder / "m.palate", folder / "test.csv", "--json"))}
    known = sorted({user for user, _ in case.train} & {user for user, _ in case.test})
    (folder / "users.txt").write_text("".join(f"{user}\n" for user in known))
    answers = json.loads(palate("recommend", folder / "m.palate", "--users", folder / "users.txt", "-n", len(case.items),
                                "--json"))
    scores = {a["user"]: {i["item"]: float32(i["score"]) for i in a["items"]} for a in answers}
    lists = {a["user"]: [i["item"] for i in a["items"]] for a in answers}
    test = {cell: rating for cell, rating in case.test.items() if cell[0] in lists}
    return Case(case.train, test, predictions, lists), scores


def compare(title, values, figures):
    """Prints a line for each value; returns how many differ."""
    wrong = 0
    print(f"{title}\n  {'measure':<24}{'palate':>20}  {'difference':>10}")
    for library, measure, value in values:
        system, _, name = measure.rpartition(":")
        ours = figures(system or "other")[name]["value"]
        off = abs(ours - value)
        wrong += not off <= TOLERANCE
        print(f"  {measure:<24}{ours:>20.15f}  {off:>10.1e}  {library}{'' if off <= TOLERANCE else '   DIFFERS'}")
    return wrong


def check():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        case = made_up_case(150, 90, 1)
        write_case(case, folder)
        palate("train", folder / "train.csv", "--scale", "1:5", "--quiet", "-o", folder / "m.palate")
        answer = evaluate(folder, "--compare", f"other={folder / 'predictions.csv'}", "--compare-lists",
                          f"other={folder / 'lists.csv'}", "--permutations", 100)
        wrong = compare("another system, its answers made up", independent_values(case),
                        lambda system: figures_of(answer, system))
        own, scores = own_case(case, folder)
        write_csv(folder / "test.csv", ["user", "item", "rating"], [(*c, r) for c, r in own.test.items()])
        answer = evaluate(folder)
        values = independent_values(own) + [("scikit-learn", "model:auc", auc_by_scikit_learn(own, scores.get))]
        wrong += compare("palate's own model", values,
                         lambda system: figures_of(answer, "model" if system == "other" else system))
    print(f"{wrong} differ by more than {TOLERANCE:g}" if wrong else f"all agree to {TOLERANCE:g}")
    return 1 if wrong else 0


def write_golden():
    GOLDEN.mkdir(exist_ok=True)
    case = made_up_case(14, 24, 7)
    write_case(case, GOLDEN)
    write_csv(GOLDEN / "golden.csv", ["library", "measure", "value"],
              [(library, measure, repr(value)) for library, measure, value in independent_values(case)])
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--golden", action="store_true", help="write tests/data/metrics")
    arguments = parser.parse_args()
    reach_packages()
    return write_golden() if arguments.golden else check()


if __name__ == "__main__":
    sys.exit(main())
