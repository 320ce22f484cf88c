# SPDX-License-Identifier: Apache-2.0
"""Algorithms, and what those of your own derive from."""

from .algo_base import AlgoBase
from .matrix_factorization import NMF
from .palate_nmf import PalateNMF
from .predictions import Prediction, PredictionImpossible

__all__ = ["NMF", "AlgoBase", "PalateNMF", "Prediction", "PredictionImpossible"]
