# SPDX-License-Identifier: Apache-2.0
"""Predictions of many ratings at once, where an algorithm can make them so: the same as one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .algo_base import AlgoBase
from .predictions import Prediction

if TYPE_CHECKING:
    import numpy.typing as npt

UNKNOWN = -1


class BatchAlgo(AlgoBase):
    """An algorithm whose `_estimates` knows many pairs."""

    def _estimates(self, users: npt.NDArray[np.int64], items: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return estimates by inner ids, UNKNOWN among them; NaN: impossible."""
        raise NotImplementedError

    _impossible = ""

    def test(self, testset: Any, verbose: bool = False) -> list[Prediction]:
        """Predict ratings (user, item, true rating)."""
        if verbose or not self._is_plain():
            return super().test(testset, verbose)
        testset = list(testset)
        users = self._inner(self.trainset._raw2inner_id_users, [uid for uid, _, _ in testset])
        items = self._inner(self.trainset._raw2inner_id_items, [iid for _, iid, _ in testset])
        estimates = self._estimates(users, items)
        possible = ~np.isnan(estimates)
        lowest, highest = self.trainset.rating_scale
        clipped = np.clip(np.where(possible, estimates, self.default_prediction()), lowest, highest)
        reason = self._impossible
        return [
            Prediction(
                uid, iid, true, est, {"was_impossible": False} if there else {"was_impossible": True, "reason": reason}
            )
            for (uid, iid, true), est, there in zip(testset, clipped, possible.tolist())
        ]

    def _is_plain(self) -> bool:
        """Tell whether no class below the one that knows many pairs says otherwise of one."""
        kind = type(self)
        known = next(parent for parent in kind.__mro__ if "_estimates" in vars(parent))
        return all(
            getattr(kind, name) is getattr(known, name) for name in ("estimate", "predict", "default_prediction")
        )

    @staticmethod
    def _inner(numbers: dict[Any, int], ids: list[Any]) -> npt.NDArray[np.int64]:
        return np.fromiter((numbers.get(one, UNKNOWN) for one in ids), np.int64, len(ids))
