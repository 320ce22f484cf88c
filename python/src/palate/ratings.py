# SPDX-License-Identifier: Apache-2.0
"""Ratings: who rated what; from files, data frames, arrays and matrices."""

from __future__ import annotations

import ctypes
import os
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _arrow, _columns, _options, _pickling, _structs, _views
from ._library import Handle, call, context, create, lib, path_bytes

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Problem", "Ratings", "ReadReport", "check", "read"]


@dataclass(frozen=True)
class ReadReport:
    """What reading came to.

    Attributes:
        format: Of the file, such as "csv"; "arrays" for data in memory.
        compression: "none", "gzip" or "zstd".
        columns: What was taken for what, such as "user=userId item=movieId rating=rating".
        line_count: Lines or entries seen.
        rating_count: Ratings kept, duplicates resolved.
        duplicate_count: Ratings that fell to the option `duplicates`.
        skipped_count: Entries left out (option `lenient`).
        user_count: Different users, m.
        item_count: Different items, n.
        min: Least rating.
        max: Greatest rating.
        mean: Mean rating.
        scale: The scale, declared or inferred: (low, high).
        scale_inferred: The scale is the range of the ratings.
        has_times: The ratings have times.
        seconds: Wall time of reading.

    """

    format: str
    compression: str
    columns: str
    line_count: int
    rating_count: int
    duplicate_count: int
    skipped_count: int
    user_count: int
    item_count: int
    min: float
    max: float
    mean: float
    scale: tuple[float, float]
    scale_inferred: bool
    has_times: bool
    seconds: float


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a line of a file.

    Attributes:
        line: Counted from 1; 0 where the format has no lines.
        column: Its field, counted from 1; 0 where it is about none.
        message: What is wrong, and what to do.

    """

    line: int
    column: int
    message: str


def _report(raw: Any) -> ReadReport:
    values = {name: getattr(raw, name) for name in ReadReport.__dataclass_fields__}
    texts = {name: value.decode() for name, value in values.items() if isinstance(value, bytes)}
    return ReadReport(**{**values, **texts, "scale": (raw.scale.low, raw.scale.high)})


# ---- From tables ----

_ROLES = ("user", "item", "rating", "time")


def _names_of(data: Any) -> list[str]:
    return [str(name) for name in (data.columns if hasattr(data, "columns") else data)]


def _pick(names: Sequence[str], filled: _options.Filled) -> list[int | None]:
    """Return the places of the columns of users, items, ratings and times among those of a table."""
    if len(names) < 3:
        raise ValueError(f"the table has {len(names)} columns ({', '.join(names)}); give users, items and ratings")
    places = (ctypes.c_int * 4)()
    header = filled.table.find("header")
    assert header is not None  # noqa: S101
    if "header" not in filled._given:
        filled.set(header, "header", "yes")
    encoded = (ctypes.c_char_p * len(names))(*[name.encode() for name in names])
    call(lib.palate_choose_columns, encoded, len(names), filled.pointer, places)
    return [place if place >= 0 else None for place in places]


def _parts_of_columns(columns: Mapping[str, Any]) -> list[tuple[_columns.Chunk, ...]]:
    chunks = [
        _columns.ids(columns["user"], "users"),
        _columns.ids(columns["item"], "items"),
        _columns.ratings(columns["rating"]),
    ]
    if columns.get("time") is not None:
        chunks.append(_columns.times(columns["time"]))
    lengths = [sum(len(chunk) for chunk in column) for column in chunks]
    if len(set(lengths)) > 1:
        described = ", ".join(f"{role}s {length:,}" for role, length in zip(_ROLES, lengths))
        raise ValueError(f"the columns differ in length: {described}; each rating needs an entry in all of them")
    return _columns.align(chunks)


def _parts_of_arrow(data: Any, filled: _options.Filled) -> list[tuple[_columns.Chunk, ...]]:
    names, batches = _arrow.table(data)
    places = _pick(names, filled)
    parts = []
    for batch in batches:
        chosen = {role: batch.columns[place] for role, place in zip(_ROLES, places) if place is not None}
        parts.extend(_parts_of_columns(chosen))
    return parts


def _parts_of_table(data: Any, filled: _options.Filled) -> list[tuple[_columns.Chunk, ...]]:
    names = _names_of(data)
    places = _pick(names, filled)
    if hasattr(data, "iloc"):
        columns = {role: data.iloc[:, place] for role, place in zip(_ROLES, places) if place is not None}
    else:
        keys = list(data)
        columns = {role: data[keys[place]] for role, place in zip(_ROLES, places) if place is not None}
    return _parts_of_columns(columns)


def _parts_of_rows(rows: Sequence[Any]) -> list[tuple[_columns.Chunk, ...]]:
    widths = {len(row) for row in rows}
    if not widths <= {3} and not widths <= {4}:
        raise ValueError(f"rows are (user, item, rating) or (user, item, rating, time), all alike; these have {widths}")
    return _parts_of_columns(dict(zip(_ROLES, zip(*rows))) if rows else {role: [] for role in _ROLES[:3]})


# ---- From matrices ----


def _of_dense(matrix: npt.NDArray[Any]) -> dict[str, Any]:
    if matrix.dtype.kind not in "fiub":
        raise TypeError(f"a matrix of {matrix.dtype} holds no ratings; give numbers, NaN where none is known")
    if np.isinf(matrix).any():
        raise ValueError("the matrix holds infinity; ratings are finite, and NaN where none is known")
    users, items = np.nonzero(~np.isnan(matrix))
    return {"user": users, "item": items, "rating": matrix[users, items]}


def _is_sparse(data: Any) -> bool:
    return hasattr(data, "tocoo") and hasattr(data, "format")


def _of_sparse(matrix: Any) -> dict[str, Any]:
    if matrix.format in ("csr", "csc"):
        major = np.repeat(np.arange(len(matrix.indptr) - 1, dtype=np.int32), np.diff(matrix.indptr))
        users, items = (major, matrix.indices) if matrix.format == "csr" else (matrix.indices, major)
        return {"user": users, "item": items, "rating": matrix.data}
    coo = matrix.tocoo()
    return {"user": coo.row, "item": coo.col, "rating": coo.data}


# ---- Any of them ----


class _Source:
    """Data in memory: parts for the library, and what is known of it beside."""

    def __init__(self, parts: list[tuple[_columns.Chunk, ...]], name: str, shape: tuple[int, int] | None) -> None:
        self.parts = parts
        self.name = name
        self.shape = shape

    def whole(self, side: int) -> bool:
        return bool(self.parts) and all(part[side].whole for part in self.parts)


def _source(data: Any, filled: _options.Filled) -> _Source:
    if _is_sparse(data):
        return _Source(_parts_of_columns(_of_sparse(data)), "matrix", tuple(data.shape))
    if isinstance(data, np.ndarray) and data.dtype.names is not None:
        return _Source(_parts_of_table({n: data[n] for n in data.dtype.names}, filled), "array", None)
    if isinstance(data, np.ndarray):
        if data.ndim != 2:
            raise ValueError(f"an array of ratings is a matrix, users x items; this has {data.ndim} dimensions")
        return _Source(_parts_of_columns(_of_dense(data)), "matrix", (data.shape[0], data.shape[1]))
    if hasattr(data, "iloc") and hasattr(data, "columns"):
        return _Source(_parts_of_table(data, filled), "DataFrame", None)
    if _arrow.is_arrow(data):
        return _Source(_parts_of_arrow(data, filled), "DataFrame", None)
    if isinstance(data, Mapping):
        return _Source(_parts_of_table(data, filled), "columns", None)
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _Source(_parts_of_rows(data), "rows", None)
    raise TypeError(
        f"{type(data).__name__} holds no ratings; give a path, a DataFrame, a mapping of columns, a matrix "
        "(NumPy, scipy.sparse) or a list of (user, item, rating)"
    )


def _from_source(source: _Source, filled: _options.Filled) -> Handle:
    parts = (_structs.RatingColumns * max(len(source.parts), 1))()
    for part, chunks in zip(parts, source.parts):
        part.users, part.items, part.ratings = (chunk.struct for chunk in chunks[:3])
        if len(chunks) > 3:
            part.times = chunks[3].struct
    name = source.name.encode()
    make = lib.palate_ratings_from_columns
    return Handle(create(make, context, parts, len(source.parts), name, filled.pointer), lib.palate_ratings_free)


def _is_csr(data: Any) -> bool:
    return _is_sparse(data) and data.format == "csr" and data.ndim == 2


def _from_csr(begins: Any, columns: Any, ratings: Any, column_count: int, filled: _options.Filled) -> Handle:
    if not 0 <= column_count < 2**31:
        raise ValueError(f"column_count: {column_count} is not within 0 .. {2**31 - 1}")
    parts = {"begins": begins, "columns": columns, "ratings": ratings}
    chunks = [_columns.numbers(part, role) for role, part in parts.items()]
    csr = _structs.Csr(column_count, *(chunk.struct for chunk in chunks))
    make = lib.palate_ratings_from_csr
    return Handle(create(make, context, csr, b"matrix", filled.pointer), lib.palate_ratings_free)


def _from_path(path: str, filled: _options.Filled) -> Handle:
    return Handle(create(lib.palate_ratings_read, context, path_bytes(path), filled.pointer), lib.palate_ratings_free)


class Ratings:
    """Who rated what: R, m users x n items. A cell that no rating fills is unknown, never zero.

    Users and items are named by ids, texts or whole numbers, and numbered by rows: row 0 has the most ratings. Neither
    rows nor anything computed from them depends on the order of the ratings. They do not change, any number of threads
    may use them, and they pickle.

    Args:
        data: One of

            - a path, or "sqlite:FILE?QUERY": any format that the command reads;
            - a DataFrame of pandas or polars, a pyarrow Table, a mapping of columns, a structured array: columns are
              found by their names (`userId`, `movie_id`, `rating`, `timestamp` and many more), else by place;
            - a matrix, users x items: `scipy.sparse` (what is not stored is unknown) or dense (NaN is unknown). Users
              and items are numbered by row and column;
            - a sequence of (user, item, rating) or (user, item, rating, time).
        user_column: Name of the column of users.
        item_column: Name of the column of items.
        rating_column: Name of the column of ratings.
        time_column: Name of the column of times; "none" leaves them out.
        **options: See below.

    Nothing is copied on the way to the library but columns of Python objects, and datetimes.

    Raises:
        FormatError: An entry is wrong: NaN, outside the scale, without a user; `line` says which.
        InvalidError: An option is wrong.
        TypeError: This holds no ratings, or a column is of the wrong type.

    Options:
    """

    __slots__ = ("_handle", "_item_ids", "_report", "_shape", "_user_ids")
    _handle: Handle
    _item_ids: _views.Ids
    _report: ReadReport
    _shape: tuple[int, int] | None
    _user_ids: _views.Ids

    def __init__(
        self,
        data: Any,
        *,
        user_column: str | int | None = None,
        item_column: str | int | None = None,
        rating_column: str | int | None = None,
        time_column: str | int | None = None,
        **options: Any,
    ) -> None:
        columns = {
            "user_column": user_column,
            "item_column": item_column,
            "rating_column": rating_column,
            "time_column": time_column,
        }
        filled = _options.reading.fill({**columns, **options}, "Ratings")
        self._shape: tuple[int, int] | None = None
        if isinstance(data, (str, os.PathLike)):
            self._handle = _from_path(os.fspath(data), filled)
            whole: tuple[bool | None, bool | None] = (None, None)
        elif _is_csr(data):
            self._handle = _from_csr(data.indptr, data.indices, data.data, data.shape[1], filled)
            self._shape = (data.shape[0], data.shape[1])
            whole = (True, True)
        else:
            source = _source(data, filled)
            self._handle = _from_source(source, filled)
            self._shape = source.shape
            whole = (source.whole(0), source.whole(1))
        self._finish(*whole)

    def _finish(self, whole_users: bool | None, whole_items: bool | None) -> None:
        self._report = _report(lib.palate_ratings_report(self._handle.pointer).contents)
        self._user_ids = _views.Ids(lib.palate_ratings_user_ids(self._handle.pointer), self._handle, whole_users)
        self._item_ids = _views.Ids(lib.palate_ratings_item_ids(self._handle.pointer), self._handle, whole_items)

    @classmethod
    def _of_pointer(cls, pointer: int, whole: tuple[bool | None, bool | None]) -> Ratings:
        self = cls.__new__(cls)
        self._handle = Handle(pointer, lib.palate_ratings_free)
        self._shape = None
        self._finish(*whole)
        return self

    @classmethod
    def from_arrays(cls, users: Any, items: Any, ratings: Any, times: Any = None, **options: Any) -> Ratings:
        """Make ratings of columns: arrays, Series, lists.

        Args:
            users: Ids, one for each rating.
            items: Ids.
            ratings: Numbers.
            times: Whole numbers (such as seconds) or datetimes; or None.
            **options: As for `Ratings`.

        """
        columns = {"user": users, "item": items, "rating": ratings}
        return cls(columns if times is None else {**columns, "time": times}, **options)

    @classmethod
    def from_csr(cls, begins: Any, columns: Any, ratings: Any, column_count: int, **options: Any) -> Ratings:
        """Make ratings of the arrays of a sparse matrix, users x items: what `Ratings` makes of a SciPy `csr_matrix`.

        Users and items are numbered by row and column.

        Args:
            begins: Where in the other two each row begins, and where the last ends (SciPy's `indptr`).
            columns: Of each entry, from 0 (SciPy's `indices`).
            ratings: Numbers (SciPy's `data`).
            column_count: Columns of the matrix.
            **options: As for `Ratings`.

        """
        filled = _options.reading.fill(options, "Ratings")
        begins, columns, ratings = np.asarray(begins), np.asarray(columns), np.asarray(ratings)
        self = cls.__new__(cls)
        self._handle = _from_csr(begins, columns, ratings, column_count, filled)
        self._shape = (len(begins) - 1, column_count)
        self._finish(True, True)
        return self

    # ---- What is in them ----

    @property
    def report(self) -> ReadReport:
        """What reading came to."""
        return self._report

    @property
    def scale(self) -> tuple[float, float]:
        """The rating scale, (low, high)."""
        return self._report.scale

    @property
    def user_count(self) -> int:
        """Users, m."""
        return self._report.user_count

    @property
    def item_count(self) -> int:
        """Items, n."""
        return self._report.item_count

    def __len__(self) -> int:
        return self._report.rating_count

    @property
    def user_ids(self) -> npt.NDArray[Any]:
        """Ids of the users by row: m whole numbers if that is what they were, else texts."""
        return self._user_ids.array

    @property
    def item_ids(self) -> npt.NDArray[Any]:
        """Ids of the items by row: n whole numbers if that is what they were, else texts."""
        return self._item_ids.array

    @property
    def by_user(self) -> SparseRows:
        """R by rows: the items each user rated. A view."""
        return SparseRows(lib.palate_ratings_by_user(self._handle.pointer), self._handle)

    @property
    def by_item(self) -> SparseRows:
        """The transpose of R by rows: the users who rated each item. A view."""
        return SparseRows(lib.palate_ratings_by_item(self._handle.pointer), self._handle)

    def to_scipy(self) -> Any:
        """Return R, m x n in the order of `user_ids` and `item_ids`, as a scipy.sparse CSR matrix.

        Mind that to SciPy a cell that is not stored is zero.
        """
        from scipy.sparse import csr_matrix

        rows = self.by_user
        return csr_matrix((rows.ratings, rows.columns, rows.begins), shape=(self.user_count, self.item_count))

    def to_pandas(self) -> Any:
        """Return a DataFrame with the columns user, item, rating and, where there are times, time."""
        import pandas as pd

        rows = self.by_user
        users = np.repeat(np.arange(self.user_count), np.diff(rows.begins))
        columns = {
            "user": self.user_ids[users],
            "item": self.item_ids[rows.columns],
            "rating": rows.ratings,
        }
        if rows.times is not None:
            columns["time"] = rows.times
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        low, high = self.scale
        return (
            f"<palate.Ratings: {len(self):,} of {self.item_count:,} items by {self.user_count:,} users, "
            f"scale {low:g} to {high:g}>"
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the ratings in the form in which they are used: reading them again takes no time, and maps the file.

        The command takes such a file, too. It appears whole or not at all; equal ratings give equal bytes.
        """
        call(lib.palate_ratings_save, self._handle.pointer, path_bytes(path))

    @staticmethod
    def _of_bytes(data: bytes, shape: tuple[int, int] | None, whole: tuple[bool | None, bool | None]) -> Ratings:
        def load(path: pathlib.Path) -> Ratings:
            self = Ratings(path)
            self._shape = shape
            self._finish(*whole)
            return self

        return _pickling.of_bytes(data, load)

    def __reduce__(self) -> tuple[Any, ...]:
        whole = (self._user_ids.whole, self._item_ids.whole)
        return Ratings._of_bytes, (_pickling.bytes_of(self.save), self._shape, whole)

    def _histogram(self) -> tuple[list[int], float, float]:
        """Return how many ratings there are in each part of their range: as many parts as values, at most 20."""
        values = self.by_user.ratings
        low, high = float(values.min()), float(values.max())
        few = len(np.unique(values[:100000]))
        return np.histogram(values, bins=max(min(few, 20), 1), range=(low, high))[0].tolist(), low, high

    def _repr_html_(self) -> str:
        from ._html import of_ratings

        return of_ratings(self)


Ratings.__doc__ = f"{(Ratings.__doc__ or '').rstrip()}\n{_options.reading.document()}\n"


class SparseRows:
    """Compressed sparse rows as they lie in memory: entry e of row r, begins[r] <= e < begins[r + 1].

    Attributes:
        begins: Row count + 1 int64.
        columns: uint32, strictly increasing within a row.
        ratings: float32.
        times: int64, or None.

    """

    __slots__ = ("begins", "columns", "ratings", "times")

    def __init__(self, raw: _structs.SparseRows, owner: Handle) -> None:
        self.begins = _views.view(raw.begins, (raw.row_count + 1,), np.int64, owner)
        count = int(self.begins[-1])
        self.columns = _views.view(raw.columns, (count,), np.uint32, owner)
        self.ratings = _views.view(raw.ratings, (count,), np.float32, owner)
        self.times = _views.view(raw.times, (count,), np.int64, owner) if raw.times else None


# ---- Files that other libraries read ----

_FRAMES = {".parquet": "read_parquet", ".feather": "read_ipc", ".arrow": "read_ipc", ".ipc": "read_ipc"}


def _frame_of(path: pathlib.Path) -> Any:
    try:
        import pyarrow.feather
        import pyarrow.parquet
    except ImportError:
        try:
            import polars
        except ImportError:
            raise ImportError(f"{path}: reading this takes pyarrow or polars: pip install pyarrow") from None
        return getattr(polars, _FRAMES[path.suffix.lower()])(path)
    if path.suffix.lower() == ".parquet":
        return pyarrow.parquet.read_table(path)
    return pyarrow.feather.read_table(path)


def check(path: str | os.PathLike[str], **options: Any) -> tuple[ReadReport, list[Problem]]:
    r"""Read a file as training would, and tell everything that is wrong with it, where `Ratings` stops at the first.

    Args:
        path: A file that the command reads, or "sqlite:FILE?QUERY".
        **options: As for `Ratings`.

    Returns:
        What reading came to, without the lines that are wrong; and what is wrong, in the order of lines.

    Raises:
        ReadingError: Nothing can be read at all.

    Examples:
        >>> import pathlib, tempfile, palate
        >>> file = pathlib.Path(tempfile.mkdtemp(), "ratings.csv")
        >>> _ = file.write_text("user,item,rating\nann,Alien,5\nbob,Alien,good\neva,Up\n")
        >>> report, problems = palate.check(file)
        >>> report.rating_count, [problem.line for problem in problems]
        (1, [3, 4])

    """
    filled = _options.reading.fill(options, "check")
    found: list[Problem] = []

    def note(raw: Any, _user: object) -> None:
        found.append(Problem(raw.contents.line, raw.contents.column, raw.contents.message.decode("utf-8", "replace")))

    raw = _structs.ReadReport()
    callback = _structs.ProblemCallback(note)
    call(
        lib.palate_ratings_check, context, path_bytes(path), filled.pointer, callback, None, ctypes.byref(raw)
    )  # fmt: skip
    return _report(raw), found


def read(path: str | os.PathLike[str], **options: Any) -> Ratings:
    """Read ratings from a file.

    Args:
        path: Any format that the command reads, gzip and zstd included, or "sqlite:FILE?QUERY"; and, where pyarrow or
            polars is installed, `.parquet`, `.feather` and `.arrow`.
        **options: As for `Ratings`.

    """
    where = pathlib.Path(path)
    if where.suffix.lower() not in _FRAMES:
        return Ratings(path, **options)
    if not where.exists():
        raise FileNotFoundError(f"{where}: there is no such file")
    return Ratings(_frame_of(where), **options)
