# SPDX-License-Identifier: Apache-2.0
"""Evaluation in full: metrics by name, beside systems that anything should beat, with intervals and in groups."""

from __future__ import annotations

import ctypes
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, Union

from . import _library, _options, _structs
from ._progress import Bar, Watcher
from .model import Model
from .ratings import Ratings

__all__ = ["Difference", "Evaluation", "Figure", "MetricDefinition", "Slice", "evaluate", "metrics"]

_lib = _library.lib
_KINDS = ("rating", "ranking", "lists")
_BETTER = {-1: "lower", 0: "", 1: "higher"}


@dataclass(frozen=True)
class MetricDefinition:
    """What a metric is.

    Attributes:
        name: As `evaluate` takes it, such as "ndcg".
        title: For tables, such as "NDCG".
        kind: "rating": of predicted ratings; "ranking": of lists, whether what users liked is there; "lists": what
            lists are like.
        better: "lower", "higher", or "" where it tells, but does not judge.
        by_default: Measured where no metric is named.
        at: Of the first N places of a list.
        formula: The formula, its letters explained.
        notes: What it means, and where other programs differ.

    """

    name: str
    title: str
    kind: str
    better: str
    by_default: bool
    at: bool
    formula: str
    notes: str


@dataclass(frozen=True)
class Figure:
    """A value measured.

    Attributes:
        value: None where there is none.
        low: Interval of the value, from a bootstrap over users; None where there is none.
        high: Its other end.
        undefined: Why there is no value, or None.

    """

    value: float | None
    low: float | None
    high: float | None
    undefined: str | None


