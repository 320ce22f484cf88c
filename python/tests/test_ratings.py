# SPDX-License-Identifier: Apache-2.0
"""Ratings from whatever they are held in: the same ratings, and clear errors."""

import copy
import datetime
import gzip
import pickle

import numpy as np
import pytest

import palate

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
sparse = pytest.importorskip("scipy.sparse")


def fingerprint(ratings):
    return palate.train(ratings, factors=1, epochs=0).info.fingerprint


@pytest.fixture(scope="module")
def expected(ratings):
    return fingerprint(ratings)


# ---- Columns ----


def frames(columns):
    users, items, values = columns
    data = {"userId": users, "movieId": items, "rating": values}
    texts = {"userId": users.astype(str), "movieId": items.astype(str), "rating": values}
    frame = pd.DataFrame(data)
    text_frame = pd.DataFrame(texts)
    yield "pandas", frame
    yield (
        "pandas, int32 and float32",
        frame.astype({"userId": "int32", "movieId": "uint16", "rating": "float32"}),
    )
    yield "pandas, Int64", frame.astype({"userId": "Int64", "rating": "Float64"})
    yield "pandas, texts", text_frame
    yield "pandas, objects", text_frame.astype(object)
    yield "pandas, categories", text_frame.astype({"userId": "category", "movieId": "category"})
    yield "pandas, categories of numbers", frame.astype({"userId": "category"})
    yield (
        "pandas, strings of Arrow",
        text_frame.astype({"userId": "string[pyarrow]", "movieId": "string[python]"}),
    )
    yield "pandas, all of Arrow", frame.convert_dtypes(dtype_backend="pyarrow")
    yield "pandas, columns in another order", frame[["rating", "movieId", "userId"]]
    yield "pandas, rows reversed", frame[::-1]
    yield "polars", pl.DataFrame(data)
    yield "polars, texts", pl.DataFrame(texts)
    yield "polars, categories", pl.DataFrame(texts).with_columns(pl.col("userId").cast(pl.Categorical))
    yield "polars, chunks", pl.concat([pl.DataFrame(texts)[:7], pl.DataFrame(texts)[7:]], rechunk=False)
    yield "polars, a slice", pl.concat([pl.DataFrame(texts)[:7], pl.DataFrame(texts)])[7:]
    yield "pyarrow", pa.table(data)
    yield "pyarrow, texts", pa.table(texts)
    yield "pyarrow, large texts", pa.table({**texts, "userId": pa.array(texts["userId"], pa.large_string())})
    yield (
        "pyarrow, dictionaries",
        pa.table({**texts, "movieId": pa.array(texts["movieId"]).dictionary_encode()}),
    )
    yield "pyarrow, a batch", pa.record_batch(data)
    yield "pyarrow, sliced batches", pa.table(texts).slice(0, 5), pa.table(texts).slice(5)
    yield "mapping", data
    yield "mapping of lists", {name: list(column) for name, column in texts.items()}
    yield (
        "mapping, two kinds of chunks",
        {
            "userId": pa.chunked_array([users[:3], users[3:]]),
            "movieId": pa.chunked_array([items[:10], items[10:]]),
            "rating": values,
        },
    )
    yield "rows", list(zip(users.tolist(), items.astype(str).tolist(), values.tolist()))
    yield "big-endian", {**data, "userId": users.astype(">i8"), "rating": values.astype(">f4")}
    yield "structured", np.rec.fromarrays([users, items, values], names="userId,movieId,rating")
    yield "strided", {name: np.repeat(column, 3)[::3] for name, column in data.items()}
    yield "backwards", {name: column[::-1] for name, column in data.items()}


def test_every_table_gives_the_same_ratings(columns, expected):
    seen = set()
    for name, *tables in frames(columns):
        seen.add(name)
        if len(tables) > 1:
            tables = [pa.concat_tables(tables)]
        assert fingerprint(palate.Ratings(tables[0], scale=(1, 5))) == expected, name
    assert len(seen) > 25


def test_read_only_and_memory_mapped_arrays(columns, expected, tmp_path):
    arrays = [column.copy() for column in columns]
    for array in arrays:
        array.flags.writeable = False
    assert fingerprint(palate.Ratings.from_arrays(*arrays)) == expected
    for place, array in enumerate(arrays):
        np.save(tmp_path / f"{place}.npy", array)
    mapped = [np.load(tmp_path / f"{place}.npy", mmap_mode="r") for place in range(3)]
    assert fingerprint(palate.Ratings.from_arrays(*mapped)) == expected


