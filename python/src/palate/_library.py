# SPDX-License-Identifier: Apache-2.0
"""The shared library: found, loaded, declared; and calls of it that raise what they fail with.

ctypes releases the GIL while the library runs, so training and scoring leave other threads alone.
"""

from __future__ import annotations

import ctypes
import logging
import os
import pathlib
from typing import Any, Callable

from . import errors
from ._structs import FUNCTIONS, Error, LogCallback

logger = logging.getLogger("palate")


def _path() -> pathlib.Path:
    """Where the library is: beside this file, or where PALATE_LIBRARY says (for work on palate itself)."""
    given = os.environ.get("PALATE_LIBRARY")
    return pathlib.Path(given) if given else pathlib.Path(__file__).with_name("libpalate.so")


def _load() -> ctypes.CDLL:
    path = _path()
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise ImportError(f"palate's library cannot be loaded: {error}; install the package again") from error
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


lib = _load()

_EXCEPTIONS: dict[int, type[errors.PalateError]] = {
    1: errors.InvalidError,
    2: errors.OutOfMemoryError,
    3: errors.ReadingError,
    4: errors.FormatError,
    5: errors.UnknownIdError,
    7: errors.UnsupportedError,
    8: errors.InternalError,
}
OK = 0
STOPPED = 6


def exception(error: Error) -> errors.PalateError:
    """Return the exception for an error that the library filled."""
    kind = _EXCEPTIONS.get(error.status, errors.InternalError)
    return kind(error.message.decode("utf-8", "replace"), error.line, error.column)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Call a function whose last argument is the error it fills, and raise that."""
    error = Error()
    if function(*arguments, ctypes.byref(error)) != OK:
        raise exception(error)


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return a path as the library takes it."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError(f"{path!r}: a path holds no zero byte")
    return encoded


def create(function: Callable[..., int], *arguments: Any) -> int:
    """Call a function that makes an object: its last arguments are where the object goes, and the error."""
    out = ctypes.c_void_p()
    call(function, *arguments, ctypes.byref(out))
    assert out.value is not None  # noqa: S101 (what the library promises)
    return out.value


class Handle:
    """An object of the library, released with the last reference to it."""

    __slots__ = ("_release", "pointer")

    def __init__(self, pointer: int, release: Callable[[int], None]) -> None:
        self.pointer = pointer
        self._release = release

    def __del__(self) -> None:
        self._release(self.pointer)


# ---- Log lines go to the logger "palate" ----

_LEVELS = [logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG]


def _log(level: int, line: bytes, _user: object) -> None:
    logger.log(_LEVELS[level], "%s", line.decode("utf-8", "replace"))


_on_log = LogCallback(_log)

# One for all: it lives as long as the process, and so outlives every object made with it.
context = create(lib.palate_context_create, None, _on_log, None)
version: str = lib.palate_version().decode()
