# SPDX-License-Identifier: Apache-2.0
"""What the package believes of the library's structs and functions, compared with the headers by a compiler."""

import ctypes
import pathlib
import shutil
import subprocess

import pytest

from palate import _options, _structs
from palate._structs import FUNCTIONS, STRUCTS

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"
COMPILER = shutil.which("cc") or shutil.which("gcc")

needs_compiler = pytest.mark.skipif(
    COMPILER is None or not INCLUDE.exists(), reason="takes a C compiler and the headers"
)

TABLES = [
    _options.getting_data,
    _options.making_up,
    _options.reading,
    _options.training,
    _options.recommending,
    _options.folding_in,
    _options.similar,
    _options.updating,
    _options.splitting,
    _options.searching,
    _options.evaluating,
]


def compile_c(text, folder, *flags):
    source = folder / "check.c"
    source.write_text(text)
    return subprocess.run(
        [COMPILER, "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-I", str(INCLUDE), *flags, str(source)],
        capture_output=True,
        text=True,
        check=False,
    )


def c_field(name):
    return name.rstrip("_")


def every_struct():
    return [*STRUCTS, *(table.struct for table in TABLES)]


@needs_compiler
def test_structs_lie_as_in_c(tmp_path):
    lines = []
    for struct in every_struct():
        lines.append(f'printf("%zu\\n", sizeof({struct.c_name}));')
        for name, *_ in struct._fields_:
            place = f"{struct.c_name}, {c_field(name)}"
            lines.append(f'printf("%zu %zu\\n", offsetof({place}), sizeof((({struct.c_name} *)0)->{c_field(name)}));')
    text = "#include <palate/palate.h>\n#include <stdio.h>\nint main(void)\n{\n" + "\n".join(lines) + "\nreturn 0;\n}\n"
    done = compile_c(text, tmp_path, "-o", str(tmp_path / "check"))
    assert done.returncode == 0, done.stderr
    answers = subprocess.run([tmp_path / "check"], capture_output=True, text=True, check=True).stdout.splitlines()
    expected = []
    for struct in every_struct():
        expected.append(str(ctypes.sizeof(struct)))
        for name, kind, *_ in struct._fields_:
            expected.append(f"{getattr(struct, name).offset} {ctypes.sizeof(kind)}")
    names = [(struct.c_name, field) for struct in every_struct() for field in ["", *(f[0] for f in struct._fields_)]]
    assert list(zip(names, answers)) == list(zip(names, expected))


C_TYPES = {
    ctypes.c_int: "(int)1",
    ctypes.c_bool: "(bool)1",
    ctypes.c_size_t: "(size_t)1",
    ctypes.c_int64: "(int64_t)1",
    ctypes.c_uint32: "(uint32_t)1",
}


def call_of(name):
    """A call of a function with arguments of the kinds declared. A pointer to void goes for any object's, no number
    does for a pointer, and no pointer for a number."""
    arguments = [
        C_TYPES.get(kind, "0" if kind is _structs.LogCallback else "(void *)pointer") for kind in FUNCTIONS[name][1]
    ]
    return f"{name}({', '.join(arguments)})"


def result_of(kind):
    if kind is None:
        return "void"
    if kind in C_TYPES:
        return C_TYPES[kind].split(")")[0][1:]
    if isinstance(kind, type) and issubclass(kind, _structs.Struct):
        return kind.c_name
    return None


@needs_compiler
def test_functions_take_and_return_what_is_declared(tmp_path):
    lines = ["#include <palate/palate.h>", "void check(void *pointer);", "void check(void *pointer)", "{"]
    for name, (result, _) in FUNCTIONS.items():
        expected = result_of(result)
        if expected is None:
            lines.append(f"{{ const void *result = {call_of(name)}; (void)result; }}")
        elif expected == "void":
            lines.append(f"{call_of(name)};")
        elif expected == "int":
            lines.append(f"{{ palate_status result = {call_of(name)}; (void)result; }}")
        else:
            lines.append(f"{{ {expected} result = {call_of(name)}; (void)result; }}")
    lines.append("(void)pointer;\n}")
    done = compile_c("\n".join(lines) + "\n", tmp_path, "-c", "-o", str(tmp_path / "check.o"))
    assert done.returncode == 0, done.stderr


@needs_compiler
def test_a_wrong_declaration_would_be_found(tmp_path, monkeypatch):
    monkeypatch.setitem(FUNCTIONS, "palate_model_find_users", (ctypes.c_int, [ctypes.c_void_p, ctypes.c_size_t]))
    with pytest.raises(AssertionError):
        test_functions_take_and_return_what_is_declared(tmp_path)


@needs_compiler
def test_constants_are_those_of_the_headers(tmp_path):
    from palate import _columns

    pairs = {
        "PALATE_NO_ROW": f"{_structs.NO_ROW}u",
        "PALATE_NO_TIME": f"(-{-_structs.NO_TIME - 1} - 1)",
        "PALATE_MESSAGE_BYTES": _structs.MESSAGE_BYTES,
        "PALATE_COLUMN_INT8": _columns.INT8,
        "PALATE_COLUMN_INT64": _columns.INT64,
        "PALATE_COLUMN_UINT64": _columns.UINT64,
        "PALATE_COLUMN_FLOAT32": _columns.FLOAT32,
        "PALATE_COLUMN_FLOAT64": _columns.FLOAT64,
        "PALATE_COLUMN_TEXT32": _columns.TEXT32,
        "PALATE_COLUMN_TEXT_VIEW": _columns.TEXT32 + 2,
        "PALATE_OPTION_BOOL": 0,
        "PALATE_OPTION_SCALE": len(_options._TYPES) - 1,
        "PALATE_E_STOPPED": 6,
        "PALATE_EXPORT_NPZ": 1,
    }
    checks = "".join(f'_Static_assert({name} == {value}, "{name}");\n' for name, value in pairs.items())
    done = compile_c(f"#include <palate/palate.h>\n{checks}", tmp_path, "-fsyntax-only")
    assert done.returncode == 0, done.stderr
