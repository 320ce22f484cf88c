# SPDX-License-Identifier: Apache-2.0
"""Other programs read the file of ratings.

    ratings_file.py RATINGS...

Exits with 77, which stands for "skipped", where a module is missing.
"""
import sys

try:
    import numpy
    from safetensors import safe_open
    from safetensors.numpy import load_file
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

NO_TIME = numpy.iinfo(numpy.int64).min


def triples(begins, columns, values):
    """(row, column, rating) of every entry."""
    rows = numpy.repeat(numpy.arange(len(begins) - 1), numpy.diff(begins))
    return list(zip(rows.tolist(), columns.tolist(), values.tolist()))


def check(path):
    arrays = load_file(path)
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    by_user = triples(arrays["user_begins"], arrays["user_items"], arrays["user_ratings"])
    by_item = triples(arrays["item_begins"], arrays["item_users"], arrays["item_ratings"])
    assert by_user == sorted(by_user) and by_item == sorted(by_item)
    assert by_user == sorted((user, item, rating) for item, user, rating in by_item)
    assert int(metadata["rating_count"]) == len(by_user)
    ratings = [rating for _, _, rating in by_user]
    assert float(metadata["min"]) == min(ratings) and float(metadata["max"]) == max(ratings)
    for side in ("user", "item"):
        ids = arrays[f"{side}_ids"].tobytes().split(b"\0")[:-1]
        assert len(ids) == len(arrays[f"{side}_begins"]) - 1 == len(set(ids))
        assert sorted(arrays[f"{side}_order"].tolist()) == list(range(len(ids)))
    if "user_times" in arrays:
        assert (arrays["user_times"] != NO_TIME).any()
    print(f"{path}: {len(by_user)} ratings")


for argument in sys.argv[1:]:
    check(argument)
