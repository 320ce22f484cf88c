# SPDX-License-Identifier: Apache-2.0
"""Tables of items and users to learn from."""

import numpy as np
import pytest

import palate


def planted(users=80, items=60):
    """Ratings by kind alone: users like one of two kinds of items. The last ten items nobody has rated."""
    return [
        (f"u{u}", f"i{i}", 5 if u % 2 == i % 2 else 1)
        for u in range(users)
        for i in range(items - 10)
        if (u * 7 + i) % 3
    ]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("features") / "items.csv"
    path.write_text("id,kind,year\n" + "".join(f"i{i},{['even', 'odd'][i % 2]},{1990 + i}\n" for i in range(60)))
    return path


def test_items_that_nobody_has_rated_are_known_by_their_table(table):
    options = {"factors": 4, "item_feature_regularization": 1, "scale": (1, 5)}
    model = palate.train(planted(), items=table, item_features=["kind"], **options)
    assert model.item_features == ["kind: even", "kind: odd"]
    assert model.user_features == []
    assert model.info.item_count == 60
    even, odd = (model.predict([f"u{u}" for u in range(0, 80, 2)], f"i{i}").mean() for i in (58, 59))
    assert even > odd + 1
    assert palate.train(planted(), factors=4).info.item_count == 50


def test_tables_come_as_paths_catalogues_and_frames(table):
    pd = pytest.importorskip("pandas")
    options = {"factors": 2, "epochs": 3, "item_features": "kind,year", "item_feature_regularization": 1}
    made = [
        palate.train(planted(), items=items, **options)
        for items in (table, palate.Catalogue(table), pd.read_csv(table))
    ]
    for model in made[1:]:
        assert model.item_features == made[0].item_features
        assert np.array_equal(model.item_factors, made[0].item_factors)


def test_users_have_tables_too(tmp_path):
    path = tmp_path / "users.csv"
    path.write_text("id,likes\n" + "".join(f"u{u},{'ab'[u % 2]}\n" for u in range(90)))
    model = palate.train(planted(), factors=2, users=path, user_features="likes", user_feature_regularization=1)
    assert model.user_features == ["likes: a", "likes: b"]
    assert model.info.user_count == 90


def test_searches_take_tables(table):
    options = {"items": table, "item_features": "kind", "item_feature_regularization": 1, "epochs": 5}
    tuning = palate.tune(planted(), {"factors": [1, 2]}, holdout=0.2, stability=2, **options)
    assert tuning.best.options["items"] == table
    models = [palate.train(planted(), **{**tuning.best.options, "seed": seed}) for seed in (0, 1)]
    assert models[0].item_features == ["kind: even", "kind: odd"]
    assert tuning.best.stability == palate.stability.compare(models)
