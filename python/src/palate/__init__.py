# SPDX-License-Identifier: Apache-2.0
"""palate: non-negative matrix factorization for recommender systems.

    import palate

    model = palate.train("ratings.csv")
    ids, scores = model.recommend("ann", n=5)

A rating that is missing is unknown, never zero.
"""

from typing import TYPE_CHECKING, Any

from . import datasets
from ._fold_in import NewRows
from ._library import version as __version__
from ._options import Option, options
from ._progress import Progress, Trial
from .catalogue import Catalogue
from .cross_validation import CrossValidation, FoldProgress, FoldResult, Spread, cross_validate
from .errors import (
    FormatError,
    InternalError,
    InvalidError,
    OutOfMemoryError,
    PalateError,
    ReadingError,
    RowsLeft,
    TrainingStopped,
    UnknownIdError,
    UnsupportedError,
)
from .evaluation import Difference, Evaluation, Figure, MetricDefinition, Slice, evaluate, metrics
from .factors import Factor, Factors
from .model import Epoch, Explanation, Metrics, Model, ModelInfo, Reason
from .naming import FactorMatch
from .ratings import Problem, Ratings, ReadReport, check, read
from .splitting import Split, split
from .stability import Stability
from .training import train
from .tuning import TuneProgress, Tuning, TuningTrial, tune

if TYPE_CHECKING:
    from .nmf import NMF

load = Model.load


def __getattr__(name: str) -> Any:
    # NMF takes scikit-learn, which not everybody has or wants to wait for.
    if name == "NMF":
        from .nmf import NMF

        return NMF
    raise AttributeError(f"module 'palate' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "NMF",
    "Catalogue",
    "CrossValidation",
    "Difference",
    "Epoch",
    "Evaluation",
    "Explanation",
    "Factor",
    "FactorMatch",
    "Factors",
    "Figure",
    "FoldProgress",
    "FoldResult",
    "FormatError",
    "InternalError",
    "InvalidError",
    "MetricDefinition",
    "Metrics",
    "Model",
    "ModelInfo",
    "NewRows",
    "Option",
    "OutOfMemoryError",
    "PalateError",
    "Problem",
    "Progress",
    "Ratings",
    "ReadReport",
    "ReadingError",
    "Reason",
    "RowsLeft",
    "Slice",
    "Split",
    "Spread",
    "Stability",
    "TrainingStopped",
    "Trial",
    "TuneProgress",
    "Tuning",
    "TuningTrial",
    "UnknownIdError",
    "UnsupportedError",
    "__version__",
    "check",
    "cross_validate",
    "datasets",
    "evaluate",
    "load",
    "metrics",
    "options",
    "read",
    "split",
    "train",
    "tune",
]