def test_columns_are_found_by_name_place_or_option(columns, expected):
    users, items, values = columns
    frame = pd.DataFrame({"what": items, "who": users, "how": values})
    given = palate.Ratings(frame, user_column="who", item_column="what", rating_column="how")
    assert fingerprint(given) == expected
    numbered = palate.Ratings(frame, user_column=2, item_column=1, rating_column=3)
    assert fingerprint(numbered) == expected
    by_place = palate.Ratings(frame[["who", "what", "how"]])
    assert fingerprint(by_place) == expected
    with pytest.raises(palate.InvalidError, match='no column "when".*what, who, how'):
        palate.Ratings(frame, user_column="when")
    with pytest.raises(ValueError, match="2 columns"):
        palate.Ratings(frame[["who", "what"]])


def test_ids_are_what_they_were(columns):
    users, items, values = columns
    numbers = palate.Ratings.from_arrays(users, items.astype(str), values)
    assert numbers.user_ids.dtype == np.int64
    assert numbers.item_ids.dtype == object
    assert isinstance(numbers.item_ids[0], str)
    assert sorted(numbers.user_ids) == sorted(set(users.tolist()))
    with pytest.raises(ValueError, match="read-only"):
        numbers.user_ids[0] = 3


@pytest.mark.parametrize(
    "words", [["a", "b", "cc"], ["ä", "日本", "a"], ["a", "", "b"], ["a", None, "b"], ["a", b"b", 3]]
)
@pytest.mark.parametrize("repeats", [1, 30000])
def test_texts_come_one_by_one_or_as_words(words, repeats):
    ids = np.array(words * repeats, object)
    made = palate.Ratings({"user": ids, "item": np.arange(len(ids)), "rating": np.ones(len(ids))}, lenient=True)
    wanted = [word.decode() if isinstance(word, bytes) else str(word) for word in words if word not in ("", None)]
    assert sorted(made.user_ids) == sorted(wanted)
    assert len(made) == repeats * len(wanted)


def test_ids_of_files_are_numbers_where_all_are(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("user,item,rating\n1,007,3\n2,8,4\n")
    ratings = palate.read(path)
    assert ratings.user_ids.tolist() in ([1, 2], [2, 1])
    assert sorted(ratings.item_ids) == ["007", "8"]


# ---- Matrices ----


def same(one, other):
    return (
        np.array_equal(one.user_ids, other.user_ids)
        and np.array_equal(one.item_ids, other.item_ids)
        and np.array_equal(one.by_user.columns, other.by_user.columns)
        and np.array_equal(one.by_user.ratings, other.by_user.ratings)
        and np.array_equal(one.by_item.columns, other.by_item.columns)
    )


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int16])
def test_a_csr_matrix_is_its_cells(index, kind):
    rng = np.random.default_rng(3)
    X = sparse.random(60, 40, 0.2, format="csr", random_state=4)
    X.data = np.ceil(5 * X.data).astype(kind)
    for row in range(60):  # In any order within a row.
        part = slice(X.indptr[row], X.indptr[row + 1])
        order = rng.permutation(part.stop - part.start)
        X.indices[part], X.data[part] = X.indices[part][order], X.data[part][order]
    cells = X.tocoo()
    expected = palate.Ratings.from_arrays(cells.row, cells.col, cells.data)
    begins, columns = X.indptr.astype(index), X.indices.astype(index)
    assert same(palate.Ratings.from_csr(begins, columns, X.data, 40), expected)
    assert same(palate.Ratings(X), expected)
    spread = [np.stack([part, part[::-1]], 1)[:, 0] for part in (begins, columns, X.data)]  # Not side by side.
    assert same(palate.Ratings.from_csr(*spread, 40, threads=3), expected)
    assert palate.Ratings(X).report.rating_count == X.nnz


@pytest.mark.parametrize("format", ["csr", "csc", "coo", "lil", "dok", "bsr"])
@pytest.mark.parametrize("kind", ["matrix", "array"])
def test_sparse_matrices(columns, format, kind):
    users, items, values = columns
    shape = (int(users.max()) + 1, int(items.max()) + 5)
    make = getattr(sparse, f"coo_{kind}")
    matrix = make((values, (users, items)), shape=shape).asformat(format)
    ratings = palate.Ratings(matrix)
    assert len(ratings) == len(values)
    assert ratings._shape == shape
    assert fingerprint(ratings) == fingerprint(palate.Ratings.from_arrays(users, items, values))


