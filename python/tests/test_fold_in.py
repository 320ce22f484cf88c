# SPDX-License-Identifier: Apache-2.0
"""Somebody new: factors by fold-in, and recommendations."""

import numpy as np
import pytest

import palate


@pytest.fixture(scope="module")
def converged(ratings):
    return palate.train(ratings, factors=3, epochs=3000, tolerance=1e-12, regularization=2)


def test_those_whom_training_knew_get_their_rows(converged, ratings):
    new = converged.fold_in(ratings)
    assert np.array_equal(new.ids, converged.user_ids)
    assert np.allclose(new.factors, converged.user_factors, atol=5e-3)
    assert np.allclose(new.offsets, converged.user_offsets, atol=5e-3)
    items = converged.fold_in(ratings, "items")
    assert np.array_equal(items.ids, converged.item_ids)
    assert np.allclose(items.factors, converged.item_factors, atol=5e-3)


def test_one_user_as_a_mapping(converged, columns):
    users, items, values = columns
    mine = dict(zip(items[users == 103].tolist(), values[users == 103]))
    new = converged.fold_in(mine)
    assert np.allclose(new.factors[0], converged.user_factors[converged.user_row(103)], atol=5e-3)
    assert np.array_equal(converged.fold_in({**mine, "never heard of": 5}).factors, new.factors)
    liked = converged.fold_in(dict.fromkeys(range(100, 140), 5), "items")
    disliked = converged.fold_in(dict.fromkeys(range(100, 140), 1), "items")
    assert liked.offsets[0] > disliked.offsets[0]


def test_recommendations_for_those_who_were_there_are_the_same(converged, ratings):
    ids, scores = converged.recommend_new(ratings, 5)
    expected_ids, expected_scores = converged.recommend(n=5)
    assert np.mean(ids == expected_ids) > 0.9
    assert np.nanmax(np.abs(scores - expected_scores)) < 0.02


def test_filters_of_recommendations(converged):
    mine = {1001: 5, 1002: 1}
    ids, scores = converged.recommend_new(mine, 5)
    assert len(ids) == 5
    assert set(ids).isdisjoint(mine)
    assert (np.diff(scores) <= 0).all()
    seen, _ = converged.recommend_new(mine, 100, include_seen=True)
    assert len(seen) == converged.info.item_count
    some = converged.item_ids[:4].tolist()
    assert set(converged.recommend_new(mine, 9, allow=some, include_seen=True)[0]) == set(some)
    assert some[0] not in converged.recommend_new(mine, 99, deny=[some[0], "never heard of"])[0]
    several, several_scores = converged.recommend_new([("a", 1001, 5), ("b", 1002, 5)], 60)
    assert several.shape == (2, 60)
    assert (several[:, -1] == -1).all()
    assert np.isnan(several_scores[:, -1]).all()


def test_ties_go_by_id():
    model = palate.Model.from_factors([[1.0]], [[1.0]] * 5, item_ids=["e", "b", "a", "d", "c"])
    assert model.recommend_new({"e": 3}, 3)[0].tolist() == ["a", "b", "c"]


def test_nobody_is_typical(converged):
    new = converged.fold_in({})
    assert converged.info.base + new.offsets[0] + new.factors[0] @ converged.item_factors[0] + converged.item_offsets[
        0
    ] == pytest.approx(converged.predict("nobody", converged.item_ids[0]), abs=1e-4)
    assert len(converged.recommend_new({}, 3)[0]) == 3


@pytest.mark.parametrize(
    ("given", "options", "error", "says"),
    [
        ({1001: float("nan")}, {}, palate.InvalidError, r"ratings\[0\] is nan"),
        ({1001: "good"}, {}, ValueError, "good"),
        ({1.5: 3}, {}, TypeError, "items"),
        ({1001: 3}, {"side": "films"}, palate.InvalidError, "users, items"),
        ({1001: 3}, {"regularization": -1}, palate.InvalidError, "regularization"),
        ({1001: 3}, {"nonsense": 1}, TypeError, "nonsense"),
        ([("a", 1001, None)], {}, palate.FormatError, "not a number"),
        (3, {}, TypeError, "holds no ratings"),
    ],
)
def test_new_rows_that_are_none(converged, given, options, error, says):
    with pytest.raises(error, match=says):
        converged.fold_in(given, **options)


def test_averages_have_no_prior(columns):
    drawn = palate.train(palate.Ratings.from_arrays(*columns), rule="bayes", factors=2, epochs=20, samples=4)
    with pytest.raises(palate.UnsupportedError, match="rule map"):
        drawn.fold_in({1001: 3})
