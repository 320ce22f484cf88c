# SPDX-License-Identifier: Apache-2.0
"""What algorithms have in common."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from . import _baselines, _similarities
from .predictions import Prediction, PredictionImpossible

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class AlgoBase:
    """An algorithm: `fit`, then `predict` and `test`.

    One of your own defines `estimate(u, i)` by inner ids, which returns an estimate, or (estimate, details), or raises
    `PredictionImpossible`; and, where it learns, `fit(trainset)`, which calls this one's first.

    Args:
        **kwargs: `bsl_options` of `compute_baselines`, `sim_options` of `compute_similarities`.

    """

    def __init__(self, **kwargs: Any) -> None:
        self.bsl_options = kwargs.get("bsl_options", {})
        self.sim_options = kwargs.get("sim_options", {})
        self.sim_options.setdefault("user_based", True)

    def fit(self, trainset: Any) -> Any:
        """Take ratings to learn from."""
        self.trainset = trainset
        self.bu: Any = None
        self.bi: Any = None
        return self

    if TYPE_CHECKING:

        def estimate(self, u: Any, i: Any) -> Any:
            """Return an estimate by inner ids."""

    # ---- Prediction ----

    def _inner_ids(self, uid: Any, iid: Any) -> tuple[Any, Any]:
        users, items = self.trainset._raw2inner_id_users, self.trainset._raw2inner_id_items
        return users.get(uid, f"UKN__{uid}"), items.get(iid, f"UKN__{iid}")

    def _clipped(self, est: Any) -> Any:
        lowest, highest = self.trainset.rating_scale
        return max(lowest, min(highest, est))

    def predict(self, uid: Any, iid: Any, r_ui: Any = None, clip: bool = True, verbose: bool = False) -> Prediction:
        """Predict one rating.

        Args:
            uid: The user's id in the data: a number and its text are two different ids.
            iid: The item's id in the data.
            r_ui: The true rating, to go into the prediction.
            clip: Keep the estimate within the scale.
            verbose: Print the prediction.

        """
        details: dict[str, Any] = {}
        try:
            est = self.estimate(*self._inner_ids(uid, iid))
            if isinstance(est, tuple):
                est, details = est
            details["was_impossible"] = False
        except PredictionImpossible as impossible:
            est = self.default_prediction()
            details = {"was_impossible": True, "reason": str(impossible)}
        prediction = Prediction(uid, iid, r_ui, self._clipped(est) if clip else est, details)
        if verbose:
            print(prediction)
        return prediction

    def default_prediction(self) -> Any:
        """Return what is predicted where nothing can be said: the mean of the ratings."""
        return self.trainset.global_mean

    def test(self, testset: Any, verbose: bool = False) -> list[Prediction]:
        """Predict ratings (user, item, true rating)."""
        return [self.predict(uid, iid, true, verbose=verbose) for uid, iid, true in testset]

    # ---- For algorithms of neighbourhoods ----

    def compute_baselines(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the offsets of users and of items, by `bsl_options`.

        Its "method" is "als" (with "n_epochs", "reg_u", "reg_i") or "sgd" ("n_epochs", "reg", "learning_rate").
        """
        if getattr(self, "bu", None) is not None:
            return self.bu, self.bi
        method = self.bsl_options.get("method", "als")
        if getattr(self, "verbose", False):
            print(f"Estimating biases using {method}...")
        if method not in _baselines.METHODS:
            raise ValueError(f"Invalid method {method} for baseline computation. Available methods are als and sgd.")
        self.bu, self.bi = _baselines.METHODS[method](self.trainset, self.bsl_options)
        return self.bu, self.bi

    def compute_similarities(self) -> npt.NDArray[np.float64]:
        """Return how similar users are to each other, or items, by `sim_options`.

        Its "name" is "msd", "cosine", "pearson" or "pearson_baseline" ("shrinkage"); "user_based": of users or of
        items; "min_support": the ratings that two must have in common.
        """
        name = self.sim_options.get("name", "msd").lower()
        offsets = self.compute_baselines() if name == "pearson_baseline" else None
        told = getattr(self, "verbose", False)
        if told:
            print(f"Computing the {name} similarity matrix...")
        if name not in _similarities.MEASURES:
            raise NameError(f"Wrong sim name {name}. Allowed values are {', '.join(_similarities.MEASURES)}.")
        similarities = _similarities.compute(name, self.trainset, self.sim_options, offsets)
        if told:
            print("Done computing similarity matrix.")
        return similarities

    def get_neighbors(self, iid: int, k: int) -> list[int]:
        """Return the inner ids of the k nearest users, or items, by `self.sim`."""
        others = self.trainset.all_users() if self.sim_options["user_based"] else self.trainset.all_items()
        row = self.sim[iid]  # type: ignore[attr-defined]
        return heapq.nlargest(k, [other for other in others if other != iid], key=lambda other: row[other])
