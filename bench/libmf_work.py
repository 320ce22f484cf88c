# SPDX-License-Identifier: Apache-2.0
"""What LIBMF does and how long it takes, through its own C functions: one JSON object.

    build/bench-venv/bin/python bench/libmf_work.py LIBRARY load MODEL.txt
    build/bench-venv/bin/python bench/libmf_work.py LIBRARY read RATINGS.txt REPEATS

LIBRARY is a build of LIBMF's mf.cpp, or "installed": the one of the package libmf. Ratings are lines of "user item rating".
"""
import ctypes
import json
import pathlib
import statistics
import sys
import time


class Text(ctypes.Structure):
    """A std::string as libstdc++ lays it out: what the reader takes."""
    _fields_ = [("data", ctypes.c_char_p), ("bytes", ctypes.c_size_t), ("capacity", ctypes.c_size_t),
                ("unused", ctypes.c_size_t)]


class Problem(ctypes.Structure):
    _fields_ = [("m", ctypes.c_int), ("n", ctypes.c_int), ("count", ctypes.c_longlong), ("ratings", ctypes.c_void_p)]


def open_library(path):
    if path == "installed":
        import libmf
        path = next(pathlib.Path(libmf.__file__).parent.parent.glob("libmf*.so"))
    library = ctypes.CDLL(str(path))
    library.mf_load_model.restype = ctypes.c_void_p
    library.read_problem.restype = Problem
    return library


def timed(function, *arguments):
    began = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - began


def load(library, path):
    model, seconds = timed(library.mf_load_model, path.encode())
    if not model:
        sys.exit(f"{path}: LIBMF cannot read it")
    return {"seconds": seconds}


def read_once(library, path):
    name = path.encode()
    problem, seconds = timed(library.read_problem, ctypes.byref(Text(name, len(name), len(name), 0)))
    if problem.count == 0:
        sys.exit(f"{path}: LIBMF cannot read it")
    return problem, seconds


def read(library, path, repeats):
    runs = [read_once(library, path) for _ in range(int(repeats))]
    return {"seconds": statistics.median(seconds for _, seconds in runs), "ratings": runs[0][0].count}


if __name__ == "__main__":
    works = {"load": load, "read": read}
    print(json.dumps(works[sys.argv[2]](open_library(sys.argv[1]), *sys.argv[3:])))
