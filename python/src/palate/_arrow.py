# SPDX-License-Identifier: Apache-2.0
"""Arrow's C data interface by ctypes: columns of pandas, polars, pyarrow and others where they lie.

https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _structs, _views

if TYPE_CHECKING:
    import numpy.typing as npt


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(_Schema))),
    ("dictionary", POINTER(_Schema)),
    ("release", CFUNCTYPE(None, POINTER(_Schema))),
    ("private_data", c_void_p),
]
_Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(_Array))),
    ("dictionary", POINTER(_Array)),
    ("release", CFUNCTYPE(None, POINTER(_Array))),
    ("private_data", c_void_p),
]
_Stream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Schema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Array))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(_Stream))),
    ("release", CFUNCTYPE(None, POINTER(_Stream))),
    ("private_data", c_void_p),
]

_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype = c_void_p
_capsule_pointer.argtypes = [ctypes.py_object, c_char_p]


class _Owned:
    """A struct that its producer filled, and wants to be released."""

    def __init__(self, struct: Any) -> None:
        self.struct = struct

    def __del__(self) -> None:
        if self.struct.release:
            self.struct.release(ctypes.byref(self.struct))


# Arrow's formats as palate_column_type: numbers, and texts (what is binary is taken for UTF-8, and checked).
_TYPES = {
    "c": 1, "s": 2, "i": 3, "l": 4, "C": 5, "S": 6, "I": 7, "L": 8, "f": 9, "g": 10,
    "u": 12, "z": 12, "U": 13, "Z": 13, "vu": 14, "vz": 14,
}  # fmt: skip
_WIDTHS = [0, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8]
_TEXT32, _TEXT64, _VIEW = 12, 13, 14
_VIEW_BYTES = 16


class Column:
    """One column of one batch."""

    def __init__(self, schema: _Schema, array: _Array, first: int, count: int, owner: Any) -> None:
        self.format: str = schema.format.decode()
        self.count = count
        self._array = array
        self._first = first + array.offset
        self._owner = owner
        self.words: Column | None = None
        if schema.dictionary:
            words = array.dictionary.contents
            self.words = Column(schema.dictionary.contents, words, 0, words.length, owner)

    def _buffer(self, place: int) -> int | None:
        return self._array.buffers[place] if place < self._array.n_buffers else None

    def numpy(self, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return the values as an array that shares their memory; missing ones are anything."""
        address = self._buffer(1)
        begin = address + self._first * np.dtype(dtype).itemsize if address else None
        return _views.view(begin, (self.count,), dtype, self)

    def struct(self) -> _structs.Column:
        """Return the column as the library takes it."""
        struct = _structs.Column(count=self.count, type=_TYPES.get(self.format, 0), valid_first=self._first)
        struct.valid = self._buffer(0) if self._array.null_count != 0 else None
        values = self._buffer(1)
        if struct.type in (_TEXT32, _TEXT64):
            self._set_texts(struct, values)
        elif struct.type == _VIEW:
            struct.values = values + self._first * _VIEW_BYTES if values else None
            struct.buffer_count = max(self._array.n_buffers - 3, 0)
            struct.buffers = ctypes.addressof(self._array.buffers.contents) + 2 * ctypes.sizeof(c_void_p)
        elif struct.type != 0:
            struct.values = values + self._first * _WIDTHS[struct.type] if values else None
        if self.words is not None:
            struct.words = ctypes.pointer(self.words.struct())
        return struct

    def _set_texts(self, struct: _structs.Column, offsets: int | None) -> None:
        if not offsets or self.count == 0:
            struct.count = 0
            return
        kind: Any = ctypes.c_int32 if struct.type == _TEXT32 else ctypes.c_int64
        struct.offsets = offsets + self._first * ctypes.sizeof(kind)
        struct.bytes = kind.from_address(struct.offsets + self.count * ctypes.sizeof(kind)).value
        # All texts may be empty, and then there need be no buffer.
        struct.values = self._buffer(2) or ctypes.cast(c_char_p(b""), c_void_p).value


class Batch:
    """Some rows of a table: columns by name."""

    def __init__(self, names: list[str], columns: list[Column]) -> None:
        self.names = names
        self.columns = columns


def is_arrow(data: Any) -> bool:
    """Whether something hands out Arrow data."""
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


def _check(stream: _Stream, code: int) -> None:
    if code != 0:
        message = stream.get_last_error(ctypes.byref(stream))
        raise ValueError(f"Arrow: {message.decode() if message else f'error {code}'}")


def _of_stream(data: Any) -> tuple[_Owned, list[_Owned]]:
    capsule = data.__arrow_c_stream__(None)
    stream = _Stream.from_address(_capsule_pointer(capsule, b"arrow_array_stream"))
    schema = _Owned(_Schema())
    _check(stream, stream.get_schema(ctypes.byref(stream), ctypes.byref(schema.struct)))
    arrays: list[_Owned] = []
    while True:
        array = _Owned(_Array())
        _check(stream, stream.get_next(ctypes.byref(stream), ctypes.byref(array.struct)))
        if not array.struct.release:
            return schema, arrays
        arrays.append(array)


def _of_array(data: Any) -> tuple[_Owned, list[_Owned]]:
    schema_capsule, array_capsule = data.__arrow_c_array__(None)
    owned = []
    for capsule, name, kind in (
        (schema_capsule, b"arrow_schema", _Schema),
        (array_capsule, b"arrow_array", _Array),
    ):
        # The struct is moved out of its capsule.
        given = kind.from_address(_capsule_pointer(capsule, name))
        owned.append(_Owned(kind.from_buffer_copy(given)))
        given.release = type(given.release)()
    return owned[0], [owned[1]]


def _take(data: Any) -> tuple[_Owned, list[_Owned]]:
    return _of_stream(data) if hasattr(data, "__arrow_c_stream__") else _of_array(data)


def column(data: Any) -> list[Column]:
    """Return the chunks of a column."""
    schema, arrays = _take(data)
    if schema.struct.format == b"+s":
        raise TypeError("a table was given where a column is needed")
    return [Column(schema.struct, a.struct, 0, a.struct.length, (schema, a)) for a in arrays]


def table(data: Any) -> tuple[list[str], list[Batch]]:
    """Return the names of the columns of a table, and its batches."""
    schema, arrays = _take(data)
    if schema.struct.format != b"+s":
        raise TypeError("a column was given where a table is needed")
    children = [schema.struct.children[place].contents for place in range(schema.struct.n_children)]
    names = [child.name.decode() for child in children]
    batches = []
    for array in arrays:
        first, count = array.struct.offset, array.struct.length
        columns = [
            Column(child, array.struct.children[place].contents, first, count, (schema, array))
            for place, child in enumerate(children)
        ]
        batches.append(Batch(names, columns))
    return names, batches
