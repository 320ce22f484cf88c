# SPDX-License-Identifier: Apache-2.0
"""Which factors come back when training starts elsewhere."""

import math

import numpy as np
import pytest

import palate
from palate import stability


def test_it_is_the_mean_over_pairs_of_trainings(ratings):
    options = {"mode": "pure", "factors": 2, "epochs": 20}
    models = [palate.train(ratings, seed=seed, **options) for seed in (5, 6, 7)]
    found = models[0].stability(ratings, 3)
    pairs = [models[0].match_factors(models[1]), models[0].match_factors(models[2]), models[1].match_factors(models[2])]
    assert found.seed_count == 3
    assert math.isclose(found.cosine, np.mean([[match.cosine for match in pair] for pair in pairs]))
    assert math.isclose(found.correlation, np.mean([[match.correlation for match in pair] for pair in pairs]))
    for f in range(2):
        assert math.isclose(found.correlations[f], np.mean([pair[f].correlation for pair in pairs[:2]]))
        assert math.isclose(found.cosines[f], np.mean([pair[f].cosine for pair in pairs[:2]]))


def test_ratings_by_two_tastes_have_factors_that_come_back():
    likes = [(u, i) for u in range(60) for i in range(40) if (u * 7 + i * 3) % 5]
    ratings = palate.Ratings([(f"u{u}", f"i{i}", 5 if u % 2 == i % 2 else 1) for u, i in likes])
    found = palate.train(ratings, mode="pure", factors=2).stability(ratings, 4)
    assert found.correlation > 0.95
    assert min(found.correlations) > 0.95


def test_models_are_trained_as_the_first_was(ratings, columns):
    model = palate.train(ratings, mode="strict", factors=3, epochs=7, regularization=2.5, seed=3, keep_ratings=True)
    assert model.stability(ratings, 2) == model.stability(dict(zip(("user", "item", "rating"), columns)), 2)
    again = palate.train(ratings, mode="strict", factors=3, epochs=7, regularization=2.5, seed=4)
    assert model.stability(ratings, 2) == stability.compare([model, again])


def test_a_search_tells_it_of_trials_that_may_be_chosen(ratings):
    options = {"mode": "pure", "epochs": 10, "random_state": 2}
    tuning = palate.tune(ratings, {"factors": [1, 2, 3]}, holdout=0.2, stability=2, **options)
    assert [trial.comparable for trial in tuning.trials] == [True] * 3
    for trial in tuning.trials:
        models = [palate.train(ratings, **{**trial.options, "random_state": seed}) for seed in (2, 3)]
        assert trial.stability == stability.compare(models)
    assert palate.tune(ratings, {"factors": [1]}, holdout=0.2, **options).best.stability is None


def test_ctrl_c_ends_it(ratings, monkeypatch):
    model = palate.train(ratings, factors=2)
    real = stability._run

    def interrupted(taken, filled, watch):
        watch.interrupted = True
        return real(taken, filled, watch)

    monkeypatch.setattr(stability, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.stability(ratings, 2)
    with pytest.warns(palate.TrainingStopped, match="this is what was measured"):
        tuning = palate.tune(ratings, {"factors": [1, 2]}, holdout=0.2, epochs=3, stability=2)
    assert [trial.stability for trial in tuning.trials] == [None, None]


def test_tables_stand_in_the_way(ratings, tmp_path):
    table = tmp_path / "items.csv"
    table.write_text("id,kind\n" + "".join(f"{id},{'ab'[id % 2]}\n" for id in ratings.item_ids))
    model = palate.train(ratings, factors=2, items=table, item_features="kind", item_feature_regularization=1)
    with pytest.raises(palate.UnsupportedError, match="tables of users or items"):
        model.stability(ratings)
