# SPDX-License-Identifier: Apache-2.0
"""Tables of items or users: titles and other columns, by id."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._columns import id_text
from ._library import Handle, context, create, lib, path_bytes

__all__ = ["Catalogue"]


class Catalogue(Mapping[str, "dict[str, str]"]):
    """A table of items (or users): movies.csv, movies.dat, u.item, or any delimited table whose first column is the id.

    A mapping of an id to its columns by name, in the order of the table. Ids may be given as numbers. It
    pickles as its path.

    Args:
        path: The file. Text that is not UTF-8 is read as Latin-1.

    Attributes:
        columns: Names of the columns beside the id.

    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.path.abspath(path)
        pointer = create(lib.palate_catalogue_read_columns, context, path_bytes(path))
        self._handle = Handle(pointer, lib.palate_catalogue_free)
        names = (
            lib.palate_catalogue_column_name(pointer, c) for c in range(lib.palate_catalogue_column_count(pointer))
        )
        self.columns: list[str] = [name.decode() for name in names]
        self._rows = int(lib.palate_catalogue_count(pointer))
        self._known: set[str] | None = None

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Catalogue, (self._path,)

    def _ids(self) -> set[str]:
        if self._known is None:
            self._known = set(self)
        return self._known

    def __len__(self) -> int:
        return len(self._ids())

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        for row in range(self._rows):
            text = lib.palate_catalogue_id(self._handle.pointer, row).decode()
            if text not in seen:
                seen.add(text)
                yield text

    def _value(self, text: bytes, column: int) -> str:
        value = lib.palate_catalogue_value(self._handle.pointer, text, column)
        return "" if value is None else value.decode()

    def __getitem__(self, id: Any) -> dict[str, str]:
        text = id_text(id, "item")
        if text not in self._ids():
            raise KeyError(id)
        encoded = text.encode()
        return {name: self._value(encoded, column) for column, name in enumerate(self.columns)}

    def __contains__(self, id: object) -> bool:
        try:
            return id_text(id, "item") in self._ids()
        except (TypeError, ValueError):
            return False

    def title(self, id: Any) -> str:
        """Return the title of an id, or the id as text where the table has none."""
        text = id_text(id, "item")
        title = lib.palate_catalogue_title(self._handle.pointer, text.encode())
        return text if title is None else title.decode()

    def titles(self, ids: Iterable[Any]) -> list[str]:
        """Return the titles of ids."""
        return [self.title(one) for one in ids]

    def to_pandas(self) -> Any:
        """Return a DataFrame of the columns, by id."""
        import pandas as pd

        rows = {id: list(self[id].values()) for id in self}
        return pd.DataFrame.from_dict(rows, orient="index", columns=self.columns).rename_axis("id")

    def __repr__(self) -> str:
        return f"<palate.Catalogue: {len(self):,} rows, columns {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        from ._html import of_catalogue

        return of_catalogue(self)
