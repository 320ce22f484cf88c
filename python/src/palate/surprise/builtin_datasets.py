# SPDX-License-Identifier: Apache-2.0
"""Data sets that are fetched on request, and where they are kept."""

from __future__ import annotations

import os
from dataclasses import dataclass

from palate import datasets


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


def _builtin(name: str, line_format: str, sep: str | None) -> BuiltinDataset:
    known = datasets.describe(name)
    low, high = known.scale
    return BuiltinDataset(name, known.url, known.ratings, line_format, sep, (int(low), int(high)))


BUILTIN_DATASETS = {
    made.name: made
    for made in [
        _builtin("ml-100k", "user item rating timestamp", "\t"),
        _builtin("ml-1m", "user item rating timestamp", "::"),
        _builtin("jester", "user item rating", None),
    ]
}


def download_builtin_dataset(name: str) -> None:
    """Fetch a data set into its folder, which is there whole or not at all, by `palate.datasets`."""
    known = datasets.describe(name)
    print(f"Terms of use: {known.terms}\nCite: {known.citation}")
    print(f"Trying to download dataset from {known.url}...")
    folder = datasets.get(name, folder=get_dataset_dir(), accept_terms=True)
    print(f"Done! Dataset {name} has been saved to {folder}")
