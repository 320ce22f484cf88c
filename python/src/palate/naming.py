# SPDX-License-Identifier: Apache-2.0
"""Names of factors: suggested out of what is known of the items, or given; and factors of two models, matched."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _options, _structs
from ._filters import table_of
from ._library import Handle, call, context, create, lib, path_bytes

if TYPE_CHECKING:
    from .model import Model

__all__ = ["FactorMatch"]


@dataclass(frozen=True)
class FactorMatch:
    """A factor of one model and what it is matched with in another.

    Attributes:
        factor: Its column in the other model.
        cosine: Of both columns of the items' factors; far above 0 even where they are unrelated.
        correlation: Of the same columns less their means; near 0 where they are unrelated.

    """

    factor: int
    cosine: float
    correlation: float


def suggest(model: Model, items: Any, tags: str | os.PathLike[str] | None, options: dict[str, Any]) -> list[str | None]:
    """Return a name for each factor, None where no word stands out; see `Model.suggest_names`."""
    if items is None and tags is None:
        raise TypeError("give items=Catalogue(...), tags=PATH, or both, to find names in")
    words = Handle(create(lib.palate_words_create, context), lib.palate_words_free)
    if items is not None:
        call(lib.palate_words_add_table, words.pointer, table_of(items)._handle.pointer, None)
    if tags is not None:
        call(lib.palate_words_add_tags, words.pointer, path_bytes(tags))
    filled = _options.naming.fill(options, "suggest_names")
    made = create(lib.palate_naming_create, model._handle.pointer, words.pointer, filled.pointer)
    naming = Handle(made, lib.palate_naming_free)
    names = (lib.palate_naming_name(naming.pointer, f) for f in range(model.info.factor_count))
    return [None if name is None else name.decode() for name in names]


def rename(model: Model, names: Iterable[str | None]) -> None:
    """Give all factors names, or leave all as they were; see `Model.factor_names`."""
    wanted = [None if name is None else str(name).encode() for name in names]
    before = [name.encode() for name in model.factor_names]
    if len(wanted) != len(before):
        raise ValueError(f"{len(wanted)} names for {len(before)} factors")
    try:
        _set_all(model, wanted)
    except Exception:
        _set_all(model, before)
        raise


def _set_all(model: Model, names: list[bytes | None] | list[bytes]) -> None:
    """All names go first, so that none stands in the way of another."""
    for f in range(len(names)):
        call(lib.palate_model_name_factor, model._handle.pointer, f, f"\x7f{f}".encode())
    for f, name in enumerate(names):
        call(lib.palate_model_name_factor, model._handle.pointer, f, name)


def match(model: Model, other: Model) -> list[FactorMatch]:
    """Match the factors of two models; see `Model.match_factors`."""
    if not isinstance(other, type(model)):
        raise TypeError(f"{other!r} is no Model")
    found = (_structs.FactorMatch * model.info.factor_count)()
    call(lib.palate_model_match_factors, model._handle.pointer, other._handle.pointer, found)
    return [FactorMatch(one.factor, one.cosine, one.correlation) for one in found]
