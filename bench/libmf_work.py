# SPDX-License-Identifier: Apache-2.0
"""What LIBMF does and how long it takes, through its own C functions: one JSON object.

    build/bench-venv/bin/python bench/libmf_work.py LIBRARY load MODEL.txt
    build/bench-venv/bin/python bench/libmf_work.py LIBRARY read RATINGS.txt REPEATS
    build/bench-venv/bin/python bench/libmf_work.py LIBRARY curve RATINGS.txt TEST.txt FACTORS LAMBDA EPOCHS THREADS
    build/bench-venv/bin/python bench/libmf_work.py LIBRARY train RATINGS.txt MODEL.txt FACTORS LAMBDA EPOCHS THREADS

LIBRARY is a build of LIBMF's mf.cpp, or "installed": the one of the package libmf. Ratings are lines of "user item rating".
"curve" tells the RMSE on TEST after each epoch; "train" how long all takes, from the text to the saved model. Both are its --nmf.
"""
import ctypes
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time


class Text(ctypes.Structure):
    """A std::string as libstdc++ lays it out: what the reader takes."""
    _fields_ = [("data", ctypes.c_char_p), ("bytes", ctypes.c_size_t), ("capacity", ctypes.c_size_t),
                ("unused", ctypes.c_size_t)]


class Problem(ctypes.Structure):
    _fields_ = [("m", ctypes.c_int), ("n", ctypes.c_int), ("count", ctypes.c_longlong), ("ratings", ctypes.c_void_p)]


class Parameter(ctypes.Structure):
    _fields_ = ([(name, ctypes.c_int) for name in ("fun", "k", "nr_threads", "nr_bins", "nr_iters")] +
                [(name, ctypes.c_float) for name in ("lambda_p1", "lambda_p2", "lambda_q1", "lambda_q2", "eta")] +
                [(name, ctypes.c_bool) for name in ("do_nmf", "quiet", "copy_data")])


def open_library(path):
    if path == "installed":
        import libmf
        path = next(pathlib.Path(libmf.__file__).parent.parent.glob("libmf*.so"))
    library = ctypes.CDLL(str(path))
    library.mf_load_model.restype = ctypes.c_void_p
    library.read_problem.restype = Problem
    library.mf_get_default_param.restype = Parameter
    library.mf_train.restype = ctypes.c_void_p
    library.mf_train_with_validation.restype = ctypes.c_void_p
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


def parameter(library, factors, strength, epochs, threads):
    """Of --nmf; the rest as LIBMF has it by default. The ratings may be overwritten: they are not needed again."""
    out = library.mf_get_default_param()
    out.k, out.nr_iters, out.nr_threads = int(factors), int(epochs), int(threads)
    out.lambda_p2 = out.lambda_q2 = float(strength)
    out.do_nmf, out.copy_data = True, False
    return out


def curve(library, ratings, test, *how):
    problem, held_out = read_once(library, ratings)[0], read_once(library, test)[0]
    with tempfile.TemporaryFile() as printed:
        terminal = os.dup(1)
        os.dup2(printed.fileno(), 1)
        library.mf_train_with_validation(ctypes.byref(problem), ctypes.byref(held_out), parameter(library, *how))
        os.dup2(terminal, 1)
        printed.seek(0)
        lines = [line.split() for line in printed.read().decode().splitlines()]
    return {"rmse": [float(line[2]) for line in lines if line and line[0].isdigit()]}


def train(library, ratings, model, *how):
    choice = parameter(library, *how)
    choice.quiet = True
    problem, reading = read_once(library, ratings)
    trained, training = timed(library.mf_train, ctypes.byref(problem), choice)
    saved, saving = timed(library.mf_save_model, ctypes.c_void_p(trained), model.encode())
    if not trained or saved != 0:
        sys.exit(f"{model}: LIBMF cannot train or save")
    return {"seconds": reading + training + saving, "reading": reading, "training": training, "saving": saving}


if __name__ == "__main__":
    works = {"load": load, "read": read, "curve": curve, "train": train}
    print(json.dumps(works[sys.argv[2]](open_library(sys.argv[1]), *sys.argv[3:])))
