# SPDX-License-Identifier: Apache-2.0
"""Training: from ratings to a model."""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _features, _library, _options, _structs
from ._progress import ProgressArgument, Trial, Watch
from .errors import TrainingStopped
from .model import Model
from .ratings import Ratings

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["train"]


def _factors(array: Any, rows: int, name: str) -> npt.NDArray[np.float32]:
    made = np.ascontiguousarray(array, np.float32)
    if made.ndim != 2 or made.shape[0] != rows:
        raise ValueError(f"start: {name} have shape {made.shape}; a row of factors is needed for each of {rows} {name}")
    return made


def _set_start(filled: _options.Filled, start: Any, ratings: Ratings) -> None:
    try:
        users, items = start
    except (TypeError, ValueError):
        raise TypeError("start: give (user factors, item factors), rows as in ratings.user_ids and item_ids") from None
    users = filled.keep(_factors(users, ratings.user_count, "users"))
    items = filled.keep(_factors(items, ratings.item_count, "items"))
    if users.shape[1] != items.shape[1]:
        raise ValueError(f"start: users have {users.shape[1]} factors, items {items.shape[1]}; they must agree")
    if "factors" not in filled._given:
        filled.values.factors = users.shape[1]
    elif filled.values.factors != users.shape[1]:
        raise ValueError(f"start: there are {users.shape[1]} factors, but option factors says {filled.values.factors}")
    filled.values.start = ctypes.pointer(filled.keep(_structs.Start(users.ctypes.data, items.ctypes.data)))


def _split(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options for reading and those for training; `threads` is for both."""
    reading = {}
    training = {}
    for keyword, value in options.items():
        in_training = _options.training.find(keyword) is not None
        if not in_training and _options.reading.find(keyword) is not None:
            reading[keyword] = value
        else:
            training[keyword] = value
        if in_training and _options.training.find(keyword).name == "threads":  # type: ignore[union-attr]
            reading["threads"] = value
    return reading, training


def _take_ratings(ratings: Any, options: dict[str, Any]) -> tuple[Ratings, dict[str, Any]]:
    if isinstance(ratings, Ratings):
        return ratings, options
    reading, training = _split(options)
    return Ratings(ratings, **reading), training


def _run(ratings: Ratings, filled: _options.Filled, watch: Watch) -> int:
    out = ctypes.c_void_p()
    error = _structs.Error()
    filled.values.on_progress = watch.callback
    filled.values.on_trial = watch.on_trial
    with watch:
        status = _library.lib.palate_model_train(
            ratings._handle.pointer, filled.pointer, ctypes.byref(out), ctypes.byref(error)
        )
    if status not in (_library.OK, _library.STOPPED) or out.value is None:
        raise _library.exception(error)
    return out.value


def train(
    ratings: Any,
    *,
    progress: ProgressArgument = None,
    start: Any = None,
    trials: list[Trial] | None = None,
    items: Any = None,
    item_features: str | Iterable[str] | None = None,
    users: Any = None,
    user_features: str | Iterable[str] | None = None,
    **options: Any,
) -> Model:
    """Train a model: find U, V >= 0 such that U V^T (and offsets, by mode) gives the ratings back.

    A cell that no rating fills is unknown, not zero, unless missing="zero" says so. Equal ratings, options and seed
    give equal bits, whatever the number of threads and the order of the ratings.

    Ctrl-C stops training and returns the best model so far, with a `TrainingStopped` warning. Other Python threads run
    on meanwhile.

    Args:
        ratings: `Ratings`, or anything `Ratings` takes; its options (such as `scale`) may then be given here, too.
        progress: True shows a bar (tqdm's where it is installed). A function is called with a `Progress` after each
            epoch and a few times a second; if it returns False, training stops and the model so far is returned.
        start: Starting factors (U, V), m x k and n x k, >= 0, rows as in `ratings.user_ids` and `ratings.item_ids`.
            By default random, from the seed.
        trials: With `tune=True`: a list that receives what was tried, a `Trial` each.
        items: A table of the items to learn from, too: a `Catalogue`, a path, or a data frame whose first column is
            the id. The model then knows those that nobody has rated. A table that does not help is left out, unless
            `item_feature_regularization` is given; `Model.item_features` tells.
        item_features: Its columns to learn from, as ["genres", "year"]; "year:category" makes each of many numbers
            a feature of its own.
        users: The same of the users.
        user_features: Its columns to learn from.
        **options: See below.

    Returns:
        The model.

    Raises:
        InvalidError: An option is wrong.
        TypeError: There is no such option, or it is of the wrong type.

    Examples:
        >>> import palate
        >>> model = palate.train([("ann", "Alien", 5), ("ann", "Up", 2), ("bob", "Alien", 4)], factors=2)
        >>> model.predict("bob", "Up") < model.predict("bob", "Alien")
        True

    Options:
    """
    taken, rest = _take_ratings(ratings, options)
    filled = _options.training.fill(rest, "train")
    _features.take(
        filled, {"items": items, "item_features": item_features, "users": users, "user_features": user_features}
    )
    if start is not None:
        _set_start(filled, start, taken)
    watch = Watch(progress, trials)
    made = _run(taken, filled, watch)
    model = Model._of(made, taken)
    if watch.error is not None:
        raise watch.error
    if watch.interrupted:
        warnings.warn(
            f"training was stopped by Ctrl-C after {model.info.epochs} epochs; the model is the best so far",
            TrainingStopped,
            stacklevel=2,
        )
    return model


train.__doc__ = f"{(train.__doc__ or '').rstrip()}\n{_options.training.document()}\n"
