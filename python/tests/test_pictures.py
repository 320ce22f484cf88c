# SPDX-License-Identifier: Apache-2.0
"""What notebooks show, and pictures: whole HTML, right numbers, bars where they belong."""

import html.parser
import re
import sys

import pytest

import palate


class Whole(html.parser.HTMLParser):
    """Fails where a tag is closed that is not open."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def shown(thing):
    text = thing._repr_html_()
    parser = Whole()
    parser.feed(text)
    assert parser.open == []
    return text, parser.seen


@pytest.fixture(scope="module")
def films():
    users = [[3, 0], [2, 0], [0, 3], [0, 2]]
    items = [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]]
    return palate.Model.from_factors(
        users, items, user_ids=list("abcd"), item_ids=["<Alien>", "Aliens", "Up", "Heidi"],
        base=1, factor_names=["fright & fear", "warmth"], scale=(1, 5),
    )  # fmt: skip


def test_ratings(ratings):
    text, tags = shown(ratings)
    assert f"{len(ratings):,}" in text
    assert tags.count("rect") == 5


def test_models_show_how_training_went(model, ratings, films):
    text, tags = shown(model)
    assert tags.count("polyline") == 2
    points = re.search(r"<polyline points='([^']+)'", text)[1].split()
    assert len(points) == len(model.log)
    heights = [float(point.split(",")[1]) for point in points]
    falls = [earlier.train_rmse > later.train_rmse for earlier, later in zip(model.log, model.log[1:])]
    assert [above <= below for above, below in zip(heights, heights[1:])] == falls or all(falls)
    assert "polyline" not in shown(films)[0]


def test_explanations_are_waterfalls(model):
    told = model.explain(100, 1000)
    text, tags = shown(told)
    assert tags.count("rect") == len(told.parts(10)) + 1
    assert f"{told.score:.3f}" in text
    bars = [(float(x), float(w)) for x, w in re.findall(r"<rect x='([\d.]+)' y='1' width='([\d.]+)'", text)]
    assert all(x >= 0 and x + w <= 161.5 for x, w in bars)


def test_parts_add_up_however_few_are_shown(model):
    told = model.explain(100, 1000)
    for count in (0, 1, 2, None):
        parts = told.parts(count)
        assert sum(value for _, value in parts) == pytest.approx(told.score, abs=1e-4)
    assert told.parts(1)[-1][0] == "2 other factors"
    sizes = [abs(value) for name, value in told.parts() if name in told.factors]
    assert sizes == sorted(sizes, reverse=True)


def test_factors(model, films, tmp_path):
    factors = model.describe_factors(count=2, support=1)
    assert len(factors) == model.info.factor_count
    assert sum(factor.share for factor in factors) == pytest.approx(1)
    assert [factor.share for factor in factors] == sorted((factor.share for factor in factors), reverse=True)
    assert all(0 <= factor.sparsity <= 1 for factor in factors)
    assert all(item in model.item_ids for factor in factors for item in factor.items)
    path = tmp_path / "films.csv"
    path.write_text("id,title\nUp,Up (2009)\n")
    named = films.describe_factors(palate.Catalogue(path), count=1)
    tops = {factor.name: (factor.items, factor.titles, factor.users) for factor in named}
    assert tops["warmth"] == (["Up"], ["Up (2009)"], ["c"])
    assert tops["fright & fear"][1] == ["<Alien>"]
    text, tags = shown(named)
    assert "&lt;Alien&gt;" in text
    assert "fright &amp; fear" in text
    assert tags.count("rect") == 2
    assert "Up (2009)" in repr(named)
    assert isinstance(named[:1], palate.Factors)
    with pytest.raises(ValueError, match="count 0"):
        films.describe_factors(count=0)


def test_tables(tmp_path):
    path = tmp_path / "films.csv"
    path.write_text("id,title\n" + "".join(f"{i},<b>{i}</b>\n" for i in range(30)))
    text, tags = shown(palate.Catalogue(path))
    assert "10 of 30 rows" in text
    assert "&lt;b&gt;3&lt;/b&gt;" in text
    assert "b" not in tags


def test_what_begins_like_a_picture_is_text(tmp_path):
    path = tmp_path / "films.csv"
    path.write_text("id,title\n1,<svg onload=alert(1)>\n")
    assert "svg" not in shown(palate.Catalogue(path))[1]


# ---- matplotlib ----


@pytest.fixture
def drawing():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_pictures(drawing, model, ratings):
    ax = model.plot_training()
    assert len(ax.lines[0].get_xdata()) == len(model.log)
    held_out = palate.train(ratings, factors=2, epochs=5, validation=0.2)
    assert len(held_out.plot_training().lines) == 3
    told = model.explain(100, 1000)
    ax = told.plot(count=2)
    bars = ax.patches
    assert len(bars) == len(told.parts(2)) + 1
    last = bars[-2]
    end = last.get_x() + last.get_width()
    assert end == pytest.approx(told.score, abs=1e-3)
    _, mine = drawing.subplots()
    assert model.describe_factors(support=1).plot(mine) is mine
    assert len(mine.patches) == model.info.factor_count


def test_no_log_no_curve(drawing, films):
    with pytest.raises(ValueError, match="no training log"):
        films.plot_training()


def test_without_matplotlib(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        model.plot_training()
