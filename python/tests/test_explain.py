# SPDX-License-Identifier: Apache-2.0
"""What is alike, and why a prediction is what it is."""

import numpy as np
import pytest

import palate


@pytest.fixture(scope="module")
def films():
    users = [[3, 0], [2, 0], [0, 3], [0, 2]]
    items = [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]]
    return palate.Model.from_factors(
        users, items, user_ids=list("abcd"), item_ids=["Alien", "Aliens", "Up", "Heidi"],
        item_offsets=[1, 0, 0, 0], base=1, factor_names=["fright", "warmth"], scale=(1, 5),
    )  # fmt: skip


def test_alike(films):
    ids, cosines = films.similar_items("Alien", 3)
    assert ids[0] == "Aliens"
    assert (np.diff(cosines) <= 0).all()
    assert -1 <= cosines.min() <= cosines.max() <= 1 + 1e-12
    assert films.similar_users("d", 1)[0].tolist() == ["c"]
    near, distances = films.similar_items("Alien", 3, measure="euclidean")
    assert near[0] == "Aliens"
    assert (np.diff(distances) >= 0).all()


@pytest.mark.parametrize("parts", ["typical", "zero"])
def test_parts_add_up(model, parts):
    for user, item in [(100, 1000), (101, 1003), ("nobody", 1000)]:
        told = model.explain(user, item, parts=parts)
        total = told.common + told.user + told.item + told.time + sum(told.factors.values())
        assert total == pytest.approx(told.score, abs=1e-4)
        assert told.prediction == pytest.approx(model.predict(user, item), abs=1e-6)
        assert list(told.factors) == model.factor_names
        if parts == "zero":
            assert min(told.factors.values()) >= 0


def test_reasons_are_ratings_left_out(model, columns):
    told = model.reasons(100, 1000, n=100)
    users, items, values = columns
    rated = dict(zip(items[users == 100].tolist(), values[users == 100].tolist()))
    assert {reason.item: reason.rating for reason in told} == rated
    sizes = [abs(reason.effect) for reason in told]
    assert sizes == sorted(sizes, reverse=True)
    assert model.reasons(100, 1000, n=2) == told[:2]
    without = {item: rating for item, rating in rated.items() if item != told[0].item}
    all_of_them, rest = (model.fold_in(given) for given in (rated, without))
    row = model.item_row(1000)
    moved = (all_of_them.factors - rest.factors)[0] @ model.item_factors[row] + (all_of_them.offsets - rest.offsets)[0]
    assert moved == pytest.approx(told[0].effect, abs=2e-3)


def test_no_ratings_no_reasons(films, ratings):
    with pytest.raises(palate.UnknownIdError, match="knows no user 'x'"):
        films.reasons("x", "Up")
    with pytest.raises(palate.UnsupportedError):
        palate.train(ratings, factors=2, epochs=2, keep_ratings=False).reasons(100, 1000)


def test_html(films):
    shown = films.explain("a", "Alien")._repr_html_()
    assert "fright" in shown
    assert shown.startswith("<table>")


def test_what_is_wrong(films):
    with pytest.raises(palate.UnknownIdError, match="knows no item 'Jaws'"):
        films.similar_items("Jaws")
    with pytest.raises(palate.InvalidError, match="measure"):
        films.similar_items("Up", measure="taste")
    with pytest.raises(palate.InvalidError):
        films.similar_users("a", 0)
    with pytest.raises(TypeError, match="nonsense"):
        films.similar_users("a", nonsense=1)
    with pytest.raises(ValueError, match="typical and zero"):
        films.explain("a", "Up", parts="all")
