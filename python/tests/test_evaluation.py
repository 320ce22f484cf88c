# SPDX-License-Identifier: Apache-2.0
"""Evaluation in full."""

import math

import numpy as np
import pytest

import palate


@pytest.fixture(scope="module")
def parts(columns):
    test = np.arange(len(columns[0])) % 5 == 0
    return tuple(tuple(column[chosen] for column in columns) for chosen in (~test, test))


@pytest.fixture(scope="module")
def trained(parts):
    return palate.train(palate.Ratings.from_arrays(*parts[0], scale=(1, 5)), factors=3, epochs=20)


def ratings_of(part):
    return palate.Ratings.from_arrays(*part, scale=(1, 5))


def test_figures_are_what_their_formulas_say(trained, parts):
    train, (users, items, truth) = parts
    options = {"metrics": ["rmse", "mae", "precision"], "count": [3, 7]}
    found = palate.evaluate(trained, ratings_of(parts[1]), train=ratings_of(train), **options)
    errors = truth - trained.predict(users, items)
    assert found.measures == ["rmse", "mae", "precision@3", "precision@7"]
    assert found.systems == ["model", "mean", "popularity", "bias-only"]
    assert math.isclose(found["rmse"].value, np.sqrt(np.mean(errors**2)), rel_tol=1e-5)
    assert math.isclose(found["mae"].value, np.mean(np.abs(errors)), rel_tol=1e-5)
    assert math.isclose(found["rmse", "mean"].value, np.sqrt(np.mean((truth - train[2].mean()) ** 2)), rel_tol=1e-5)
    assert found["rmse"].low < found["rmse"].value < found["rmse"].high
    hits = []
    for user in np.unique(users):
        relevant = items[(users == user) & (truth >= 4)]
        if len(relevant):
            hits.append(np.isin(trained.recommend(user, n=3)[0], relevant).sum() / 3)
    assert math.isclose(found["precision@3"].value, np.mean(hits), rel_tol=1e-9)
    assert found["rmse", "popularity"].value is None
    assert "predicts no ratings" in found["rmse", "popularity"].undefined
    assert "regularization" in found.notes["bias-only"]
    assert found.facts["rating_count"] == len(users)
    assert found.facts["relevant_from"] == 4


def test_it_is_what_the_short_way_tells(trained, parts):
    test = ratings_of(parts[1])
    short = trained.evaluate(test)
    found = palate.evaluate(trained, test, metrics="rmse,mae", resamples=0)
    assert found["rmse"] == palate.Figure(short.rmse, None, None, None)
    assert found["mae"].value == short.mae


def test_groups_differences_and_other_systems(trained, parts):
    users, items, _ = parts[1]
    other = (users, items, trained.predict(users, items) + 0.5)
    found = palate.evaluate(
        trained, ratings_of(parts[1]), others={"mine": palate.Ratings.from_arrays(*other)}, metrics=["rmse"], groups=2,
        differences=True, resamples=200, permutations=500,
    )  # fmt: skip
    assert found.systems[:2] == ["model", "mine"]
    assert [one.kind for one in found.slices] == ["all", "users", "users", "items", "items"]
    assert found.slices[0].rating_count == sum(one.rating_count for one in found.slices[1:3]) == len(users)
    assert set(found.figures) == {(system, "rmse", place) for system in found.systems for place in range(5)}
    difference = found.differences["mine", "rmse"]
    assert math.isclose(difference.value, found["rmse"].value - found["rmse", "mine"].value)
    assert difference.low < difference.value < difference.high
    assert 0 < difference.p <= difference.p_holm <= 1


def test_lists_of_others_are_judged_too(trained, parts):
    users, items, truth = parts[1]
    others = {"oracle": {"lists": palate.Ratings.from_arrays(users, items, truth)}}
    found = palate.evaluate(trained, ratings_of(parts[1]), others=others, metrics="ndcg", resamples=0)
    assert found["ndcg@10", "oracle"].value > 0.99 > found["ndcg@10"].value


def test_candidates_bound_what_is_recommended(trained, parts):
    few = trained.item_ids[:5]
    found = palate.evaluate(trained, ratings_of(parts[1]), candidates=few, metrics="coverage", resamples=0)
    assert found.facts["catalogue_count"] == 5


def test_progress_and_how_it_ends(trained, parts):
    told = []
    palate.evaluate(trained, ratings_of(parts[1]), progress=told.append)
    assert told == sorted(told)
    assert told[-1] <= 1
    with pytest.raises(KeyboardInterrupt):
        palate.evaluate(trained, ratings_of(parts[1]), progress=lambda share: False)
    with pytest.raises(ZeroDivisionError):
        palate.evaluate(trained, ratings_of(parts[1]), progress=lambda share: 1 / 0)


def test_it_shows_itself(trained, parts):
    pd = pytest.importorskip("pandas")
    found = palate.evaluate(trained, ratings_of(parts[1]), metrics="rmse,ndcg", resamples=100)
    frame = found.to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame.loc["rmse", "model"] == found["rmse"].value
    assert np.isnan(frame.loc["rmse", "popularity"])
    html = found._repr_html_()
    assert "ndcg@10" in html
    assert f"{found['rmse'].value:.4f}" in html
    assert "bias-only" in html


def test_metrics_have_their_formulas():
    by_name = {metric.name: metric for metric in palate.metrics()}
    assert by_name["rmse"].better == "lower"
    assert by_name["ndcg"].kind == "ranking"
    assert by_name["ndcg"].at
    assert all(metric.formula and metric.title for metric in by_name.values())
