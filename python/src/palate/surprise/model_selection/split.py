# SPDX-License-Identifier: Apache-2.0
"""Ways to split ratings into those to train on and those to test with."""

from __future__ import annotations

import math
import numbers
import operator
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.surprise.trainset import Trainset
from palate.surprise.utils import get_rng

if TYPE_CHECKING:
    import numpy.typing as npt

    Fold = tuple[Trainset, list[tuple[Any, Any, float]]]


def get_cv(cv: Any) -> Any:
    """Return the splits that `cv` stands for: None: 5 folds; an int: so many; else what has `split`."""
    if cv is None:
        return KFold(n_splits=5)
    if isinstance(cv, numbers.Integral):
        return KFold(n_splits=int(cv))
    if hasattr(cv, "split") and not isinstance(cv, str):
        return cv
    raise ValueError(f"Wrong CV object. Expecting None, an int or CV iterator, got a {type(cv)}")


def _fold(data: Any, train: list[Any], test: list[Any]) -> Fold:
    return data.construct_trainset(train), data.construct_testset(test)


def _chosen(data: Any, places: npt.NDArray[np.int64]) -> list[Any]:
    ratings = data.raw_ratings
    return [ratings[place] for place in places.tolist()]


class KFold:
    """Folds of equal size: each is the test part once.

    Args:
        n_splits: Number of folds.
        random_state: None: NumPy's global generator; or a seed, or a RandomState.
        shuffle: Shuffle the ratings first; the data set stays as it is.

    """

    def __init__(self, n_splits: int = 5, random_state: Any = None, shuffle: bool = True) -> None:
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def split(self, data: Any) -> Iterator[Fold]:
        """Go through (trainset, testset) of each fold."""
        count = len(data.raw_ratings)
        if self.n_splits > count or self.n_splits < 2:
            raise ValueError(f"Incorrect value for n_splits={count}. Must be >=2 and less than the number of ratings")
        places = np.arange(count)
        if self.shuffle:
            get_rng(self.random_state).shuffle(places)
        for test in np.array_split(places, operator.index(self.n_splits)):
            begin = int(np.flatnonzero(places == test[0])[0])
            train = np.concatenate([places[:begin], places[begin + len(test) :]])
            yield _fold(data, _chosen(data, train), _chosen(data, test))

    def get_n_folds(self) -> int:
        """Return the number of folds."""
        return self.n_splits


class RepeatedKFold:
    """`KFold`, several times, shuffled anew each time.

    Args:
        n_splits: Number of folds.
        n_repeats: Times.
        random_state: None: NumPy's global generator; or a seed, or a RandomState.

    """

    def __init__(self, n_splits: int = 5, n_repeats: int = 10, random_state: Any = None) -> None:
        self.n_repeats = n_repeats
        self.random_state = random_state
        self.n_splits = n_splits

    def split(self, data: Any) -> Iterator[Fold]:
        """Go through (trainset, testset) of each fold of each repeat."""
        generator = get_rng(self.random_state)
        for _ in range(self.n_repeats):
            yield from KFold(n_splits=self.n_splits, random_state=generator, shuffle=True).split(data)

    def get_n_folds(self) -> int:
        """Return the number of folds, over all repeats."""
        return self.n_repeats * self.n_splits


