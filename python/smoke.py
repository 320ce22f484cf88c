# SPDX-License-Identifier: Apache-2.0
"""Whether an installed wheel works where nothing else is: what it stands on lies within, and the first example runs.

    python -I smoke.py

Takes nothing but palate and NumPy; run by wheel.sh, and by nobody who has a copy of palate's sources on the path.
"""

import os
import pathlib
import subprocess
import tempfile

import palate

# What every Linux has (PEP 600); and the interpreter of programs, which ldd lists, too.
BASE = (
    *("linux-vdso", "ld-linux"),
    *("libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libgcc_s.so", "libz.so"),
)


def library() -> pathlib.Path:
    return pathlib.Path(palate.__file__).with_name("libpalate.so")


def stands_on(path: pathlib.Path) -> "dict[str, str]":
    """Return the libraries of a library, by name, and where the system finds them."""
    told = subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in told.splitlines()]
    return {words[0].rpartition("/")[2]: words[2] if "=>" in words else words[0] for words in lines}


def check_libraries() -> None:
    within = pathlib.Path(palate.__file__).parents[1] / "palate.libs"
    found = stands_on(library())
    outside = {
        name: place
        for name, place in found.items()
        if not name.startswith(BASE) and within not in pathlib.Path(place).resolve().parents
    }
    assert not outside, f"the wheel lacks {outside}"
    assert len(list(within.iterdir())) >= 5, f"hardly anything lies in {within}"
    print(f"{len(found)} libraries, {len(list(within.iterdir()))} of them within")


def quick_start() -> None:
    pathlib.Path("ratings.csv").write_text(
        "user,item,rating\n"
        "ann,Alien,5\nann,Blade Runner,5\nann,Up,1\nbob,Alien,4\nbob,Up,2\nbob,Heidi,1\n"
        "eva,Up,5\neva,Heidi,5\neva,Alien,1\n"
    )
    model = palate.train("ratings.csv", scale=(1, 5), factors=2, seed=1)
    assert model.predict("bob", "Blade Runner") > model.predict("eva", "Blade Runner")
    ids, _ = model.recommend("bob", n=1)
    assert ids.tolist() == ["Blade Runner"], ids
    model.save("films.palate")
    assert palate.load("films.palate").predict("ann", "Heidi") == model.predict("ann", "Heidi")


def each_library_once() -> None:
    """Compression, archives, databases and checksums are others' code: each is called."""
    import gzip
    import sqlite3

    text = pathlib.Path("ratings.csv").read_bytes()
    pathlib.Path("ratings.csv.gz").write_bytes(gzip.compress(text))
    assert len(palate.read("ratings.csv.gz")) == 9
    database = sqlite3.connect("ratings.db")
    database.execute("CREATE TABLE ratings (user, item, rating)")
    database.executemany("INSERT INTO ratings VALUES (?, ?, ?)", [("ann", "Up", 1), ("bob", "Up", 2)])
    database.commit()
    assert len(palate.read("sqlite:ratings.db?SELECT user, item, rating FROM ratings")) == 2
    palate.load("films.palate").export("factors.npz")
    palate.tune("ratings.csv", {"factors": [1, 2]}, folds=3, epochs=2, study="study.sqlite")
    assert palate.datasets.describe("ml-100k").rating_count == 100000


def main() -> None:
    assert "PALATE_LIBRARY" not in os.environ
    check_libraries()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        quick_start()
        each_library_once()
        os.chdir("/")
    print(f"palate {palate.__version__} runs")


if __name__ == "__main__":
    main()
