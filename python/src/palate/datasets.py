# SPDX-License-Identifier: Apache-2.0
"""Well-known data sets: MovieLens and Jester, fetched from their homes, checked, and kept.

    import palate

    ratings = palate.datasets.load("ml-100k")  # shows the terms, and asks
    films = palate.datasets.items("ml-100k")

Each set is its publisher's: none is part of palate. They are kept in `$PALATE_DATA`, else in `palate` below
`$XDG_CACHE_HOME` or `~/.cache`, where the command's `palate data` has them, too.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import sys
from dataclasses import dataclass
from typing import Any, Callable, Union

from . import _library, _options, _structs
from ._progress import Bar, Watcher
from .catalogue import Catalogue
from .ratings import Ratings

__all__ = ["DataSet", "Fetched", "available", "describe", "folder", "get", "items", "load", "path", "synth", "users"]

PathArgument = Union[str, "os.PathLike[str]", None]


@dataclass(frozen=True)
class DataSet:
    """A data set that palate knows.

    Attributes:
        name: Such as "ml-100k".
        title: Such as "MovieLens 100K".
        user_count: Users that rated something.
        item_count: Items that somebody rated.
        rating_count: Ratings.
        scale: (low, high).
        url: Of the archive.
        bytes: Size of the archive; 0: not known.
        sha256: Of the archive; None: not known.
        md5: As its publisher states it; None: not stated.
        ratings: Path of the ratings within the archive.
        items: Of a table of the items; None: there is none.
        users: Of a table of the users; None: there is none.
        terms: What its publisher allows.
        citation: What a publication has to cite.

    """

    name: str
    title: str
    user_count: int
    item_count: int
    rating_count: int
    scale: tuple[float, float]
    url: str
    bytes: int
    sha256: str | None
    md5: str | None
    ratings: str
    items: str | None
    users: str | None
    terms: str
    citation: str


@dataclass(frozen=True)
class Fetched:
    """How far fetching has come, as a `progress` function is told it.

    Attributes:
        bytes: Here, those of an earlier attempt included.
        total: Size of the archive; 0: not known.
        seconds: Since it began.
        rate: Bytes a second; 0: not known yet.

    """

    bytes: int
    total: int
    seconds: float
    rate: float


# ---- Which there are ----


def _data_set(raw: _structs.DataSet) -> DataSet:
    values = {name: getattr(raw, name) for name in DataSet.__dataclass_fields__}
    texts = {name: value.decode() for name, value in values.items() if isinstance(value, bytes)}
    return DataSet(**{**values, **texts, "scale": (raw.scale.low, raw.scale.high)})


def available() -> list[DataSet]:
    """Return the data sets that palate knows.

    >>> [known.name for known in available()][:2]
    ['ml-100k', 'ml-1m']
    """
    lib = _library.lib
    return [_data_set(lib.palate_data_at(place).contents) for place in range(lib.palate_data_count())]


def _find(name: str) -> Any:
    if not isinstance(name, str):
        raise TypeError(f"name: {name!r} is a {type(name).__name__}; give a text such as 'ml-100k'")
    error = _structs.Error()
    found = _library.lib.palate_data_find(name.encode(), ctypes.byref(error))
    if not found:
        raise _library.exception(error)
    return found


def describe(name: str) -> DataSet:
    """Return what palate knows of a data set.

    Raises:
        InvalidError: There is none of this name.

    """
    return _data_set(_find(name).contents)


# ---- Where they are ----


def folder() -> pathlib.Path:
    """Return the folder in which data sets are kept: `$PALATE_DATA`, else `palate` in the user's cache."""
    given = os.environ.get("PALATE_DATA")
    if given:
        return pathlib.Path(given)
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (pathlib.Path(cache) if cache.startswith("/") else pathlib.Path.home() / ".cache") / "palate"


def path(name: str, part: str = "ratings", *, folder: PathArgument = None) -> pathlib.Path:
    """Return where a part of a data set is: "ratings", "items" or "users", or the "folder" of all its files.

    Raises:
        FileNotFoundError: It is not here; `get` fetches it.
        LookupError: The set has no such part.

    """
    known = describe(name)
    at = _folder(folder) / known.name
    if not _library.lib.palate_data_has(_find(name), _library.path_bytes(at.parent)):
        raise FileNotFoundError(f"{name} is not in {at.parent}; palate.datasets.get({name!r}) fetches it")
    if part == "folder":
        return at
    if part not in ("ratings", "items", "users"):
        raise ValueError(f"part {part!r}: there are ratings, items, users and folder")
    inside: str | None = getattr(known, part)
    if inside is None:
        raise LookupError(f"{name} has no table of {part}")
    return at / inside


def _folder(given: PathArgument) -> pathlib.Path:
    return folder() if given is None else pathlib.Path(given)


# ---- Getting them ----


class _FetchingBar(Bar):
    def __init__(self, name: str) -> None:
        super().__init__(desc=name, unit="B", unit_scale=True)
        self._name = name

    def __call__(self, fetched: Fetched) -> None:
        if self._bar is not None:
            self._bar.total = fetched.total or None
            self._bar.update(fetched.bytes - self._bar.n)
        else:
            of = f" of {fetched.total / 1e6:.1f}" if fetched.total else ""
            self._write(f"{self._name}: {fetched.bytes / 1e6:.1f}{of} MB, {fetched.rate / 1e6:.1f} MB/s")


