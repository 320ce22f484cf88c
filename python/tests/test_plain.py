# SPDX-License-Identifier: Apache-2.0
"""What takes nothing but NumPy."""

import subprocess
import sys

import numpy as np
import pytest

import palate


@pytest.fixture(autouse=True)
def without_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)


TEXTS = ["ann", "bob", "ann", "a name that is long", "Łukasz"]


@pytest.mark.parametrize(
    "users",
    [
        TEXTS,
        tuple(TEXTS),
        np.array(TEXTS),
        np.array(TEXTS, object),
        np.array([text.encode() for text in TEXTS]),
        np.array([text.encode() for text in TEXTS], object),
    ],
)
def test_texts(users):
    ratings = palate.Ratings.from_arrays(users, ["x", "x", "y", "z", "x"], [1, 2, 3, 4, 5])
    assert set(ratings.user_ids) == set(TEXTS)
    assert ratings.user_ids[0] == "ann"


@pytest.mark.skipif(not hasattr(np, "dtypes") or not hasattr(np.dtypes, "StringDType"), reason="NumPy 2")
def test_numpys_own_texts():
    users = np.array(TEXTS, np.dtypes.StringDType())
    assert set(palate.Ratings.from_arrays(users, range(5), range(5)).user_ids) == set(TEXTS)


def test_missing_and_wrong_objects():
    with pytest.raises(palate.FormatError, match=r":2: field 1 \(user\)"):
        palate.Ratings.from_arrays(["a", None], [1, 2], [3, 4])
    with pytest.raises(TypeError, match="ids are texts or whole numbers"):
        palate.Ratings.from_arrays(np.array([["b"], "a"], object), [1, 2], [3, 4])


def test_objects_that_are_numbers():
    mixed = np.array([1, "1", 2], object)
    ratings = palate.Ratings.from_arrays(mixed, [1, 2, 3], [3, 4, 5])
    # The id is the text: 1 and "1" are one user.
    assert sorted(ratings.user_ids) == ["1", "2"]


def test_a_dense_matrix_and_predictions():
    matrix = np.array([[5, np.nan, 1], [4, 5, np.nan]])
    model = palate.train(matrix, factors=1)
    ids, scores = model.recommend(0)
    assert ids.tolist() == [1]
    assert scores[0] > model.predict(0, 2)
    assert model.predict(np.array([0, 1]), np.array([1, 2])).shape == (2,)


def test_broadcast_columns():
    ratings = palate.Ratings.from_arrays(np.broadcast_to(7, 3), [1, 2, 3], np.broadcast_to(1.5, 3))
    assert ratings.user_ids.tolist() == [7]
    assert ratings.by_user.ratings.tolist() == [1.5] * 3


def test_every_byte_of_a_surrogate_is_refused():
    with pytest.raises(palate.FormatError, match="not UTF-8"):
        palate.Ratings.from_arrays(["a\ud800"], ["x"], [1])


def test_importing_loads_nothing_else():
    heavy = {"pandas", "polars", "pyarrow", "sklearn", "scipy", "joblib", "matplotlib"}
    code = f"import sys, palate, palate.surprise; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
