# SPDX-License-Identifier: Apache-2.0
"""Names of factors: found in tables and tags, given, kept; factors of two models."""

import numpy as np
import pytest

import palate

TASTES = ["Horror", "Comedy", "Western"]


def tastes(order=(0, 1, 2)):
    """A model of 120 items, 40 of each taste; its columns in the order given."""
    draw = np.random.default_rng(1)
    items = 0.1 + 0.05 * draw.random((120, 3))
    for i in range(120):
        items[i, i // 40] += 1
    users = draw.random((50, 3))
    ids = [f"i{i}" for i in range(120)]
    return palate.Model.from_factors(users[:, order], items[:, order], item_ids=ids)


@pytest.fixture
def films(tmp_path):
    path = tmp_path / "films.csv"
    rows = [f"i{i},Film {i} ({1900 + i // 2}),{TASTES[i // 40]}|Film" for i in range(120)]
    path.write_text("\n".join(["id,title,genres", *rows]) + "\n")
    return palate.Catalogue(path)


def test_names_are_suggested_and_kept(films, tmp_path):
    model = tastes()
    names = model.suggest_names(films)
    assert [name.split(",")[0] for name in names] == TASTES
    model.factor_names = names
    model.save(tmp_path / "named.palate")
    assert palate.Model.load(tmp_path / "named.palate").factor_names == names
    assert [factor.name for factor in model.describe_factors(films)] != ["factor 1", "factor 2", "factor 3"]


def test_tags(tmp_path):
    path = tmp_path / "tags.csv"
    rows = [f"{user},i{i},scary" for i in range(40) for user in (1, 2)] + [f"3,i{i},mine" for i in range(40, 80)]
    path.write_text("\n".join(["userId,movieId,tag", *rows]) + "\n")
    assert tastes().suggest_names(tags=path) == ["Scary", None, None]


def test_names_are_set_all_or_none():
    model = tastes()
    model.factor_names = ["a", "b", "c"]
    model.factor_names = ["b", None, "a"]
    assert model.factor_names == ["b", "factor 2", "a"]
    for wrong in ["x", "x", "y"], ["x", "offset", "y"], ["x", "y\n", "z"]:
        with pytest.raises(palate.InvalidError):
            model.factor_names = wrong
        assert model.factor_names == ["b", "factor 2", "a"]
    with pytest.raises(ValueError, match="2 names for 3 factors"):
        model.factor_names = ["x", "y"]


def test_what_is_wrong(films, tmp_path):
    model = tastes()
    with pytest.raises(TypeError, match="give items"):
        model.suggest_names()
    with pytest.raises(palate.InvalidError):
        model.suggest_names(films, level=2)
    other = tmp_path / "other.csv"
    other.write_text("id,title\nx,Other\n")
    with pytest.raises(palate.InvalidError, match="none of its 1 ids"):
        model.suggest_names(palate.Catalogue(other))


def test_factors_are_matched():
    found = tastes().match_factors(tastes((2, 0, 1)))
    assert [one.factor for one in found] == [1, 2, 0]
    assert all(one.cosine == pytest.approx(1) and one.correlation == pytest.approx(1) for one in found)


def test_cleanness_of_factors():
    for factor in tastes().describe_factors(support=0):
        assert 0 <= factor.exclusivity <= 1
        assert -1 <= factor.coherence <= 1
