# SPDX-License-Identifier: Apache-2.0
"""Beside Surprise itself, where scikit-surprise is installed: the same seeds give the same numbers."""

import numpy as np
import pytest

import palate.surprise

pd = pytest.importorskip("pandas")
surprise = pytest.importorskip("surprise")

BOTH = [surprise, palate.surprise]


def made_up(users=90, items=70, share=0.3, seed=5):
    rng = np.random.RandomState(seed)
    rows, columns = np.nonzero(rng.uniform(size=(users, items)) < share)
    order = rng.permutation(len(rows))
    return pd.DataFrame(
        {"user": rows[order] + 100, "item": columns[order], "rating": rng.randint(1, 11, len(rows))[order] / 2}
    )


def load(s, frame):
    return s.Dataset.load_from_df(frame, s.Reader(rating_scale=(0.5, 5)))


OPTIONS = [
    {},
    {"n_factors": 1, "n_epochs": 3},
    {"n_factors": 40, "n_epochs": 20, "reg_pu": 0.5, "reg_qi": 0.001},
    {"init_low": 0.3, "init_high": 4.0},
    {"biased": True, "n_epochs": 12, "init_low": 0.2},
    {"biased": True, "n_epochs": 12, "init_low": 0.2, "lr_bu": 0.02, "lr_bi": 0.001, "reg_bu": 0.3, "reg_bi": 0.01},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_factors(options):
    theirs, ours = (s.NMF(random_state=3, **options).fit(load(s, made_up()).build_full_trainset()) for s in BOTH)
    for name in ("pu", "qi", "bu", "bi"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=2e-3, atol=2e-4, err_msg=name)


@pytest.mark.parametrize("biased", [False, True])
def test_predictions(biased):
    made = []
    for s in BOTH:
        train, test = s.model_selection.train_test_split(load(s, made_up(share=0.08)), random_state=0)
        test = [*test, ("nobody", 3, 1.0), (101, "nothing", 2.0)]
        made.append(s.NMF(random_state=0, biased=biased, init_low=0.2).fit(train).test(test))
    for their, our in zip(*made):
        assert our[:3] == their[:3]
        assert our.details == their.details
        assert our.est == pytest.approx(their.est, abs=2e-4)


def test_accuracy_of_any_predictions():
    for seed in range(20):
        rng = np.random.RandomState(seed)
        count = rng.randint(2, 300)
        predictions = [
            surprise.Prediction(
                rng.randint(1 + count // 5), 0, float(rng.randint(1, 6)), round(rng.uniform(1, 5), 1), {}
            )
            for _ in range(count)
        ]
        for name in ("rmse", "mse", "mae", "fcp"):
            theirs, ours = (getattr(s.accuracy, name)(predictions, verbose=False) for s in BOTH)
            assert ours == pytest.approx(theirs, rel=1e-12), name


SPLITS = {
    "KFold": [{"n_splits": 7, "random_state": 1}, {"n_splits": 2, "shuffle": False}],
    "RepeatedKFold": [{"n_splits": 3, "n_repeats": 2, "random_state": 1}],
    "ShuffleSplit": [
        {"random_state": 1},
        {"test_size": 33, "random_state": 1},
        {"test_size": 0.1, "train_size": 0.333},
    ],
    "LeaveOneOut": [{"n_splits": 3, "random_state": 1}, {"min_n_ratings": 21, "random_state": 2}],
}


@pytest.mark.parametrize("name,options", [(name, options) for name in SPLITS for options in SPLITS[name]])
def test_splits(name, options):
    made = []
    for s in BOTH:
        np.random.seed(6)
        folds = getattr(s.model_selection, name)(**options).split(load(s, made_up()))
        made.append([(list(train.all_ratings()), test) for train, test in folds])
    assert made[0] == made[1]


def test_movielens(ml100k):
    made = []
    for s in BOTH:
        folds = s.Dataset.load_from_folds([(ml100k / "u1.base", ml100k / "u1.test")], s.Reader("ml-100k"))
        train, test = next(s.model_selection.PredefinedKFold().split(folds))
        made.append(s.NMF(random_state=0).fit(train).test(test))
    theirs, ours = (s.accuracy.rmse(one, verbose=False) for s, one in zip(BOTH, made))
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert max(abs(our.est - their.est) for their, our in zip(*made)) < 1e-3
