# SPDX-License-Identifier: Apache-2.0
"""Ratings to train on, by numbers from 0 on in place of ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Columns = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]
    ByRow = defaultdict[int, list[tuple[int, float]]]


def _numbers(ids: list[Any]) -> tuple[dict[Any, int], npt.NDArray[np.int32]]:
    """Return numbers of ids, by first appearance, and the ids as numbers."""
    numbers = {one: number for number, one in enumerate(dict.fromkeys(ids))}
    return numbers, np.fromiter(map(numbers.__getitem__, ids), np.int32, len(ids))


def _by_row(rows: npt.NDArray[np.int32], others: npt.NDArray[np.int32], ratings: npt.NDArray[np.float64]) -> ByRow:
    made: ByRow = defaultdict(list)
    for row, other, rating in zip(rows.tolist(), others.tolist(), ratings.tolist()):
        made[row].append((other, rating))
    return made


def _is_below(number: Any, count: int) -> bool:
    """Tell whether a dictionary of 0..count - 1 would have a key, and refuse what could be none."""
    hash(number)
    return isinstance(number, (int, float, np.number)) and bool(0 <= number < count and number == int(number))


class Trainset:
    """Ratings to train on. Made by a `Dataset` or a split; users and items have inner ids, numbers from 0 on.

    Attributes:
        ur: Ratings of each user: inner user id to a list of (inner item id, rating).
        ir: Ratings of each item: inner item id to a list of (inner user id, rating).
        n_users: Number of users.
        n_items: Number of items.
        n_ratings: Number of ratings.
        rating_scale: (lowest, highest) rating.
        global_mean: Mean of all ratings.

    """

    ur: ByRow
    ir: ByRow
    _columns: Columns

    def __init__(
        self,
        ur: Any,
        ir: Any,
        n_users: int,
        n_items: int,
        n_ratings: int,
        rating_scale: Any,
        raw2inner_id_users: dict[Any, int],
        raw2inner_id_items: dict[Any, int],
    ) -> None:
        self.ur = ur
        self.ir = ir
        self.n_users = n_users
        self.n_items = n_items
        self.n_ratings = n_ratings
        self.rating_scale = rating_scale
        self._raw2inner_id_users = raw2inner_id_users
        self._raw2inner_id_items = raw2inner_id_items
        self._global_mean: Any = None
        self._inner2raw_id_users: dict[int, Any] | None = None
        self._inner2raw_id_items: dict[int, Any] | None = None

    @classmethod
    def _of_ratings(cls, raw_ratings: list[tuple[Any, Any, float, Any]], rating_scale: Any) -> Trainset:
        """Make one of (user, item, rating, time), without the dictionaries, which take long and few ask for."""
        user_numbers, user_rows = _numbers([rating[0] for rating in raw_ratings])
        item_numbers, item_rows = _numbers([rating[1] for rating in raw_ratings])
        ratings = [rating[2] for rating in raw_ratings]
        made = cls(
            None, None, len(user_numbers), len(item_numbers), len(ratings), rating_scale, user_numbers, item_numbers
        )
        del made.ur, made.ir
        made._columns = (user_rows, item_rows, np.array(ratings, np.float64))
        return made

    def __getattr__(self, name: str) -> Any:
        # The dictionaries, on first use: from then on they are the ratings, for a program may change them.
        columns: Columns | None = self.__dict__.get("_columns")
        if name not in ("ur", "ir") or columns is None:
            raise AttributeError(f"'Trainset' object has no attribute {name!r}")
        users, items, ratings = columns
        self.ur = _by_row(users, items, ratings)
        self.ir = _by_row(items, users, ratings)
        del self._columns
        return self.__dict__[name]

    def _all_columns(self) -> Columns:
        """Return users, items and ratings: users by number, the ratings of each in their order."""
        if "_columns" in self.__dict__:
            users, items, ratings = self._columns
            # Numbers of 16 bits are sorted by their digits.
            order = np.argsort(users.astype(np.uint16) if self.n_users <= 1 << 16 else users, kind="stable")
            return users[order], items[order], ratings[order]
        counts = [len(rated) for rated in self.ur.values()]
        pairs = [pair for rated in self.ur.values() for pair in rated]
        return (
            np.repeat(np.array(list(self.ur), np.int32), counts),
            np.array([item for item, _ in pairs], np.int32),
            np.array([rating for _, rating in pairs], np.float64),
        )

    # ---- Ids ----

    def knows_user(self, uid: Any) -> bool:
        """Tell whether there is a user of this inner id."""
        return uid in self.ur if "ur" in self.__dict__ else _is_below(uid, self.n_users)

    def knows_item(self, iid: Any) -> bool:
        """Tell whether there is an item of this inner id."""
        return iid in self.ir if "ir" in self.__dict__ else _is_below(iid, self.n_items)

    def to_inner_uid(self, ruid: Any) -> int:
        """Return the inner id of a user."""
        try:
            return self._raw2inner_id_users[ruid]
        except KeyError:
            raise ValueError(f"User {ruid} is not part of the trainset.") from None

    def to_inner_iid(self, riid: Any) -> int:
        """Return the inner id of an item."""
        try:
            return self._raw2inner_id_items[riid]
        except KeyError:
            raise ValueError(f"Item {riid} is not part of the trainset.") from None

    def to_raw_uid(self, iuid: Any) -> Any:
        """Return the id that a user has in the data."""
        if self._inner2raw_id_users is None:
            self._inner2raw_id_users = {inner: raw for raw, inner in self._raw2inner_id_users.items()}
        try:
            return self._inner2raw_id_users[iuid]
        except KeyError:
            raise ValueError(f"{iuid} is not a valid inner id.") from None

    def to_raw_iid(self, iiid: Any) -> Any:
        """Return the id that an item has in the data."""
        if self._inner2raw_id_items is None:
            self._inner2raw_id_items = {inner: raw for raw, inner in self._raw2inner_id_items.items()}
        try:
            return self._inner2raw_id_items[iiid]
        except KeyError:
            raise ValueError(f"{iiid} is not a valid inner id.") from None

    # ---- Ratings ----

    def all_ratings(self) -> Iterator[tuple[int, int, float]]:
        """Go through all ratings: (inner user id, inner item id, rating)."""
        users, items, ratings = self._all_columns()
        yield from zip(users.tolist(), items.tolist(), ratings.tolist())

    def all_users(self) -> range:
        """Return all inner ids of users."""
        return range(self.n_users)

    def all_items(self) -> range:
        """Return all inner ids of items."""
        return range(self.n_items)

    @property
    def global_mean(self) -> Any:
        """Mean of all ratings."""
        if self._global_mean is None:
            self._global_mean = np.mean(self._all_columns()[2])
        return self._global_mean

    def build_testset(self) -> list[tuple[Any, Any, float]]:
        """Return all ratings as (user, item, rating), as `test()` takes them."""
        return [(self.to_raw_uid(u), self.to_raw_iid(i), r) for u, i, r in self.all_ratings()]

    def build_anti_testset(self, fill: float | None = None) -> list[tuple[Any, Any, float]]:
        """Return all pairs that have no rating as (user, item, fill); `fill` is the mean by default."""
        value = self.global_mean if fill is None else float(fill)
        users, items, _ = self._all_columns()
        ends = np.searchsorted(users, np.arange(self.n_users), "right")
        raw_items = [self.to_raw_iid(i) for i in self.all_items()]
        made = []
        begin = 0
        for u, end in enumerate(ends.tolist()):
            unrated = np.ones(self.n_items, bool)
            unrated[items[begin:end]] = False
            begin = end
            user = self.to_raw_uid(u)
            made += [(user, raw_items[i], value) for i in np.flatnonzero(unrated).tolist()]
        return made
