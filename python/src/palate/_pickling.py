# SPDX-License-Identifier: Apache-2.0
"""Objects of the library as bytes: the files it saves, by way of a folder that is gone afterwards."""

from __future__ import annotations

import pathlib
import tempfile
from typing import Callable, TypeVar

Loaded = TypeVar("Loaded")


def bytes_of(save: Callable[[pathlib.Path], None]) -> bytes:
    """Return what an object saves."""
    with tempfile.TemporaryDirectory(prefix="palate-") as folder:
        path = pathlib.Path(folder, "saved")
        save(path)
        return path.read_bytes()


def of_bytes(data: bytes, load: Callable[[pathlib.Path], Loaded]) -> Loaded:
    """Return what loading gives; a file stays mapped when its name is gone."""
    with tempfile.TemporaryDirectory(prefix="palate-") as folder:
        path = pathlib.Path(folder, "saved")
        path.write_bytes(data)
        return load(path)
