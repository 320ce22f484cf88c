# SPDX-License-Identifier: Apache-2.0
"""The model: what it says is what the formula says, views are views, and bad input is refused."""

import copy
import gc
import pickle
import threading

import numpy as np
import pytest

import palate

pd = pytest.importorskip("pandas")


def by_formula(model, user, item):
    u, i = model.user_row(user), model.item_row(item)
    score = model.info.base + model.user_offsets[u] + model.item_offsets[i]
    return score + model.user_factors[u] @ model.item_factors[i]


# ---- Facts and views ----


def test_facts(model, ratings):
    info = model.info
    assert (info.user_count, info.item_count, info.factor_count) == (
        ratings.user_count,
        ratings.item_count,
        3,
    )
    assert info.scale == (1, 5)
    assert not info.scale_inferred
    assert info.stopped_by in ("epochs", "tolerance")
    assert model.options["factors"] == 3
    assert [epoch.epoch for epoch in model.log] == list(range(1, info.epochs + 1))
    objectives = [epoch.objective for epoch in model.log]
    assert objectives == sorted(objectives, reverse=True)
    assert model.factor_names == ["factor 1", "factor 2", "factor 3"]
    assert "3 factors" in repr(model)
    assert "train RMSE" in model._repr_html_()


def test_factors_are_read_only_views_that_outlive_the_model(ratings):
    made = palate.train(ratings, factors=2, epochs=3)
    factors, offsets = made.user_factors, made.item_offsets
    assert factors.shape == (ratings.user_count, 2)
    assert factors.dtype == np.float32
    assert not factors.flags.owndata
    assert made.user_factors.ctypes.data == factors.ctypes.data
    assert (factors >= 0).all()
    with pytest.raises(ValueError, match="read-only"):
        factors[0, 0] = 1
    with pytest.raises(ValueError, match="cannot set WRITEABLE"):
        factors.flags.writeable = True
    before = factors.copy(), offsets.copy()
    del made
    gc.collect()
    assert np.array_equal(factors, before[0])
    assert np.array_equal(offsets, before[1])


def test_rows_are_those_of_the_ratings(model, ratings):
    assert np.array_equal(model.user_ids, ratings.user_ids)
    assert np.array_equal(model.item_ids, ratings.item_ids)
    assert model.user_row(model.user_ids[5]) == 5


# ---- Prediction ----


def test_predictions_are_the_formula_clipped(model, columns):
    users, items, _ = columns
    predicted = model.predict(users, items)
    expected = [np.clip(by_formula(model, u, i), 1, 5) for u, i in zip(users, items)]
    assert np.allclose(predicted, expected, atol=1e-5)
    assert predicted.dtype == np.float32


def test_one_and_many(model, columns):
    users, items, _ = columns
    one = model.predict(users[0], items[0])
    assert isinstance(one, float)
    assert one == model.predict([users[0]], [items[0]])[0]
    assert one == model.predict(str(users[0]), str(items[0]))
    many = model.predict(users[0], np.unique(items))
    assert many.shape == (len(np.unique(items)),)
    assert np.array_equal(
        model.predict(np.unique(users), items[0]), [model.predict(u, items[0]) for u in np.unique(users)]
    )
    frame = pd.DataFrame({"u": users, "i": items})
    assert np.array_equal(model.predict(frame.u, frame.i), model.predict(users.tolist(), items.tolist()))
    assert model.predict([], []).shape == (0,)


def test_the_unknown_are_typical(model, columns):
    users, items, _ = columns
    assert model.predict("nobody", "nothing") == pytest.approx(model.info.mean)
    assert np.isfinite(model.predict("nobody", items[:5])).all()
    assert model.predict([None, users[0]], [items[0]] * 2)[0] == model.predict("nobody", items[0])


def test_std_takes_samples(model, columns):
    with pytest.raises(palate.UnsupportedError, match="samples"):
        model.predict(columns[0], columns[1], std=True)
    drawn = palate.train(palate.Ratings.from_arrays(*columns), rule="bayes", factors=2, epochs=30, samples=8)
    assert drawn.info.sample_count > 0
    predictions, deviations = drawn.predict(columns[0], columns[1], std=True)
    assert (deviations > 0).all()
    one, deviation = drawn.predict(columns[0][0], columns[1][0], std=True)
    assert (one, deviation) == (predictions[0], deviations[0])


def test_times():
    rng = np.random.RandomState(0)
    users, items = np.repeat(np.arange(30), 40), np.tile(np.arange(40), 30)
    days = rng.randint(0, 100, len(users))
    values = 3 + np.where(days < 50, -1, 1) + rng.normal(0, 0.2, len(users))
    model = palate.train(palate.Ratings.from_arrays(users, items, values, days * 86400), factors=1)
    early, late = model.predict(3, 5, 0), model.predict(3, 5, 99 * 86400)
    assert early < late
    assert model.predict([3, 3], [5, 5], [0, 99 * 86400]).tolist() == [early, late]
    assert model.predict(3, 5, np.datetime64("1970-01-01")) == early
    stamps = np.array(["1970-01-01", "1970-04-10"], "datetime64[D]")
    assert model.predict([3, 3], [5, 5], stamps).tolist() == [early, late]
    assert model.predict([3, 3], 5, pd.Series(pd.to_datetime(stamps))).tolist() == [early, late]
    assert model.predict([3], [5], [np.nan]).tolist() == [model.predict(3, 5)]