@dataclass(frozen=True)
class Difference:
    """The model minus another system.

    Attributes:
        value: None where there is none.
        low: Interval of the difference; None where there is none.
        high: Its other end.
        p: Of a permutation test; None where there is none.
        p_holm: The same, corrected by Holm's method for all tests of the evaluation.
        undefined: Why there is no value, or None.

    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    undefined: str | None


@dataclass(frozen=True)
class Slice:
    """What figures are of: everything, or users or items with so many ratings in training.

    Attributes:
        kind: "all", "users" or "items".
        least: Ratings in training of its users or items, from
        most: and to.
        row_count: Users or items of the test ratings that have as many.
        rating_count: Their test ratings.

    """

    kind: str
    least: int
    most: int
    row_count: int
    rating_count: int


@dataclass(frozen=True)
class Evaluation:
    """A model beside other systems, on ratings it has not seen. `evaluation["ndcg@10"].value` is the model's.

    Attributes:
        systems: The model first; then those given, and "mean", "popularity" and "bias-only".
        notes: A few words about a system, by name; only those there are.
        measures: Such as "rmse" and "ndcg@10".
        slices: Everything first; then groups of users and of items, from few ratings in training to many.
        figures: By (system, measure, place of the slice).
        differences: With `differences=True`, by (other system, measure).
        facts: What was compared: counts of ratings, users, items, of what was unknown, and of what is relevant.

    """

    systems: list[str]
    notes: dict[str, str]
    measures: list[str]
    slices: list[Slice]
    figures: dict[tuple[str, str, int], Figure]
    differences: dict[tuple[str, str], Difference]
    facts: dict[str, Any]

    def __getitem__(self, key: str | tuple[str, str]) -> Figure:
        """Return the figure of a measure, or of (measure, system), over everything."""
        measure, system = (key, self.systems[0]) if isinstance(key, str) else key
        return self.figures[system, measure, 0]

    def to_pandas(self, slice: int = 0) -> Any:
        """Return a DataFrame of values, measures x systems.

        Args:
            slice: Place of a slice.

        """
        import pandas as pd

        rows = [[self.figures[system, name, slice].value for system in self.systems] for name in self.measures]
        return pd.DataFrame(rows, self.measures, self.systems, float)

    def _repr_html_(self) -> str:
        from ._html import of_evaluation

        return of_evaluation(self)


def metrics() -> list[MetricDefinition]:
    """Return all metrics that there are, with their formulas.

    >>> [metric.name for metric in metrics() if metric.kind == "rating"]
    ['rmse', 'mae', 'fcp', 'fcp-surprise']
    """
    made = []
    place = 0
    while raw := _lib.palate_metric_at(place):
        one = raw.contents
        made.append(
            MetricDefinition(
                name=one.name.decode(),
                title=one.title.decode(),
                kind=_KINDS[one.kind],
                better=_BETTER[one.better],
                by_default=one.by_default,
                at=one.at,
                formula=one.formula.decode(),
                notes=one.notes.decode(),
            )
        )
        place += 1
    return made


# ---- One evaluation ----

ShareArgument = Union[bool, Callable[[float], Union[bool, None]], None]


class _EvaluationBar(Bar):
    def __init__(self) -> None:
        super().__init__(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining}", desc="evaluation")

    def __call__(self, share: float) -> None:
        if self._bar is not None:
            self._bar.n = min(share, 1.0)
            self._bar.refresh()
        else:
            self._write(f"{share:.0%}")


class _ShareWatcher(Watcher):
    def _read(self, raw: Any) -> float:
        return float(raw)


def _ratings_of(given: Any, options: Mapping[str, Any]) -> Ratings:
    return given if isinstance(given, Ratings) else Ratings(given, **options)


def _texts(values: Any, kind: str) -> Any:
    """Return several names or numbers as the library reads them: "ndcg@5,rmse"."""
    if kind == "text" and isinstance(values, (list, tuple)):
        return ",".join(str(one) for one in values)
    is_number = isinstance(values, numbers.Real) and not isinstance(values, bool)
    return f"{values}" if kind == "text" and is_number else values


def _set_others(filled: _options.Filled, others: Mapping[str, Any], reading: Mapping[str, Any]) -> None:
    systems = filled.keep((_structs.OtherSystem * max(len(others), 1))())
    for system, (name, answers) in zip(systems, others.items()):
        both = answers if isinstance(answers, Mapping) and set(answers) <= {"predictions", "lists"} else None
        system.name = filled.keep(str(name).encode())
        for kind, ratings in (both or {"predictions": answers}).items():
            taken = filled.keep(_ratings_of(ratings, {**reading, "scale": None}))
            setattr(system, kind, taken._handle.pointer)
    filled.values.others = ctypes.addressof(systems)
    filled.values.other_count = len(others)


def _run(model: Model, test: Ratings, filled: _options.Filled, watch: Watcher) -> _library.Handle:
    out = ctypes.c_void_p()
    error = _structs.Error()
    callback = _structs.ShareCallback(watch.ask)
    filled.values.on_progress = callback
    with watch:
        status = _lib.palate_evaluation_run(
            model._handle.pointer, test._handle.pointer, filled.pointer, ctypes.byref(out), ctypes.byref(error)
        )
    if watch.error is not None:
        raise watch.error
    if watch.interrupted or status == _library.STOPPED:
        raise KeyboardInterrupt
    if out.value is None:
        raise _library.exception(error)
    return _library.Handle(out.value, _lib.palate_evaluation_free)


def _text(text: bytes | None) -> str | None:
    return None if text is None else text.decode()


def _figure(raw: Any) -> Figure:
    low, high = (raw.low, raw.high) if raw.has_interval else (None, None)
    return Figure(None if raw.undefined else raw.value, low, high, _text(raw.undefined))


def _difference(raw: Any) -> Difference:
    low, high = (raw.low, raw.high) if raw.has_interval else (None, None)
    p, holm = (raw.p, raw.p_holm) if raw.has_test else (None, None)
    return Difference(None if raw.undefined else raw.value, low, high, p, holm, _text(raw.undefined))


def _slice(raw: Any) -> Slice:
    return Slice(("all", "users", "items")[raw.kind], raw.least, raw.most, raw.row_count, raw.rating_count)


def _facts(raw: Any) -> dict[str, Any]:
    made = {name: getattr(raw, name) for name, *_ in raw._fields_ if name != "unknown"}
    return {**made, "unknown_users": raw.unknown.users, "unknown_items": raw.unknown.items}


def _result(at: int, differences: bool) -> Evaluation:
    systems = [_lib.palate_evaluation_system(at, s).decode() for s in range(_lib.palate_evaluation_system_count(at))]
    count = _lib.palate_evaluation_measure_count(at)
    names = [_lib.palate_evaluation_measure(at, m).contents.name.decode() for m in range(count)]
    notes = {name: _lib.palate_evaluation_system_note(at, s).decode() for s, name in enumerate(systems)}
    slices = range(_lib.palate_evaluation_slice_count(at))
    cells = [(s, system, m, name) for s, system in enumerate(systems) for m, name in enumerate(names)]
    return Evaluation(
        systems=systems,
        notes={system: note for system, note in notes.items() if note},
        measures=names,
        slices=[_slice(_lib.palate_evaluation_slice(at, place).contents) for place in slices],
        figures={
            (system, name, place): _figure(_lib.palate_evaluation_figure(at, s, m, place))
            for s, system, m, name in cells
            for place in slices
        },
        differences={
            (system, name): _difference(_lib.palate_evaluation_difference(at, s, m))
            for s, system, m, name in cells
            if differences and s > 0
        },
        facts=_facts(_lib.palate_evaluation_facts(at).contents),
    )


def evaluate(
    model: Model,
    ratings: Any,
    *,
    train: Any = None,
    candidates: Any = None,
    others: Mapping[str, Any] | None = None,
    progress: ShareArgument = None,
    **options: Any,
) -> Evaluation:
    """Measure a model on ratings it has not seen, beside systems that anything should beat, with intervals.

        mean         predicts the mean of the training ratings for everybody
        popularity   recommends what most users have rated in training
        bias-only    mean + user offset + item offset, by ridge regression

    Every user gets a list of the N best items of all that the model knows, but those seen in training; relevant are
    those that the test ratings say so of. `metrics` has the formulas; `Model.evaluate` is RMSE and MAE alone.

    Args:
        model: The model.
        ratings: To test with: `Ratings`, or anything `Ratings` takes.
        train: What the model was trained on, for "bias-only".
        candidates: Ids of the only items that may be recommended; None: any.
        others: Other systems by name: predictions of the test ratings, in place of ratings; or a mapping of
            "predictions", "lists" (items of a user with their scores), or both.
        progress: True shows a bar. A function is called with the share done, 0 to 1; if it returns False, the
            evaluation ends with a KeyboardInterrupt.
        **options: Of the evaluation (see below); and of `Ratings`.

    Raises:
        InvalidError: There is no such metric, or an option is wrong.
        UnknownIdError: A candidate that the model does not know.
        TypeError: There is no such option, or it is of the wrong type.

    Examples:
        >>> import palate
        >>> made = [(f"u{u}", f"i{i}", 1 + 4 * (u % 2 == i % 2)) for u in range(40) for i in range(20)]
        >>> model = palate.train(made[::2], factors=2, scale=(1, 5))
        >>> found = palate.evaluate(model, made[1::2], metrics=["rmse", "ndcg"], count=5, resamples=0)
        >>> found.measures
        ['rmse', 'ndcg@5']

    Options:
    """
    if not isinstance(model, Model):
        raise TypeError(f"{model!r} is no Model")
    if others is not None and not isinstance(others, Mapping):
        raise TypeError(f"others: {others!r}; give systems by name, each with its predictions")
    found = {name: _options.evaluating.find(name) for name in options}
    measuring = {name: _texts(options[name], option.kind) for name, option in found.items() if option is not None}
    reading = {name: options[name] for name, option in found.items() if option is None}
    filled = _options.evaluating.fill(measuring, "evaluate")
    test = _ratings_of(ratings, reading)
    if train is not None:
        filled.values.train = filled.keep(_ratings_of(train, reading))._handle.pointer
    if candidates is not None:
        rows = filled.keep(model._items.known_rows(candidates))
        filled.values.candidates, filled.values.candidate_count = rows.ctypes.data, len(rows)
    if others is not None:
        _set_others(filled, others, reading)
    watch = _ShareWatcher(_EvaluationBar() if progress is True else progress or None, float)
    made = _run(model, test, filled, watch)
    return _result(made.pointer, bool(filled.values.differences))


evaluate.__doc__ = f"{(evaluate.__doc__ or '').rstrip()}\n{_options.evaluating.document()}\n"