def test_a_stored_zero_is_a_rating_and_an_unstored_cell_is_none():
    matrix = sparse.csr_matrix((np.array([0.0, 3.0]), np.array([1, 2]), np.array([0, 2, 2])), shape=(2, 4))
    ratings = palate.Ratings(matrix)
    assert len(ratings) == 2
    assert ratings.report.min == 0
    assert ratings.user_ids.tolist() == [0]


def test_dense_matrices_have_nan_where_nothing_is_known(columns):
    users, items, values = columns
    dense = np.full((users.max() + 1, items.max() + 1), np.nan)
    dense[users, items] = values
    expected = fingerprint(palate.Ratings.from_arrays(users, items, values))
    for made in (dense, dense.astype(np.float32), np.asfortranarray(dense), dense.T.copy().T):
        assert fingerprint(palate.Ratings(made)) == expected
    assert len(palate.Ratings(np.arange(6).reshape(2, 3))) == 6


def test_round_trips(ratings, expected):
    assert fingerprint(palate.Ratings(ratings.to_pandas())) == expected
    matrix = ratings.to_scipy()
    assert matrix.shape == (ratings.user_count, ratings.item_count)
    assert matrix.nnz == len(ratings)
    user = ratings.user_ids[3]
    frame = ratings.to_pandas()
    assert np.isclose(frame[frame.user == user].rating.sum(), matrix[3].sum())
    transposed = ratings.by_item
    assert np.array_equal(matrix.T.tocsr().indices, transposed.columns.astype(np.int32))


def test_views_are_views(ratings):
    rows = ratings.by_user
    assert not rows.ratings.flags.writeable
    assert not rows.ratings.flags.owndata
    assert rows.times is None
    values = palate.Ratings([("a", "x", 1.5)]).by_user.ratings
    # The ratings are gone by now, but for the view.
    assert values.tolist() == [1.5]


# ---- Times ----


def times_of(ratings):
    return ratings.by_user.times.tolist()


@pytest.mark.parametrize(
    "times",
    [
        [10, 20],
        np.array([10, 20], np.int32),
        np.array([10.5, 20.0]),
        np.array(["1970-01-01T00:00:10", "1970-01-01T00:00:20"], "datetime64[ns]"),
        pd.to_datetime([10, 20], unit="s"),
        pd.Series(pd.to_datetime([10, 20], unit="s", utc=True)),
        pl.Series([datetime.datetime(1970, 1, 1, 0, 0, 10), datetime.datetime(1970, 1, 1, 0, 0, 20)]),
        pa.array([10000, 20000], pa.timestamp("ms")),
        pa.array([10.25, 20.0]),
    ],
)
def test_times_of_any_kind_are_seconds(times):
    ratings = palate.Ratings.from_arrays(["a", "a"], ["x", "y"], [1, 2], times)
    assert sorted(times_of(ratings)) == [10, 20]


def test_days_and_missing_times():
    days = pa.array([datetime.date(1970, 1, 2), None, datetime.date(1970, 1, 3)])
    ratings = palate.Ratings.from_arrays(["a"] * 3, ["x", "y", "z"], [1, 2, 3], days)
    assert sorted(times_of(ratings)) == [-(2**63), 86400, 172800]
    floats = palate.Ratings.from_arrays(["a"] * 2, ["x", "y"], [1, 2], [np.nan, 5])
    assert sorted(times_of(floats)) == [-(2**63), 5]
    stamps = palate.Ratings.from_arrays(["a"] * 2, ["x", "y"], [1, 2], np.array(["NaT", "1970-01-01"], "M8[s]"))
    assert sorted(times_of(stamps)) == [-(2**63), 0]


@pytest.mark.parametrize("times", [["a", "b"], np.array(["a", "b"]), pa.array(["a", "b"]), [b"x", b"y"]])
def test_times_that_are_none(times):
    with pytest.raises(TypeError, match="times"):
        palate.Ratings.from_arrays(["a", "a"], ["x", "y"], [1, 2], times)


# ---- Bad input ----