@pytest.mark.parametrize(
    ("users", "items", "times", "error", "says"),
    [
        ([1, 2], [1, 2, 3], None, ValueError, "2 users, but 3 items"),
        ([1, 2], [1, 2], [1], ValueError, "2 pairs, but 1 times"),
        ([1.5], [1], None, TypeError, "users"),
        (1.5, 1, None, TypeError, "user: 1.5"),
        (None, 1, None, TypeError, "user: None"),
        (True, 1, None, TypeError, "bool"),
        (np.zeros((2, 2), int), [1, 2], None, ValueError, "2-dimensional"),
        ([1], [1], ["x"], TypeError, "times"),
    ],
)
def test_pairs_that_are_none(model, users, items, times, error, says):
    with pytest.raises(error, match=says):
        model.predict(users, items, times)


def test_evaluation(model, columns):
    metrics = model.evaluate(palate.Ratings.from_arrays(*columns))
    errors = model.predict(columns[0], columns[1]) - columns[2]
    assert metrics.count == len(errors)
    assert metrics.rmse == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-5)
    assert metrics.mae == pytest.approx(np.mean(np.abs(errors)), rel=1e-5)
    assert metrics.rmse < metrics.baseline_rmse
    assert model.evaluate([("nobody", "nothing", 3)]).unknown_users == 1


# ---- Recommendation ----


def scores_of(model, user):
    u = model.user_row(user)
    factors = model.item_factors.astype(np.float64) @ model.user_factors[u]
    return model.info.base + model.user_offsets[u] + model.item_offsets + factors


def test_recommendations_are_what_sorting_gives(model, columns):
    for user in model.user_ids[:20]:
        ids, scores = model.recommend(user, 5)
        expected = scores_of(model, user)
        expected[[model.item_row(item) for item in model.seen(user)]] = -np.inf
        best = np.argsort(-expected)[:5]
        assert ids.tolist() == model.item_ids[best].tolist()
        assert np.allclose(scores, expected[best], atol=1e-5)
        assert set(ids).isdisjoint(model.seen(user))


def test_seen_are_those_of_the_ratings(model, columns):
    users, items, _ = columns
    assert sorted(model.seen(users[0])) == sorted(items[users == users[0]])


def test_batches_are_singles(model):
    users = model.user_ids[[3, 1, 7]]
    ids, scores = model.recommend(users, 4)
    assert ids.shape == scores.shape == (3, 4)
    for row, user in enumerate(users):
        one_ids, one_scores = model.recommend(user, 4)
        assert np.array_equal(ids[row], one_ids)
        assert np.array_equal(scores[row], one_scores)
    everyone, _ = model.recommend(n=4)
    assert np.array_equal(everyone[3], model.recommend(model.user_ids[3], 4)[0])


def test_filters(model):
    user = model.user_ids[0]
    some = model.item_ids[:6]
    ids, _ = model.recommend(user, 10, allow=some, include_seen=True)
    assert sorted(ids) == sorted(some)
    without, _ = model.recommend(user, 10, allow=some, deny=[some[0], 99999999, "never heard of"], include_seen=True)
    assert sorted(without) == sorted(some[1:])
    assert model.recommend(user, allow=[])[0].shape == (0,)
    assert model.recommend(user, allow=some[0], include_seen=True)[0].tolist() == [some[0]]
    assert some[0] not in model.recommend(user, 40, deny=some[0], include_seen=True)[0]


def test_where_items_run_out(model):
    ids, scores = model.recommend(model.user_ids[:2], 1000)
    assert (ids == -1).any()
    assert np.isnan(scores[ids == -1]).all()
    assert not np.isnan(scores[ids != -1]).any()
    texts = palate.train([("a", "x", 1), ("b", "y", 2)], factors=1)
    assert texts.recommend(["a", "b"], 3)[0].tolist() == [["y", "", ""], ["x", "", ""]]


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"users": "nobody"}, palate.UnknownIdError, "knows no user 'nobody'"),
        ({"users": [100, 1, 2]}, palate.UnknownIdError, r"knows no user 1 \(nor 1 others\)"),
        ({"users": 100, "n": 0}, palate.InvalidError, "from 1 to 1000000"),
        ({"users": 100, "n": 1.5}, TypeError, "1.5"),
        ({"users": 100, "threads": -1}, palate.InvalidError, "threads"),
        ({"users": 100, "allow": ["never heard of"]}, palate.UnknownIdError, "knows no item"),
        ({"users": 100, "deny": [1.5]}, TypeError, "items"),
        ({"users": 100, "include_seen": 1}, TypeError, "include_seen"),
        ({"users": [[100]]}, (ValueError, TypeError), "users"),
    ],
)
def test_recommendations_that_cannot_be(model, arguments, error, says):
    with pytest.raises(error, match=says):
        model.recommend(**arguments)


