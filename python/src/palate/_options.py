# SPDX-License-Identifier: Apache-2.0
"""Options by keyword, from the tables of the library: names, aliases, ranges, defaults and help live there alone."""

from __future__ import annotations

import ctypes
import difflib
import numbers
import os
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _structs
from ._library import call, lib

# palate_option_type, in its order: what a field is in C, and how to say it in documentation.
_TYPES: list[tuple[str, Any, str]] = [
    ("bool", ctypes.c_bool, "bool"),
    ("count", ctypes.c_int64, "int"),
    ("count", ctypes.c_int64, 'int or "auto"'),
    ("seed", ctypes.c_uint64, "int"),
    ("real", ctypes.c_double, "float"),
    ("real", ctypes.c_double, 'float or "auto"'),
    ("choice", ctypes.c_int, ""),
    ("text", ctypes.c_char_p, "str"),
    ("scale", _structs.Scale, "(low, high)"),
]


@dataclass(frozen=True)
class Option:
    """One option, as the library describes it.

    Attributes:
        name: The keyword.
        aliases: Other keywords that mean the same.
        kind: "bool", "count", "seed", "real", "choice", "text" or "scale".
        type: What values there are, in words.
        default: The default as text, None where there is none.
        allowed: What is allowed, such as "a whole number from 1 to 1000".
        help: What it does, in one sentence.

    """

    name: str
    aliases: tuple[str, ...]
    kind: str
    type: str
    default: str | None
    allowed: str
    help: str


def _keyword(name: str) -> str:
    # One option shares its name with a word of Python's own.
    return {"lambda": "lambda_"}.get(name, name.replace("-", "_"))


def _allowed(row: Any) -> str:
    text = ctypes.create_string_buffer(400)
    lib.palate_options_allowed(ctypes.byref(row), text, len(text))
    return text.value.decode()


def _describe(row: Any) -> Option:
    kind, _, described = _TYPES[row.type]
    choices = row.choices.decode().split("|") if row.choices else []
    return Option(
        name=_keyword(row.name.decode()),
        aliases=tuple(_keyword(alias) for alias in row.aliases.decode().split()),
        kind=kind,
        type=described or " or ".join(f'"{choice}"' for choice in choices),
        default=row.default_text.decode() if row.default_text is not None else None,
        allowed=_allowed(row),
        help=row.help.decode(),
    )


