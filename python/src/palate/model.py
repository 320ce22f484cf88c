# SPDX-License-Identifier: Apache-2.0
"""The model: U, V >= 0 and all that is needed to predict and recommend."""

from __future__ import annotations

import ctypes
import inspect
import json
import numbers
import os
import pathlib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _columns, _features, _filters, _fold_in, _options, _pickling, _structs, _views
from ._fold_in import NewRows
from ._library import Handle, call, context, create, lib, path_bytes
from .errors import RowsLeft, UnknownIdError
from .ratings import Ratings

if TYPE_CHECKING:
    import numpy.typing as npt

    from .factors import Factors
    from .naming import FactorMatch
    from .stability import Stability

__all__ = ["Epoch", "Explanation", "Metrics", "Model", "ModelInfo", "Reason"]


@dataclass(frozen=True)
class ModelInfo:
    """Numbers of a model.

    Attributes:
        user_count: m.
        item_count: n.
        factor_count: k.
        rating_count: Ratings trained on or taken in since; 0 for a model from given factors.
        updated_count: How many of these `Model.update` took in since training.
        scale: Predictions are clipped to it: (low, high); None: there is none.
        scale_inferred: The scale is the range of the ratings.
        mean: Of the ratings: the prediction where user and item are both unknown.
        base: What every score has.
        seed: Of everything random.
        mode: "default", "strict", "pure", or "imported".
        missing: What a cell without a rating was in training: "unknown" or "zero".
        rule: "map", "mu", "bayes", or "none".
        sample_count: Samples of the posterior that the model holds.
        stopped_by: "epochs", "tolerance", "patience", "time limit", "request", or "".
        epochs: Epochs run.
        best_epoch: The epoch the factors are from.
        seconds: Of training; 0 for a model from a file.
        train_rmse: NaN where not known.
        validation_rmse: NaN without validation.
        fingerprint: Of the ratings; "" for a model from given factors.
        version: Of the palate that made the model.

    """

    user_count: int
    item_count: int
    factor_count: int
    rating_count: int
    updated_count: int
    scale: tuple[float, float] | None
    scale_inferred: bool
    mean: float
    base: float
    seed: int
    mode: str
    missing: str
    rule: str
    sample_count: int
    stopped_by: str
    epochs: int
    best_epoch: int
    seconds: float
    train_rmse: float
    validation_rmse: float
    fingerprint: str
    version: str


@dataclass(frozen=True)
class Epoch:
    """One epoch of the training log. What is not known is NaN; seconds are 0 for a model from a file."""

    epoch: int
    seconds: float
    objective: float
    train_rmse: float
    validation_rmse: float


@dataclass(frozen=True)
class Metrics:
    """How far predictions are from ratings.

    Attributes:
        count: Ratings compared.
        rmse: Root of the mean squared error.
        mae: Mean absolute error.
        baseline_rmse: RMSE of predicting the training mean for everyone.
        unknown_users: Ratings whose user the model does not know; they count.
        unknown_items: Ratings whose item the model does not know; they count.

    """

    count: int
    rmse: float
    mae: float
    baseline_rmse: float
    unknown_users: int
    unknown_items: int


