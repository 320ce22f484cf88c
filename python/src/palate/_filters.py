# SPDX-License-Identifier: Apache-2.0
"""Rules for what is recommended: which items may come, and how many of a kind."""

from __future__ import annotations

import ctypes
import numbers
import os
import pathlib
import tempfile
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _structs
from ._library import Handle, call, create, lib
from .catalogue import Catalogue

if TYPE_CHECKING:
    import numpy.typing as npt

    from . import _options

WHERE = 0
WITHOUT = 1


def table_of(given: Any) -> Catalogue:
    """Return a table: a Catalogue, or what a path or a data frame makes one of."""
    if isinstance(given, Catalogue):
        return given
    if isinstance(given, (str, os.PathLike)):
        return Catalogue(given)
    if not hasattr(given, "to_csv"):
        raise TypeError(
            f"give a Catalogue, the path of a table or a data frame, its first column the id, not {given!r}"
        )
    with tempfile.TemporaryDirectory(prefix="palate-") as folder:
        path = pathlib.Path(folder, "items.csv")
        given.to_csv(path, index=False)
        return Catalogue(path)


def _texts(given: Any, name: str) -> list[bytes]:
    if given is not None and not isinstance(given, Iterable):
        raise TypeError(f"{name}: {given!r} is no condition; give texts such as 'genres=Horror|Thriller'")
    texts = [given] if isinstance(given, str) else list(given or [])
    for text in texts:
        if not isinstance(text, str) or "\0" in text:
            raise TypeError(f"{name}: {text!r} is no condition; give texts such as 'genres=Horror|Thriller'")
    return [text.encode() for text in texts]


def _quotas(given: Any) -> list[bytes]:
    if isinstance(given, Mapping):
        given = [f"{column}={most}" for column, most in given.items()]
    return _texts(given, "quota")


class Filter:
    """The rules of one call, in the library's form."""

    def __init__(self, model: Handle) -> None:
        self._model = model
        self._handle: Handle | None = None
        self._passed: Any = None

    @property
    def handle(self) -> Handle:
        """The filter; made when the first rule comes."""
        if self._handle is None:
            self._handle = Handle(create(lib.palate_filter_create, self._model.pointer), lib.palate_filter_free)
        return self._handle

    def lists(self, allow: npt.NDArray[np.uint32] | None, deny: npt.NDArray[np.uint32] | None) -> None:
        """Let only some item rows pass, or all but some."""
        if allow is not None:
            call(lib.palate_filter_allow, self.handle.pointer, allow.ctypes.data, len(allow))
        if deny is not None:
            call(lib.palate_filter_deny, self.handle.pointer, deny.ctypes.data, len(deny))

    def columns(self, items: Any, where: Any, without: Any, quota: Any) -> None:
        """Rules about columns of a table."""
        conditions = [(text, WHERE) for text in _texts(where, "where")]
        conditions += [(text, WITHOUT) for text in _texts(without, "without")]
        quotas = _quotas(quota)
        if not conditions and not quotas:
            return
        if items is None:
            raise TypeError("where, without and quota are about columns of which table? give it as items")
        table = table_of(items)._handle
        for text, keep in conditions:
            call(lib.palate_filter_where, self.handle.pointer, table.pointer, text, keep)
        for text in quotas:
            call(lib.palate_filter_quota, self.handle.pointer, table.pointer, text)

    def support(self, least: int) -> None:
        """Let only items with so many ratings pass."""
        if isinstance(least, bool) or not isinstance(least, numbers.Integral) or least < 0:
            raise ValueError(f"min_support: {least!r} is no number of ratings; give a whole one, 0 or more")
        if least:
            call(lib.palate_filter_support, self.handle.pointer, least)

    def set(self, filled: _options.Filled, user_count: int) -> None:
        """Put the filter into the options, and room for what each list goes past."""
        if self._handle is None:
            return
        self._passed = (_structs.PassedOver * user_count)()
        filled.keep((self._handle, self._passed))
        filled.values.filter = self._handle.pointer
        filled.values.passed = ctypes.addressof(self._passed)

    def tell(self, removed: dict[str, Any], single: bool) -> None:
        """Say how many items each rule took away; for each user how many were seen and passed over."""
        removed.clear()
        if self._handle is None:
            return
        count = ctypes.c_size_t()
        rules = lib.palate_filter_rules(self._handle.pointer, ctypes.byref(count))
        texts = [(rules[r].text.decode(), rules[r].removed) for r in range(count.value)]
        removed.update((text, taken) for text, taken in texts if not text.startswith("quota "))
        passed = np.ctypeslib.as_array(self._passed)
        names = ["seen", "quota"] if any(text.startswith("quota ") for text, _ in texts) else ["seen"]
        removed.update((name, int(passed[name][0]) if single else passed[name].copy()) for name in names)