class Table:
    """The options of one struct of the library."""

    def __init__(self, c_name: str, of_table: Any) -> None:
        self._table = of_table()
        rows = [self._table.contents.options[place] for place in range(self._table.contents.count)]
        self.options = [_describe(row) for row in rows]
        self._by_keyword = {name: option for option in self.options for name in (option.name, *option.aliases)}
        fields = [(_keyword(row.name.decode()), _TYPES[row.type][1]) for row in sorted(rows, key=lambda r: r.offset)]
        body = {"_fields_": fields + _structs.EXTRA_FIELDS[c_name], "c_name": c_name}
        self.struct: type[_structs.Struct] = type(c_name, (_structs.Struct,), body)
        if ctypes.sizeof(self.struct) != self._table.contents.struct_bytes or any(
            getattr(self.struct, _keyword(row.name.decode())).offset != row.offset for row in rows
        ):
            raise ImportError(f"palate's library and package differ in {c_name}; install the package again")

    def find(self, keyword: str) -> Option | None:
        """Return the option of a keyword, or None."""
        return self._by_keyword.get(keyword)

    def fill(self, given: Mapping[str, Any], function: str) -> Filled:
        """Make a struct of options from keywords; None stands for the default.

        Args:
            given: Values by keyword.
            function: Whose keywords they are, for messages.

        """
        filled = Filled(self)
        filled.take(given, function)
        return filled

    def _unknown(self, keyword: str, function: str) -> str:
        near = difflib.get_close_matches(keyword, self._by_keyword, 1)
        message = f"{function}() has no option {keyword!r}"
        return f"{message}; did you mean {near[0]!r}?" if near else message

    def values(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return values that are texts by the library's names, such as "12", as Python's, by keyword."""
        return {_keyword(name): self._value(_keyword(name), text) for name, text in texts.items()}

    def _value(self, keyword: str, text: str) -> Any:
        option = self.find(keyword)
        if option is None or text == "auto" or option.kind in ("choice", "text", "scale"):
            return text
        if option.kind == "bool":
            return text == "true"
        return float(text) if option.kind == "real" else int(text)

    def document(self) -> str:
        """Return the options as the lines of a docstring."""
        lines = []
        for option in self.options:
            also = f" Also: {', '.join(f'`{alias}`' for alias in option.aliases)}." if option.aliases else ""
            default = "" if option.default is None else f" Default: {option.default}."
            lines.append(f"{option.name} ({option.type}): {option.help}.{default}{also}")
        return "\n".join(textwrap.indent(line, "    ") for line in lines)


class Filled:
    """A struct of options, and what it points to."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.values = table.struct()
        self._kept: list[Any] = []
        self._given: dict[str, str] = {}
        lib.palate_options_init(table._table, self.pointer)

    @property
    def pointer(self) -> ctypes.c_void_p:
        """The struct, to hand to the library."""
        return ctypes.c_void_p(ctypes.addressof(self.values))

    def take(self, given: Mapping[str, Any], function: str) -> None:
        """Set options from keywords, as `Table.fill` does."""
        for keyword, value in given.items():
            option = self.table.find(keyword)
            if option is None:
                raise TypeError(self.table._unknown(keyword, function))
            if value is not None:
                self.set(option, keyword, value)

    def set(self, option: Option, keyword: str, value: Any) -> None:
        """Set one option; the library checks the value."""
        if option.name in self._given:
            raise TypeError(f"{keyword!r} and {self._given[option.name]!r} are one option: give one of them")
        self._given[option.name] = keyword
        text = _text_of(option, keyword, value).encode()
        self._kept.append(text)
        call(lib.palate_options_set, self.table._table, self.pointer, option.name.encode(), text)

    def keep(self, thing: Any) -> Any:
        """Keep alive what the struct points to."""
        self._kept.append(thing)
        return thing


def _refuse(option: Option, keyword: str, value: Any) -> TypeError:
    return TypeError(f"option {keyword}: {value!r} is a {type(value).__name__}; give {option.allowed}")


def _scale_text(option: Option, keyword: str, value: Any) -> str:
    try:
        low, high = value
        return f"{float(low)!r}:{float(high)!r}"
    except (TypeError, ValueError):
        raise _refuse(option, keyword, value) from None


def _number_text(option: Option, keyword: str, value: Any) -> str:
    number: Any = value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise _refuse(option, keyword, value)
    if option.kind == "real":
        return repr(float(number))
    if not isinstance(value, numbers.Integral) and not float(number).is_integer():
        raise _refuse(option, keyword, value)
    return str(int(number))


def _text_of(option: Option, keyword: str, value: Any) -> str:
    """Return a value as the text that palate_options_set() takes."""
    if isinstance(value, str):
        if "\0" in value:
            raise _refuse(option, keyword, value)
        return value
    if option.kind == "bool" and isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if option.kind == "choice" and isinstance(value, (bool, np.bool_)):
        return "on" if value else "off"
    if option.kind == "text":
        # Columns may be given by number, files by path.
        if isinstance(value, os.PathLike):
            return str(os.fspath(value))
        if isinstance(value, numbers.Integral) and not isinstance(value, bool):
            return str(int(value))
        raise _refuse(option, keyword, value)
    if option.kind == "scale":
        return _scale_text(option, keyword, value)
    if option.kind in ("bool", "choice"):
        raise _refuse(option, keyword, value)
    return _number_text(option, keyword, value)


reading = Table("palate_read_options", lib.palate_read_options_table)
training = Table("palate_train_options", lib.palate_train_options_table)
recommending = Table("palate_recommend_options", lib.palate_recommend_options_table)
folding_in = Table("palate_fold_in_options", lib.palate_fold_in_options_table)
getting_data = Table("palate_data_options", lib.palate_data_options_table)
making_up = Table("palate_synth_options", lib.palate_synth_options_table)
similar = Table("palate_similar_options", lib.palate_similar_options_table)
naming = Table("palate_naming_options", lib.palate_naming_options_table)
splitting = Table("palate_split_options", lib.palate_split_options_table)
searching = Table("palate_tune_options", lib.palate_tune_options_table)
updating = Table("palate_update_options", lib.palate_update_options_table)
evaluating = Table("palate_evaluate_options", lib.palate_evaluate_options_table)


def options(of: str = "train") -> list[Option]:
    """Return the options of one of: train, read, recommend, fold_in, similar, update, tune, evaluate, split.

    >>> [option.name for option in options("train")][:3]
    ['factors', 'epochs', 'missing']
    """
    tables = {
        "train": training,
        "read": reading,
        "recommend": recommending,
        "fold_in": folding_in,
        "similar": similar,
        "tune": searching,
        "update": updating,
        "evaluate": evaluating,
        "split": splitting,
    }
    if of not in tables:
        raise ValueError(f"there are options of {', '.join(tables)}, not of {of!r}")
    return list(tables[of].options)
