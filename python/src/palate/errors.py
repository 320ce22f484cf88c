# SPDX-License-Identifier: Apache-2.0
"""What can go wrong. Every exception is a `PalateError`, and one that Python already has."""

from __future__ import annotations

__all__ = [
    "FormatError",
    "InternalError",
    "InvalidError",
    "OutOfMemoryError",
    "PalateError",
    "ReadingError",
    "TrainingStopped",
    "UnknownIdError",
    "UnsupportedError",
]


class PalateError(Exception):
    """Base class of all errors of palate.

    The message says what is wrong, where, and what to do.

    Attributes:
        line: Line of the input (or entry of the arrays) that is wrong, counted from 1; 0 where there is none.
        column: Field of that line, counted from 1; 0 where there is none.

    """

    line: int
    column: int

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[type[PalateError], tuple[str, int, int]]:
        return type(self), (str(self), self.line, self.column)


class InvalidError(PalateError, ValueError):
    """An argument or option is wrong."""


class OutOfMemoryError(PalateError, MemoryError):
    """Memory ran out."""


class ReadingError(PalateError, OSError):
    """A file could not be opened, read or written."""

    # OSError makes its own text of two and three arguments.
    def __str__(self) -> str:
        return str(self.args[0])


class FormatError(PalateError, ValueError):
    """The content of a file or table is not what it should be; see `line` and `column`."""


class UnknownIdError(PalateError, LookupError):
    """A user or item that is not there."""


class UnsupportedError(PalateError, NotImplementedError):
    """Understood, but not possible with this build or this model."""


class InternalError(PalateError, RuntimeError):
    """A defect of palate; please report it."""


class TrainingStopped(UserWarning):
    """Training was stopped by Ctrl-C; the model is the best so far."""


class RowsLeft(UserWarning):
    """New ratings of users and items whose rows stay as before: the model does not keep their old ratings."""
