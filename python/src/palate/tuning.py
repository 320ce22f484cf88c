# SPDX-License-Identifier: Apache-2.0
"""Search: which options of training predict best, by training and evaluating with many of them."""

from __future__ import annotations

import ctypes
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Callable, Union

from . import _features, _library, _options, _structs
from . import stability as _stability
from ._progress import Bar, Watcher
from .errors import TrainingStopped
from .splitting import folds_of
from .stability import Stability

__all__ = ["TuneProgress", "Tuning", "TuningTrial", "tune"]


@dataclass(frozen=True)
class TuneProgress:
    """How far a search has come.

    Attributes:
        rung: Of halving, counted from 0.
        rung_count: 1 where it is no halving.
        fold: Counted from 0; all trials are measured in one fold, then in the next.
        fold_count: Folds in all.
        done: Trainings finished, or found in the study.
        count: Trainings in all.
        share: Of the work that was left, 0 to 1.
        seconds: Since the search began.

    """

    rung: int
    rung_count: int
    fold: int
    fold_count: int
    done: int
    count: int
    share: float
    seconds: float


@dataclass(frozen=True)
class TuningTrial:
    """What one combination of options came to.

    Attributes:
        values: Of the options tried, by keyword.
        options: All options of training that were given and tried: `palate.train(ratings, **trial.options)`.
        mean: Of the metric, over the folds; None where there is no value.
        error: Its standard error; None where there is none.
        difference: To the best, fold by fold; None where the two cannot be compared so.
        difference_error: The standard error of that.
        comparable: Measured as far as any, so that it may be chosen; others were given up by halving, or have failed.
        failed: Why there is no value, or None.
        number: In the order in which they were drawn, counted from 1.
        rung: The last it was measured in, counted from 0.
        folds: It was measured in, in that rung.
        factors: Of its models.
        epochs: Of its models.
        seconds: Of training and evaluating in one fold.
        stability: Whether other seeds find the same factors; None where that was not asked for, or not `comparable`.

    """

    values: dict[str, Any]
    options: dict[str, Any]
    mean: float | None
    error: float | None
    difference: float | None
    difference_error: float | None
    comparable: bool
    failed: str | None
    number: int
    rung: int
    folds: int
    factors: int
    epochs: int
    seconds: float
    stability: Stability | None = None


@dataclass(frozen=True)
class Tuning:
    """What a search came to.

    Attributes:
        metric: What decided, such as "rmse".
        trials: From the best to the worst.
        best: The first of them; None where none has a value.
        simplest: The simplest (fewest factors, then most regularization) that is worse than the best by no more than
            the standard error of the best (Breiman et al. 1984).
        complete: Every trial was measured as far as it was to be.
        trained: Trainings of this call.
        found: Results that the study had.

    """

    metric: str
    trials: list[TuningTrial]
    best: TuningTrial | None
    simplest: TuningTrial | None
    complete: bool
    trained: int
    found: int

    def to_pandas(self) -> Any:
        """Return a DataFrame, a row a trial: the values tried, and what they came to."""
        import pandas as pd

        told = ("mean", "error", "difference", "difference_error", "rung", "folds", "epochs", "seconds", "failed")
        rows = [{**trial.values, **{name: getattr(trial, name) for name in told}} for trial in self.trials]
        frame = pd.DataFrame(rows, [trial.number for trial in self.trials]).rename_axis("number")
        stable = [trial.stability for trial in self.trials]
        if any(stable):
            frame["stability"] = [None if one is None else one.correlation for one in stable]
        return frame

    def _repr_html_(self) -> str:
        from ._html import of_tuning

        return of_tuning(self)


ProgressArgument = Union[bool, Callable[[TuneProgress], Union[bool, None]], None]


class _TuningBar(Bar):
    def __init__(self) -> None:
        super().__init__(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}", desc="tuning")

    def __call__(self, progress: TuneProgress) -> None:
        shown = f"{progress.done} of {progress.count} trainings"
        if self._bar is not None:
            self._bar.n = min(progress.share, 1.0)
            self._bar.set_postfix_str(shown)
        else:
            self._write(shown)


