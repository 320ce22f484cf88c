# SPDX-License-Identifier: Apache-2.0
"""Users and items that training has not seen."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _options, _structs
from ._library import call, lib
from .ratings import Ratings

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model


@dataclass(frozen=True)
class NewRows:
    """Factors and offsets of users (or items) that were not there in training.

        score = base + offset + (offset of the other side) + factors . (factors of the other side)

    Attributes:
        ids: Theirs.
        factors: One row each, >= 0.
        offsets: One each.

    """

    ids: npt.NDArray[Any]
    factors: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Rated:
    """Ratings of new rows, in the rows of the model; NO_ROW for what it does not know."""

    ids: npt.NDArray[Any]
    begins: npt.NDArray[np.int64]
    columns: npt.NDArray[np.uint32]
    ratings: npt.NDArray[np.float32]
    times: npt.NDArray[np.int64] | None = None
    single: bool = False


def _is_column(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes))


def rated(model: Model, ratings: Any, side: str, options: dict[str, Any]) -> Rated:
    """Return ratings by row of the new side."""
    if isinstance(ratings, Mapping) and not any(_is_column(value) for value in ratings.values()):
        _options.reading.fill(options, "fold_in")
        known = (model._items if side == "users" else model._users).rows(list(ratings))
        values = np.array(list(ratings.values()), np.float32)
        return Rated(np.array([""], object), np.array([0, len(values)]), known, values, single=True)
    taken = ratings if isinstance(ratings, Ratings) else Ratings(ratings, **options)
    ids, others = taken.user_ids, taken.item_ids
    sparse = taken.by_user
    if side == "items":
        ids, others, sparse = others, ids, taken.by_item
    known = (model._items if side == "users" else model._users).rows(others)
    return Rated(ids, sparse.begins, known[sparse.columns], sparse.ratings, _times(taken, side))


def _times(ratings: Ratings, side: str) -> npt.NDArray[np.int64] | None:
    """Return the times of ratings in the order of a side."""
    by_user = ratings.by_user
    if by_user.times is None or side == "users":
        return by_user.times
    return by_user.times[np.argsort(by_user.columns, kind="stable")]


def as_struct(given: Rated) -> tuple[_structs.NewRows, list[npt.NDArray[Any] | None]]:
    """Return new rows as the library takes them, and the arrays that must live meanwhile."""
    kept: list[npt.NDArray[Any] | None] = [
        np.ascontiguousarray(given.begins, np.int64),
        np.ascontiguousarray(given.columns, np.uint32),
        np.ascontiguousarray(given.ratings, np.float32),
        None if given.times is None else np.ascontiguousarray(given.times, np.int64),
    ]
    return _structs.NewRows(len(given.begins) - 1, *(None if one is None else one.ctypes.data for one in kept)), kept


def solve(model: Model, given: Rated, side: str, options: dict[str, Any]) -> NewRows:
    """Return the factors and offsets of new rows."""
    filled = _options.folding_in.fill({"side": side, **options}, "fold_in")
    rows, kept = as_struct(given)
    factors = np.empty((rows.count, model.info.factor_count), np.float32)
    offsets = np.empty(rows.count, np.float32)
    call(
        lib.palate_model_fold_in,
        model._handle.pointer,
        ctypes.byref(rows),
        filled.pointer,
        factors.ctypes.data,
        offsets.ctypes.data,
    )
    del kept
    return NewRows(given.ids, factors, offsets)
