# SPDX-License-Identifier: Apache-2.0
"""Algorithms and predictions in files. Load only files you trust: they are pickles."""

from __future__ import annotations

import os
import pickle
from typing import Any


def dump(file_name: str | os.PathLike[str], predictions: Any = None, algo: Any = None, verbose: int = 0) -> None:
    """Save predictions, an algorithm, or both."""
    with open(file_name, "wb") as out:
        pickle.dump({"predictions": predictions, "algo": algo}, out, protocol=pickle.HIGHEST_PROTOCOL)
    if verbose:
        print(f"The dump has been saved as file {file_name}")


def load(file_name: str | os.PathLike[str]) -> tuple[Any, Any]:
    """Return (predictions, algo) of a file that `dump` saved; None for what it does not hold."""
    with open(file_name, "rb") as dumped:
        held = pickle.load(dumped)  # noqa: S301
    return held["predictions"], held["algo"]