@dataclass(frozen=True)
class Explanation:
    """A prediction, and what it is the sum of.

    Attributes:
        prediction: Within the scale.
        score: Before clipping: the sum of the parts.
        common: The same for all users and items.
        user: Of the user with any item.
        item: Of the item with any user.
        time: How the user's offset has moved; 0 at no time.
        factors: Of each factor, by name.

    """

    prediction: float
    score: float
    common: float
    user: float
    item: float
    time: float
    factors: dict[str, float]

    def parts(self, count: int | None = None) -> list[tuple[str, float]]:
        """Return the parts by name: common, user, item, time, then factors, the largest first.

        Args:
            count: The most factors to tell apart; those beyond it are one part. None: all.

        """
        first = [(name, getattr(self, name)) for name in ("common", "user", "item", "time")]
        factors = sorted(self.factors.items(), key=lambda part: -abs(part[1]))
        shown, rest = factors[:count], factors[count:] if count is not None else []
        parts = [part for part in first if part[0] != "time" or part[1] != 0] + shown
        if rest:
            parts.append((f"{len(rest)} other factors", sum(value for _, value in rest)))
        return parts

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw a waterfall: each part begins where those above it have left off; takes matplotlib.

        Args:
            ax: Where to draw; by default a new picture.
            **options: `count=10`: how many factors to tell apart.

        Returns:
            The Axes of matplotlib.

        """
        from ._plots import plot_explanation

        return plot_explanation(self, ax, **options)

    def _repr_html_(self) -> str:
        from ._html import of_explanation

        return of_explanation(self)


@dataclass(frozen=True)
class Reason:
    """One of a user's ratings, and what it does to a prediction.

    Attributes:
        item: The id of what was rated.
        rating: What it was given.
        effect: How much higher the score is with this rating than without it.

    """

    item: Any
    rating: float
    effect: float


def _info(handle: Handle) -> ModelInfo:
    raw = _structs.ModelSummary()
    lib.palate_model_info(handle.pointer, ctypes.byref(raw))
    values = {name: getattr(raw, name) for name in ModelInfo.__dataclass_fields__}
    texts = {name: value.decode() for name, value in values.items() if isinstance(value, bytes)}
    scale = (raw.scale.low, raw.scale.high) if raw.scale.low < raw.scale.high else None
    return ModelInfo(**{**values, **texts, "scale": scale})


def _is_single(ids: Any) -> bool:
    return isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable)


class _Side:
    """The users or the items of a model: ids and their rows."""

    def __init__(self, role: str, ids: _views.Ids, find: Any, handle: Handle) -> None:
        self.role = role
        self.ids = ids
        self._find = find
        self._handle = handle

    def rows(self, ids: Any) -> npt.NDArray[np.uint32]:
        """Return the rows of ids, NO_ROW for those that are not there."""
        chunks = _columns.ids(ids, f"{self.role}s")
        rows = np.empty(sum(len(chunk) for chunk in chunks), np.uint32)
        begin = 0
        for chunk in chunks:
            out = rows[begin : begin + len(chunk)]
            call(self._find, self._handle.pointer, ctypes.byref(chunk.struct), out.ctypes.data)
            begin += len(chunk)
        return rows

    def row(self, one: Any) -> npt.NDArray[np.uint32]:
        """Return the row of one id, an array of one."""
        return self.rows([_columns.id_text(one, self.role)])

    def known_row(self, one: Any) -> int:
        """Return the row of one id that must be there."""
        row = int(self.row(one)[0])
        if row == _structs.NO_ROW:
            raise UnknownIdError(f"the model knows no {self.role} {one!r}")
        return row

    def known_rows(self, ids: Any) -> npt.NDArray[np.uint32]:
        """Return the rows of ids that must all be there."""
        if _is_single(ids):
            return np.array([self.known_row(ids)], np.uint32)
        rows = self.rows(ids)
        missing = np.flatnonzero(rows == _structs.NO_ROW)
        if len(missing):
            more = f" (nor {len(missing) - 1} others)" if len(missing) > 1 else ""
            raise UnknownIdError(f"the model knows no {self.role} {list(ids)[missing[0]]!r}{more}")
        return rows


class Model:
    """A model, to predict and recommend with. It does not change; any number of threads may use it.

        r(u, i) = base + o_u + s_i + sum over f of U[u, f] V[i, f]        clipped to the scale

    Made by `palate.train`, `Model.load` or `Model.from_factors`. It pickles.
    """

    __slots__ = ("_handle", "_info", "_items", "_users")
    _handle: Handle
    _info: ModelInfo
    _items: _Side
    _users: _Side

    def __init__(self) -> None:
        raise TypeError("a model is made by palate.train(), Model.load() or Model.from_factors()")

    @classmethod
    def _of(
        cls,
        pointer: int,
        ratings: Ratings | None = None,
        whole: tuple[bool | None, bool | None] | None = None,
    ) -> Model:
        self = object.__new__(cls)
        self._handle = Handle(pointer, lib.palate_model_free)
        self._info = _info(self._handle)
        if whole is None:
            whole = (None, None) if ratings is None else (ratings._user_ids.whole, ratings._item_ids.whole)
        user_ids = _views.Ids(lib.palate_model_user_ids(pointer), self._handle, whole[0])
        item_ids = _views.Ids(lib.palate_model_item_ids(pointer), self._handle, whole[1])
        self._users = _Side("user", user_ids, lib.palate_model_find_users, self._handle)
        self._items = _Side("item", item_ids, lib.palate_model_find_items, self._handle)
        return self

    # ---- Files ----

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Load a model by mapping its file, after checking it whole.

        Raises:
            ReadingError: The file cannot be read.
            FormatError: It is no model, damaged, or of a newer version.

        """
        return cls._of(create(lib.palate_model_load, context, path_bytes(path)))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the model: one file that appears whole or not at all. Equal models give equal bytes."""
        call(lib.palate_model_save, self._handle.pointer, path_bytes(path))

    def export(self, path: str | os.PathLike[str], format: str = "npz") -> None:
        """Write the factors out: "npz", one file for NumPy, or "csv", a folder of tables."""
        formats = {"csv": 0, "npz": 1}
        if format not in formats:
            raise ValueError(f"format {format!r}: there are csv and npz")
        call(lib.palate_model_export, self._handle.pointer, formats[format], path_bytes(path))

    @classmethod
    def from_factors(
        cls,
        user_factors: Any,
        item_factors: Any,
        *,
        user_ids: Iterable[Any] | None = None,
        item_ids: Iterable[Any] | None = None,
        user_offsets: Any = None,
        item_offsets: Any = None,
        base: float = 0.0,
        factor_names: Iterable[str] | None = None,
        scale: tuple[float, float] | None = None,
    ) -> Model:
        """Make a model of factors at hand.

        Args:
            user_factors: U, m x k, finite, >= 0.
            item_factors: V, n x k.
            user_ids: m different ids; by default 0, 1, 2, ...
            item_ids: n different ids; by default 0, 1, 2, ...
            user_offsets: o, m numbers; by default none.
            item_offsets: s, n numbers; by default none.
            base: What every score has.
            factor_names: k names.
            scale: (low, high), to which predictions are clipped; by default they are not.

        """
        from ._from_factors import make

        pointer, whole = make(
            user_factors, item_factors, user_ids, item_ids, user_offsets, item_offsets, base, factor_names, scale
        )
        return cls._of(pointer, whole=whole)

    @staticmethod
    def _of_bytes(data: bytes, whole: tuple[bool | None, bool | None]) -> Model:
        def load(path: pathlib.Path) -> Model:
            return Model._of(create(lib.palate_model_load, context, path_bytes(path)), whole=whole)

        return _pickling.of_bytes(data, load)

    def __reduce__(self) -> tuple[Any, tuple[bytes, tuple[bool | None, bool | None]]]:
        return Model._of_bytes, (_pickling.bytes_of(self.save), (self._users.ids.whole, self._items.ids.whole))

    # ---- What is in it ----

    @property
    def info(self) -> ModelInfo:
        """Numbers and facts."""
        return self._info

    @property
    def options(self) -> dict[str, Any]:
        """The options the model was trained with, by name; empty for a model from given factors."""
        return _options.training.values(json.loads(lib.palate_model_options_json(self._handle.pointer)))

    @property
    def log(self) -> list[Epoch]:
        """The training log."""
        count = ctypes.c_size_t()
        rows = lib.palate_model_log(self._handle.pointer, ctypes.byref(count))
        names = Epoch.__dataclass_fields__
        return [Epoch(**{name: getattr(rows[e], name) for name in names}) for e in range(count.value)]

    def _view(self, function: Any, *shape: int) -> npt.NDArray[np.float32]:
        return _views.view(function(self._handle.pointer), shape, np.float32, self._handle)

    @property
    def user_factors(self) -> npt.NDArray[np.float32]:
        """U, m x k, rows as in `user_ids`. A read-only view."""
        return self._view(lib.palate_model_user_factors, self._info.user_count, self._info.factor_count)

    @property
    def item_factors(self) -> npt.NDArray[np.float32]:
        """V, n x k, rows as in `item_ids`. A read-only view."""
        return self._view(lib.palate_model_item_factors, self._info.item_count, self._info.factor_count)

    @property
    def user_offsets(self) -> npt.NDArray[np.float32]:
        """o, m. A read-only view."""
        return self._view(lib.palate_model_user_offsets, self._info.user_count)

    @property
    def item_offsets(self) -> npt.NDArray[np.float32]:
        """s, n. A read-only view."""
        return self._view(lib.palate_model_item_offsets, self._info.item_count)

    @property
    def factor_names(self) -> list[str]:
        """Names of the k factors; saved with the model.

        May be set, to k different names; None stands for none: "factor 1" and so on. Not while others use the model.
        """
        names = (lib.palate_model_factor_name(self._handle.pointer, f) for f in range(self._info.factor_count))
        return [name.decode() for name in names]

    @factor_names.setter
    def factor_names(self, names: Iterable[str | None]) -> None:
        from .naming import rename

        rename(self, names)

    @property
    def user_features(self) -> list[str]:
        """Names of what the model learned of users from a table, such as "gender: F"; empty where nothing."""
        return _features.names(self._handle.pointer, 0)

    @property
    def item_features(self) -> list[str]:
        """The same of items, such as "genres: Horror"."""
        return _features.names(self._handle.pointer, 1)

    @property
    def user_ids(self) -> npt.NDArray[Any]:
        """Ids of the users by row."""
        return self._users.ids.array

    @property
    def item_ids(self) -> npt.NDArray[Any]:
        """Ids of the items by row."""
        return self._items.ids.array

    def user_row(self, user: Any) -> int:
        """Return the row of a user in `user_factors`.

        Raises:
            UnknownIdError: The model does not know the user.

        """
        return self._users.known_row(user)

    def item_row(self, item: Any) -> int:
        """Return the row of an item in `item_factors`.

        Raises:
            UnknownIdError: The model does not know the item.

        """
        return self._items.known_row(item)

    def seen(self, user: Any) -> npt.NDArray[Any]:
        """Return the ids of the items a user has rated: those that recommendations leave out."""
        count = ctypes.c_int64()
        row = self.user_row(user)
        address = lib.palate_model_seen(self._handle.pointer, row, ctypes.byref(count))
        return self._items.ids.of_rows(_views.view(address, (count.value,), np.uint32, self._handle))

    # ---- Prediction ----

    def _cells(self, users: Any, items: Any, times: Any) -> tuple[_structs.Cells, list[Any]]:
        user_rows = self._users.row(users) if _is_single(users) else self._users.rows(users)
        item_rows = self._items.row(items) if _is_single(items) else self._items.rows(items)
        count = len(item_rows) if _is_single(users) else len(user_rows)
        kept: list[Any] = [
            np.ascontiguousarray(np.broadcast_to(user_rows, count)) if _is_single(users) else user_rows,
            np.ascontiguousarray(np.broadcast_to(item_rows, count)) if _is_single(items) else item_rows,
        ]
        if len(kept[1]) != count:
            raise ValueError(f"{count} users, but {len(kept[1])} items: give pairs, or one of a side")
        cells = _structs.Cells(count=count, users=kept[0].ctypes.data, items=kept[1].ctypes.data)
        if times is not None:
            kept.append(_times(times, count))
            cells.times = kept[2].ctypes.data
        return cells, kept

    def predict(self, users: Any, items: Any, times: Any = None, *, std: bool = False) -> Any:
        """Predict ratings, clipped to the scale.

        A user the model does not know is taken for the typical one, likewise an item; with both unknown the prediction
        is the mean of the ratings.

        Args:
            users: An id, or a column of ids (array, Series, list).
            items: An id, or a column of ids. One user goes with many items, and the other way round.
            times: When: numbers in the unit of the ratings' times, or datetimes; None: at no time. A model whose
                users' offsets do not move has no use for them.
            std: Also the standard deviation of a rating around each prediction, NaN where user or item is unknown.
                The model must hold samples (`rule="bayes"`).

        Returns:
            A float for one user and one item, else an array of float32; with `std` a pair of them.

        Raises:
            UnsupportedError: `std` of a model that holds no samples.

        """
        cells, kept = self._cells(users, items, times)
        predictions = np.empty(cells.count, np.float32)
        deviations = np.empty(cells.count, np.float32) if std else None
        address = deviations.ctypes.data if deviations is not None else None
        call(
            lib.palate_model_predict,
            self._handle.pointer,
            ctypes.byref(cells),
            predictions.ctypes.data,
            address,
            None,
        )
        del kept
        if _is_single(users) and _is_single(items):
            one = float(predictions[0])
            return one if deviations is None else (one, float(deviations[0]))
        return predictions if deviations is None else (predictions, deviations)

    def evaluate(self, ratings: Any, *, threads: int = 0, **options: Any) -> Metrics:
        """Compare the model with ratings it has not seen.

        Args:
            ratings: `Ratings`, or anything `Ratings` takes.
            threads: 0: as many as the machine gives.
            **options: Of `Ratings`.

        """
        taken = ratings if isinstance(ratings, Ratings) else Ratings(ratings, **options)
        out = _structs.Metrics()
        call(lib.palate_model_evaluate, self._handle.pointer, taken._handle.pointer, threads, ctypes.byref(out))
        return Metrics(out.count, out.rmse, out.mae, out.baseline_rmse, out.unknown.users, out.unknown.items)

    # ---- Recommendation ----

    def recommend(
        self,
        users: Any = None,
        n: int = 10,
        *,
        include_seen: bool = False,
        allow: Any = None,
        deny: Any = None,
        items: Any = None,
        where: str | Iterable[str] = (),
        without: str | Iterable[str] = (),
        quota: str | Iterable[str] | Mapping[str, int] = (),
        min_support: int = 0,
        popularity_discount: float = 0.0,
        diversity: float = 0.0,
        removed: dict[str, Any] | None = None,
        threads: int = 0,
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """Return the n items with the highest scores; exact, best first.

        The score is the prediction before it is clipped to the scale, so that items at its top still have an order.
        Equal scores are ordered by id.

        Args:
            users: An id, or a column of ids; None: all users, in the order of `user_ids`.
            n: Items a user.
            include_seen: Items the user has rated may come, too.
            allow: Ids of the only items that may come; None: any item.
            deny: Ids of items that never come. Items unknown to the model do not matter.
            items: A table that `where`, `without` and `quota` are about: a `Catalogue`, a path, or a data frame whose
                first column is the id.
            where: Conditions that items must satisfy: "genres=Horror|Thriller" (a value of the cell is one of these),
                "title~star" (it contains that), "year>=1990"; operators = != ~ !~ < <= > >=.
            without: Conditions that they must not satisfy.
            quota: At most so many items of each value of a column: {"genres": 2} or "genres=2". An item of several
                values counts for each.
            min_support: Ratings that an item must have.
            popularity_discount: d: scores are less by d log10(1 + ratings of the item).
            diversity: 0 to 1, how much an item comes later for being like those before it: maximal marginal relevance.
            removed: Receives how many items each rule took away, of those the rules before left, and for each user how
                many were seen, and passed over by quotas.
            threads: 0: as many as the machine gives. The result does not depend on it.

        Returns:
            Ids and scores. For one user two arrays, shorter than n where items run out; else two of users x n, places
            that are left empty holding -1 (texts: "") and NaN.

        Raises:
            UnknownIdError: A user or an item in `allow` that the model does not know.

        """
        if users is None:
            rows = np.arange(self._info.user_count, dtype=np.uint32)
        else:
            rows = self._users.known_rows(users)
        rules = {
            "include_seen": include_seen, "allow": allow, "deny": deny, "items": items, "where": where,
            "without": without, "quota": quota, "min_support": min_support, "popularity_discount": popularity_discount,
            "diversity": diversity, "removed": removed, "threads": threads,
        }  # fmt: skip
        single = users is not None and _is_single(users)
        return self._list(n, rules, single, len(rows), lib.palate_model_recommend, rows.ctypes.data, len(rows))

    # ---- What is alike, and why ----

    def _similar(
        self, side: _Side, one: Any, n: int, options: dict[str, Any]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        filled = _options.similar.fill({"side": f"{side.role}s", "count": n, **options}, f"similar_{side.role}s")
        rows = np.empty(int(filled.values.count), np.uint32)
        values = np.empty(len(rows), np.float64)
        count = ctypes.c_size_t()
        call(
            lib.palate_model_similar, self._handle.pointer, side.known_row(one), filled.pointer,
            rows.ctypes.data, values.ctypes.data, ctypes.byref(count),
        )  # fmt: skip
        return side.ids.of_rows(rows[: count.value]), values[: count.value]

    def similar_items(self, item: Any, n: int = 10, **options: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        """Return the n items most like one, nearest first: ids, and cosines of their factors.

        Factors are taken from those of the typical item, each as much as it moves predictions.

        Args:
            item: An id.
            n: Items.
            **options: `measure="euclidean"`: distances in place of cosines; `support`: ratings that an item must have.

        Raises:
            UnknownIdError: The model does not know the item.

        """
        return self._similar(self._items, item, n, options)

    def similar_users(self, user: Any, n: int = 10, **options: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        """Return the n users most like one; otherwise as `similar_items`."""
        return self._similar(self._users, user, n, options)

    def explain(self, user: Any, item: Any, time: Any = None, *, parts: str = "typical") -> Explanation:
        """Take a prediction apart: score = common + user + item + time + sum of the factors' parts.

        Args:
            user: An id; one that the model does not know stands for the typical user.
            item: An id; likewise.
            time: When; None: at no time.
            parts: What they are measured from: "typical", the typical user and item, or "zero", where no factor's part
                is negative.

        """
        kinds = {"typical": 0, "zero": 1}
        if parts not in kinds:
            raise ValueError(f"parts {parts!r}: there are typical and zero")
        at = _structs.NO_TIME if time is None else int(_times(time, 1)[0])
        raw = _structs.Explanation()
        factors = np.empty(self._info.factor_count, np.float64)
        call(
            lib.palate_model_explain, self._handle.pointer, int(self._users.row(user)[0]),
            int(self._items.row(item)[0]), at, kinds[parts], ctypes.byref(raw), factors.ctypes.data,
        )  # fmt: skip
        values = {field[0]: getattr(raw, field[0]) for field in _structs.Explanation._fields_}
        return Explanation(**values, factors=dict(zip(self.factor_names, factors.tolist())))

    def reasons(self, user: Any, item: Any, time: Any = None, *, n: int = 10, threads: int = 0) -> list[Reason]:
        """Return the ratings of a user that moved a prediction most, the largest effects first, whatever their sign.

        Each rating is left out in turn, and the user learned anew from all the others; effects do not add up to the
        score.

        Args:
            user: An id.
            item: An id; one that the model does not know stands for the typical item.
            time: When; None: at no time.
            n: How many.
            threads: 0: as many as the machine gives.

        Raises:
            UnknownIdError: The model does not know the user.
            UnsupportedError: The model keeps no ratings (`keep_ratings=False`), or is an average of samples.

        """
        if isinstance(n, bool) or not isinstance(n, numbers.Integral) or n < 1:
            raise ValueError(f"n: {n!r} is no number of reasons; give a whole one, 1 or more")
        at = _structs.NO_TIME if time is None else int(_times(time, 1)[0])
        row = self.user_row(user)
        about = _structs.Reasons()
        raw = (_structs.Reason * max(len(self.seen(user)), 1))()
        call(
            lib.palate_model_reasons, self._handle.pointer, row, int(self._items.row(item)[0]), at, threads,
            ctypes.byref(about), raw,
        )  # fmt: skip
        shown = raw[: min(about.count, n)]
        ids = self._items.ids.of_rows(np.array([one.item for one in shown], np.uint32)).tolist()
        return [Reason(id, one.rating, one.effect) for id, one in zip(ids, shown)]

    def describe_factors(self, items: Any = None, *, count: int = 4, support: int | None = None) -> Factors:
        """Return what the factors are about, the largest share first.

        Args:
            items: A table of the items, for their titles: a `Catalogue`, a path, or a data frame.
            count: How many items and users to name of each.
            support: Ratings that they must have; by default 20.

        """
        from .factors import describe

        return describe(self, items, count, support)

    def suggest_names(
        self,
        items: Any = None,
        *,
        tags: str | os.PathLike[str] | None = None,
        depth: int | None = None,
        support: int | None = None,
        level: float | None = None,
    ) -> list[str | None]:
        """Suggest names for the factors, out of words that their items share more than chance would have.

        `model.factor_names = model.suggest_names(palate.Catalogue("movies.csv"))` keeps them.

        Args:
            items: A table of the items, of genres, years, titles: a `Catalogue`, a path, or a data frame.
            tags: A file of tags that users gave, as MovieLens' tags.csv.
            depth: Items of a factor that its name is to describe; by default 50, and at most a tenth of all.
            support: Ratings that an item must have to count; by default 20.
            level: Of significance, corrected for all factors and words; by default 0.01.

        Returns:
            A name for each factor, no two the same; None where no word stands out.

        """
        from .naming import suggest

        return suggest(self, items, tags, {"depth": depth, "support": support, "level": level})

    def match_factors(self, other: Model) -> list[FactorMatch]:
        """Match each factor with one of another model, such that the sum of correlations is the largest there is.

        Of models trained with different seeds, the mean of `cosine`, or of `correlation`, is how stable factors are:
        see `stability`.
        """
        from .naming import match

        return match(self, other)

    def stability(self, ratings: Any, seeds: int = 10, *, progress: bool = False, **options: Any) -> Stability:
        """Tell which factors come back when training starts elsewhere: train again with further seeds, and compare.

        All options but the seed are those that the model was trained with. Read factors that come back; take others
        for one of many ways to say the same. It takes `seeds` - 1 trainings; Ctrl-C ends it.

        Args:
            ratings: What the model was trained on: `Ratings`, or anything `Ratings` takes.
            seeds: Trainings to compare, the model's among them: 2 to 1000.
            progress: Show a bar for each training.
            **options: Of `Ratings`; the scale is the model's.

        Raises:
            UnsupportedError: The model is of given factors, or learned from tables of users or items, too.

        Examples:
            >>> import palate
            >>> ratings = palate.Ratings([(u, i, 1 + (u % 2) * (i % 3)) for u in range(30) for i in range(20)])
            >>> model = palate.train(ratings, mode="pure", factors=2)
            >>> model.stability(ratings, 3).seed_count
            3

        """
        from .stability import of_model

        return of_model(self, ratings, seeds, progress, options)

    # ---- Somebody new ----

    def fold_in(
        self, ratings: Any, side: str = "users", *, regularization: Any = None, threads: int = 0, **options: Any
    ) -> NewRows:
        """Return factors and offsets for users (or items) that training has not seen.

        Each becomes the minimum of what training minimizes, with everything else held fixed. The model does not change.
        A known user with new ratings is a new one: give all of them.

        Args:
            ratings: Of one user a mapping of item to rating (of one item: of user to rating). Of many: `Ratings`, or
                anything `Ratings` takes. Items that the model does not know play no part.
            side: Whether "users" or "items" are new.
            regularization: Strength of the prior of the factors; by default the model's own.
            threads: 0: as many as the machine gives.
            **options: Of `Ratings`.

        Raises:
            UnsupportedError: The model is an average of samples (`rule="bayes"`), which has no prior.

        Examples:
            >>> import palate
            >>> model = palate.Model.from_factors([[1, 0]], [[5, 0], [0, 5]], item_ids=["Alien", "Up"])
            >>> int(model.fold_in({"Up": 5}).factors.argmax())
            1

        """
        given = _fold_in.rated(self, ratings, side, options)
        return _fold_in.solve(self, given, side, {"regularization": regularization, "threads": threads})

    def recommend_new(
        self, ratings: Any, n: int = 10, **options: Any
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """Return the n items with the highest scores for users that training has not seen, by `fold_in`.

        Args:
            ratings: As for `fold_in`: of one user a mapping of item to rating.
            n: Items a user.
            **options: Of `recommend`, all but `users`; and of `Ratings`.

        Returns:
            Ids and scores, as `recommend` does; users in the order of their ids.

        """
        rules = {name: options[name] for name in _RULES & options.keys()}
        reading = {name: value for name, value in options.items() if name not in rules}
        given = _fold_in.rated(self, ratings, "users", reading)
        rows, kept = _fold_in.as_struct(given)
        made = self._list(n, rules, given.single, rows.count, lib.palate_model_recommend_new, ctypes.byref(rows))
        del kept
        return made

    def _list(
        self, n: int, rules: dict[str, Any], single: bool, count: int, function: Any, *users: Any
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """Return ids and scores for so many users, by the keywords of `recommend`."""
        removed = rules.pop("removed", None)
        if removed is not None and not isinstance(removed, dict):
            raise TypeError(f"removed: {removed!r} is a {type(removed).__name__}; give a dict, which is filled")
        made = _filters.Filter(self._handle)
        allow, deny = rules.pop("allow", None), rules.pop("deny", None)
        made.lists(
            None if allow is None else self._items.known_rows(allow),
            None if deny is None else self._known_only(deny),
        )
        made.columns(*(rules.pop(name, None) for name in ("items", "where", "without", "quota")))
        made.support(rules.pop("min_support", 0))
        filled = _options.recommending.fill({"count": n, **rules}, "recommend")
        made.set(filled, count)
        listed = self._lists(count, filled, function, *users)
        if removed is not None:
            made.tell(removed, single)
        return self._as_ids(*listed, single)

    def _lists(
        self, count: int, filled: _options.Filled, function: Any, *users: Any
    ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32], npt.NDArray[np.uint32]]:
        """Return rows and scores of users x n, NO_ROW and NaN where items run out, and how many each user has."""
        items = np.empty((count, int(filled.values.count)), np.uint32)
        scores = np.empty(items.shape, np.float32)
        counts = np.empty(count, np.uint32)
        call(
            function, self._handle.pointer, *users, filled.pointer,
            items.ctypes.data, scores.ctypes.data, counts.ctypes.data,
        )  # fmt: skip
        if (counts < items.shape[1]).any():
            scores[items == _structs.NO_ROW] = np.nan
        return items, scores, counts

    def _known_only(self, items: Any) -> npt.NDArray[np.uint32]:
        found = self._items.row(items) if _is_single(items) else self._items.rows(items)
        return np.ascontiguousarray(found[found != _structs.NO_ROW])

    def _as_ids(
        self,
        items: npt.NDArray[np.uint32],
        scores: npt.NDArray[np.float32],
        counts: npt.NDArray[np.uint32],
        single: bool,
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        if single:
            return self._items.ids.of_rows(items[0, : counts[0]]), scores[0, : counts[0]]
        return self._items.ids.of_rows(items), scores

    # ---- New ratings, and users who leave ----

    def update(
        self,
        ratings: Any,
        *,
        passes: int | None = None,
        items: Any = None,
        users: Any = None,
        threads: int = 0,
        **options: Any,
    ) -> Model:
        """Return a model with further ratings taken in, without training again.

        New users and items get rows, those with new ratings have theirs found again from all their ratings, all others
        stay as they are. A rating of an item that a user has rated before replaces the older one. This model does not
        change.

        Args:
            ratings: The new ones: `Ratings`, or anything `Ratings` takes.
            passes: How often to improve those rows, users then items; by default twice.
            items: The table of items that the model learned from, as it is today: a `Catalogue`, a path, or a data
                frame.
            users: The same of users.
            threads: 0: as many as the machine gives. The result does not depend on it.
            **options: Of `Ratings`; the scale is the model's.

        Raises:
            InvalidError: A rating outside the model's scale.
            UnsupportedError: The model is an average of samples (`rule="bayes"`), or of given factors.

        Warns:
            RowsLeft: The model does not keep its ratings (`keep_ratings=False`): known users and items with new ratings
                stay as before.

        Examples:
            >>> import palate
            >>> model = palate.train([("ann", "Alien", 5), ("ann", "Up", 2), ("bob", "Alien", 4)], factors=2)
            >>> model.update([("cleo", "Up", 2), ("bob", "Up", 3)]).info.rating_count
            5

        """
        filled = _options.updating.fill({"passes": passes, "threads": threads}, "update")
        if items is not None:
            filled.values.item_table = filled.keep(_filters.table_of(items))._handle.pointer
        if users is not None:
            filled.values.user_table = filled.keep(_filters.table_of(users))._handle.pointer
        taken = ratings if isinstance(ratings, Ratings) else Ratings(ratings, **{"scale": self._info.scale, **options})
        report = _structs.UpdateReport()
        made = create(
            lib.palate_model_update, self._handle.pointer, taken._handle.pointer, filled.pointer, ctypes.byref(report)
        )  # fmt: skip
        if report.users.left + report.items.left > 0:
            warnings.warn(
                f"the model does not keep its ratings: {report.users.left} users and {report.items.left} items with "
                "new ratings stay as before",
                RowsLeft,
                stacklevel=2,
            )
        return Model._of(made, whole=(_whole(self._users, taken._user_ids), _whole(self._items, taken._item_ids)))

    def forget(self, users: Any) -> Model:
        """Return a model that no longer knows some users: ids, rows, items seen, ratings and times are gone.

        Predictions for all others stay as they are. What items' rows learned from their ratings goes only by training
        without them.

        Args:
            users: An id, or a column of ids.

        Raises:
            UnknownIdError: A user that the model does not know.

        """
        rows = self._users.known_rows(users)
        made = create(lib.palate_model_forget, self._handle.pointer, rows.ctypes.data, len(rows))
        return Model._of(made, whole=(self._users.ids.whole, self._items.ids.whole))

    # ---- For people ----

    def __repr__(self) -> str:
        info = self._info
        made = f"mode {info.mode}, rule {info.rule}" if info.mode != "imported" else "from given factors"
        return (
            f"<palate.Model: {info.factor_count} factors of {info.user_count:,} users and {info.item_count:,} items, "
            f"{made}>"
        )

    def plot_training(self, ax: Any = None, **options: Any) -> Any:
        """Draw the RMSE by epoch, of training and of validation; takes matplotlib.

        Args:
            ax: Where to draw; by default a new picture.
            **options: Of matplotlib's `plot`.

        Returns:
            The Axes of matplotlib.

        """
        from ._plots import plot_training

        return plot_training(self, ax, **options)

    def _repr_html_(self) -> str:
        from ._html import of_model

        return of_model(self)


# Keywords of lists, whoever they are for.
_RULES = {name for name, one in inspect.signature(Model.recommend).parameters.items() if one.kind is one.KEYWORD_ONLY}


def _whole(known: _Side, new: _views.Ids) -> bool | None:
    """Return whether the ids of both are whole numbers; None: what they look like."""
    return known.ids.whole if known.ids.whole is new.whole else False if False in (known.ids.whole, new.whole) else None


def _times(times: Any, count: int) -> npt.NDArray[np.int64]:
    """Return times as an array of int64, one for all or one for each."""
    if isinstance(times, np.datetime64) or _is_single(times):
        times = np.full(count, times)
    chunks = _columns.times(times)
    length = sum(len(chunk) for chunk in chunks)
    if length != count:
        raise ValueError(f"{count} pairs, but {length} times: give one for all or one for each")
    return np.concatenate([_int64_of(chunk) for chunk in chunks] or [np.empty(0, np.int64)])


def _int64_of(chunk: _columns.Chunk) -> npt.NDArray[np.int64]:
    """Return whole numbers of a chunk as an array; what is missing becomes NO_TIME."""
    struct = chunk.struct
    dtype = np.dtype(["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"][struct.type - 1])
    values = _views.view(struct.values, (len(chunk),), dtype, chunk, (struct.stride or dtype.itemsize,))
    made: npt.NDArray[np.int64] = values.astype(np.int64)
    if struct.valid:
        begin, end = struct.valid_first, struct.valid_first + len(chunk)
        bits = _views.view(struct.valid, ((end + 7) // 8,), np.uint8, chunk)
        made[np.unpackbits(bits, bitorder="little")[begin:end] == 0] = _structs.NO_TIME
    return made
