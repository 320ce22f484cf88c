# SPDX-License-Identifier: Apache-2.0
"""Offsets of users and items alone: r ~ mean + b_u + b_i (Koren 2010, ACM TKDD 4(1))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Offsets = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def als(trainset: Any, options: dict[str, Any]) -> Offsets:
    """Alternate: items with users held fixed, then users."""
    users, items, ratings = trainset._all_columns()
    reg_u, reg_i = options.get("reg_u", 15), options.get("reg_i", 10)
    user_counts = np.bincount(users, minlength=trainset.n_users)
    item_counts = np.bincount(items, minlength=trainset.n_items)
    of_users, of_items = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
    for _ in range(options.get("n_epochs", 10)):
        rest = ratings - trainset.global_mean - of_users[users]
        of_items = np.bincount(items, rest, trainset.n_items) / (reg_i + item_counts)
        rest = ratings - trainset.global_mean - of_items[items]
        of_users = np.bincount(users, rest, trainset.n_users) / (reg_u + user_counts)
    return of_users, of_items


def sgd(trainset: Any, options: dict[str, Any]) -> Offsets:
    """Take a step at each rating, in their order."""
    users, items, ratings = (column.tolist() for column in trainset._all_columns())
    reg, rate = options.get("reg", 0.02), options.get("learning_rate", 0.005)
    mean = float(trainset.global_mean)
    of_users, of_items = [0.0] * trainset.n_users, [0.0] * trainset.n_items
    for _ in range(options.get("n_epochs", 20)):
        for user, item, rating in zip(users, items, ratings):
            error = rating - (mean + of_users[user] + of_items[item])
            of_users[user] += rate * (error - reg * of_users[user])
            of_items[item] += rate * (error - reg * of_items[item])
    return np.array(of_users), np.array(of_items)


METHODS: dict[str, Callable[[Any, dict[str, Any]], Offsets]] = {"als": als, "sgd": sgd}
