# SPDX-License-Identifier: Apache-2.0
"""What palate.surprise has of its own, and what Surprise leaves open."""

import functools
import pickle
import zipfile

import numpy as np
import pytest

import palate
from palate.surprise import NMF, AlgoBase, Dataset, PalateNMF, Reader, Trainset, accuracy, dump
from palate.surprise import builtin_datasets as builtin
from palate.surprise.model_selection import GridSearchCV, KFold, cross_validate, train_test_split
from palate.surprise.prediction_algorithms import _reference

pd = pytest.importorskip("pandas")


def planted(users=120, items=60, share=0.4, seed=0):
    rng = np.random.RandomState(seed)
    taste = rng.uniform(0, 1.4, (users, 2)) @ rng.uniform(0, 1.4, (2, items))
    rows, columns = np.nonzero(rng.uniform(size=(users, items)) < share)
    ratings = np.clip(np.round(1 + taste[rows, columns]), 1, 5)
    return pd.DataFrame({"user": rows, "item": columns, "rating": ratings})


@pytest.fixture(scope="module")
def data():
    return Dataset.load_from_df(planted(), Reader())


@pytest.fixture(scope="module")
def parts(data):
    return train_test_split(data, random_state=0)


# ---- NMF ----


@pytest.mark.parametrize("biased", [False, True])
def test_the_library_agrees_with_the_definition(parts, biased, monkeypatch):
    options = {"n_factors": 4, "n_epochs": 15, "biased": biased, "random_state": 1, "init_low": 0.2, "reg_qi": 0.2}
    fast = NMF(**options).fit(parts[0])
    monkeypatch.setattr(NMF, "_by_library", lambda *_: False)
    plain = NMF(**options).fit(parts[0])
    for name in ("pu", "qi", "bu", "bi"):
        np.testing.assert_allclose(getattr(fast, name), getattr(plain, name), atol=1e-5, err_msg=name)


@pytest.mark.parametrize("rows", [[("a", "x", -3.0), ("b", "x", 4.0)], [("a", "x", 2.0), ("a", "x", 5.0)]])
def test_ratings_that_are_not_for_the_library(rows, monkeypatch):
    used = []
    real = _reference.fit
    monkeypatch.setattr(_reference, "fit", lambda *a: (used.append(1), real(*a)))
    frame = pd.DataFrame(rows, columns=["u", "i", "r"])
    algo = NMF(n_factors=2, random_state=0).fit(
        Dataset.load_from_df(frame, Reader(rating_scale=(-5, 5))).build_full_trainset()
    )
    assert used
    assert np.isfinite(algo.pu).all()


def test_factors_are_not_negative(parts):
    for biased in (False, True):
        algo = NMF(biased=biased, random_state=0).fit(parts[0])
        assert algo.pu.min() >= 0
        assert algo.qi.min() >= 0


def test_testing_many_is_testing_each(parts):
    train, test = parts
    test = [*test[:50], ("nobody", 1, 3.0), (1, "nothing", 3.0), ("nobody", "nothing", 3.0)]
    for algo in (NMF(random_state=0), NMF(biased=True, random_state=0), PalateNMF(random_state=0)):
        algo.fit(train)
        for many, (uid, iid, true) in zip(algo.test(test), test):
            one = algo.predict(uid, iid, true)
            assert many.est == pytest.approx(one.est, abs=1e-9)
            assert many._replace(est=0) == one._replace(est=0)


def test_what_a_subclass_says_of_one_pair_holds_for_many(parts):
    class Three(NMF):
        def estimate(self, u, i):
            return 3

    assert {prediction.est for prediction in Three(random_state=0).fit(parts[0]).test(parts[1])} == {3}


def test_it_repeats(parts):
    one, two = (NMF(random_state=4).fit(parts[0]) for _ in range(2))
    assert np.array_equal(one.pu, two.pu)
    assert not np.array_equal(one.pu, NMF(random_state=5).fit(parts[0]).pu)


# ---- PalateNMF ----


def test_palate_nmf_is_the_model_of_palate(parts):
    train, test = parts
    algo = PalateNMF(random_state=0).fit(train)
    assert isinstance(algo.model, palate.Model)
    assert accuracy.rmse(algo.test(test), verbose=False) < accuracy.rmse(
        NMF(random_state=0).fit(train).test(test), verbose=False
    )
    score = algo.model.info.base + algo.bu[3] + algo.bi[4] + algo.pu[3] @ algo.qi[4]
    assert algo.estimate(3, 4) == pytest.approx(np.clip(score, 1, 5), abs=1e-5)
    assert not algo.predict("nobody", "nothing").details["was_impossible"]


def test_palate_nmf_takes_options_of_training(parts):
    algo = PalateNMF(n_factors=3, n_epochs=4, mode="strict", reg=2.0, random_state=0, link="off").fit(parts[0])
    assert algo.model.info.factor_count == 3
    assert algo.model.info.mode == "strict"
    assert algo.model.options["regularization"] == 2.0
    with pytest.raises(TypeError, match="no option 'nonsense'"):
        PalateNMF(nonsense=1).fit(parts[0])


def test_palate_nmf_refuses_ratings_off_the_scale():
    data = Dataset.load_from_df(planted(), Reader(rating_scale=(1, 3)))
    with pytest.raises(ValueError, match="scale"):
        PalateNMF().fit(data.build_full_trainset())


def test_palate_nmf_prints_epochs(parts, capsys):
    PalateNMF(n_epochs=2, tolerance=0, random_state=0, verbose=True).fit(parts[0])
    assert capsys.readouterr().out == "Processing epoch 0\nProcessing epoch 1\n"