@pytest.mark.parametrize(
    ("users", "items", "values", "error", "says"),
    [
        ([1.0, 2.0], [1, 2], [3, 4], TypeError, "users: the column holds float64.*astype"),
        ([1, 2], [True, False], [3, 4], TypeError, "items: the column holds bool"),
        ([1, None], [1, 2], [3, 4], palate.FormatError, r"columns:2: field 1 \(user\)"),
        (["a", ""], [1, 2], [3, 4], palate.FormatError, "it is empty"),
        (["a", "b\0c"], [1, 2], [3, 4], palate.FormatError, "zero byte"),
        (["a", ("b",)], [1, 2], [3, 4], TypeError, "ids are texts or whole numbers"),
        (["a", ["b"]], [1, 2], [3, 4], TypeError, "ids are texts or whole numbers"),
        (["a", 1.5], [1, 2], [3, 4], TypeError, "1.5"),
        (["a", True], [1, 2], [3, 4], TypeError, "bool"),
        ([1, 2], [1, 2], [3, float("nan")], palate.FormatError, "not a number"),
        ([1, 2], [1, 2], [3, float("inf")], palate.FormatError, "infinite"),
        ([1, 2], [1, 2], [3, 1e30], palate.FormatError, "too large"),
        ([1, 2], [1, 2], [3, None], palate.FormatError, "not a number"),
        ([1, 2], [1, 2], ["3", "x"], TypeError, "ratings"),
        ([1, 2], [1, 2], [3, 1j], TypeError, "ratings: the column holds complex"),
        ([1, 2], [1, 2, 3], [3, 4], ValueError, "differ in length: users 2, items 3, ratings 2"),
        ([1, 2], [1, 2], [3], ValueError, "differ in length"),
        ([], [], [], palate.FormatError, "no ratings"),
        ([[1, 2]], [1, 2], [3, 4], ValueError, "users: the array is 2-dimensional"),
        (5, [1, 2], [3, 4], TypeError, "int is no column"),
        ("ab", [1, 2], [3, 4], TypeError, "str is no column"),
        (np.datetime64("2020-01-01"), [1], [3], TypeError, "is no column"),
        (pa.array([[1], [2]]), [1, 2], [3, 4], palate.InvalidError, "users must hold whole numbers or texts"),
        (pa.array([1.5, 2.5]), [1, 2], [3, 4], palate.InvalidError, "users must hold whole numbers or texts"),
        ([1, 2], [1, 2], pa.array(["3", "4"]), TypeError, "Arrow's type 'u'"),
        (pa.array([1, None]), [1, 2], [3, 4], palate.FormatError, "it is empty"),
        ([1, 2], [1, 2], pa.array([3, None]), palate.FormatError, "not a number"),
        (pa.table({"a": [1, 2]}), [1, 2], [3, 4], TypeError, "a table was given where a column is needed"),
    ],
)
def test_bad_columns(users, items, values, error, says):
    with pytest.raises(error, match=says):
        palate.Ratings.from_arrays(users, items, values)


def test_errors_have_their_place():
    with pytest.raises(palate.FormatError) as caught:
        palate.Ratings.from_arrays([1, 2, 3], [1, 2, 3], [1, 2, np.nan])
    assert (caught.value.line, caught.value.column) == (3, 3)
    ratings = palate.Ratings.from_arrays([1, 2, 3], [1, 2, 3], [1, 2, np.nan], lenient=True)
    assert ratings.report.skipped_count == 1


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (None, TypeError, "NoneType holds no ratings"),
        (3, TypeError, "int holds no ratings"),
        (b"ratings.csv", TypeError, "bytes holds no ratings"),
        ([(1, 2)], ValueError, r"\(user, item, rating\)"),
        ([(1, 2, 3), (1, 2, 3, 4)], ValueError, "all alike"),
        ([], palate.FormatError, "no ratings"),
        (np.zeros(3), ValueError, "1 dimensions"),
        (np.zeros((2, 2, 2)), ValueError, "3 dimensions"),
        (np.full((2, 2), np.nan), palate.FormatError, "no ratings"),
        (np.array([[np.inf, 1.0]]), ValueError, "infinity"),
        (np.array([["a", "b"]]), TypeError, "holds no ratings"),
        (sparse.csr_matrix((2, 2)), palate.FormatError, "no ratings"),
        ({"user": [1], "item": [2]}, ValueError, "2 columns"),
        (pd.DataFrame(), ValueError, "0 columns"),
        (pl.DataFrame({"a": [1], "b": [2], "c": ["x"]}), TypeError, "ratings"),
        ("no-such-file.csv", palate.ReadingError, "no-such-file.csv"),
        ("a\0b", ValueError, "zero byte"),
    ],
)
def test_what_holds_no_ratings(data, error, says):
    with pytest.raises(error, match=says):
        palate.Ratings(data)


def test_negative_ratings_are_ratings():
    assert palate.Ratings([("a", "x", -3), ("a", "y", 4)]).scale == (-3, 4)


