# SPDX-License-Identifier: Apache-2.0
"""Columns of data frames and arrays on their way to the library.

They are seen where they lie, and copied only where there is no way around it: objects, times that are no seconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import numbers as _numbers
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Callable

import numpy as np

from . import _arrow, _structs

if TYPE_CHECKING:
    import numpy.typing as npt

# palate_column_type
INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT32, FLOAT64 = range(1, 11)
TEXT32 = 12

_NUMBERS = {
    "i1": INT8, "i2": INT16, "i4": INT32, "i8": INT64, "u1": UINT8, "u2": UINT16, "u4": UINT32, "u8": UINT64,
    "f4": FLOAT32, "f8": FLOAT64,
}  # fmt: skip
_WHOLE = range(INT8, UINT64 + 1)
_WIDTHS = dict(zip(range(INT8, FLOAT64 + 1), [1, 2, 4, 8, 1, 2, 4, 8, 4, 8]))


class Chunk:
    """A run of entries of a column, as the library takes them, and what keeps them alive."""

    __slots__ = ("kept", "struct")

    def __init__(self, struct: _structs.Column, kept: Any) -> None:
        self.struct = struct
        self.kept = kept

    def __len__(self) -> int:
        return int(self.struct.count)

    @property
    def whole(self) -> bool:
        """Whether the entries are whole numbers (or words that are)."""
        words = self.struct.words
        return (words.contents.type if words else self.struct.type) in _WHOLE

    def part(self, begin: int, count: int) -> Chunk:
        """Return some of the entries."""
        if begin == 0 and count == len(self):
            return self
        struct = _structs.Column.from_buffer_copy(self.struct)
        struct.count = count
        struct.valid_first += begin
        if struct.offsets:
            struct.offsets += begin * (4 if struct.type == TEXT32 else 8)
        elif struct.values:
            struct.values += begin * (struct.stride or _WIDTHS.get(struct.type, 16))
        return Chunk(struct, self)


def _plain(array: npt.NDArray[Any], kind: int) -> Chunk:
    stride = array.strides[0] if len(array) > 1 else 0
    struct = _structs.Column(
        count=len(array), type=kind, values=array.ctypes.data if len(array) else None, stride=stride
    )
    # Entries that all lie in one place (broadcast) have no stride; 0 stands for side by side.
    if len(array) > 1 and stride == 0:
        return _plain(np.ascontiguousarray(array), kind)
    return Chunk(struct, array)


def _native(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _with_words(codes: npt.NDArray[Any], words: Chunk) -> Chunk:
    column = _plain(codes, _NUMBERS[codes.dtype.str[1:]])
    column.struct.words = ctypes.pointer(words.struct)
    column.kept = (codes, words)
    return column


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def texts(values: Sequence[str]) -> Chunk:
    """Return a column of texts."""
    together = "".join(values)
    joined = _encoded(together)
    # Where all are ASCII, as ids mostly are, they need not be encoded one by one to know how long they are.
    lengths = map(len, values if together.isascii() else map(_encoded, values))
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, len(values)), out=offsets[1:])
    struct = _structs.Column(
        count=len(values),
        type=TEXT32 + 1,
        values=ctypes.cast(ctypes.c_char_p(joined), ctypes.c_void_p),
        offsets=offsets.ctypes.data,
        bytes=len(joined),
    )
    return Chunk(struct, (joined, offsets))


# ---- Objects: each different one becomes a word ----


def id_text(value: Any, role: str) -> str:
    """Return the text of a single id."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, _numbers.Integral) and not isinstance(value, (bool, np.bool_)):
        return str(int(value))
    raise TypeError(
        f"{role}: {value!r} is a {type(value).__name__}; ids are texts or whole numbers: convert the column, for "
        "example with .astype(str)"
    )


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ == "NAType"


def _number_by_dict(values: Iterable[Any]) -> tuple[npt.NDArray[np.int64], list[Any]]:
    places: dict[Any, int] = {}
    codes = [-1 if _is_missing(value) else places.setdefault(value, len(places)) for value in values]
    return np.array(codes, np.int64), list(places)


