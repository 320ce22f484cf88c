# SPDX-License-Identifier: Apache-2.0
"""Data sets that are fetched on request, and where they are kept."""

from __future__ import annotations

import os
import pathlib
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass


def get_dataset_dir() -> str:
    """Return the folder of data sets, made where it is not there: $SURPRISE_DATA_FOLDER or ~/.surprise_data."""
    folder = os.environ.get("SURPRISE_DATA_FOLDER", os.path.join(os.path.expanduser("~"), ".surprise_data") + os.sep)
    os.makedirs(folder, exist_ok=True)
    return folder


@dataclass(frozen=True)
class BuiltinDataset:
    """A data set: where it is, and how it is written."""

    name: str
    url: str
    file: str
    line_format: str
    sep: str | None
    rating_scale: tuple[float, float]

    @property
    def path(self) -> str:
        """Where its ratings are."""
        return os.path.join(get_dataset_dir(), self.name, self.file)


BUILTIN_DATASETS = {
    made.name: made
    for made in [
        BuiltinDataset(
            "ml-100k", "https://files.grouplens.org/datasets/movielens/ml-100k.zip", "ml-100k/u.data",
            "user item rating timestamp", "\t", (1, 5),
        ),
        BuiltinDataset(
            "ml-1m", "https://files.grouplens.org/datasets/movielens/ml-1m.zip", "ml-1m/ratings.dat",
            "user item rating timestamp", "::", (1, 5),
        ),
        BuiltinDataset(
            "jester", "https://eigentaste.berkeley.edu/dataset/archive/jester_dataset_2.zip", "jester_ratings.dat",
            "user item rating", None, (-10, 10),
        ),
    ]
}  # fmt: skip


def download_builtin_dataset(name: str) -> None:
    """Fetch a data set into its folder, which is there whole or not at all."""
    dataset = BUILTIN_DATASETS[name]
    folder = pathlib.Path(get_dataset_dir(), name)
    print(f"Trying to download dataset from {dataset.url}...")
    with tempfile.TemporaryDirectory(prefix="palate-", dir=get_dataset_dir()) as scratch:
        archive = os.path.join(scratch, "archive.zip")
        urllib.request.urlretrieve(dataset.url, archive)  # noqa: S310 (the addresses above)
        unpacked = pathlib.Path(scratch, "unpacked")
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(unpacked)
        if not (unpacked / dataset.file).exists():
            raise ValueError(f"{dataset.url} holds no {dataset.file}; is it still dataset {name}?")
        folder.parent.mkdir(parents=True, exist_ok=True)
        unpacked.rename(folder)
    print(f"Done! Dataset {name} has been saved to {folder}")