def test_algorithms_pickle(parts, tmp_path):
    train, test = parts
    for algo in (NMF(random_state=0), PalateNMF(n_factors=3, random_state=0)):
        algo.fit(train)
        dump.dump(tmp_path / "dump", algo.test(test), algo)
        predictions, again = dump.load(tmp_path / "dump")
        assert predictions == algo.test(test) == again.test(test)


# ---- Trainsets ----


def test_the_dictionaries_are_made_on_demand_and_may_be_changed(data):
    train = data.build_full_trainset()
    pickled = pickle.loads(pickle.dumps(train))
    assert "ur" not in vars(train)
    before = list(train.all_ratings())
    assert [(u, i, r) for u, rated in train.ur.items() for i, r in rated] == before
    assert sum(map(len, train.ir.values())) == train.n_ratings
    assert list(train.all_ratings()) == before == list(pickled.all_ratings())
    first = train.ur[0][0][0]
    train.ur[0][0] = (first, 1.5)
    assert (0, first, 1.5) in list(train.all_ratings())


def test_a_trainset_of_ones_own_dictionaries():
    ur, ir = {0: [(0, 3.0), (1, 4.0)], 1: [(0, 1.0)]}, {0: [(0, 3.0), (1, 1.0)], 1: [(0, 4.0)]}
    train = Trainset(ur, ir, 2, 2, 3, (1, 5), {"a": 0, "b": 1}, {"x": 0, "y": 1})
    assert train.global_mean == pytest.approx(8 / 3)
    assert train.build_anti_testset(fill=2) == [("b", "y", 2.0)]
    assert NMF(n_factors=1, random_state=0).fit(train).predict("a", "x").est > 1


def test_no_ratings():
    train = Dataset.load_from_df(planted()[:0], Reader()).build_full_trainset()
    assert (train.n_users, train.n_items, train.n_ratings) == (0, 0, 0)
    assert train.build_testset() == []
    assert train.build_anti_testset(fill=1) == []


# ---- Where data come from ----


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """An archive that is here, and an empty folder for what it holds."""
    home = tmp_path / "home.zip"
    with zipfile.ZipFile(home, "w") as zipped:
        zipped.writestr("ml-100k/u.data", "1\t10\t3\t881250949\n2\t10\t5\t881250950\n")
    monkeypatch.setenv("SURPRISE_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setattr(builtin.datasets, "get", functools.partial(builtin.datasets.get, archive=home, checksum="none"))
    return tmp_path


def test_builtin_data_are_fetched_once(archive, capsys):
    data = Dataset.load_builtin("ml-100k", prompt=False)
    assert data.raw_ratings == [("1", "10", 3.0, "881250949"), ("2", "10", 5.0, "881250950")]
    told = capsys.readouterr().out
    assert "has been saved to" in told
    assert "Terms of use: For research." in told
    (archive / "home.zip").unlink()
    assert Dataset.load_builtin("ml-100k").raw_ratings == data.raw_ratings
    assert [path.name for path in (archive / "data").iterdir()] == ["ml-100k"]


def test_builtin_data_are_asked_for(archive, monkeypatch, capsys):
    answers = iter(["what", "n"])
    monkeypatch.setattr("builtins.input", lambda: next(answers))
    with pytest.raises(SystemExit):
        Dataset.load_builtin("ml-100k")
    assert capsys.readouterr().out.count("Do you want to download it? [Y/n]") == 2
    monkeypatch.setattr("builtins.input", lambda: "")
    assert len(Dataset.load_builtin("ml-100k").raw_ratings) == 2


@pytest.mark.parametrize("damage", ["other", "torn", "gone"])
def test_builtin_data_are_there_whole_or_not_at_all(archive, damage):
    home = archive / "home.zip"
    if damage == "other":
        with zipfile.ZipFile(home, "w") as zipped:
            zipped.writestr("other", "1")
    elif damage == "torn":
        home.write_bytes(home.read_bytes()[:60])
    else:
        home.unlink()
    with pytest.raises((ValueError, OSError)):
        Dataset.load_builtin("ml-100k", prompt=False)
    assert list((archive / "data").iterdir()) == []


# ---- Searches ----


def test_jobs_side_by_side(data):
    joblib = pytest.importorskip("joblib")
    cv = KFold(3, random_state=0)
    alone = cross_validate(NMF(n_epochs=3, random_state=0), data, cv=cv)
    with joblib.parallel_config(backend="threading"):
        together = cross_validate(NMF(n_epochs=3, random_state=0), data, cv=cv, n_jobs=2)
    assert np.array_equal(alone["test_rmse"], together["test_rmse"])


def test_grids_of_options_of_options():
    grid = {"k": [1, 2], "sim_options": {"name": ["msd", "cosine"], "user_based": [False]}}
    made = GridSearchCV(AlgoBase, grid).param_combinations
    assert made[1] == {"k": 1, "sim_options": {"name": "cosine", "user_based": False}}
    assert len(made) == 4


def test_searching_with_palate_nmf(data):
    search = GridSearchCV(
        PalateNMF, {"n_factors": [1, 2], "random_state": [0]}, cv=KFold(2, random_state=0), refit=True
    )
    search.fit(data)
    assert search.best_params["rmse"]["n_factors"] == 2
    assert 1 <= search.predict(1, 2).est <= 5


# ---- What is not here ----


def test_other_algorithms_are_told_of():
    with pytest.raises(ImportError, match="no SVD; it has NMF"):
        from palate.surprise import SVD  # noqa: F401
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        palate.surprise.nonsense  # noqa: B018
