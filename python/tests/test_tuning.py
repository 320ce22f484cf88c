# SPDX-License-Identifier: Apache-2.0
"""Searches from Python."""

import math

import pytest

import palate


def test_a_grid(ratings):
    tuning = palate.tune(ratings, {"factors": [1, 2, 4], "link": [True, "off"]}, folds=3, epochs=8, fast=True)
    assert tuning.metric == "rmse"
    assert tuning.complete
    assert tuning.trained == 18
    assert tuning.found == 0
    assert len(tuning.trials) == 6
    assert tuning.best is tuning.trials[0]
    means = [trial.mean for trial in tuning.trials]
    assert means == sorted(means)
    assert tuning.best.options == {"epochs": 8, "fast": True, **tuning.best.values}
    assert tuning.simplest.factors <= tuning.best.factors
    assert tuning.simplest.mean <= tuning.best.mean + tuning.best.error
    for trial in tuning.trials:
        assert trial.comparable
        assert trial.failed is None
        assert math.isclose(trial.difference, trial.mean - tuning.best.mean, abs_tol=1e-12)
        assert trial.values["factors"] in (1, 2, 4)
        assert trial.values["link"] in ("on", "off")
    palate.train(ratings, **tuning.simplest.options)


def test_ranges_and_threads(ratings):
    space = {"k": "1..4", "reg_param": "1..50:log"}
    how = {"search": "random", "trials": 4, "holdout": 0.2, "epochs": 5, "metric": "ndcg@5", "seed": 3}
    one = palate.tune(ratings, space, threads=1, **how)
    many = palate.tune(ratings, space, threads=3, **how)
    assert [trial.mean for trial in one.trials] == [trial.mean for trial in many.trials]
    assert one.metric == "ndcg@5"
    assert one.best.mean == max(trial.mean for trial in one.trials)
    assert one.best.difference is None
    assert set(one.best.values) == {"factors", "regularization"}
    assert one.best.options["seed"] == 3


def test_a_study(ratings, tmp_path):
    study = tmp_path / "trials.sqlite"
    first = palate.tune(ratings, {"factors": [1, 2]}, folds=2, epochs=3, study=study)
    again = palate.tune(ratings, {"factors": [1, 2, 3]}, folds=2, epochs=3, study=study)
    assert first.trained == 4
    assert (again.trained, again.found) == (2, 4)
    with pytest.raises(palate.InvalidError, match="a study of other folds"):
        palate.tune(ratings, {"factors": [1]}, folds=2, epochs=3, study=study, split_seed=1)
    study.write_text("nothing of the kind")
    with pytest.raises(palate.FormatError, match="no study"):
        palate.tune(ratings, {"factors": [1]}, folds=2, epochs=3, study=study)


def test_stopped(ratings):
    told = []

    def tell(progress):
        told.append(progress)
        return progress.done < 3

    tuning = palate.tune(ratings, {"factors": [2, 4, 8]}, folds=30, threads=1, progress=tell)
    assert not tuning.complete
    assert 3 <= tuning.trained < 90
    assert told[-1].count == 90

    def fail(_progress):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        palate.tune(ratings, {"factors": [2]}, folds=2, progress=fail)


def test_failed_trials(ratings):
    tuning = palate.tune(ratings, {"rule": ["map", "mu"]}, mode="strict", folds=2, epochs=3)
    assert tuning.best.values == {"rule": "map"}
    assert tuning.trials[1].mean is None
    assert tuning.trials[1].failed
    with pytest.raises(palate.InvalidError, match="no trial could be measured"):
        palate.tune(ratings, {"rule": ["mu"]}, mode="strict", folds=2)


@pytest.mark.parametrize(
    ("space", "options", "error", "says"),
    [
        ({}, {}, TypeError, "give options and what to try"),
        ([("factors", 1)], {}, TypeError, "give options and what to try"),
        ({"factor": [1]}, {}, TypeError, "did you mean 'factors'"),
        ({"factors": 3}, {}, TypeError, "a list of values, or a range"),
        ({"factors": [0]}, {}, palate.InvalidError, 'option factors: "0" is not allowed'),
        ({"factors": [1.5]}, {}, TypeError, "option factors"),
        ({"factors": "8..4"}, {}, palate.InvalidError, "from low to high"),
        ({"factors": "8\0"}, {}, TypeError, "zero byte"),
        ({"factors": [1]}, {"factors": 2}, TypeError, "given and tried"),
        ({"factors": [1]}, {"holdout": 0.2, "folds": 3}, TypeError, "not both"),
        ({"factors": [1]}, {"metric": "gini"}, palate.InvalidError, "does not decide"),
        ({"factors": [1]}, {"searches": "grid"}, TypeError, "no option 'searches'"),
        ({"threads": [1, 2]}, {}, palate.InvalidError, "decides nothing"),
    ],
)
def test_what_cannot_be_done(ratings, space, options, error, says):
    with pytest.raises(error, match=says):
        palate.tune(ratings, space, **options)


def test_folds_come_from_files(tmp_path, columns):
    frame = "".join(f"{user},{item},{rating}\n" for user, item, rating in zip(*columns))
    lines = frame.splitlines(keepends=True)
    for fold in (1, 2):
        head = "user,item,rating\n"
        (tmp_path / f"f{fold}.train.csv").write_text(head + "".join(lines[fold % 2 :: 2]))
        (tmp_path / f"f{fold}.test.csv").write_text(head + "".join(lines[1 - fold % 2 :: 2]))
    found = palate.tune(None, {"factors": [1, 2]}, folds_from=tmp_path, scale=(1, 5), epochs=3)
    assert (found.trained, [trial.folds for trial in found.trials]) == (4, [2, 2])
    train = palate.read(tmp_path / "f1.train.csv", scale=(1, 5))
    test = palate.read(tmp_path / "f1.test.csv", scale=(1, 5))
    one = palate.tune(None, {"factors": [2]}, folds_from=tmp_path / "f1.train*", scale=(1, 5), epochs=3)
    expected = palate.train(train, factors=2, epochs=3).evaluate(test).rmse
    assert one.best.mean == pytest.approx(expected, rel=1e-6)


def test_it_shows_itself(ratings):
    pd = pytest.importorskip("pandas")
    tuning = palate.tune(ratings, {"factors": [1, 2]}, holdout=0.2, epochs=3, stability=2)
    frame = tuning.to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame["factors"].tolist() == [trial.values["factors"] for trial in tuning.trials]
    assert frame["mean"].tolist() == [trial.mean for trial in tuning.trials]
    assert frame["stability"].tolist() == [trial.stability.correlation for trial in tuning.trials]
    html = tuning._repr_html_()
    assert "the best" in html
    assert f"{tuning.best.mean:.4f}" in html
