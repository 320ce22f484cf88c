# SPDX-License-Identifier: Apache-2.0
"""How similar two users are, or two items: over what both have rated, or who has rated both.

With r of one and s of the other, over their n common ratings:

    cosine            sum r s / sqrt(sum r^2 sum s^2)
    msd               1 / (mean (r - s)^2 + 1)
    pearson           correlation of r and s
    pearson_baseline  the same, of what mean and offsets leave, times (n - 1) / (n - 1 + shrinkage)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

MEASURES = ("cosine", "msd", "pearson", "pearson_baseline")


class _Sums:
    """Sums over the common ratings of each pair, n x n."""

    def __init__(self, n: int) -> None:
        self.count, self.product = np.zeros((n, n)), np.zeros((n, n))
        self.own, self.own_square = np.zeros((n, n)), np.zeros((n, n))

    def add(self, who: npt.NDArray[Any], ratings: Matrix) -> None:
        pairs = np.ix_(who, who)
        width = np.ones(len(who))
        np.add.at(self.count, pairs, 1.0)
        np.add.at(self.product, pairs, np.outer(ratings, ratings))
        np.add.at(self.own, pairs, np.outer(ratings, width))
        np.add.at(self.own_square, pairs, np.outer(ratings**2, width))

    def cosine(self) -> Matrix:
        made: Matrix = self.product / np.sqrt(self.own_square * self.own_square.T)
        return made

    def msd(self) -> Matrix:
        squares = self.own_square + self.own_square.T - 2 * self.product
        made: Matrix = self.count / (squares + self.count)
        return made

    def pearson(self) -> Matrix:
        spread = self.count * self.own_square - self.own**2
        made: Matrix = (self.count * self.product - self.own * self.own.T) / np.sqrt(spread * spread.T)
        return made

    def pearson_baseline(self, shrinkage: float) -> Matrix:
        # What is left has mean 0 over all ratings, and none is taken off over the common ones.
        return self.cosine() * (self.count - 1) / (self.count - 1 + shrinkage)


def _residual(trainset: Any, columns: Any, offsets: Any) -> Matrix:
    users, items, ratings = columns
    left: Matrix = ratings - trainset.global_mean - offsets[0][users] - offsets[1][items]
    return left


def compute(name: str, trainset: Any, options: dict[str, Any], offsets: Any) -> Matrix:
    """Return the matrix of similarities of one of the MEASURES: 1 with oneself, 0 where nothing can be said."""
    columns = trainset._all_columns()
    users, items, ratings = columns
    if name == "pearson_baseline":
        ratings = _residual(trainset, columns, offsets)
    n = trainset.n_users if options["user_based"] else trainset.n_items
    who, over = (users, items) if options["user_based"] else (items, users)
    order = np.argsort(over, kind="stable")
    ends = np.flatnonzero(np.diff(over[order])) + 1
    sums = _Sums(n)
    for group in np.split(order, ends):
        sums.add(who[group], ratings[group])
    with np.errstate(divide="ignore", invalid="ignore"):
        if name == "pearson_baseline":
            made = sums.pearson_baseline(options.get("shrinkage", 100))
        else:
            made = getattr(sums, name)()
    made[~np.isfinite(made) | (sums.count < max(1, options.get("min_support", 1)))] = 0.0
    np.fill_diagonal(made, 1.0)
    return made
