# SPDX-License-Identifier: Apache-2.0
"""How long LIBMF takes to load a model from its text: one JSON object.

    build/bench-venv/bin/python bench/libmf_load.py MODEL.txt
"""
import ctypes
import json
import pathlib
import sys
import time

import libmf


def main(path):
    folder = pathlib.Path(libmf.__file__).parent.parent
    library = ctypes.CDLL(str(next(folder.glob("libmf*.so"))))
    library.mf_load_model.restype = ctypes.c_void_p
    began = time.perf_counter()
    model = library.mf_load_model(path.encode())
    seconds = time.perf_counter() - began
    if not model:
        sys.exit(f"{path}: LIBMF cannot read it")
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1])