def _is_accepted(known: DataSet) -> bool:
    """Show the terms to whoever is there, and ask."""
    if not (hasattr(sys, "ps1") or sys.stdin.isatty()):
        return False
    print(f"{known.title}, {known.rating_count:,} ratings\nTerms: {known.terms}\nCite: {known.citation}")
    try:
        return input("Do you accept these terms? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, RuntimeError):  # Notebooks that run by themselves have nobody to ask.
        return False


def _fetch(name: str, filled: _options.Filled, watcher: Watcher) -> None:
    error = _structs.Error()
    callback = _structs.DataProgressCallback(watcher.ask)
    filled.values.on_progress = callback
    with watcher:
        status = _library.lib.palate_data_get(_library.context, _find(name), filled.pointer, None, ctypes.byref(error))
    if watcher.error is not None:
        raise watcher.error
    if watcher.interrupted:
        raise KeyboardInterrupt
    if status == _library.STOPPED:
        raise InterruptedError(error.message.decode("utf-8", "replace"))
    if status != _library.OK:
        raise _library.exception(error)


def get(
    name: str,
    *,
    accept_terms: bool | None = None,
    folder: PathArgument = None,
    progress: bool | Callable[[Fetched], Any] | None = None,
    **options: Any,
) -> pathlib.Path:
    """Fetch a data set, unless it is here, and return its folder.

    Size and checksums of the archive are compared with those known. A transfer that broke off, or was stopped by
    Ctrl-C, is taken up where it stopped. The folder appears whole or not at all.

    Args:
        name: One of `available()`.
        accept_terms: True: you have read what the publisher allows (`describe(name).terms`), and accept it. None: it is
            shown, and you are asked, where there is somebody to ask.
        folder: Where data sets are kept; by default `folder()`.
        progress: True shows a bar; a function is called with a `Fetched`, and stops by returning False.
        **options: See below. `PALATE_DATA_URL` in the environment stands for `url`.

    Raises:
        InvalidError: There is no such set, or the terms are not accepted.
        ReadingError: The network or the server fails; the message says what can be done without them.
        FormatError: The archive is not what it should be.

    Options:
    """
    known = describe(name)
    at = _folder(folder)
    given = {"folder": at, "url": os.environ.get("PALATE_DATA_URL") or None, **options}
    filled = _options.getting_data.fill(given, "get")
    if _library.lib.palate_data_has(_find(name), _library.path_bytes(at)):
        return at / name
    if "archive" not in filled._given:
        filled.values.accept_terms = _is_accepted(known) if accept_terms is None else accept_terms
    tell: Any = _FetchingBar(name) if progress is True else progress or None
    _fetch(name, filled, Watcher(tell, Fetched))
    return at / name


def _split(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options for getting and those for reading."""
    names = ("accept_terms", "folder", "progress")
    getting = {k: v for k, v in options.items() if k in names or _options.getting_data.find(k) is not None}
    return getting, {k: v for k, v in options.items() if k not in getting}


def load(name: str, **options: Any) -> Ratings:
    """Return the ratings of a data set, fetched if they are not here, on their own scale.

    Args:
        name: One of `available()`.
        **options: Of `get`, such as `accept_terms=True`; and of `Ratings`.

    """
    getting, reading = _split(options)
    get(name, **getting)
    return Ratings(path(name, folder=getting.get("folder")), **{"scale": describe(name).scale, **reading})


def items(name: str, **options: Any) -> Catalogue:
    """Return the table of a data set's items: titles, and whatever else it has.

    Args:
        name: One of `available()`.
        **options: Of `get`.

    """
    get(name, **options)
    return Catalogue(path(name, "items", folder=options.get("folder")))


def users(name: str, **options: Any) -> Catalogue:
    """Return the table of a data set's users; otherwise as `items`."""
    get(name, **options)
    return Catalogue(path(name, "users", folder=options.get("folder")))


# ---- Made up ----


def synth(
    path: str | os.PathLike[str],
    items_path: str | os.PathLike[str] | None = None,
    *,
    preset: str | None = None,
    **options: Any,
) -> None:
    """Make ratings up from planted, named tastes, whose ids tell the truth: to see whether a model finds it again.

    The same options give the same bytes everywhere.

    Args:
        path: Where to write the ratings.
        items_path: Where to write a table of the items, with their titles and tastes.
        preset: "100k", "1m", "10m", "20m" or "100m": as large as a known set, and spread as MovieLens is.
        **options: See below; those given count more than the preset's.

    Options:
    """
    filled = _options.making_up.fill({}, "synth")
    if preset is not None:
        _library.call(_library.lib.palate_synth_preset, filled.pointer, preset.encode())
    filled.take(options, "synth")
    at = None if items_path is None else _library.path_bytes(items_path)
    _library.call(_library.lib.palate_synth_write, _library.context, filled.pointer, _library.path_bytes(path), at)


get.__doc__ = f"{(get.__doc__ or '').rstrip()}\n{_options.getting_data.document()}\n"
synth.__doc__ = f"{(synth.__doc__ or '').rstrip()}\n{_options.making_up.document()}\n"
