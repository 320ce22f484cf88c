# SPDX-License-Identifier: Apache-2.0
"""Pictures by matplotlib, which is asked for only here."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .factors import Factors
    from .model import Explanation, Model

_UP, _DOWN, _WHOLE = "#4c72b0", "#c44e52", "#8c8c8c"


def _axes(ax: Any, height: float) -> Any:
    if ax is not None and not hasattr(ax, "barh"):
        raise TypeError(f"ax: {ax!r} is no Axes of matplotlib")
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("pictures take matplotlib: pip install matplotlib") from None
    return plt.subplots(figsize=(7, height), layout="constrained")[1]


def plot_training(model: Model, ax: Any = None, **options: Any) -> Any:
    """Draw the RMSE by epoch."""
    log = model.log
    if not log:
        raise ValueError("this model has no training log: it was made of given factors")
    ax = _axes(ax, 3.5)
    epochs = [epoch.epoch for epoch in log]
    ax.plot(epochs, [epoch.train_rmse for epoch in log], color=_UP, label="training", **options)
    validation = [epoch.validation_rmse for epoch in log]
    if any(value == value for value in validation):
        ax.plot(epochs, validation, color=_DOWN, label="validation", **options)
        ax.axvline(model.info.best_epoch, color=_WHOLE, linestyle=":", label="best")
    ax.set_xlabel("epoch")
    ax.set_ylabel("RMSE")
    ax.legend()
    return ax


def plot_explanation(explanation: Explanation, ax: Any = None, *, count: int = 10) -> Any:
    """Draw a waterfall: each part begins where those above it have left off."""
    parts = explanation.parts(count)
    sums = list(itertools.accumulate((value for _, value in parts), initial=0.0))
    ax = _axes(ax, 0.35 * len(parts) + 1)
    places = range(len(parts))
    colours = [_UP if value >= 0 else _DOWN for _, value in parts]
    ax.barh(places, [value for _, value in parts], left=sums[:-1], color=colours)
    ax.barh(len(parts), explanation.score, color=_WHOLE)
    ax.set_yticks([*places, len(parts)], [*(name for name, _ in parts), "score"])
    ax.invert_yaxis()
    for place, ((_, value), after) in enumerate(zip(parts, sums[1:])):
        ax.annotate(f"{value:+.2f}", (max(after, after - value), place), xytext=(3, 0), textcoords="offset points",
                    va="center", fontsize="small")  # fmt: skip
    ax.set_title(f"prediction {explanation.prediction:.2f}")
    ax.margins(x=0.12)
    return ax


def plot_factors(factors: Factors, ax: Any = None, *, count: int = 12) -> Any:
    """Draw shares, and the titles of items beside them."""
    shown = factors[:count]
    ax = _axes(ax, 0.35 * len(shown) + 0.8)
    places = range(len(shown))
    ax.barh(places, [100 * factor.share for factor in shown], color=_UP)
    ax.set_yticks(places, [f"{'; '.join(factor.titles[:2])}  ({factor.name})" for factor in shown])
    ax.invert_yaxis()
    ax.set_xlabel("share of what factors explain, %")
    return ax