class ShuffleSplit:
    """Random splits; a rating may be in several test parts.

    Args:
        n_splits: Number of splits.
        test_size: A share (float) or number (int) of ratings; None: what is not in the train part.
        train_size: The same; None: what is not in the test part.
        random_state: None: NumPy's global generator; or a seed, or a RandomState.
        shuffle: False: the test part is what follows the train part.

    """

    def __init__(
        self,
        n_splits: int = 5,
        test_size: float | None = 0.2,
        train_size: float | None = None,
        random_state: Any = None,
        shuffle: bool = True,
    ) -> None:
        if n_splits <= 0:
            raise ValueError(f"n_splits = {n_splits} should be strictly greater than 0.")
        for name, size in (("test_size", test_size), ("train_size", train_size)):
            if size is not None and size <= 0:
                raise ValueError(f"{name}={size} should be strictly greater than 0")
        self.n_splits = n_splits
        self.test_size = test_size
        self.train_size = train_size
        self.random_state = random_state
        self.shuffle = shuffle

    def validate_train_test_sizes(self, test_size: Any, train_size: Any, n_ratings: int) -> tuple[int, int]:
        """Return the numbers of ratings (train, test) that the sizes stand for."""
        for name, size in (("test_size", test_size), ("train_size", train_size)):
            if size is not None and size >= n_ratings:
                raise ValueError(f"{name}={size} should be less than the number of ratings {n_ratings}")
        if np.asarray(test_size).dtype.kind == "f":
            test_size = math.ceil(test_size * n_ratings)
        if train_size is None:
            train_size = n_ratings - test_size
        elif np.asarray(train_size).dtype.kind == "f":
            train_size = math.floor(train_size * n_ratings)
        if test_size is None:
            test_size = n_ratings - train_size
        if train_size + test_size > n_ratings:
            raise ValueError(
                f"The sum of train_size and test_size ({train_size + test_size}) should be smaller than the number of "
                f"ratings {n_ratings}."
            )
        return int(train_size), int(test_size)

    def split(self, data: Any) -> Iterator[Fold]:
        """Go through (trainset, testset) of each split."""
        count = len(data.raw_ratings)
        train_size, test_size = self.validate_train_test_sizes(self.test_size, self.train_size, count)
        generator = get_rng(self.random_state)
        for _ in range(self.n_splits):
            places = generator.permutation(count) if self.shuffle else np.arange(count)
            train, test = places[:train_size], places[train_size : train_size + test_size]
            yield _fold(data, _chosen(data, train), _chosen(data, test))

    def get_n_folds(self) -> int:
        """Return the number of splits."""
        return self.n_splits


def train_test_split(
    data: Any,
    test_size: float | None = 0.2,
    train_size: float | None = None,
    random_state: Any = None,
    shuffle: bool = True,
) -> Fold:
    """Return (trainset, testset), split once as `ShuffleSplit` does."""
    splits = ShuffleSplit(
        n_splits=1, test_size=test_size, train_size=train_size, random_state=random_state, shuffle=shuffle
    )
    return next(splits.split(data))


class LeaveOneOut:
    """One rating of each user to test with.

    Args:
        n_splits: Number of splits.
        random_state: None: NumPy's global generator; or a seed, or a RandomState.
        min_n_ratings: Leave out users with as many ratings or fewer.

    """

    def __init__(self, n_splits: int = 5, random_state: Any = None, min_n_ratings: int = 0) -> None:
        self.n_splits = n_splits
        self.random_state = random_state
        self.min_n_ratings = min_n_ratings

    def split(self, data: Any) -> Iterator[Fold]:
        """Go through (trainset, testset) of each split."""
        generator = get_rng(self.random_state)
        of_users = defaultdict(list)
        for rating in data.raw_ratings:
            of_users[rating[0]].append(rating)
        for _ in range(self.n_splits):
            train, test = [], []
            for ratings in of_users.values():
                if len(ratings) > self.min_n_ratings:
                    left_out = generator.randint(0, len(ratings))
                    test.append(ratings[left_out])
                    train += ratings[:left_out] + ratings[left_out + 1 :]
            if not train:
                raise ValueError("Could not build any trainset. Maybe min_n_ratings is too high?")
            yield _fold(data, train, test)

    def get_n_folds(self) -> int:
        """Return the number of splits."""
        return self.n_splits


class PredefinedKFold:
    """The folds of a data set made by `Dataset.load_from_folds`."""

    def split(self, data: Any) -> Iterator[Fold]:
        """Go through (trainset, testset) of each fold."""
        for train, test in data.folds_files:
            yield _fold(data, data.read_ratings(train), data.read_ratings(test))

    def get_n_folds(self) -> None:
        """Return None: the number is the data set's."""
        return
