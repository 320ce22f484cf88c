# SPDX-License-Identifier: Apache-2.0
"""Cross-validation: train and evaluate on every fold of a split."""

from __future__ import annotations

import ctypes
import os
import warnings
from dataclasses import dataclass
from typing import Any, Callable, Union

from . import _features, _library, _options, _structs
from ._progress import Bar, Watcher
from .errors import TrainingStopped
from .evaluation import Difference, Evaluation, _difference, _result, _text, _texts
from .splitting import folds_of

__all__ = ["CrossValidation", "FoldProgress", "FoldResult", "Spread", "cross_validate"]

_lib = _library.lib


@dataclass(frozen=True)
class FoldProgress:
    """How far a cross-validation has come.

    Attributes:
        fold: At work on, counted from 0.
        fold_count: Folds in all.
        share: Of all work, 0 to 1.
        seconds: Since it began.

    """

    fold: int
    fold_count: int
    share: float
    seconds: float


@dataclass(frozen=True)
class FoldResult:
    """One fold.

    Attributes:
        name: Such as "fold 1".
        train_count: Ratings learned from.
        test_count: Ratings tested on.
        epochs: Of training.
        train_seconds: Of training.
        evaluation: All figures of the fold.

    """

    name: str
    train_count: int
    test_count: int
    epochs: int
    train_seconds: float
    evaluation: Evaluation


@dataclass(frozen=True)
class Spread:
    """A measure over the folds.

    Attributes:
        mean: None where no fold has a value.
        sd: Standard deviation of the folds' values.
        low: Interval of the mean, corrected for what folds have in common (Nadeau & Bengio 2003); None where none.
        high: Its other end.
        fold_count: Folds that have a value.
        undefined: Why there is no value, or None.

    """

    mean: float | None
    sd: float
    low: float | None
    high: float | None
    fold_count: int
    undefined: str | None


@dataclass(frozen=True)
class CrossValidation:
    """What all folds came to. `validation["rmse"].mean` is the model's.

    Attributes:
        systems: The model first; then "mean", "popularity" and "bias-only".
        measures: Such as "rmse" and "ndcg@10".
        folds: One after the other.
        spreads: By (system, measure).
        differences: With `differences=True`, of the model and another system, by (other system, measure).

    """

    systems: list[str]
    measures: list[str]
    folds: list[FoldResult]
    spreads: dict[tuple[str, str], Spread]
    differences: dict[tuple[str, str], Difference]

    def __getitem__(self, key: str | tuple[str, str]) -> Spread:
        """Return the spread of a measure, or of (measure, system)."""
        measure, system = (key, self.systems[0]) if isinstance(key, str) else key
        return self.spreads[system, measure]

    def to_pandas(self) -> Any:
        """Return a DataFrame of the model's values, folds x measures."""
        import pandas as pd

        rows = [[fold.evaluation[name].value for name in self.measures] for fold in self.folds]
        return pd.DataFrame(rows, [fold.name for fold in self.folds], self.measures, float)


ProgressArgument = Union[bool, Callable[[FoldProgress], Union[bool, None]], None]


class _FoldBar(Bar):
    def __init__(self) -> None:
        super().__init__(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}", desc="cross-validation")

    def __call__(self, progress: FoldProgress) -> None:
        shown = f"fold {progress.fold + 1} of {progress.fold_count}"
        if self._bar is not None:
            self._bar.n = min(progress.share, 1.0)
            self._bar.set_postfix_str(shown)
        else:
            self._write(shown)


def _fold(raw: Any, differences: bool) -> FoldResult:
    return FoldResult(
        name=raw.name.decode(),
        train_count=raw.train_count,
        test_count=raw.test_count,
        epochs=raw.epochs,
        train_seconds=raw.train_seconds,
        evaluation=_result(raw.evaluation, differences),
    )


def _spread(raw: Any) -> Spread:
    low, high = (raw.low, raw.high) if raw.has_interval else (None, None)
    return Spread(None if raw.undefined else raw.mean, raw.sd, low, high, raw.fold_count, _text(raw.undefined))


