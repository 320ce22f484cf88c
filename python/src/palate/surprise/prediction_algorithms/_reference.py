# SPDX-License-Identifier: Apache-2.0
"""The update of Surprise's NMF, by its documentation, in double and for any ratings: the definition of `NMF`.

    p_uf <- p_uf * sum_i q_if r_ui / (sum_i q_if est_ui + |I_u| reg_pu p_uf)         q alike, both from the old values

and, with biases, est = mean + b_u + b_i + p.q, where b takes a step at each rating, in their order. For what the
library does not take: several ratings of one item by one user, ratings below zero. Everything else goes through the
library's rule mu, many times faster; tests compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]


@dataclass
class State:
    """What is learned: P (users x k), Q (items x k), and the biases of either."""

    pu: Matrix
    qi: Matrix
    bu: Matrix
    bi: Matrix


def _estimates(state: State, columns: Any, algo: Any) -> Matrix:
    """Return the estimate at each rating; biases take their step there."""
    users, items, ratings = columns
    products: Matrix = np.einsum("ef,ef->e", state.pu[users], state.qi[items])
    if not algo.biased:
        return products
    mean = float(algo.trainset.global_mean)
    of_users, of_items = state.bu.tolist(), state.bi.tolist()
    made = np.empty(len(ratings))
    for e, (user, item, rating) in enumerate(zip(users.tolist(), items.tolist(), ratings.tolist())):
        made[e] = mean + of_users[user] + of_items[item] + products[e]
        error = rating - made[e]
        of_users[user] += algo.lr_bu * (error - algo.reg_bu * of_users[user])
        of_items[item] += algo.lr_bi * (error - algo.reg_bi * of_items[item])
    state.bu, state.bi = np.array(of_users), np.array(of_items)
    return made


def _updated(own: Matrix, other: Matrix, rows: Any, others: Any, ratings: Matrix, estimates: Matrix, reg: float) -> Any:
    counts = np.bincount(rows, minlength=len(own))
    made = own.copy()
    for f in range(own.shape[1]):
        factors = other[others, f]
        above = np.bincount(rows, factors * ratings, len(own))
        below = np.bincount(rows, factors * estimates, len(own)) + counts * reg * own[:, f]
        np.multiply(own[:, f], np.divide(above, below, where=below != 0, out=np.ones(len(own))), out=made[:, f])
    return made


def fit(algo: Any, columns: Any, state: State, on_epoch: Callable[[int], None]) -> None:
    """Improve a state by all epochs of `algo`."""
    users, items, ratings = columns
    for epoch in range(algo.n_epochs):
        on_epoch(epoch)
        estimates = _estimates(state, columns, algo)
        pu = _updated(state.pu, state.qi, users, items, ratings, estimates, algo.reg_pu)
        state.qi = _updated(state.qi, state.pu, items, users, ratings, estimates, algo.reg_qi)
        state.pu = pu
