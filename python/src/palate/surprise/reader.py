# SPDX-License-Identifier: Apache-2.0
"""How the lines of a file of ratings are to be read."""

from __future__ import annotations

from typing import Any

from .builtin_datasets import BUILTIN_DATASETS

_FIELDS = ["user", "item", "rating", "timestamp"]


class Reader:
    """Tells how ratings are written, and on which scale they are.

    Args:
        name: "ml-100k", "ml-1m" or "jester": as that data set is written; the other arguments play no part then.
        line_format: Names of the fields, in their order: "user", "item", "rating" and, optionally, "timestamp".
        sep: What stands between two fields; None: any white space.
        rating_scale: (lowest, highest) rating.
        skip_lines: Lines to leave out at the beginning of a file.

    """

    def __init__(
        self,
        name: str | None = None,
        line_format: str = "user item rating",
        sep: str | None = None,
        rating_scale: tuple[float, float] = (1, 5),
        skip_lines: int = 0,
    ) -> None:
        if name is not None:
            if name not in BUILTIN_DATASETS:
                raise ValueError(f"unknown reader {name}. Accepted values are {', '.join(BUILTIN_DATASETS)}.")
            builtin = BUILTIN_DATASETS[name]
            line_format, sep, rating_scale = builtin.line_format, builtin.sep, builtin.rating_scale
        self.sep = sep
        self.skip_lines = skip_lines
        lowest, highest = rating_scale
        self.rating_scale = (lowest, highest)
        names = line_format.split()
        self.with_timestamp = "timestamp" in names
        wanted = _FIELDS if self.with_timestamp else _FIELDS[:3]
        if not set(names) <= set(wanted):
            raise ValueError("line_format parameter is incorrect.")
        self.indexes = [names.index(field) for field in wanted]

    def parse_line(self, line: str) -> tuple[str, str, float, Any]:
        """Return (user, item, rating, time) of a line; the time is text, or None."""
        fields = line.split(self.sep)
        try:
            chosen = [fields[place].strip() for place in self.indexes]
        except IndexError:
            raise ValueError("Impossible to parse line. Check the line_format and sep parameters.") from None
        return chosen[0], chosen[1], float(chosen[2]), chosen[3] if self.with_timestamp else None
