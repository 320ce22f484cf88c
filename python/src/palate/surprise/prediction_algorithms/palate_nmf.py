# SPDX-License-Identifier: Apache-2.0
"""palate's own model, behind the interface of Surprise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from palate import training
from palate._progress import Progress
from palate.ratings import Ratings
from palate.surprise.utils import get_rng

from ._batch import UNKNOWN, BatchAlgo
from .algo_base import AlgoBase

if TYPE_CHECKING:
    import numpy.typing as npt

    from palate.model import Model

_SEEDS = 2**31 - 1


class PalateNMF(BatchAlgo):
    """Non-negative matrix factorization as `palate.train` does it: more accurate, and nothing to choose.

    Users and items without ratings are taken for the typical ones, so no prediction is impossible. Where a user has
    rated an item several times, the last rating counts.

    Args:
        n_factors: Number of factors; None: by the number of ratings.
        n_epochs: The most epochs; None: by the mode.
        mode: "default", "strict" or "pure"; see `palate.train`.
        reg: Regularization of the factors; None: found from the ratings.
        random_state: None: NumPy's global generator; or a seed, or a RandomState.
        verbose: Print each epoch.
        **options: More options of `palate.train`.

    Attributes:
        model: The `palate.Model`; its ids are inner ids.
        pu: Factors of the users by inner id, users x factors.
        qi: Factors of the items, items x factors.
        bu: Offsets of the users.
        bi: Offsets of the items.

    """

    def __init__(
        self,
        n_factors: int | None = None,
        n_epochs: int | None = None,
        mode: str = "default",
        reg: float | None = None,
        random_state: Any = None,
        verbose: bool = False,
        **options: Any,
    ) -> None:
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.mode = mode
        self.reg = reg
        self.random_state = random_state
        self.verbose = verbose
        self.options = options

    def _training_options(self) -> dict[str, Any]:
        chosen = {"factors": self.n_factors, "epochs": self.n_epochs, "regularization": self.reg}
        given = {name: value for name, value in chosen.items() if value is not None}
        seed = int(get_rng(self.random_state).randint(_SEEDS))
        return {"mode": self.mode, "seed": seed, **given, **self.options}

    def _on_progress(self, progress: Progress) -> None:
        if self.verbose and progress.epoch_ended:
            print(f"Processing epoch {progress.epoch - 1}")

    def fit(self, trainset: Any) -> PalateNMF:
        """Learn from ratings; all of them must be on the scale."""
        AlgoBase.fit(self, trainset)
        scale = trainset.rating_scale
        users, items, ratings = trainset._all_columns()
        taken = Ratings({"user": users, "item": items, "rating": ratings}, scale=scale)
        self.model: Model = training.train(taken, progress=self._on_progress, **self._training_options())
        self._user_rows, self._item_rows = np.argsort(taken.user_ids), np.argsort(taken.item_ids)
        self.pu = self.model.user_factors[self._user_rows].astype(np.float64)
        self.qi = self.model.item_factors[self._item_rows].astype(np.float64)
        self.bu = self.model.user_offsets[self._user_rows].astype(np.float64)
        self.bi = self.model.item_offsets[self._item_rows].astype(np.float64)
        return self

    def estimate(self, u: Any, i: Any) -> Any:
        """Return an estimate by inner ids."""
        user = u if self.trainset.knows_user(u) else UNKNOWN
        item = i if self.trainset.knows_item(i) else UNKNOWN
        return self._estimates(np.array([user]), np.array([item]))[0]

    def _estimates(self, users: npt.NDArray[np.int64], items: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        made: npt.NDArray[np.float64] = self.model.predict(users, items).astype(np.float64)
        return made
