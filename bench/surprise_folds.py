# SPDX-License-Identifier: Apache-2.0
"""Surprise's algorithms, with its defaults, on the five official folds of MovieLens 100K: one JSON object.

    build/bench-venv/bin/python bench/surprise_folds.py FOLDER-OF-ML-100K
"""
import json
import sys
import time

import numpy
import surprise


def evaluate(make, pairs):
    """Mean RMSE and MAE over the folds, and the mean seconds of fit()."""
    rmse, mae, seconds = [], [], []
    for train, test in pairs:
        numpy.random.seed(0)
        algorithm = make()
        began = time.perf_counter()
        algorithm.fit(train)
        seconds.append(time.perf_counter() - began)
        predictions = algorithm.test(test)
        rmse.append(surprise.accuracy.rmse(predictions, verbose=False))
        mae.append(surprise.accuracy.mae(predictions, verbose=False))
    return {"rmse": numpy.mean(rmse), "mae": numpy.mean(mae), "seconds": numpy.mean(seconds)}


def main(folder):
    reader = surprise.Reader("ml-100k")
    folds = [(f"{folder}/u{fold}.base", f"{folder}/u{fold}.test") for fold in range(1, 6)]
    data = surprise.Dataset.load_from_folds(folds, reader)
    pairs = list(surprise.model_selection.PredefinedKFold().split(data))
    algorithms = {
        "BaselineOnly": lambda: surprise.BaselineOnly(verbose=False),
        "NMF": surprise.NMF,
        "NMF, biased": lambda: surprise.NMF(biased=True),
        "SVD": surprise.SVD,
    }
    results = {name: evaluate(make, pairs) for name, make in algorithms.items()}
    print(json.dumps({"version": surprise.__version__, "results": results}))


if __name__ == "__main__":
    main(sys.argv[1])
