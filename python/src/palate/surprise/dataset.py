# SPDX-License-Identifier: Apache-2.0
"""Ratings out of files and data frames."""

from __future__ import annotations

import itertools
import os
import sys
from typing import Any

from .builtin_datasets import BUILTIN_DATASETS, download_builtin_dataset
from .reader import Reader
from .trainset import Trainset


class Dataset:
    """Ratings, to be split or trained on. Made by one of the `load_` methods."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    @classmethod
    def load_builtin(cls, name: str = "ml-100k", prompt: bool = True) -> DatasetAutoFolds:
        """Load a well-known data set, and fetch it first where it is not there.

        Args:
            name: "ml-100k", "ml-1m" or "jester".
            prompt: Ask before fetching.

        """
        if name not in BUILTIN_DATASETS:
            raise ValueError(f"unknown dataset {name}. Accepted values are {', '.join(BUILTIN_DATASETS)}.")
        dataset = BUILTIN_DATASETS[name]
        if not os.path.isfile(dataset.path):
            if prompt and not _is_wanted(name):
                print("Ok then, I'm out!")
                sys.exit()
            download_builtin_dataset(name)
        return cls.load_from_file(dataset.path, Reader(name))

    @classmethod
    def load_from_file(cls, file_path: str | os.PathLike[str], reader: Reader) -> DatasetAutoFolds:
        """Load a file of ratings, a line each."""
        return DatasetAutoFolds(ratings_file=file_path, reader=reader)

    @classmethod
    def load_from_folds(cls, folds_files: Any, reader: Reader) -> DatasetUserFolds:
        """Load ratings that are split into folds: a list of (train file, test file), for `PredefinedKFold`."""
        return DatasetUserFolds(folds_files=folds_files, reader=reader)

    @classmethod
    def load_from_df(cls, df: Any, reader: Reader) -> DatasetAutoFolds:
        """Load a data frame of three columns: users, items, ratings, in this order."""
        return DatasetAutoFolds(reader=reader, df=df)

    def read_ratings(self, file_name: str | os.PathLike[str]) -> list[tuple[str, str, float, Any]]:
        """Return the ratings of a file: (user, item, rating, time)."""
        with open(os.path.expanduser(file_name)) as lines:
            return [self.reader.parse_line(line) for line in itertools.islice(lines, self.reader.skip_lines, None)]

    def construct_trainset(self, raw_trainset: list[Any]) -> Trainset:
        """Return a trainset of ratings (user, item, rating, time)."""
        return Trainset._of_ratings(raw_trainset, self.reader.rating_scale)

    def construct_testset(self, raw_testset: list[Any]) -> list[tuple[Any, Any, float]]:
        """Return ratings (user, item, rating, time) as `test()` takes them."""
        return [(user, item, rating) for user, item, rating, _ in raw_testset]


def _is_wanted(name: str) -> bool:
    while True:
        print(f"Dataset {name} could not be found. Do you want to download it? [Y/n] ", end="")
        answer = input().lower()
        if answer in ("", "y", "yes"):
            return True
        if answer in ("n", "no"):
            return False


class DatasetUserFolds(Dataset):
    """Ratings in folds that are files of their own."""

    def __init__(self, folds_files: Any = None, reader: Any = None) -> None:
        super().__init__(reader)
        self.folds_files = folds_files
        for path in itertools.chain.from_iterable(folds_files):
            if not os.path.isfile(os.path.expanduser(path)):
                raise ValueError(f"File {path} does not exist.")


def _rows_of(df: Any) -> list[tuple[Any, Any, float, None]]:
    if len(df.columns) != 3:
        few = len(df.columns) < 3
        told = f"not enough values to unpack (expected 3, got {len(df.columns)})" if few else None
        raise ValueError(told or "too many values to unpack (expected 3)")
    users, items, ratings = (df.iloc[:, place].tolist() for place in range(3))
    return list(zip(users, items, map(float, ratings), itertools.repeat(None)))


class DatasetAutoFolds(Dataset):
    """Ratings to be split by `palate.surprise.model_selection`, or to be trained on as a whole.

    Attributes:
        raw_ratings: A list of (user, item, rating, time). It may be changed, or replaced.

    """

    def __init__(self, ratings_file: Any = None, reader: Any = None, df: Any = None) -> None:
        super().__init__(reader)
        self.has_been_split = False
        if ratings_file is not None:
            self.ratings_file = ratings_file
            self.raw_ratings: list[Any] = self.read_ratings(ratings_file)
        elif df is not None:
            self.df = df
            self.raw_ratings = list(_rows_of(df))
        else:
            raise ValueError("Must specify ratings file or dataframe.")

    def build_full_trainset(self) -> Trainset:
        """Return a trainset of all ratings."""
        return self.construct_trainset(self.raw_ratings)