def test_unknown_ids(model):
    for ask in (model.user_row, model.item_row, model.seen):
        with pytest.raises(LookupError, match="knows no"):
            ask("nobody")
        with pytest.raises(TypeError):
            ask(None)


# ---- Files, pickles, factors ----


def same(a, b):
    return (
        a.info.fingerprint == b.info.fingerprint
        and np.array_equal(a.user_factors, b.user_factors)
        and np.array_equal(a.item_offsets, b.item_offsets)
        and np.array_equal(a.user_ids, b.user_ids)
    )


def test_files(model, tmp_path):
    path = tmp_path / "m.palate"
    model.save(path)
    loaded = palate.load(path)
    assert same(loaded, model)
    loaded.save(str(tmp_path / "again.palate"))
    assert (tmp_path / "again.palate").read_bytes() == path.read_bytes()
    model.export(tmp_path / "m.npz")
    assert np.load(tmp_path / "m.npz")["user_factors"].shape == model.user_factors.shape
    model.export(tmp_path / "tables", "csv")
    assert (tmp_path / "tables" / "users.csv").exists()


def test_files_that_are_none(model, tmp_path):
    with pytest.raises(palate.ReadingError, match="none.palate"):
        palate.load(tmp_path / "none.palate")
    path = tmp_path / "m.palate"
    path.write_bytes(b"nonsense")
    with pytest.raises(palate.FormatError):
        palate.load(path)
    model.save(path)
    damaged = bytearray(path.read_bytes())
    damaged[-5] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(palate.FormatError, match="checksum|damaged"):
        palate.load(path)
    with pytest.raises(OSError, match="m.palate"):
        model.save(tmp_path / "no-folder" / "m.palate")
    with pytest.raises(ValueError, match="npz"):
        model.export(path, "xml")
    with pytest.raises(TypeError):
        model.save(3)


@pytest.mark.parametrize("again", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy, copy.copy])
def test_pickles(model, again):
    made = again(model)
    assert same(made, model)
    assert made.user_ids.dtype == np.int64
    assert np.array_equal(made.recommend(n=3)[0], model.recommend(n=3)[0])


def test_texts_that_are_digits_stay_texts_in_a_pickle():
    made = palate.train([("1", "2", 3), ("4", "5", 1)], factors=1)
    assert made.user_ids.dtype == object
    assert pickle.loads(pickle.dumps(made)).user_ids.dtype == object


def test_models_of_factors():
    made = palate.Model.from_factors(
        [[1, 0], [0, 2]], [[1, 1], [0, 1], [3, 0]], user_ids=["ann", "bob"], item_offsets=[0.5, 0, 0], base=1,
        factor_names=["action", "romance"],
    )  # fmt: skip
    assert made.predict("bob", 0) == 1 + 0.5 + 2
    assert made.item_ids.tolist() == [0, 1, 2]
    assert made.factor_names == ["action", "romance"]
    assert made.info.mode == "imported"
    assert made.options == {}
    assert made.info.scale is None
    assert "given factors" in repr(made)
    clipped = palate.Model.from_factors([[1.0]], [[9.0]], scale=(1, 5))
    assert clipped.predict(0, 0) == 5


@pytest.mark.parametrize(
    ("users", "items", "options", "error", "says"),
    [
        ([[-1.0]], [[1.0]], {}, palate.InvalidError, "-1"),
        ([[np.nan]], [[1.0]], {}, palate.InvalidError, "nan"),
        ([[1.0]], [[1.0, 2.0]], {}, ValueError, "1 factors, item_factors 2"),
        ([1.0], [[1.0]], {}, ValueError, "user_factors: 1 dimensions"),
        ([["x"]], [[1.0]], {}, TypeError, "user_factors"),
        ([[1.0]], [[1.0]], {"user_ids": ["a", "b"]}, ValueError, "2 of them, but 1"),
        ([[1.0], [1.0]], [[1.0]], {"user_ids": ["a", "a"]}, palate.InvalidError, "a"),
        ([[1.0]], [[1.0]], {"user_ids": [1.5]}, TypeError, "1.5"),
        ([[1.0]], [[1.0]], {"user_offsets": [1, 2]}, ValueError, "give 1 numbers"),
        ([[1.0]], [[1.0]], {"item_offsets": [np.inf]}, palate.InvalidError, "inf"),
        ([[1.0]], [[1.0]], {"scale": (5, 1)}, palate.InvalidError, "scale"),
    ],
)
def test_factors_that_make_no_model(users, items, options, error, says):
    with pytest.raises(error, match=says):
        palate.Model.from_factors(users, items, **options)


def test_models_are_made_not_constructed():
    with pytest.raises(TypeError, match=r"palate.train\(\)"):
        palate.Model()


# ---- Threads ----


def test_many_threads_read_one_model(model):
    expected = model.recommend(n=5)
    failures = []

    def work():
        for _ in range(20):
            ids, scores = model.recommend(n=5)
            if not np.array_equal(ids, expected[0]) or not np.array_equal(scores, expected[1]):
                failures.append(1)
            model.predict(model.user_ids, model.item_ids[0])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