def test_duplicates(columns):
    rows = [("a", "x", 1, 5), ("a", "x", 3, 4)]
    assert palate.Ratings(rows).by_user.ratings.tolist() == [1]
    assert palate.Ratings(rows, duplicates="mean").by_user.ratings.tolist() == [2]
    with pytest.raises(palate.FormatError, match="rates item"):
        palate.Ratings(rows, duplicates="error")


# ---- Files ----


def write_csv(path, columns, opener=open):
    with opener(path, "wt") as out:
        out.write("user,item,rating\n")
        for user, item, rating in zip(*columns):
            out.write(f"{user},{item},{rating}\n")
    return path


def test_files(columns, expected, tmp_path):
    assert fingerprint(palate.read(write_csv(tmp_path / "r.csv", columns))) == expected
    assert fingerprint(palate.read(str(tmp_path / "r.csv"))) == expected
    assert fingerprint(palate.read(write_csv(tmp_path / "r.csv.gz", columns, gzip.open))) == expected
    frame = pd.DataFrame(dict(zip(["user", "item", "rating"], columns)))
    frame.to_parquet(tmp_path / "r.parquet")
    pa.feather.write_feather(frame, str(tmp_path / "r.feather")) if hasattr(pa, "feather") else None
    assert fingerprint(palate.read(tmp_path / "r.parquet")) == expected
    pl.DataFrame(frame).write_ipc(tmp_path / "r.arrow")
    assert fingerprint(palate.read(tmp_path / "r.arrow")) == expected


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="r.parquet"):
        palate.read(tmp_path / "r.parquet")
    with pytest.raises(OSError, match="r.csv"):
        palate.read(tmp_path / "r.csv")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(Exception, match=r"(?i)parquet"):
        palate.read(tmp_path / "bad.parquet")


def test_broken_files_say_where(tmp_path):
    path = tmp_path / "broken.csv"
    path.write_text("user,item,rating\na,x,1\nb,y,high\n")
    with pytest.raises(palate.FormatError, match=r"broken.csv:3: field 3 \(rating\)") as caught:
        palate.read(path)
    assert caught.value.line == 3
    assert isinstance(caught.value, ValueError)


# ---- Saved, and pickled ----


@pytest.mark.parametrize("ids", [int, str])
@pytest.mark.parametrize("times", [True, False])
def test_pickles_and_saved_files_are_the_same_ratings(tmp_path, ids, times):
    rows = [(ids(3), ids(10), 4.5), (ids(3), ids(11), 1.0), (ids(7), ids(10), 2.0)]
    given = palate.Ratings([(*row, 100 + n) for n, row in enumerate(rows)] if times else rows, scale=(0, 5))
    given.save(tmp_path / "x.ratings")
    for again in (pickle.loads(pickle.dumps(given)), copy.deepcopy(given), palate.read(tmp_path / "x.ratings")):
        assert again.scale == given.scale
        assert again.report.has_times == times
        assert np.array_equal(again.by_user.ratings, given.by_user.ratings)
        assert again.to_pandas().shape == given.to_pandas().shape
    again = pickle.loads(pickle.dumps(given))
    assert again.user_ids.tolist() == given.user_ids.tolist()
    assert isinstance(again.user_ids.tolist()[0], ids)
    models = [palate.train(one, factors=2, epochs=3) for one in (given, again)]
    assert np.array_equal(models[0].user_factors, models[1].user_factors)
    with pytest.raises(palate.ReadingError):
        given.save(tmp_path / "nowhere" / "x.ratings")


def test_a_matrix_keeps_its_shape_in_a_pickle():
    matrix = np.array([[5, np.nan, 1], [np.nan, np.nan, np.nan], [4, np.nan, 2]])
    given = palate.Ratings(matrix)
    assert pickle.loads(pickle.dumps(given))._shape == given._shape == (3, 3)


def test_everything_that_is_wrong_with_a_file(tmp_path):
    file = tmp_path / "ratings.csv"
    file.write_text("user,item,rating\nann,Alien,5\nbob,Alien,good\neva,Up,9\nann,Up,2\n")
    report, problems = palate.check(file, scale=(1, 5))
    assert (report.rating_count, report.skipped_count, report.format) == (2, 2, "csv")
    assert [(one.line, one.column) for one in problems] == [(3, 3), (4, 3)]
    assert "good" in problems[0].message
    with pytest.raises(palate.FormatError) as first:
        palate.read(file, scale=(1, 5))
    assert (first.value.line, first.value.column) == (3, 3)
