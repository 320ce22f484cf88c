# SPDX-License-Identifier: Apache-2.0
"""Rules for lists: filters, quotas, discounts, diversity."""

import numpy as np
import pytest

import palate

KINDS = ["a", "b", "a|b", "", "c"]


@pytest.fixture(scope="module")
def table(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("rules") / "items.csv"
    rows = [f"{item},Item {item},{kind(item)},{1980 + item % 40}" for item in model.item_ids]
    path.write_text("\n".join(["item,title,kind,year", *rows]) + "\n")
    return path


def kind(item):
    return KINDS[item % 5]


def year(item):
    return 1980 + item % 40


def every_list(model, **rules):
    ids, _ = model.recommend(n=40, **rules)
    return {int(item) for item in ids.ravel()} - {-1}


def test_conditions(model, table):
    assert all("a" in kind(item) for item in every_list(model, items=table, where="kind=A"))
    some = every_list(model, items=table, where=["kind=a|c", "year<2000"], without="kind=b")
    assert some
    assert all(kind(item) in ("a", "c") and year(item) < 2000 for item in some)


def test_what_rules_took_away(model, table):
    removed = {"old": 1}
    model.recommend(103, items=table, where="kind=a", without="year>=2000", min_support=1, removed=removed)
    a = [item for item in model.item_ids if "a" in kind(item)]
    assert list(removed) == ["where kind=a", "without year>=2000", "min-support 1", "seen"]
    assert removed["where kind=a"] == model.info.item_count - len(a)
    assert removed["without year>=2000"] == sum(year(item) >= 2000 for item in a)
    assert removed["min-support 1"] == 0
    assert removed["seen"] == sum("a" in kind(item) and year(item) < 2000 for item in model.seen(103))
    model.recommend([103, 104], items=table, quota={"kind": 1}, removed=removed)
    assert removed["seen"].shape == removed["quota"].shape == (2,)
    model.recommend(103, removed=removed)
    assert removed == {}


def test_quotas(model, table):
    plain, _ = model.recommend(103, 40)
    ids, scores = model.recommend(103, 40, items=table, quota="kind=2")
    expected, room = [], {"a": 2, "b": 2, "c": 2}
    for item in plain:
        kinds = [one for one in kind(item).split("|") if one]
        if all(room[one] for one in kinds):
            expected.append(item)
            for one in kinds:
                room[one] -= 1
    assert ids.tolist() == expected
    assert (np.diff(scores) <= 0).all()


def test_discounts_and_diversity(model, ratings):
    _, plain = model.recommend(103, 1, allow=[1001], include_seen=True)
    count = np.sum(ratings.by_user.columns == list(ratings.item_ids).index(1001))
    _, less = model.recommend(103, 1, allow=[1001], include_seen=True, popularity_discount=0.5)
    assert less[0] == pytest.approx(plain[0] - 0.5 * np.log10(1 + count), abs=1e-5)
    best, _ = model.recommend(103, 10)
    varied, scores = model.recommend(103, 10, diversity=0.7)
    assert varied[0] == best[0]
    assert varied.tolist() != best.tolist()
    assert scores.min() < model.recommend(103, 10)[1].min()


def test_somebody_new(model, table):
    removed = {}
    ids, _ = model.recommend_new({1001: 5, 1002: 1}, 5, items=table, where="kind=b", diversity=0.2, removed=removed)
    assert all("b" in kind(item) for item in ids)
    assert set(removed) == {"where kind=b", "seen"}


def test_tables_in_memory(model, table):
    catalogue = palate.Catalogue(table)
    assert every_list(model, items=catalogue, where="kind=a") == every_list(model, items=table, where="kind=a")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"id": model.item_ids, "kind": [kind(item) for item in model.item_ids]})
    assert all("a" in kind(item) for item in every_list(model, items=frame, where="kind=a"))


@pytest.mark.parametrize(
    ("rules", "error", "says"),
    [
        ({"where": "kimd=a"}, palate.InvalidError, "did you mean kind"),
        ({"where": "kind?a"}, palate.InvalidError, "character 7: an operator is missing"),
        ({"where": [3]}, TypeError, "no condition"),
        ({"quota": "kind"}, palate.InvalidError, "COLUMN=N"),
        ({"quota": {"kind": -1}}, palate.InvalidError, "COLUMN=N"),
        ({"diversity": 2}, palate.InvalidError, "diversity"),
        ({"popularity_discount": -1}, palate.InvalidError, "popularity-discount"),
        ({"where": "kind=a", "items": None}, TypeError, "which table"),
        ({"where": "kind=a", "items": 3}, TypeError, "a Catalogue, the path of a table or a data frame"),
        ({"where": "kind=a", "items": "none.csv"}, palate.ReadingError, "none.csv"),
    ],
)
def test_rules_that_are_none(model, table, rules, error, says):
    with pytest.raises(error, match=says):
        model.recommend(103, **{"items": table, **rules})
