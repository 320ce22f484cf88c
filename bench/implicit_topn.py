# SPDX-License-Identifier: Apache-2.0
"""implicit's recommend() on the factors that bench/topn.c wrote: one JSON object.

    build/bench-venv/bin/python bench/implicit_topn.py FOLDER FACTORS USERS THREADS

Lists are compared with those that palate made of the same factors: the share of items in the same place.
"""
import json
import os
import pathlib
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # As implicit asks for: it has threads of its own.

import implicit
import numpy
import scipy.sparse
from implicit.cpu.matrix_factorization_base import MatrixFactorizationBase

LIST = 10


class Given(MatrixFactorizationBase):
    """Factors from elsewhere; what recommend() does is implicit's."""

    def fit(self, *_, **__):
        raise NotImplementedError

    save = recalculate_user = recalculate_item = fit


def raw(folder, name, kind):
    return numpy.fromfile(folder / name, dtype=kind)


def least_seconds(function, runs=3):
    def seconds():
        began = time.perf_counter()
        function()
        return time.perf_counter() - began
    return min(seconds() for _ in range(runs))


def main(folder, factors, user_count, threads):
    folder = pathlib.Path(folder)
    model = Given(num_threads=threads)
    model.user_factors = raw(folder, "users", numpy.float32).reshape(-1, factors + 1)
    model.item_factors = raw(folder, "items", numpy.float32).reshape(-1, factors + 1)
    begins, seen = raw(folder, "seen_begins", numpy.int64), raw(folder, "seen", numpy.int32)
    matrix = scipy.sparse.csr_matrix((numpy.ones(len(seen), numpy.float32), seen, begins),
                                     shape=(len(model.user_factors), len(model.item_factors)))
    order = raw(folder, "order", numpy.uint32).astype(numpy.int64)
    users, expected = order[:user_count], raw(folder, "lists", numpy.int32).reshape(-1, LIST)[:user_count]
    rows, filtered = matrix[users], len(seen) > 0

    def recommend(some, of):
        return model.recommend(some, of, N=LIST, filter_already_liked_items=filtered)[0]

    seconds = least_seconds(lambda: recommend(users, rows))
    agreement = float(numpy.mean(recommend(users, rows) == expected))
    model.num_threads = 1
    singles = []
    for place in range(min(200, user_count)):
        singles.append(least_seconds(lambda: recommend(int(users[place]), rows[place]), 1))
    print(json.dumps({"version": implicit.__version__, "users_per_second": user_count / seconds,
                      "single_us": 1e6 * float(numpy.median(singles)), "agreement": agreement}))


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
