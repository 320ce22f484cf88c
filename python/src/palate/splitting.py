# SPDX-License-Identifier: Apache-2.0
"""Splits: ratings to learn from and ratings to be tested on."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from typing import Any

from . import _library, _options
from .ratings import Ratings
from .training import _split, _take_ratings

__all__ = ["Split", "split"]

_lib = _library.lib


class Split:
    """Ratings divided into folds: `for train, test in folds`; made by `palate.split`.

    Attributes:
        names: Of the folds.

    """

    names: list[str]
    _handle: _library.Handle
    _kept: Any
    _whole: tuple[bool | None, bool | None]

    def __init__(self) -> None:
        raise TypeError("a split is made by palate.split()")

    @classmethod
    def _of(cls, pointer: int, kept: Any, whole: tuple[bool | None, bool | None]) -> Split:
        self = object.__new__(cls)
        self._handle = _library.Handle(pointer, _lib.palate_split_free)
        self._kept = kept  # What the library has borrowed.
        self._whole = whole
        count = _lib.palate_split_fold_count(pointer)
        self.names = [_lib.palate_split_fold_name(pointer, fold).decode() for fold in range(count)]
        return self

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, fold: int) -> tuple[Ratings, Ratings]:
        """Return the ratings to learn from and those to test on, of a fold."""
        place = range(len(self))[fold]
        both = ctypes.c_void_p(), ctypes.c_void_p()
        _library.call(_lib.palate_split_take, self._handle.pointer, place, *map(ctypes.byref, both))
        train, test = (Ratings._of_pointer(one.value or 0, self._whole) for one in both)
        return train, test

    def __iter__(self) -> Iterator[tuple[Ratings, Ratings]]:
        return (self[fold] for fold in range(len(self)))

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write all folds as CSV: fold-1.train.csv, fold-1.test.csv and so on.

        Args:
            folder: Must not exist yet; it appears whole or not at all.

        """
        _library.call(_lib.palate_split_save, self._handle.pointer, _library.path_bytes(folder))

    def __repr__(self) -> str:
        return f"<palate.Split: {', '.join(self.names)}>"


# ---- For functions that take folds ----


def sort(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of splitting, and all others; `seed` is that of training, `split_seed` this one's."""
    dividing, rest = {}, {}
    for keyword, value in options.items():
        if keyword == "split_seed":
            dividing["seed"] = value
        elif _options.splitting.find(keyword) is not None and _options.training.find(keyword) is None:
            dividing[keyword] = value
        else:
            rest[keyword] = value
    return dividing, rest


def _take_holdout(dividing: dict[str, Any], holdout: float | None, function: str) -> None:
    if holdout is None:
        return
    if set(dividing) - {"seed"}:
        raise TypeError(f"{function}() takes holdout, or other ways to split, not both")
    dividing.update(method="shuffle", folds=1, test_share=holdout)


def _divide(
    ratings: Any, dividing: dict[str, Any], rest: dict[str, Any], function: str
) -> tuple[Split, dict[str, Any]]:
    taken, given = _take_ratings(ratings, rest)
    filled = _options.splitting.fill(dividing, function)
    made = _library.create(_lib.palate_split_create, taken._handle.pointer, filled.pointer)
    return Split._of(made, taken, (taken._user_ids.whole, taken._item_ids.whole)), given


def _open(path: Any, rest: dict[str, Any], function: str) -> tuple[Split, dict[str, Any]]:
    options, given = _split(rest)
    reading = _options.reading.fill(options, function)
    encoded = _library.path_bytes(path)
    made = _library.create(_lib.palate_split_open, _library.context, encoded, reading.pointer)
    return Split._of(made, reading, (None, None)), given


def folds_of(
    ratings: Any, folds_from: Any, holdout: float | None, options: dict[str, Any], function: str
) -> tuple[Split, dict[str, Any]]:
    """Return folds of ratings, or of files, and the options that are left: those of training."""
    dividing, rest = sort(options)
    _take_holdout(dividing, holdout, function)
    if folds_from is None:
        return _divide(ratings, dividing, rest, function)
    if ratings is not None or dividing:
        raise TypeError(
            f"{function}() takes folds_from, or ratings and ways to split them, not both; give None as ratings"
        )
    return _open(folds_from, rest, function)


def split(
    ratings: Any,
    *,
    holdout: float | None = None,
    folds_from: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    **options: Any,
) -> Split:
    """Divide ratings: k-fold, at random, one of each user, by time for all, or by time for each user.

    Chance is a function of the seed and the ids: the division does not depend on the order of the ratings.

    Args:
        ratings: `Ratings`, or anything `Ratings` takes; None with `folds_from`.
        holdout: Instead of folds hold out one random share.
        folds_from: Instead of dividing ratings, folds from files, as `Split.save` writes them, or published ones, as
            "ml-100k/u[1-5].base".
        seed: Of the division.
        **options: Of splitting (see below); and of `Ratings`.

    Raises:
        InvalidError: An option is wrong, or nothing would be left to learn from or to test on.
        TypeError: There is no such option, or it is of the wrong type.

    Examples:
        >>> import palate
        >>> made = [(f"u{u}", f"i{i}", 1 + (u * i) % 5) for u in range(30) for i in range(20)]
        >>> [len(test) for train, test in palate.split(made, folds=3)]
        [200, 200, 200]

    Options:
    """
    given = options if seed is None else {"split_seed": seed, **options}
    made, rest = folds_of(ratings, folds_from, holdout, given, "split")
    if rest:
        raise TypeError(_options.splitting._unknown(next(iter(rest)), "split"))
    return made


split.__doc__ = f"{(split.__doc__ or '').rstrip()}\n{_options.splitting.document()}\n"
