# SPDX-License-Identifier: Apache-2.0
"""What notebooks show of objects: tables and pictures of plain HTML and SVG, which need nothing but a browser."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .catalogue import Catalogue
    from .evaluation import Evaluation, Figure
    from .factors import Factors
    from .model import Epoch, Explanation, Model
    from .ratings import Ratings
    from .tuning import Tuning

_LEFT = "style='text-align:left'"
_UP, _DOWN, _WHOLE = "#4c72b0", "#c44e52", "#8c8c8c"
_ROWS_SHOWN = 10


class _Picture(str):
    """Text that is SVG already; all other text is escaped."""

    __slots__ = ()


def of_tuning(tuning: Tuning) -> str:
    """Return the trials, from the best to the worst, with the simplest marked."""
    names = list(tuning.trials[0].values) if tuning.trials else []
    rows = []
    for trial in tuning.trials:
        mean = trial.failed or "-" if trial.mean is None else f"{trial.mean:.4f}"
        error = "" if trial.error is None else f"{trial.error:.4f}"
        mark = "the best" if trial is tuning.best else "the simplest" if trial is tuning.simplest else ""
        rows.append((*(str(trial.values[name]) for name in names), mean, error, mark))
    return table(f"Search by {tuning.metric}", rows, (*names, tuning.metric, "s. e.", ""))


def of_evaluation(evaluation: Evaluation) -> str:
    """Return the figures over everything, with intervals where there are."""
    rows = []
    for measure in evaluation.measures:
        figures = [evaluation[measure, system] for system in evaluation.systems]
        rows.append((measure, *(_figure(one) for one in figures)))
    count = evaluation.facts["rating_count"]
    return table(f"Evaluation on {count:,} ratings", rows, ("", *evaluation.systems))


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "-"
    interval = "" if figure.low is None else f" ({figure.low:.4f} to {figure.high:.4f})"
    return f"{figure.value:.4f}{interval}"


def table(title: str, rows: Sequence[tuple[str, ...]], heads: tuple[str, ...] = ()) -> str:
    """Return a table; the first cell of a row is its head."""
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    head = "".join(f"<th {_LEFT}>{html.escape(text)}</th>" for text in heads)
    return f"<table><caption>{html.escape(title)}</caption>{f'<tr>{head}</tr>' if head else ''}{body}</table>"


def _cells(row: tuple[str, ...]) -> str:
    first, *rest = (text if isinstance(text, _Picture) else html.escape(text) for text in row)
    return f"<th {_LEFT}>{first}</th>" + "".join(f"<td {_LEFT}>{text}</td>" for text in rest)


# ---- Pictures ----


def _svg(width: float, height: float, inside: str) -> _Picture:
    return _Picture(f"<svg width='{width:g}' height='{height:g}' style='vertical-align:middle'>{inside}</svg>")


def _bar(begin: float, end: float, colour: str, width: int = 160) -> str:
    """Return a bar between two places in 0 to 1."""
    left, right = sorted((begin, end))
    size = max((right - left) * width, 1)
    return _svg(width, 12, f"<rect x='{left * width:.1f}' y='1' width='{size:.1f}' height='10' fill='{colour}'/>")


def _columns(counts: Sequence[int], width: int = 160, height: int = 40) -> str:
    """Return a histogram."""
    most, step = max(counts), width / len(counts)
    rects = (
        f"<rect x='{place * step:.1f}' y='{height * (1 - count / most):.1f}' width='{step - 1:.1f}' "
        f"height='{height * count / most:.1f}' fill='{_UP}'/>"
        for place, count in enumerate(counts)
    )
    return _svg(width, height, "".join(rects))


def _line(values: Sequence[float], colour: str, low: float, high: float, width: int, height: int) -> str:
    span = high - low or 1.0
    step = width / max(len(values) - 1, 1)
    points = " ".join(
        f"{place * step:.1f},{2 + (height - 4) * (high - value) / span:.1f}"
        for place, value in enumerate(values)
        if math.isfinite(value)
    )
    return f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='1.5'/>"


def _curve(log: Sequence[Epoch], width: int = 240, height: int = 60) -> str:
    """Return how the RMSE fell: of training, and of validation in red."""
    lines = [([epoch.train_rmse for epoch in log], _UP), ([epoch.validation_rmse for epoch in log], _DOWN)]
    finite = [value for values, _ in lines for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    drawn = (_line(values, colour, min(finite), max(finite), width, height) for values, colour in lines)
    return _svg(width, height, "".join(drawn))


# ---- Objects ----


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
    curve = _curve(model.log)
    if curve:
        rows.append(("RMSE by epoch", curve))
    return table("palate.Model", rows)


def of_ratings(ratings: Ratings) -> str:
    """Return what there is to say of ratings."""
    report = ratings.report
    cells = ratings.user_count * ratings.item_count
    counts, low, high = ratings._histogram()
    rows = [
        ("ratings", f"{len(ratings):,}"),
        ("users", f"{ratings.user_count:,}"),
        ("items", f"{ratings.item_count:,}"),
        ("known cells", f"{100 * len(ratings) / cells:.3g} %"),
        ("scale", f"{ratings.scale[0]:g} to {ratings.scale[1]:g}{' (as found)' if report.scale_inferred else ''}"),
        ("mean", f"{report.mean:.4g}"),
        ("times", "yes" if report.has_times else "no"),
    ]
    rows.append((f"{low:g} to {high:g}", _columns(counts)))
    return table("palate.Ratings", rows)


def _waterfall(parts: Sequence[tuple[str, float]], score: float) -> list[tuple[str, ...]]:
    """Return a row for each part, its bar from where the sum stood to where it then stands."""
    sums = list(itertools.accumulate((value for _, value in parts), initial=0.0))
    low, high = min(*sums, score), max(*sums, score)
    span = high - low or 1.0
    rows: list[tuple[str, ...]] = []
    for (name, value), before, after in zip(parts, sums, sums[1:]):
        bar = _bar((before - low) / span, (after - low) / span, _UP if value >= 0 else _DOWN)
        rows.append((name, f"{value:+.3f}", bar))
    rows.append(("score", f"{score:.3f}", _bar((0.0 - low) / span, (score - low) / span, _WHOLE)))
    return rows


def of_explanation(explanation: Explanation) -> str:
    """Return a prediction and its parts, each where the ones above have left off."""
    rows = _waterfall(explanation.parts(_ROWS_SHOWN), explanation.score)
    return table(f"prediction {explanation.prediction:.3f}", rows)


def of_factors(factors: Factors) -> str:
    """Return the factors, the largest share first."""
    most = max((abs(factor.share) for factor in factors), default=0.0) or 1.0
    rows = [
        (factor.name, f"{100 * factor.share:.1f} %", _bar(0, abs(factor.share) / most, _UP), "; ".join(factor.titles))
        for factor in factors
    ]
    return table("palate.Factors", rows, ("factor", "share", "", "items"))


def of_catalogue(catalogue: Catalogue) -> str:
    """Return the first rows of a table."""
    shown = list(itertools.islice(catalogue, _ROWS_SHOWN))
    rows = [(id, *catalogue[id].values()) for id in shown]
    more = f", {len(shown)} of {len(catalogue):,} rows" if len(catalogue) > len(shown) else ""
    return table(f"palate.Catalogue{more}", rows, ("id", *catalogue.columns))
