# SPDX-License-Identifier: Apache-2.0
"""What factors are about: how much each explains, and the items and users that stand for it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from . import _options, _structs
from ._filters import table_of
from ._library import call, lib

if TYPE_CHECKING:
    from .model import Model

__all__ = ["Factor", "Factors"]


@dataclass(frozen=True)
class Factor:
    """What can be said of a factor.

    Attributes:
        name: As in `Model.factor_names`.
        index: Its column in `Model.user_factors` and `Model.item_factors`.
        share: Of what factors explain; shares add up to 1. Below 0 for one that mostly takes back what others add.
        sparsity: Of the items' factors: 0, all have as much of it, to 1, only one has it.
        exclusivity: Of what sets its first ten items apart, how much is this factor: 0 to 1.
        coherence: Whether its first ten items are rated by the same users: -1 to 1, 0 by chance (mean normalized
            pointwise mutual information).
        items: Ids of the items that stand for it, the foremost first.
        users: Ids of the users that stand for it.
        titles: Of the items, where there is a catalogue; else their ids as texts.

    """

    name: str
    index: int
    share: float
    sparsity: float
    exclusivity: float
    coherence: float
    items: list[Any]
    users: list[Any]
    titles: list[str]


class Factors(Sequence[Factor]):
    """The factors of a model, the largest share first."""

    def __init__(self, factors: Sequence[Factor]) -> None:
        self._factors = sorted(factors, key=lambda factor: -factor.share)

    def __len__(self) -> int:
        return len(self._factors)

    @overload
    def __getitem__(self, place: int) -> Factor: ...
    @overload
    def __getitem__(self, place: slice) -> Factors: ...
    def __getitem__(self, place: int | slice) -> Factor | Factors:
        return Factors(self._factors[place]) if isinstance(place, slice) else self._factors[place]

    def to_pandas(self) -> Any:
        """Return a DataFrame of a row for each factor."""
        import pandas as pd

        columns = ["name", "share", "sparsity", "exclusivity", "coherence", "items", "users", "titles"]
        return pd.DataFrame([[getattr(factor, column) for column in columns] for factor in self], columns=columns)

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw the shares as bars, with the titles of items that stand for each; takes matplotlib.

        Args:
            ax: Where to draw; by default a new picture.
            **options: `count=12`: how many factors.

        Returns:
            The Axes of matplotlib.

        """
        from ._plots import plot_factors

        return plot_factors(self, ax, **options)

    def __repr__(self) -> str:
        return "\n".join(f"{factor.share:7.1%}  {factor.name}: {'; '.join(factor.titles)}" for factor in self)

    def _repr_html_(self) -> str:
        from ._html import of_factors

        return of_factors(self)


def _top(model: Model, factor: int, side: Any, count: int, support: int | None) -> list[Any]:
    filled = _options.similar.fill({"side": f"{side.role}s", "count": count, "support": support}, "describe_factors")
    rows = (ctypes.c_uint32 * count)()
    values = (ctypes.c_double * count)()
    found = ctypes.c_size_t()
    call(lib.palate_model_factor_top, model._handle.pointer, factor, filled.pointer, rows, values, ctypes.byref(found))
    return [side.ids.array[row].item() if side.ids.whole else side.ids.array[row] for row in rows[: found.value]]


def describe(model: Model, items: Any, count: int, support: int | None) -> Factors:
    """Return the factors of a model; see `Model.describe_factors`."""
    if count < 1:
        raise ValueError(f"count {count}: give how many items and users to show of each factor, 1 or more")
    table = None if items is None else table_of(items)
    facts = (_structs.FactorFacts * model.info.factor_count)()
    call(lib.palate_model_factor_facts, model._handle.pointer, facts)
    made = []
    for index, (name, fact) in enumerate(zip(model.factor_names, facts)):
        top = _top(model, index, model._items, count, support)
        titles = [str(one) for one in top] if table is None else table.titles(top)
        users = _top(model, index, model._users, count, support)
        figures = fact.share, fact.sparsity, fact.exclusivity, fact.coherence
        made.append(Factor(name, index, *figures, top, users, titles))
    return Factors(made)
