# SPDX-License-Identifier: Apache-2.0
"""Further ratings for a model, and users taken out of one."""

import numpy as np
import pytest

import palate


def test_new_users_and_items(model, columns):
    later = model.update([(500, 1001, 5), (500, 9000, 4), (101, 9000, 2)])
    assert later.info.user_count == model.info.user_count + 1
    assert later.info.item_count == model.info.item_count + 1
    assert later.info.rating_count == model.info.rating_count + 3
    assert later.user_ids.dtype == np.int64
    assert set(later.seen(500)) == {1001, 9000}
    assert 9000 in later.seen(101)
    assert 9000 not in model.seen(101)
    assert set(later.recommend(500, 5)[0]).isdisjoint({1001, 9000})
    untouched = [user for user in model.user_ids if user != 101]
    rows = [later.user_row(user) for user in untouched]
    assert np.array_equal(later.user_factors[rows], model.user_factors[[model.user_row(user) for user in untouched]])


def test_a_rating_is_replaced(model):
    item = model.seen(103)[0]
    assert model.update([(103, item, 1)]).predict(103, item) < model.update([(103, item, 5)]).predict(103, item)
    assert model.update([(103, item, 1)]).info.rating_count == model.info.rating_count


def test_it_learns(columns):
    users, items, values = columns
    late = users >= 150
    early = palate.train(palate.Ratings.from_arrays(users[~late], items[~late], values[~late], scale=(1, 5)), factors=3)
    half = np.flatnonzero(late)[::2]
    rest = np.flatnonzero(late)[1::2]
    later = early.update(palate.Ratings.from_arrays(users[half], items[half], values[half], scale=(1, 5)), passes=3)
    test = palate.Ratings.from_arrays(users[rest], items[rest], values[rest], scale=(1, 5))
    assert later.evaluate(test).rmse < 0.9 * early.evaluate(test).rmse


def test_tables(model, tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,kind\n1001,a\n")
    with pytest.raises(palate.InvalidError, match="learned nothing from a table of items"):
        model.update([(500, 1001, 5)], items=path)
    with pytest.raises(palate.InvalidError, match="learned nothing from a table of users"):
        model.update([(500, 1001, 5)], users=palate.Catalogue(path))


def test_ids_that_are_texts_stay_texts():
    model = palate.train([("1", "x", 1), ("2", "y", 2), ("2", "x", 3)], factors=1)
    assert model.update([("3", "x", 2)]).user_ids.tolist() == ["2", "1", "3"]
    numbers = palate.train([(1, "x", 1), (2, "y", 2), (2, "x", 3)], factors=1)
    assert numbers.update([("c", "x", 2)]).user_ids.tolist() == ["2", "1", "c"]


def test_without_old_ratings_rows_are_left(ratings):
    model = palate.train(ratings, factors=3, epochs=5, keep_ratings=False)
    with pytest.warns(palate.RowsLeft, match="1 users and 1 items"):
        later = model.update([(101, 1001, 5)])
    assert np.array_equal(later.user_factors, model.user_factors)
    with pytest.warns(palate.RowsLeft, match="0 users and 1 items"):
        model.update([(999, 1001, 5)])


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (([(1, 1001, 7)],), palate.PalateError, "scale"),
        (([(1, 1001, -1)],), palate.PalateError, "scale"),
        (([],), palate.PalateError, "no ratings"),
        (([(1, 1001, 3)], {"passes": 0}), palate.InvalidError, "passes"),
        (([(1, 1001, 3)], {"pass": 1}), TypeError, "pass"),
    ],
)
def test_updates_that_cannot_be(model, arguments, error, says):
    ratings, *options = arguments
    with pytest.raises(error, match=says):
        model.update(ratings, **(options[0] if options else {}))


def test_models_that_cannot_be_updated(ratings):
    with pytest.raises(palate.UnsupportedError, match="given factors"):
        palate.Model.from_factors([[1, 0]], [[5, 0]]).update([(0, 0, 3)])
    with pytest.raises(palate.UnsupportedError, match="rule map"):
        palate.train(ratings, rule="bayes", factors=2, epochs=8).update([(101, 1001, 3)])


def test_forgetting(model):
    left = model.forget([101, 102])
    assert left.info.user_count == model.info.user_count - 2
    assert 101 not in left.user_ids
    assert left.user_ids.dtype == np.int64
    assert np.array_equal(left.recommend(103)[0], model.recommend(103)[0])
    assert left.forget(103).info.user_count == left.info.user_count - 1
    with pytest.raises(palate.UnknownIdError, match="999"):
        model.forget(999)
    with pytest.raises(palate.InvalidError, match="nobody would be left"):
        model.forget(model.user_ids)