def _number(array: npt.NDArray[Any], role: str) -> tuple[npt.NDArray[np.int64], list[Any]]:
    pandas = sys.modules.get("pandas")
    try:
        if pandas is not None and array.dtype.kind == "O":
            codes, uniques = pandas.factorize(array)
            return codes.astype(np.int64, copy=False), list(uniques)
        return _number_by_dict(array.tolist())
    except TypeError as error:
        raise TypeError(f"{role}: {error}; ids are texts or whole numbers") from None


# Up to so many texts are handed over one by one: finding those that are equal would take longer.
_FEW = 1 << 16


def _ids_of_objects(array: npt.NDArray[Any], role: str) -> Chunk:
    if len(array) <= _FEW:
        # Fails where one is no text.
        with contextlib.suppress(TypeError):
            return texts(array.tolist())
    codes, uniques = _number(array, role)
    return _with_words(codes, texts([id_text(value, role) for value in uniques]))


# ---- NumPy ----


def _line(array: npt.NDArray[Any], role: str) -> npt.NDArray[Any]:
    if array.ndim != 1:
        shape = " x ".join(str(size) for size in array.shape)
        raise ValueError(f"{role}: the array is {array.ndim}-dimensional ({shape}); give one dimension")
    return _native(array)


def _ids_of_array(array: npt.NDArray[Any], role: str) -> Chunk:
    array = _line(array, role)
    if array.dtype.kind in "iu":
        return _plain(array, _NUMBERS[array.dtype.str[1:]])
    if array.dtype.kind in "OUST":
        return _ids_of_objects(array, role)
    raise TypeError(
        f"{role}: the column holds {array.dtype}; ids are whole numbers or texts: convert it, for example with "
        ".astype(int) or .astype(str)"
    )


