# SPDX-License-Identifier: Apache-2.0
"""palate: non-negative matrix factorization for recommender systems.

    import palate

    model = palate.train("ratings.csv")
    ids, scores = model.recommend("ann", n=5)

A rating that is missing is unknown, never zero.
"""

from ._library import version as __version__
from ._options import Option, options
from ._progress import Progress
from .errors import (
    FormatError,
    InternalError,
    InvalidError,
    OutOfMemoryError,
    PalateError,
    ReadingError,
    TrainingStopped,
    UnknownIdError,
    UnsupportedError,
)
from .model import Epoch, Metrics, Model, ModelInfo
from .ratings import Ratings, ReadReport, read
from .training import train

load = Model.load

__all__ = [
    "Epoch",
    "FormatError",
    "InternalError",
    "InvalidError",
    "Metrics",
    "Model",
    "ModelInfo",
    "Option",
    "OutOfMemoryError",
    "PalateError",
    "Progress",
    "Ratings",
    "ReadReport",
    "ReadingError",
    "TrainingStopped",
    "UnknownIdError",
    "UnsupportedError",
    "__version__",
    "load",
    "options",
    "read",
    "train",
]
