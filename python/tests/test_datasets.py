# SPDX-License-Identifier: Apache-2.0
"""Well-known data sets, from a server in this process; what servers may do wrong is tested with the command."""

import functools
import hashlib
import http.server
import io
import sys
import threading
import zipfile

import numpy as np
import pytest

import palate
from palate import datasets

RATINGS = "".join(f"{u}\t{i}\t{1 + (u * i) % 5}\t{880000000 + u}\n" for u in range(1, 21) for i in range(1, 11))
ITEMS = "".join(f"{i}|Film {i} (1999)|01-Jan-1999||http://x|{'|'.join('0' * 18)}|1\n" for i in range(1, 11))
JESTER = "".join(f"{u}\t\t{i}\t\t{(u * i) % 19 - 9}.25\n" for u in range(1, 21) for i in range(1, 11))


def archive(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return packed.getvalue()


ARCHIVES = {
    "ml-100k.zip": archive({"ml-100k/u.data": RATINGS, "ml-100k/u.item": ITEMS}),
    "jester_dataset_2.zip": archive({"jester_ratings.dat": JESTER}),
}
SHA256 = hashlib.sha256(ARCHIVES["ml-100k.zip"]).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        content = ARCHIVES.get(self.path.lstrip("/"))
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.asked = []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    monkeypatch.setenv("PALATE_DATA_URL", f"http://127.0.0.1:{made.server_address[1]}")
    monkeypatch.setenv("PALATE_DATA", str(tmp_path / "sets"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield made
    made.shutdown()
    made.server_close()


def test_which_there_are():
    names = [known.name for known in datasets.available()]
    assert {"ml-100k", "ml-1m", "ml-latest-small", "ml-10m", "ml-20m", "ml-25m", "ml-32m", "jester"} <= set(names)
    known = datasets.describe("ml-100k")
    assert known.scale == (1, 5)
    assert known.sha256.startswith("50d2a982c669")
    assert known.users == "ml-100k/u.user"
    assert datasets.describe("jester").sha256 is None
    with pytest.raises(palate.InvalidError, match=r"did you mean ml-100k\?"):
        datasets.describe("ml-100")


def test_loaded_once(server, tmp_path):
    ratings = datasets.load("ml-100k", accept_terms=True, checksum=SHA256)
    assert len(ratings) == 200
    assert ratings.scale == (1, 5)
    assert ratings.report.has_times
    assert server.asked == ["/ml-100k.zip"]
    again = datasets.load("ml-100k", scale=(0, 10), time_column="none")
    assert again.scale == (0, 10)
    assert not again.report.has_times
    assert len(server.asked) == 1
    assert datasets.path("ml-100k") == tmp_path / "sets" / "ml-100k" / "ml-100k" / "u.data"
    films = datasets.items("ml-100k")
    assert films.title(3) == "Film 3 (1999)"
    datasets.get("jester", accept_terms=True)
    with pytest.raises(LookupError, match="no table of items"):
        datasets.items("jester")


def test_negative_ratings_between_two_tabs(server, caplog):
    ratings = datasets.load("jester", accept_terms=True)
    assert ratings.scale == (-10, 10)
    assert ratings.report.min < 0
    assert ratings.item_count == 10
    assert "no checksum is known" in caplog.text


def test_terms_are_accepted_by_somebody(server, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    monkeypatch.delattr(sys, "ps1", raising=False)
    with pytest.raises(palate.InvalidError, match="terms are not accepted"):
        datasets.load("ml-100k", checksum=SHA256)
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    with pytest.raises(palate.InvalidError, match="README"):
        datasets.load("ml-100k", checksum=SHA256)
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert server.asked == []
    assert len(datasets.load("ml-100k", checksum=SHA256)) == 200
    assert capsys.readouterr().out.count("Terms: For research.") == 2


def test_progress(server):
    told = []
    datasets.get("ml-100k", accept_terms=True, checksum=SHA256, progress=told.append)
    assert all(step.bytes <= len(ARCHIVES["ml-100k.zip"]) for step in told)
    with pytest.raises(KeyError, match="mine"):
        datasets.get("jester", accept_terms=True, progress=lambda _: {}["mine"])
    with pytest.raises(InterruptedError):
        datasets.get("jester", accept_terms=True, progress=lambda _: False)


@pytest.mark.parametrize("without_tqdm", [True, False])
def test_bars(server, capsys, monkeypatch, without_tqdm):
    if without_tqdm:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    datasets.get("ml-100k", accept_terms=True, checksum=SHA256, progress=True)
    assert "ml-100k" in capsys.readouterr().err


def test_what_is_wrong(server, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"palate.datasets.get\('ml-1m'\)"):
        datasets.path("ml-1m")
    with pytest.raises(palate.FormatError, match="not 4924029"):
        datasets.get("ml-100k", accept_terms=True)
    with pytest.raises(palate.ReadingError, match="404"):
        datasets.get("ml-1m", accept_terms=True)
    with pytest.raises(TypeError, match="get.. has no option 'mirrors'"):
        datasets.get("ml-1m", accept_terms=True, mirrors="x")
    monkeypatch.setenv("PALATE_DATA_URL", "http://127.0.0.1:1")
    with pytest.raises(palate.ReadingError, match="if this machine is offline"):
        datasets.get("ml-1m", accept_terms=True)
    assert list((tmp_path / "sets").iterdir()) == []
    datasets.get("jester", archive=write(tmp_path / "x.zip", ARCHIVES["jester_dataset_2.zip"]))
    with pytest.raises(ValueError, match="there are ratings, items, users and folder"):
        datasets.path("jester", "jokes")
    assert datasets.path("jester", "folder").is_dir()


def write(path, content):
    path.write_bytes(content)
    return path


def test_where_they_are_kept(monkeypatch, tmp_path):
    monkeypatch.delenv("PALATE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert datasets.folder() == tmp_path / "palate"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert datasets.folder() == tmp_path / ".cache" / "palate"
    monkeypatch.setenv("PALATE_DATA", "here")
    assert str(datasets.folder()) == "here"


def test_several_threads_get_it_once(server):
    got = []
    threads = [threading.Thread(target=lambda: got.append(datasets.get("jester", accept_terms=True))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1
    assert server.asked.count("/jester_dataset_2.zip") == 1


def test_surprise_gets_them_the_same_way(server, tmp_path, monkeypatch, capsys):
    pytest.importorskip("joblib")
    from palate.surprise import Dataset, builtin_datasets

    monkeypatch.setenv("SURPRISE_DATA_FOLDER", str(tmp_path / "surprise"))
    monkeypatch.setattr(builtin_datasets.datasets, "get", functools.partial(datasets.get, checksum=SHA256))
    data = Dataset.load_builtin("ml-100k", prompt=False)
    assert len(data.raw_ratings) == 200
    assert (tmp_path / "surprise" / "ml-100k" / "ml-100k" / "u.data").exists()
    assert "Trying to download dataset from https://files.grouplens.org" in capsys.readouterr().out


# ---- Made up ----


def test_made_up_ratings_are_the_same_everywhere(tmp_path):
    datasets.synth(tmp_path / "a.csv", tmp_path / "items.csv", users=30, items=20, tastes=3, density=0.5)
    datasets.synth(tmp_path / "b.csv", users=30, items=20, tastes=3, density=0.5)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert palate.read(tmp_path / "a.csv").user_count == 30
    assert len(palate.Catalogue(tmp_path / "items.csv")) == 20
    datasets.synth(tmp_path / "c.csv", preset="100k", users=50)
    assert palate.read(tmp_path / "c.csv").user_count == 50
    with pytest.raises(TypeError, match="synth.. has no option 'taste'; did you mean 'tastes'"):
        datasets.synth(tmp_path / "d.csv", taste=3)
    with pytest.raises(palate.InvalidError, match="100k"):
        datasets.synth(tmp_path / "d.csv", preset="7k")


# ---- Tables ----


def test_a_catalogue_is_a_mapping(tmp_path):
    path = tmp_path / "movies.csv"
    path.write_text('movieId,title,genres\n1,"Alien, the (1979)",Horror|Sci-Fi\n7,Up (2009),Animation\n')
    films = palate.Catalogue(path)
    assert list(films) == ["1", "7"]
    assert len(films) == 2
    assert films.columns == ["title", "genres", "year"]
    assert films[7] == {"title": "Up (2009)", "genres": "Animation", "year": "2009"}
    assert films.titles(np.array([7, 8])) == ["Up (2009)", "8"]
    assert "1" in films
    assert 1 in films
    assert 2.5 not in films
    with pytest.raises(KeyError):
        films[2]
    assert "2 rows" in repr(films)
    frame = films.to_pandas()
    assert frame.loc["7", "year"] == "2009"
    with pytest.raises(palate.ReadingError):
        palate.Catalogue("nowhere.csv")
