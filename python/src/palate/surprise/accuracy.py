# SPDX-License-Identifier: Apache-2.0
"""How far predictions are from ratings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def _errors(predictions: list[Any]) -> npt.NDArray[np.float64]:
    if not predictions:
        raise ValueError("Prediction list is empty.")
    return np.array([float(true - est) for _, _, true, est, _ in predictions])


def rmse(predictions: list[Any], verbose: bool = True) -> Any:
    """Return the root of the mean squared error; lower is better."""
    value = np.sqrt(np.mean(_errors(predictions) ** 2))
    if verbose:
        print(f"RMSE: {value:1.4f}")
    return value


def mse(predictions: list[Any], verbose: bool = True) -> Any:
    """Return the mean squared error; lower is better."""
    value = np.mean(_errors(predictions) ** 2)
    if verbose:
        print(f"MSE: {value:1.4f}")
    return value


def mae(predictions: list[Any], verbose: bool = True) -> Any:
    """Return the mean absolute error; lower is better."""
    value = np.mean(np.abs(_errors(predictions)))
    if verbose:
        print(f"MAE:  {value:1.4f}")
    return value


_ROWS_AT_ONCE = 1000


def _count_pairs(true: npt.NDArray[np.float64], est: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Count pairs of one user's ratings that the estimates order as they are, and those that they do not."""
    right = wrong = 0
    for begin in range(0, len(true), _ROWS_AT_ONCE):
        rows = slice(begin, begin + _ROWS_AT_ONCE)
        above = est[rows, None] > est
        right += int((above & (true[rows, None] > true)).sum())
        wrong += int(((above | (est[rows, None] == est)) & (true[rows, None] < true)).sum())
    return right, wrong


def fcp(predictions: list[Any], verbose: bool = True) -> Any:
    """Return the fraction of concordant pairs (Koren & Sill 2013); higher is better.

    A pair of ratings of one user is concordant where the estimates order it as the ratings do, and discordant where
    they do not, or are equal. Of the users that have any, the means of either number are taken.
    """
    if not predictions:
        raise ValueError("Prediction list is empty.")
    users = defaultdict(list)
    for user, _, true, est, _ in predictions:
        users[user].append((true, est))
    counts = [_count_pairs(*np.array(pairs, np.float64).T) for pairs in users.values()]
    right, wrong = ([one for one in side if one > 0] for side in zip(*counts))
    concordant = np.mean(right) if right else 0
    discordant = np.mean(wrong) if wrong else 0
    if concordant + discordant == 0:
        raise ValueError(
            "cannot compute fcp on this list of prediction. Does every user have at least two predictions?"
        )
    value = concordant / (concordant + discordant)
    if verbose:
        print(f"FCP:  {value:1.4f}")
    return value
