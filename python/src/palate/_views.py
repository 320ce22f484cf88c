# SPDX-License-Identifier: Apache-2.0
"""Memory of the library as arrays: read-only, not copied, and alive as long as an array looks at it."""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _structs
from ._library import Handle

if TYPE_CHECKING:
    import numpy.typing as npt


class _Memory:
    """What NumPy asks for memory; the array's base, which keeps the owner alive."""

    def __init__(
        self, address: int, shape: tuple[int, ...], strides: tuple[int, ...] | None, dtype: np.dtype[Any], owner: Any
    ) -> None:
        self.__array_interface__ = {
            "version": 3,
            "data": (address, True),
            "shape": shape,
            "strides": strides,
            "typestr": dtype.str,
        }
        self.owner = owner


def view(
    address: int | None,
    shape: tuple[int, ...],
    dtype: npt.DTypeLike,
    owner: Any,
    strides: tuple[int, ...] | None = None,
) -> npt.NDArray[Any]:
    """Return a read-only array over memory that lives as long as its owner. Strides are in bytes."""
    of = np.dtype(dtype)
    if not address or 0 in shape:
        empty = np.empty(shape, of)
        empty.flags.writeable = False
        return empty
    return np.asarray(_Memory(address, shape, strides, of, owner))


def _whole_numbers(texts: list[str]) -> npt.NDArray[np.int64] | None:
    """Return texts as the numbers they are the plain form of, or None where one is not ("007", "x")."""
    try:
        numbers = np.array([int(text) for text in texts], np.int64)
    except (ValueError, OverflowError):
        return None
    return numbers if [str(number) for number in numbers.tolist()] == texts else None


class Ids:
    """The ids of a side.

    They are whole numbers if they went in as such. In a file all is text, and ids that are plain whole numbers
    throughout are taken for such: as pandas.read_csv() does.
    """

    def __init__(self, raw: _structs.IdList, owner: Handle, whole: bool | None) -> None:
        self._raw = raw
        self._owner = owner
        self._lock = threading.Lock()
        self._array: npt.NDArray[Any] | None = None
        self.whole = whole

    def __len__(self) -> int:
        return int(self._raw.count)

    def _texts(self) -> list[str]:
        count = len(self)
        begins = view(self._raw.begins, (count + 1,), np.uint64, self._owner)
        if count == 0:
            return []
        return ctypes.string_at(self._raw.texts, int(begins[-1])).decode().split("\0")[:-1]

    def _make(self) -> npt.NDArray[Any]:
        texts = self._texts()
        numbers = None if self.whole is False else _whole_numbers(texts)
        self.whole = numbers is not None
        made: npt.NDArray[Any] = np.empty(len(texts), object) if numbers is None else numbers
        if numbers is None:
            made[:] = texts
        made.flags.writeable = False
        return made

    @property
    def array(self) -> npt.NDArray[Any]:
        """Ids by row, read-only."""
        with self._lock:
            if self._array is None:
                self._array = self._make()
            return self._array

    @property
    def order(self) -> npt.NDArray[np.uint32]:
        """Rows in order of first appearance."""
        return view(self._raw.order, (len(self),), np.uint32, self._owner)

    def of_rows(self, rows: npt.NDArray[np.uint32]) -> npt.NDArray[Any]:
        """Return the ids of rows; NO_ROW becomes -1, or "" among texts."""
        ids = self.array
        missing = rows == _structs.NO_ROW
        if not missing.any():
            return ids[rows]
        out = np.full(rows.shape, -1, np.int64) if self.whole else np.full(rows.shape, "", object)
        out[~missing] = ids[rows[~missing]]
        return out