def _validation(at: int, differences: bool) -> CrossValidation:
    count = _lib.palate_cross_validation_fold_count(at)
    folds = [
        _fold(_lib.palate_cross_validation_fold(at, fold).contents, differences and count == 1) for fold in range(count)
    ]
    systems, measures = folds[0].evaluation.systems, folds[0].evaluation.measures
    cells = [(s, system, m, name) for s, system in enumerate(systems) for m, name in enumerate(measures)]
    return CrossValidation(
        systems=systems,
        measures=measures,
        folds=folds,
        spreads={
            (system, name): _spread(_lib.palate_cross_validation_spread(at, s, m)) for s, system, m, name in cells
        },
        differences={
            (system, name): _difference(_lib.palate_cross_validation_difference(at, s, m))
            for s, system, m, name in cells
            if differences and s > 0
        },
    )


def _run(split: int, training: Any, evaluating: Any, watch: Watcher) -> _library.Handle:
    out = ctypes.c_void_p()
    error = _structs.Error()
    callback = _structs.FoldCallback(watch.ask)
    with watch:
        status = _lib.palate_cross_validate(
            split, training.pointer, evaluating.pointer, callback, None, ctypes.byref(out), ctypes.byref(error)
        )
    made = _library.Handle(out.value or 0, _lib.palate_cross_validation_free)
    if watch.error is not None:
        raise watch.error
    if out.value is None:
        if status == _library.STOPPED:
            raise KeyboardInterrupt
        raise _library.exception(error)
    return made


def cross_validate(
    ratings: Any,
    *,
    holdout: float | None = None,
    folds_from: str | os.PathLike[str] | None = None,
    progress: ProgressArgument = None,
    **options: Any,
) -> CrossValidation:
    """Train a model on every fold of a split and evaluate it, beside simple systems fitted to the same ratings.

    Ctrl-C ends it and returns the folds that were finished, with a `TrainingStopped` warning.

    Args:
        ratings: `Ratings`, or anything `Ratings` takes; None with `folds_from`.
        holdout: Instead of folds hold out one random share.
        folds_from: Instead of dividing ratings, folds from files, as for `split`.
        progress: True shows a bar. A function is called with a `FoldProgress` a few times a second; if it returns
            False, the folds that were finished are returned.
        **options: Of splitting (`folds`, `method`, `repeats`, `test_share`, `test_count`, `split_seed`); of training,
            with tables as `train` takes them; of evaluation (`metrics`, `count`, `relevant`, `differences`, ...); and
            of reading.

    Raises:
        InvalidError: An option is wrong, or nothing would be left to learn from or to test on.
        TypeError: There is no such option, or it is of the wrong type.

    Examples:
        >>> import palate
        >>> made = [(f"u{u}", f"i{i}", 1 + 4 * (u % 2 == i % 2)) for u in range(40) for i in range(20)]
        >>> found = palate.cross_validate(made, folds=3, factors=2, metrics="rmse,recall")
        >>> found["rmse"].mean < found["rmse", "mean"].mean
        True

    """
    chosen = {
        name: option
        for name in options
        if (option := _options.evaluating.find(name)) is not None and _options.training.find(name) is None
    }
    measuring = {name: _texts(options[name], option.kind) for name, option in chosen.items()}
    rest = {name: value for name, value in options.items() if name not in chosen}
    evaluating = _options.evaluating.fill(measuring, "cross_validate")
    folds, given = folds_of(ratings, folds_from, holdout, rest, "cross_validate")
    training = _options.training.fill(_features.without(given), "cross_validate")
    _features.take(training, given)
    evaluating.values.threads = training.values.threads
    watch = Watcher(_FoldBar() if progress is True else progress or None, FoldProgress)
    made = _run(folds._handle.pointer, training, evaluating, watch)
    if watch.interrupted:
        warnings.warn("stopped by Ctrl-C: these are the folds that were finished", TrainingStopped, stacklevel=2)
    return _validation(made.pointer, bool(evaluating.values.differences))
