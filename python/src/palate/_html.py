# SPDX-License-Identifier: Apache-2.0
"""What notebooks show of objects."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Explanation, Model


_LEFT = "style='text-align:left'"


def table(title: str, rows: list[tuple[str, str]]) -> str:
    """Return a table of names and values."""
    body = "".join(
        f"<tr><th {_LEFT}>{html.escape(name)}</th><td {_LEFT}>{html.escape(value)}</td></tr>" for name, value in rows
    )
    return f"<table><caption>{html.escape(title)}</caption>{body}</table>"


def of_model(model: Model) -> str:
    """Return what there is to say of a model."""
    info = model.info
    rows = [
        ("factors", f"{info.factor_count}"),
        ("users", f"{info.user_count:,}"),
        ("items", f"{info.item_count:,}"),
        ("mode, rule", f"{info.mode}, {info.rule}"),
    ]
    if info.rating_count:
        rows.append(("ratings", f"{info.rating_count:,}"))
        rows.append(("epochs", f"{info.epochs} (ended by {info.stopped_by})"))
        rows.append(("train RMSE", f"{info.train_rmse:.4f}"))
    if info.validation_rmse == info.validation_rmse:
        rows.append(("validation RMSE", f"{info.validation_rmse:.4f} (epoch {info.best_epoch})"))
    if info.scale is not None:
        rows.append(("scale", f"{info.scale[0]:g} to {info.scale[1]:g}"))
    return table("palate.Model", rows)


def of_explanation(explanation: Explanation) -> str:
    """Return the parts of a prediction, the largest factors first."""
    parts = [(name, getattr(explanation, name)) for name in ("common", "user", "item", "time")]
    parts += sorted(explanation.factors.items(), key=lambda part: -abs(part[1]))
    rows = [(name, f"{value:+.3f}") for name, value in parts if name != "time" or value != 0]
    return table(f"{explanation.prediction:.3f}", [*rows, ("score", f"{explanation.score:.3f}")])
