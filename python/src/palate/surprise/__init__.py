# SPDX-License-Identifier: Apache-2.0
"""What programs written for scikit-surprise import: change `surprise` to `palate.surprise`, and they run.

    from palate.surprise import NMF, Dataset, Reader, accuracy
    from palate.surprise.model_selection import cross_validate

`NMF` gives the numbers of Surprise's NMF, from the same seeds; `PalateNMF` is palate's own model behind the same
interface. Names, arguments, defaults, results, messages and what is raised are those of Surprise 1.1; its other
algorithms are not here, and those of your own derive from `AlgoBase` as they do there.
"""

from typing import Any

from . import accuracy, dump, model_selection
from .builtin_datasets import get_dataset_dir
from .dataset import Dataset
from .prediction_algorithms import NMF, AlgoBase, PalateNMF, Prediction, PredictionImpossible
from .reader import Reader
from .trainset import Trainset

_ELSEWHERE = (
    "SVD", "SVDpp", "KNNBasic", "KNNWithMeans", "KNNWithZScore", "KNNBaseline", "BaselineOnly", "CoClustering",
    "NormalPredictor", "SlopeOne",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        raise ImportError(
            f"palate.surprise has no {name}; it has NMF, as Surprise's, and PalateNMF, which is more accurate; "
            f"{name} itself is in scikit-surprise"
        )
    raise AttributeError(f"module 'palate.surprise' has no attribute {name!r}")


__all__ = [
    "NMF",
    "AlgoBase",
    "Dataset",
    "PalateNMF",
    "Prediction",
    "PredictionImpossible",
    "Reader",
    "Trainset",
    "accuracy",
    "dump",
    "get_dataset_dir",
    "model_selection",
]
