# SPDX-License-Identifier: Apache-2.0
"""Options come from the library's tables: names, aliases, ranges, help."""

import inspect

import numpy as np
import pytest

import palate


def small():
    return [("a", "x", 1), ("a", "y", 2), ("b", "x", 3)]


def test_tables_are_what_the_library_has():
    names = [option.name for option in palate.options("train")]
    assert names[:2] == ["factors", "epochs"]
    assert "n_components" in palate.options("train")[0].aliases
    assert "user_column" in [option.name for option in palate.options("read")]
    assert "include_seen" in [option.name for option in palate.options("recommend")]
    with pytest.raises(ValueError, match="not of 'x'"):
        palate.options("x")


@pytest.mark.parametrize("function", [palate.train, palate.Ratings])
def test_documentation_lists_every_option(function):
    of = "train" if function is palate.train else "read"
    for option in palate.options(of):
        assert f"{option.name} (" in inspect.getdoc(function)
        assert option.help in inspect.getdoc(function)


@pytest.mark.parametrize("alias", ["factors", "n_factors", "n_components", "rank", "k"])
def test_aliases_mean_the_same(alias):
    assert palate.train(small(), **{alias: 2}).info.factor_count == 2


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({"epochs": np.int32(3)}, 3),
        ({"epochs": 3.0}, 3),
        ({"epochs": "3"}, 3),
        ({"epochs": np.float64(3)}, 3),
    ],
)
def test_numbers_of_any_kind(options, value):
    assert palate.train(small(), factors=1, tolerance=0, **options).info.epochs == value


def test_auto_none_and_choices():
    assert palate.train(small(), factors="auto").info.factor_count == 31
    assert palate.train(small(), factors=None, mode=None).info.mode == "default"
    assert palate.train(small(), mode="pure", link="off").info.mode == "pure"
    assert palate.train(small(), rule="mu", biases=True, keep_order=True).options["biases"] is True
    assert palate.train(small(), link=False).options["link"] == "off"


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"facors": 3}, TypeError, "did you mean 'factors'"),
        ({"qwertz": 3}, TypeError, "train\\(\\) has no option 'qwertz'"),
        ({"factors": 0}, palate.InvalidError, "from 1 to 1000"),
        ({"factors": 1.5}, TypeError, "factors: 1.5 is a float"),
        ({"factors": True}, TypeError, "bool"),
        ({"factors": [1]}, TypeError, "list"),
        ({"factors": np.array([1, 2])}, TypeError, "ndarray"),
        ({"factors": 2, "k": 3}, TypeError, "'k' and 'factors' are one option"),
        ({"regularization": float("nan")}, palate.InvalidError, "regularization"),
        ({"regularization": -1}, palate.InvalidError, "-1"),
        ({"mode": "best"}, palate.InvalidError, "one of default, strict, pure"),
        ({"mode": 1}, TypeError, "mode"),
        ({"biases": 1}, TypeError, "biases"),
        ({"seed": -1}, palate.InvalidError, "seed"),
        ({"seed": "x"}, palate.InvalidError, "seed"),
        ({"seed": 2**64}, palate.InvalidError, "seed"),
        ({"rule": "m\0u"}, TypeError, "rule"),
        ({"scale": (5, 1)}, palate.InvalidError, "scale"),
        ({"scale": 5}, TypeError, "scale: 5 is a int"),
        ({"scale": ("a", "b")}, TypeError, "scale"),
        ({"duplicates": "first"}, palate.InvalidError, "last, mean, error"),
        ({"rule": "mu", "mode": "strict"}, palate.InvalidError, "rule mu knows no mode strict"),
    ],
)
def test_bad_options_say_what_is_allowed(options, error, says):
    with pytest.raises(error, match=says):
        palate.train(small(), **options)


def test_errors_are_pythons_own_and_pickle():
    import pickle

    with pytest.raises(ValueError, match="factors") as caught:
        palate.train(small(), factors=0)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is palate.InvalidError
    assert str(again) == str(caught.value)