def _text_of(keyword: str, values: Any) -> bytes:
    """Return what to try as the library reads it: "factors=8,16"."""
    option = _options.training.find(keyword)
    if option is None:
        raise TypeError(_options.training._unknown(keyword, "tune"))
    if isinstance(values, str):
        text = values
    elif isinstance(values, Iterable):
        text = ",".join(_options._text_of(option, keyword, value) for value in values)
    else:
        raise TypeError(f'space: {keyword}: {values!r}; give a list of values, or a range as "1..100:log"')
    if "\0" in text:
        raise TypeError(f"space: {keyword}: {values!r} has a zero byte")
    return f"{option.name.replace('_', '-')}={text}".encode()


def _sort(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of the search, and all others."""
    search = {name: value for name, value in options.items() if _options.searching.find(name) is not None}
    return search, {name: value for name, value in options.items() if name not in search}


def _trial(raw: Any, names: list[str], given: Mapping[str, Any]) -> TuningTrial:
    values = _options.training.values({name: raw.values[place].decode() for place, name in enumerate(names)})
    measured = raw.failed is None and raw.fold_count > 0
    return TuningTrial(
        values=values,
        options={**given, **values},
        mean=raw.mean if measured else None,
        error=raw.error if raw.has_error else None,
        difference=raw.difference if raw.has_difference else None,
        difference_error=raw.difference_error if raw.has_difference else None,
        comparable=raw.comparable,
        failed=None if raw.failed is None else raw.failed.decode(),
        number=raw.number,
        rung=raw.rung,
        folds=raw.fold_count,
        factors=raw.factors,
        epochs=raw.epochs,
        seconds=raw.seconds,
    )


def _stable(trials: list[TuningTrial], ratings: Any, seeds: int, progress: bool) -> list[TuningTrial]:
    """Tell of trials that may be chosen whether their factors come back; where Ctrl-C ends it, of the first of them."""
    made = list(trials)
    try:
        for place, trial in enumerate(trials):
            if trial.comparable:
                options = _stability.by_name(trial.options)
                models = _stability.train_seeds(ratings, options, options.get("seed") or 0, seeds, progress)
                made[place] = replace(trial, stability=_stability.compare(models))
    except KeyboardInterrupt:
        pass
    return made


def _result(tuning: int, trials: list[TuningTrial]) -> Tuning:
    lib = _library.lib
    count = len(trials)
    simplest = lib.palate_tuning_simplest(tuning)
    chosen = simplest < count
    return Tuning(
        metric=lib.palate_tuning_measure(tuning).contents.name.decode(),
        trials=trials,
        best=trials[0] if chosen else None,
        simplest=trials[simplest] if chosen else None,
        complete=lib.palate_tuning_complete(tuning),
        trained=lib.palate_tuning_trained_count(tuning),
        found=lib.palate_tuning_found_count(tuning),
    )


def _search(split: int, space: Mapping[str, Any], training: Any, search: Any, watch: Watcher) -> int:
    texts = [_text_of(keyword, values) for keyword, values in space.items()]
    out = ctypes.c_void_p()
    error = _structs.Error()
    callback = _structs.TuneCallback(watch.ask)
    search.values.on_progress = callback
    with watch:
        status = _library.lib.palate_tune(
            split,
            (ctypes.c_char_p * len(texts))(*texts),
            len(texts),
            training.pointer,
            search.pointer,
            ctypes.byref(out),
            ctypes.byref(error),
        )
    if watch.error is not None:
        _library.lib.palate_tuning_free(out)
        raise watch.error
    if out.value is None:
        if status == _library.STOPPED and watch.interrupted:
            raise KeyboardInterrupt
        raise _library.exception(error)
    return out.value


def tune(
    ratings: Any,
    space: Mapping[str, Any],
    *,
    holdout: float | None = None,
    folds_from: str | os.PathLike[str] | None = None,
    stability: int = 0,
    progress: ProgressArgument = None,
    **options: Any,
) -> Tuning:
    """Search for the options of training that predict best: train with many, evaluate each on every fold of a split.

    The option `tune` of `palate.train` is another thing: it finds strengths of regularization while it trains one
    model. Begin with that; a search takes any option, any metric, and tells how sure the answer is.

    Equal ratings, options and seeds give equal results, bit for bit, whatever the number of threads, and however often
    the search was stopped and went on. Ctrl-C stops it and returns what there is, with a `TrainingStopped` warning.

    Args:
        ratings: `Ratings`, or anything `Ratings` takes; None with `folds_from`.
        space: What to try: options of training, each with a list of values, or a range as "1..100", "1..100:log" or
            "1..100:log:7" (7 numbers of it).
        holdout: Instead of folds hold out one random share.
        folds_from: Instead of dividing ratings, folds from files: a folder of NAME.train.csv and NAME.test.csv as
            `palate split` writes them, or of NAME.base and NAME.test; or a pattern such as "ml-100k/u[1-5].base".
        stability: Seeds, 2 to 1000: train each trial that may be chosen anew on all ratings, with so many, and tell
            whether they find the same factors (see `Model.stability`). 0: do not.
        progress: True shows a bar. A function is called with a `TuneProgress` a few times a second; if it returns
            False, the search stops and what there is is returned.
        **options: Of the search (see below); of splitting (`folds`, `method`, `repeats`, `test_share`, `test_count`,
            `split_seed`); of training, for all trials, with tables as `palate.train` takes them; and of reading.

    Returns:
        The trials, and which to choose.

    Raises:
        InvalidError: An option is wrong, or the study is of other ratings, folds or another metric.
        FormatError: The study is a damaged one, or none.
        TypeError: There is no such option, or it is of the wrong type.

    Examples:
        >>> import palate
        >>> ratings = [(f"u{u}", f"i{i}", 1 + (u * i) % 5) for u in range(30) for i in range(20)]
        >>> tuning = palate.tune(ratings, {"factors": [1, 2]}, folds=2, epochs=5)
        >>> model = palate.train(ratings, **tuning.simplest.options)

    Options:
    """
    if not isinstance(space, Mapping) or not space:
        raise TypeError('space: give options and what to try of each, such as {"factors": [8, 16, 32]}')
    if stability != 0:
        _stability.check_seeds(stability, "stability")
    if stability != 0 and folds_from is not None:
        raise TypeError("stability trains on all ratings, and folds_from has folds alone: leave one out")
    search, rest = _sort(options)
    folds, given = folds_of(ratings, folds_from, holdout, rest, "tune")
    filled = _options.training.fill(_features.without(given), "tune")
    _features.take(filled, given)
    for keyword in space:
        option = _options.training.find(keyword)
        if option is not None and option.name in filled._given:
            raise TypeError(f"{keyword} is given and tried: leave one out")
    searching = _options.searching.fill(search, "tune")
    watch = Watcher(_TuningBar() if progress is True else progress or None, TuneProgress)
    lib = _library.lib
    made = _library.Handle(_search(folds._handle.pointer, space, filled, searching, watch), lib.palate_tuning_free)
    names = [lib.palate_tuning_axis(made.pointer, place).contents.name.decode() for place in range(len(space))]
    count = lib.palate_tuning_trial_count(made.pointer)
    trials = [_trial(lib.palate_tuning_trial_at(made.pointer, place).contents, names, given) for place in range(count)]
    interrupted = watch.interrupted
    if stability != 0 and not interrupted:
        trials = _stable(trials, folds._kept, int(stability), progress is True)
        interrupted = any(trial.comparable and trial.stability is None for trial in trials)
    if interrupted:
        warnings.warn("the search was stopped by Ctrl-C: this is what was measured", TrainingStopped, stacklevel=2)
    return _result(made.pointer, trials)


tune.__doc__ = f"{(tune.__doc__ or '').rstrip()}\n{_options.searching.document()}\n"
