# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pathlib

import numpy as np
import pytest

import palate

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"


def triples(users=60, items=40, share=0.4, seed=1):
    """Ratings of a planted matrix of rank 2: (users, items, ratings), ids from 100 on."""
    rng = np.random.RandomState(seed)
    taste = rng.uniform(0, 1.5, (users, 2)) @ rng.uniform(0, 1.5, (2, items))
    rows, columns = np.nonzero(rng.uniform(size=(users, items)) < share)
    ratings = np.clip(np.round(1 + taste[rows, columns]), 1, 5)
    return rows + 100, columns + 1000, ratings


@pytest.fixture(scope="session")
def columns():
    return triples()


@pytest.fixture(scope="session")
def ratings(columns):
    return palate.Ratings.from_arrays(*columns, scale=(1, 5))


@pytest.fixture(scope="session")
def model(ratings):
    return palate.train(ratings, factors=3, epochs=20)


@pytest.fixture(scope="session")
def ml100k():
    folder = SHARED / "ml-100k"
    if not folder.exists():
        pytest.skip("MovieLens 100K is not here")
    return folder
