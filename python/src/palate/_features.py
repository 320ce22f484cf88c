# SPDX-License-Identifier: Apache-2.0
"""Tables of items and users to learn from beside the ratings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._filters import table_of
from ._library import Handle, create, lib
from ._options import Filled

KEYWORDS = ("items", "item_features", "users", "user_features")


def without(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return keywords that are none of tables."""
    return {name: value for name, value in given.items() if name not in KEYWORDS}


def _columns_of(columns: Any, keyword: str) -> str:
    names = [columns] if isinstance(columns, str) else columns
    if not isinstance(names, Iterable) or not all(isinstance(name, str) and "\0" not in name for name in names):
        raise TypeError(f'{keyword}: {columns!r}; give names of columns, as ["genres", "year"] or "genres,year"')
    return ",".join(names)


def _read(table: Any, columns: Any, side: str) -> Handle:
    keyword = f"{side}_features"
    if table is None:
        raise TypeError(f"{keyword} of which table? give it as {side}s")
    catalogue = table_of(table)
    if columns is None:
        raise TypeError(f"{side}s: which columns to learn from? name them as {keyword}: {', '.join(catalogue.columns)}")
    text = _columns_of(columns, keyword).encode()
    return Handle(create(lib.palate_features_create, catalogue._handle.pointer, text), lib.palate_features_free)


def take(filled: Filled, given: Mapping[str, Any]) -> None:
    """Add tables, and which of their columns to learn from, to options of training; other keywords do not matter."""
    for side in ("item", "user"):
        table, columns = given.get(f"{side}s"), given.get(f"{side}_features")
        if table is not None or columns is not None:
            features = filled.keep(_read(table, columns, side))
            setattr(filled.values, f"{side}_features", features.pointer)


def names(pointer: int, side: int) -> list[str]:
    """Return the names of the features that a model has of a side."""
    count = lib.palate_model_feature_count(pointer, side)
    return [lib.palate_model_feature_name(pointer, side, feature).decode() for feature in range(count)]
