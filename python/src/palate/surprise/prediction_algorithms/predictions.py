# SPDX-License-Identifier: Apache-2.0
"""A prediction, and why there may be none."""

from __future__ import annotations

from typing import Any, NamedTuple


class PredictionImpossible(Exception):  # noqa: N818 (the name is Surprise's)
    """Raised by `estimate()` where there is no estimate: the prediction is the mean then."""


class Prediction(NamedTuple):
    """One prediction.

    Attributes:
        uid: The user.
        iid: The item.
        r_ui: The true rating, or None.
        est: The estimate.
        details: What else there is to say of it; "was_impossible": the estimate is only the mean.

    """

    uid: Any
    iid: Any
    r_ui: Any
    est: Any
    details: dict[str, Any]

    def __str__(self) -> str:
        true = f"{self.r_ui:1.2f}" if self.r_ui is not None else "None"
        return f"user: {self.uid:<10} item: {self.iid:<10} r_ui = {true}   est = {self.est:1.2f}   {self.details}"
