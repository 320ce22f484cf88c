# SPDX-License-Identifier: Apache-2.0
"""A model of factors at hand."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _columns, _structs
from ._library import context, create, lib

if TYPE_CHECKING:
    import numpy.typing as npt


def _matrix(values: Any, name: str) -> npt.NDArray[np.float32]:
    try:
        made = np.ascontiguousarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: {error}; give a matrix of numbers") from None
    if made.ndim != 2:
        raise ValueError(f"{name}: {made.ndim} dimensions; give a matrix, a row for each of them")
    return made


def _vector(values: Any, count: int, name: str) -> npt.NDArray[np.float32]:
    made = np.ascontiguousarray(values, np.float32)
    if made.shape != (count,):
        raise ValueError(f"{name}: shape {made.shape}; give {count} numbers")
    return made


def _texts(values: Iterable[Any] | None, count: int, name: str) -> tuple[Any, bool]:
    """Return an array of texts, and whether they were whole numbers."""
    given = list(range(count)) if values is None else list(values)
    if len(given) != count:
        raise ValueError(f"{name}: {len(given)} of them, but {count} are needed")
    texts = [_columns.id_text(value, name).encode() for value in given]
    whole = not any(isinstance(value, (str, bytes)) for value in given)
    return (ctypes.c_char_p * count)(*texts), whole


def make(
    user_factors: Any,
    item_factors: Any,
    user_ids: Iterable[Any] | None,
    item_ids: Iterable[Any] | None,
    user_offsets: Any,
    item_offsets: Any,
    base: float,
    factor_names: Iterable[str] | None,
    scale: tuple[float, float] | None,
) -> tuple[int, tuple[bool, bool]]:
    """Return a pointer to the model, and whether ids were whole numbers; see Model.from_factors."""
    users = _matrix(user_factors, "user_factors")
    items = _matrix(item_factors, "item_factors")
    if users.shape[1] != items.shape[1]:
        raise ValueError(f"user_factors have {users.shape[1]} factors, item_factors {items.shape[1]}; they must agree")
    (m, k), n = users.shape, items.shape[0]
    user_texts, users_whole = _texts(user_ids, m, "user_ids")
    item_texts, items_whole = _texts(item_ids, n, "item_ids")
    kept: list[Any] = [users, items, user_texts, item_texts]
    factors = _structs.Factors(
        user_count=m,
        item_count=n,
        factor_count=k,
        user_factors=users.ctypes.data,
        item_factors=items.ctypes.data,
        base=base,
        user_ids=user_texts,
        item_ids=item_texts,
    )
    for name, given, count in (("user_offsets", user_offsets, m), ("item_offsets", item_offsets, n)):
        if given is not None:
            kept.append(_vector(given, count, name))
            setattr(factors, name, kept[-1].ctypes.data)
    if factor_names is not None:
        names, _ = _texts(factor_names, k, "factor_names")
        kept.append(names)
        factors.factor_names = names
    if scale is not None:
        factors.scale = _structs.Scale(*(float(end) for end in scale))
    return create(lib.palate_model_from_factors, context, ctypes.byref(factors)), (users_whole, items_whole)