def _without_missing(array: npt.NDArray[Any], role: str, what: str) -> npt.NDArray[np.float64]:
    """Return an array of objects as numbers, NaN where one is missing."""
    try:
        return np.array([np.nan if _is_missing(value) else value for value in array], np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{role}: {error}; {what}") from None


_RATINGS = "ratings are numbers: convert the column with .astype(float)"
_TIMES = "times are whole numbers (such as seconds) or datetimes"


def _numbers_of_array(array: npt.NDArray[Any], role: str) -> Chunk:
    array = _line(array, role)
    kind = _NUMBERS.get(array.dtype.str[1:])
    if kind is not None:
        return _plain(array, kind)
    if array.dtype.kind == "O":
        return _plain(_without_missing(array, role, _RATINGS), FLOAT64)
    if array.dtype.kind in "bf":
        return _plain(array.astype(np.float64), FLOAT64)
    raise TypeError(f"{role}: the column holds {array.dtype}; {_RATINGS}")


def _times_of_array(array: npt.NDArray[Any], role: str) -> Chunk:
    array = _line(array, role)
    if array.dtype.kind == "O":
        array = _without_missing(array, role, _TIMES)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[s]").astype(np.int64)
    elif array.dtype.kind == "f":
        known = np.abs(array) < 2.0**62
        array = np.where(known, np.floor(np.where(known, array, 0)).astype(np.int64), _structs.NO_TIME)
    elif array.dtype == np.uint64:
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{role}: the column holds {array.dtype}; {_TIMES}")
    return _plain(array, _NUMBERS[array.dtype.str[1:]])


# ---- Arrow ----

# Of Arrow's times, by the beginning of the format: how many seconds so many units are.
_SECONDS = {
    "tss": (1, 1),
    "tsm": (1, 10**3),
    "tsu": (1, 10**6),
    "tsn": (1, 10**9),
    "tdD": (86400, 1),
    "tdm": (1, 10**3),
}


def _arrow_times(column: _arrow.Column, role: str) -> Chunk:
    struct = column.struct()
    if struct.type in _WHOLE and column.words is None:
        return Chunk(struct, column)
    if struct.type in (FLOAT32, FLOAT64):
        made = _times_of_array(column.numpy(np.float32 if struct.type == FLOAT32 else np.float64), role)
        seconds = made.kept
    elif column.format[:3] in _SECONDS:
        times, units = _SECONDS[column.format[:3]]
        values = column.numpy(np.int32 if column.format == "tdD" else np.int64)
        seconds = values.astype(np.int64) * times // units
    else:
        raise TypeError(f"{role}: the column is of Arrow's type {column.format!r}; {_TIMES}")
    struct.type = INT64
    struct.values = seconds.ctypes.data
    return Chunk(struct, (column, seconds))


def _arrow_ids(column: _arrow.Column, role: str) -> Chunk:
    return Chunk(column.struct(), column)


def _arrow_numbers(column: _arrow.Column, role: str) -> Chunk:
    struct = column.struct()
    if struct.type not in _WIDTHS or column.words is not None:
        raise TypeError(f"{role}: the column is of Arrow's type {column.format!r}; ratings are numbers: cast it")
    return Chunk(struct, column)


# ---- pandas ----


def _of_pandas(series: Any) -> Any:
    """Return what a Series stands on: an array of NumPy, or something of Arrow."""
    array = series.array
    if hasattr(array, "__arrow_array__") and type(array).__name__.startswith("Arrow"):
        return array.__arrow_array__()
    if hasattr(series.dtype, "numpy_dtype"):
        return series.to_numpy(dtype=object if series.isna().any() else series.dtype.numpy_dtype)
    if hasattr(series.dtype, "tz"):
        return series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    return series.to_numpy()


def _is_pandas(data: Any) -> bool:
    return type(data).__module__.split(".")[0] == "pandas" and hasattr(data, "array")


def _is_categorical(data: Any) -> bool:
    return _is_pandas(data) and hasattr(data.dtype, "categories")


def _ids_of_categories(data: Any, role: str) -> Chunk:
    array = data.array
    codes = np.asarray(array.codes)
    categories = array.categories
    if getattr(categories.dtype, "kind", "O") in "iu":
        return _with_words(codes, _ids_of_array(np.asarray(categories), role))
    return _with_words(codes, texts([id_text(value, role) for value in categories]))


# ---- Any of them ----


class _Kind:
    """How columns of one kind are taken."""

    def __init__(
        self,
        role: str,
        of_array: Callable[[npt.NDArray[Any], str], Chunk],
        of_arrow: Callable[[_arrow.Column, str], Chunk],
    ) -> None:
        self.role = role
        self.of_array = of_array
        self.of_arrow = of_arrow

    def chunks(self, data: Any) -> list[Chunk]:
        if _is_pandas(data):
            data = _of_pandas(data)
        if isinstance(data, np.ndarray):
            return [self.of_array(data, self.role)]
        if isinstance(data, _arrow.Column):
            return [self.of_arrow(data, self.role)]
        if _arrow.is_arrow(data):
            return [self.of_arrow(column, self.role) for column in _arrow.column(data)]
        if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
            raise TypeError(
                f"{self.role}: {type(data).__name__} is no column; give an array, a Series or a list of values"
            )
        return [self.of_array(self._array(data), self.role)]

    def _array(self, data: Any) -> npt.NDArray[Any]:
        if hasattr(data, "__array__"):
            return np.asarray(data)
        values = list(data)
        # A list of texts and numbers is one of objects, not of what NumPy would make of them.
        if any(isinstance(value, (str, bytes)) for value in values) or not values:
            array = np.empty(len(values), object)
            array[:] = values
            return array
        return np.asarray(values)


def ids(data: Any, role: str) -> list[Chunk]:
    """Return a column of ids in chunks. `role` is for messages: "users" or "items"."""
    if _is_categorical(data):
        return [_ids_of_categories(data, role)]
    return _Kind(role, _ids_of_array, _arrow_ids).chunks(data)


def ratings(data: Any) -> list[Chunk]:
    """Return a column of ratings in chunks."""
    return _Kind("ratings", _numbers_of_array, _arrow_numbers).chunks(data)


def numbers(data: npt.NDArray[Any], role: str) -> Chunk:
    """Return an array of numbers as a column. `role` is for messages."""
    return _numbers_of_array(data, role)


def times(data: Any) -> list[Chunk]:
    """Return a column of times in chunks, in seconds where they were datetimes."""
    return _Kind("times", _times_of_array, _arrow_times).chunks(data)


def align(columns: Sequence[list[Chunk]]) -> list[tuple[Chunk, ...]]:
    """Cut columns of equal lengths so that their chunks have equal lengths."""
    rests = [list(column) for column in columns]
    parts = []
    while all(rests):
        count = min(len(rest[0]) for rest in rests)
        parts.append(tuple(rest[0].part(0, count) for rest in rests))
        for rest in rests:
            left = len(rest[0]) - count
            rest[0:1] = [rest[0].part(count, left)] if left else []
    return parts
