# SPDX-License-Identifier: Apache-2.0
"""Splits and cross-validation."""

import math
import statistics

import numpy as np
import pytest

import palate


def pairs(ratings):
    return {(user, item) for user, item, *_ in ratings.to_pandas().itertuples(index=False)}


def test_folds_are_parts_of_the_ratings(ratings):
    pytest.importorskip("pandas")
    folds = palate.split(ratings, folds=4)
    assert len(folds) == 4
    assert folds.names == ["fold 1", "fold 2", "fold 3", "fold 4"]
    tests = []
    for train, test in folds:
        assert pairs(train) | pairs(test) == pairs(ratings)
        assert not pairs(train) & pairs(test)
        assert train.scale == test.scale == (1, 5)
        tests.append(pairs(test))
    assert set.union(*tests) == pairs(ratings)
    assert sum(map(len, tests)) == len(ratings)
    assert pairs(folds[-1][1]) == tests[3]
    with pytest.raises(IndexError):
        folds[4]


def test_the_seed_says_which(ratings):
    pytest.importorskip("pandas")
    first, same, other = (pairs(palate.split(ratings, holdout=0.2, seed=seed)[0][1]) for seed in (1, 1, 2))
    assert first == same != other
    assert math.isclose(len(first) / len(ratings), 0.2, abs_tol=0.01)
    left_out = palate.split(ratings, method="leave-one-out", folds=1)[0][1]
    assert len(left_out) == ratings.user_count


def test_folds_are_written_and_read(ratings, tmp_path):
    pytest.importorskip("pandas")
    folds = palate.split(ratings, folds=2)
    folds.save(tmp_path / "folds")
    back = palate.split(None, folds_from=tmp_path / "folds", scale=(1, 5))
    assert len(back) == 2
    for (train, test), (train_back, test_back) in zip(folds, back):
        assert pairs(train) == {(int(user), int(item)) for user, item in pairs(train_back)}
        assert len(test) == len(test_back)


def test_every_fold_is_trained_and_evaluated(ratings):
    options = {"factors": 2, "epochs": 5}
    found = palate.cross_validate(ratings, folds=3, metrics=["rmse", "recall"], count=5, differences=True, **options)
    assert found.systems == ["model", "mean", "popularity", "bias-only"]
    assert found.measures == ["rmse", "recall@5"]
    assert [fold.name for fold in found.folds] == ["fold 1", "fold 2", "fold 3"]
    values = []
    for (train, test), fold in zip(palate.split(ratings, folds=3), found.folds):
        assert (fold.train_count, fold.test_count, fold.epochs) == (len(train), len(test), 5)
        by_hand = palate.train(train, **options).evaluate(test)
        assert fold.evaluation["rmse"].value == by_hand.rmse
        values.append(by_hand.rmse)
    spread = found["rmse"]
    assert math.isclose(spread.mean, statistics.mean(values))
    assert math.isclose(spread.sd, statistics.stdev(values), rel_tol=1e-6)
    assert spread.low < spread.mean < spread.high
    assert spread.fold_count == 3
    assert found["rmse", "popularity"].mean is None
    difference = found.differences["mean", "rmse"]
    assert math.isclose(difference.value, spread.mean - found["rmse", "mean"].mean)
    assert 0 < difference.p <= 1
    assert np.array_equal(found.to_pandas()["rmse"], values)


def test_folds_from_files_and_progress(ratings, tmp_path):
    palate.split(ratings, folds=2).save(tmp_path / "folds")
    told = []
    found = palate.cross_validate(
        None, folds_from=tmp_path / "folds", scale=(1, 5), factors=2, epochs=3, metrics="mae", progress=told.append
    )
    assert found["mae"].fold_count == 2
    assert {at.fold_count for at in told} == {2}
    assert told[-1].share <= 1
    with pytest.raises(KeyboardInterrupt):
        palate.cross_validate(ratings, folds=2, factors=2, epochs=3, progress=lambda at: False)
    with pytest.raises(ZeroDivisionError):
        palate.cross_validate(ratings, folds=2, factors=2, epochs=3, progress=lambda at: 1 / 0)


def test_any_number_of_threads_comes_to_the_same(ratings):
    options = {"folds": 2, "factors": 2, "epochs": 4, "metrics": "rmse,ndcg"}
    one, three = (palate.cross_validate(ratings, threads=threads, **options) for threads in (1, 3))
    assert one.spreads == three.spreads
