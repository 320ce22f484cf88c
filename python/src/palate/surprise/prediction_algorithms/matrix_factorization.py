# SPDX-License-Identifier: Apache-2.0
"""NMF as Surprise has it: multiplicative updates over the ratings (Luo et al. 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from palate import training
from palate._progress import Progress
from palate.errors import InvalidError
from palate.ratings import Ratings
from palate.surprise.utils import get_rng

from . import _reference
from ._batch import UNKNOWN, BatchAlgo
from .algo_base import AlgoBase
from .predictions import PredictionImpossible

if TYPE_CHECKING:
    import numpy.typing as npt


class NMF(BatchAlgo):
    """Non-negative matrix factorization: r ~ q . p, or, `biased`, mean + b_u + b_i + q . p.

    Equal seeds give the factors of Surprise's NMF, to the precision of a float32; by the library's rule mu, in a
    fraction of the time.

    Args:
        n_factors: Number of factors.
        n_epochs: Number of epochs.
        biased: With biases of users and items.
        reg_pu: Regularization of the users' factors.
        reg_qi: Regularization of the items' factors.
        reg_bu: Regularization of the users' biases; only with `biased`.
        reg_bi: Regularization of the items' biases; only with `biased`.
        lr_bu: Step of the users' biases; only with `biased`.
        lr_bi: Step of the items' biases; only with `biased`.
        init_low: Factors start uniform between init_low, > 0 or 0,
        init_high: and init_high.
        random_state: None: NumPy's global generator; or a seed, or a RandomState.
        verbose: Print each epoch.

    Attributes:
        pu: Factors of the users by inner id, users x factors.
        qi: Factors of the items, items x factors.
        bu: Biases of the users.
        bi: Biases of the items.

    """

    _impossible = "User and item are unknown."

    def __init__(
        self,
        n_factors: int = 15,
        n_epochs: int = 50,
        biased: bool = False,
        reg_pu: float = 0.06,
        reg_qi: float = 0.06,
        reg_bu: float = 0.02,
        reg_bi: float = 0.02,
        lr_bu: float = 0.005,
        lr_bi: float = 0.005,
        init_low: float = 0,
        init_high: float = 1,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        if init_low < 0:
            raise ValueError("init_low should be greater than zero")
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.biased = biased
        self.reg_pu = reg_pu
        self.reg_qi = reg_qi
        self.reg_bu = reg_bu
        self.reg_bi = reg_bi
        self.lr_bu = lr_bu
        self.lr_bi = lr_bi
        self.init_low = init_low
        self.init_high = init_high
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, trainset: Any) -> NMF:
        """Learn from ratings."""
        AlgoBase.fit(self, trainset)
        self.sgd(trainset)
        return self

    def sgd(self, trainset: Any) -> None:
        """Do the work of `fit`."""
        generator = get_rng(self.random_state)
        shape_of_users, shape_of_items = ((n, self.n_factors) for n in (trainset.n_users, trainset.n_items))
        state = _reference.State(
            generator.uniform(self.init_low, self.init_high, size=shape_of_users),
            generator.uniform(self.init_low, self.init_high, size=shape_of_items),
            np.zeros(trainset.n_users),
            np.zeros(trainset.n_items),
        )
        columns = trainset._all_columns()
        if not self._by_library(columns, state):
            _reference.fit(self, columns, state, self._tell)
        self.pu, self.qi, self.bu, self.bi = state.pu, state.qi, state.bu, state.bi

    # ---- Training ----

    def _tell(self, epoch: int) -> None:
        if self.verbose:
            print(f"Processing epoch {epoch}")

    def _on_progress(self, progress: Progress) -> None:
        if progress.epoch_ended:
            self._tell(progress.epoch - 1)

    def _options(self) -> dict[str, Any]:
        made = {
            "rule": "mu", "epochs": self.n_epochs, "regularization": self.reg_pu, "item_regularization": self.reg_qi,
        }  # fmt: skip
        if not self.biased:
            return made
        return {
            **made, "biases": True, "user_bias_regularization": self.reg_bu, "item_bias_regularization": self.reg_bi,
            "bias_learning_rate": self.lr_bu, "item_bias_learning_rate": self.lr_bi,
        }  # fmt: skip

    def _by_library(self, columns: Any, state: _reference.State) -> bool:
        """Improve a state by all epochs, by rule mu; False: these ratings, or options, are not for it."""
        users, items, ratings = columns
        if len(ratings) == 0 or ratings.min() < 0 or not self._is_allowed():
            return False
        taken = Ratings({"user": users, "item": items, "rating": ratings}, keep_order=self.biased)
        if taken.report.duplicate_count > 0:
            return False
        of_users, of_items = taken.user_ids, taken.item_ids
        start = (state.pu[of_users], state.qi[of_items])
        try:
            model = training.train(taken, start=start, progress=self._on_progress, **self._options())
        except InvalidError:
            return False
        state.pu[of_users], state.qi[of_items] = model.user_factors, model.item_factors
        if self.biased:
            state.bu[of_users], state.bi[of_items] = model.user_offsets, model.item_offsets
        return True

    def _is_allowed(self) -> bool:
        return self.n_factors > 0 and self.n_epochs > 0 and self.lr_bu > 0 and self.lr_bi > 0

    # ---- Prediction ----

    def estimate(self, u: Any, i: Any) -> Any:
        """Return an estimate by inner ids.

        Raises:
            PredictionImpossible: User or item is unknown, and there are no biases to go by.

        """
        user_is_known, item_is_known = self.trainset.knows_user(u), self.trainset.knows_item(i)
        if not self.biased:
            if user_is_known and item_is_known:
                return np.dot(self.qi[i], self.pu[u])
            raise PredictionImpossible(self._impossible)
        est = self.trainset.global_mean
        if user_is_known:
            est = est + self.bu[u]
        if item_is_known:
            est = est + self.bi[i]
        return est + np.dot(self.qi[i], self.pu[u]) if user_is_known and item_is_known else est

    def _estimates(self, users: npt.NDArray[np.int64], items: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        known_user, known_item = users != UNKNOWN, items != UNKNOWN
        both = known_user & known_item
        made = np.full(len(users), np.nan)
        if self.biased:
            made = self.trainset.global_mean + np.where(known_user, self.bu[users], 0.0)
            made += np.where(known_item, self.bi[items], 0.0)
        products = np.einsum("ef,ef->e", self.qi[items[both]], self.pu[users[both]])
        made[both] = made[both] + products if self.biased else products
        return made
