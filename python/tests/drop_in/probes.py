# SPDX-License-Identifier: Apache-2.0
"""Small programs written for Surprise, by its documentation: what they return, print and raise.

    python probes.py MODULE [FILE]        runs them with `surprise` or `palate.surprise`; writes JSON

test_probes.py runs them with palate.surprise, and compares with what Surprise was recorded to do: recorded.json,
written by `python probes.py surprise recorded.json` where scikit-surprise 1.1 is installed.
"""

import contextlib
import importlib
import inspect
import io
import json
import os
import pathlib
import re
import sys
import tempfile
import types

import numpy as np
import pandas as pd

PROBES = {}


def probe(function):
    PROBES[function.__name__] = function
    return function


def package(name):
    """The names a program imports."""
    s = importlib.import_module(name)
    s.ms = importlib.import_module(f"{name}.model_selection")
    s.acc = importlib.import_module(f"{name}.accuracy")
    s.dumping = importlib.import_module(f"{name}.dump")
    s.pa = importlib.import_module(f"{name}.prediction_algorithms")
    return s


def raises(function, *args, **kwargs):
    """What is raised, or what comes back."""
    try:
        result = function(*args, **kwargs)
        if isinstance(result, types.GeneratorType):
            result = list(result)
        return ["returns", plain(result)]
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return ["raises", kinds[0], str(error)]


def plain(value):
    """As JSON has it; numbers to the precision of a float32."""
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (np.bool_,)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.4f}".replace("-0.0000", "0.0000")
    if isinstance(value, np.ndarray):
        return {"shape": list(value.shape), "dtype": str(value.dtype), "values": plain(value.ravel().tolist())}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return type(value).__name__


def triples(users=12, items=9, seed=3):
    rng = np.random.RandomState(seed)
    rows = [(f"u{u}", f"i{i}") for u in range(users) for i in range(items) if rng.uniform() < 0.6]
    return [(u, i, float(rng.randint(1, 6))) for u, i in rows]


def frame(rows=None):
    return pd.DataFrame(rows or triples(), columns=["user", "item", "rating"])


def data(s, rows=None, scale=(1, 5)):
    return s.Dataset.load_from_df(frame(rows), s.Reader(rating_scale=scale))


def fields(thing):
    return sorted(thing.__dict__)


def signature(thing):
    return [
        str(parameter.replace(annotation=inspect.Parameter.empty))
        for parameter in inspect.signature(thing).parameters.values()
    ]


def file(text):
    handle, path = tempfile.mkstemp(suffix=".data")
    with os.fdopen(handle, "w") as out:
        out.write(text)
    return path


# ---- What there is ----


@probe
def signatures(s):
    classes = [
        s.Reader, s.NMF, s.AlgoBase, s.Trainset, s.ms.KFold, s.ms.RepeatedKFold, s.ms.ShuffleSplit, s.ms.LeaveOneOut,
        s.ms.PredefinedKFold, s.ms.GridSearchCV, s.ms.RandomizedSearchCV, s.Prediction,
    ]  # fmt: skip
    functions = [
        s.ms.cross_validate, s.ms.train_test_split, s.acc.rmse, s.acc.mse, s.acc.mae, s.acc.fcp, s.dumping.dump,
        s.dumping.load, s.Dataset.load_from_df, s.Dataset.load_from_file, s.Dataset.load_from_folds,
        s.Dataset.load_builtin, s.AlgoBase.predict, s.AlgoBase.test, s.AlgoBase.fit, s.Trainset.build_anti_testset,
    ]  # fmt: skip
    return {thing.__name__ + str(place): signature(thing) for place, thing in enumerate(classes + functions)}


@probe
def public_methods(s):
    classes = [s.Reader, s.Dataset, s.Trainset, s.NMF, s.AlgoBase, s.ms.KFold, s.ms.ShuffleSplit, s.ms.GridSearchCV]
    return {c.__name__: sorted(name for name in dir(c) if not name.startswith("_")) for c in classes}


# ---- Readers ----


@probe
def reader_fields(s):
    return [fields(s.Reader()), plain(s.Reader().__dict__), plain(s.Reader("ml-100k").__dict__)]


@probe
def reader_builtin(s):
    return [plain(s.Reader(name).__dict__) for name in ("ml-100k", "ml-1m", "jester")]


@probe
def reader_errors(s):
    return [
        raises(s.Reader, "no-such"),
        raises(s.Reader, line_format="user item"),
        raises(s.Reader, line_format="user item note"),
        raises(s.Reader, line_format="user item rating timestamp more"),
        raises(s.Reader, line_format="item user rating timestamp", sep=","),
        raises(s.Reader, rating_scale=3),
    ]


@probe
def reader_lines(s):
    return [
        raises(s.Reader(line_format="user item rating", sep=",").parse_line, "a,b,3\n"),
        raises(s.Reader(line_format="item user rating", sep=",").parse_line, " a , b , 3 "),
        raises(s.Reader(line_format="user item rating timestamp", sep=";").parse_line, "a;b;3.5;99\n"),
        raises(s.Reader(line_format="timestamp rating item user").parse_line, "1 2 3 4"),
        raises(s.Reader(line_format="user item rating", sep="\t").parse_line, "a\tb c\t3"),
        raises(s.Reader(line_format="user item rating", sep="::").parse_line, "a::b::3::extra"),
        raises(s.Reader().parse_line, "a b"),
        raises(s.Reader().parse_line, "a b x"),
        raises(s.Reader().parse_line, ""),
        raises(s.Reader("jester").parse_line, "1 2 -9.5"),
        raises(s.Reader("ml-1m").parse_line, "1::2::5::978300760"),
    ]


# ---- Datasets ----


@probe
def df_dataset(s):
    made = data(s)
    return [
        type(made).__name__,
        fields(made),
        plain(made.raw_ratings[:5]),
        type(made.raw_ratings).__name__,
        plain(made.df),
    ]


@probe
def df_types(s):
    rows = pd.DataFrame({"u": [1, 2], "i": ["a", "b"], "r": [3, 4]})
    made = s.Dataset.load_from_df(rows, s.Reader())
    u, i, r, t = made.raw_ratings[0]
    return [type(u).__name__, type(i).__name__, type(r).__name__, t]


@probe
def df_errors(s):
    rows = frame()
    return [
        raises(s.Dataset.load_from_df, rows[["user", "item"]], s.Reader()),
        raises(s.Dataset.load_from_df, rows.assign(more=1), s.Reader()),
        raises(s.Dataset.load_from_df, rows.assign(rating="x"), s.Reader()),
        raises(s.Dataset.load_from_df, rows),
    ]


@probe
def file_dataset(s):
    path = file("skipped\nu1,i1,3\nu2,i1,4.5\nu1,i2,1\n")
    made = s.Dataset.load_from_file(path, s.Reader(line_format="user item rating", sep=",", skip_lines=1))
    return [type(made).__name__, fields(made), made.ratings_file == path, made.has_been_split, plain(made.raw_ratings)]


@probe
def file_errors(s):
    reader = s.Reader(line_format="user item rating", sep=",")
    return [
        raises(s.Dataset.load_from_file, file("u1,i1,3\nu2\n"), reader),
        raises(s.Dataset.load_from_file, file("u1,i1,high\n"), reader),
        raises(s.Dataset.load_from_file, "/no/such/file", reader)[:2],
        raises(lambda: s.Dataset.load_from_file(file(""), reader).build_full_trainset()),
    ]


@probe
def folds_dataset(s):
    train, test = file("u1 i1 3\nu2 i2 4\nu1 i2 2\n"), file("u1 i3 5\nu2 i1 1\n")
    made = s.Dataset.load_from_folds([(train, test), (test, train)], s.Reader())
    folds = [(t.n_ratings, plain(test)) for t, test in s.ms.PredefinedKFold().split(made)]
    return [type(made).__name__, fields(made), folds]


@probe
def folds_errors(s):
    made = s.Dataset.load_from_folds([(file("u i 3\n"), file("u i 3\n"))], s.Reader())
    return [
        raises(s.Dataset.load_from_folds, [("/no/such", "/files")], s.Reader()),
        raises(s.ms.PredefinedKFold().split(data(s)).__next__),
        raises(s.ms.KFold().split(made).__next__),
        raises(lambda: made.build_full_trainset()),
        raises(lambda: made.raw_ratings),
        raises(lambda: s.ms.train_test_split(made)),
    ]


@probe
def builtin_errors(s):
    return [raises(s.Dataset.load_builtin, "no-such")]


# ---- Trainsets ----


@probe
def trainset_fields(s):
    t = data(s).build_full_trainset()
    return [t.n_users, t.n_items, t.n_ratings, plain(t.rating_scale), plain(t.global_mean)]


@probe
def trainset_dicts(s):
    t = data(s).build_full_trainset()
    return [
        type(t.ur).__name__, type(t.ir).__name__, plain(t.ur[0]), plain(t.ir[0]), type(t.ur[0]).__name__,
        type(t.ur[0][0]).__name__, len(t.ur), len(t.ir), plain(t.ur.get(99)), plain(t.ur[99]), list(t.ur)[:4],
    ]  # fmt: skip


@probe
def trainset_ids(s):
    t = data(s).build_full_trainset()
    return [
        t.to_inner_uid("u3"), t.to_inner_iid("i4"), t.to_raw_uid(3), t.to_raw_iid(4), t.knows_user(3), t.knows_user(99),
        t.knows_item(0), t.knows_item("i0"), plain(list(t.all_users())), plain(list(t.all_items())),
        plain(list(t.all_ratings())[:6]), raises(t.to_inner_uid, "nobody"), raises(t.to_inner_iid, "nothing"),
        raises(t.to_raw_uid, 99), raises(t.to_raw_iid, 99), raises(t.to_raw_uid, "u1"), raises(t.to_inner_uid, 3),
    ]  # fmt: skip


@probe
def trainset_tests(s):
    t = data(s).build_full_trainset()
    anti = t.build_anti_testset()
    return [
        plain(t.build_testset()[:4]), len(t.build_testset()), plain(anti[:4]), len(anti),
        plain(t.build_anti_testset(fill=0)[:3]), plain(t.build_anti_testset(fill=2.5)[-1]),
    ]  # fmt: skip


@probe
def trainset_duplicates(s):
    t = data(s, [("a", "x", 1.0), ("a", "x", 5.0), ("b", "y", 3.0)]).build_full_trainset()
    return [t.n_ratings, plain(t.ur[0]), plain(t.ir[0]), plain(t.global_mean), plain(t.build_testset())]


@probe
def trainset_ids_of_numbers(s):
    rows = pd.DataFrame({"u": [7, 8, 7], "i": [1, 1, 2], "r": [3, 4, 5]})
    t = s.Dataset.load_from_df(rows, s.Reader()).build_full_trainset()
    return [t.to_inner_uid(7), raises(t.to_inner_uid, "7"), plain(t.to_raw_uid(1)), plain(t.build_testset())]


@probe
def construct(s):
    made = data(s)
    t = made.construct_trainset(made.raw_ratings[:5])
    return [t.n_ratings, plain(made.construct_testset(made.raw_ratings[5:8]))]


# ---- The algorithm ----


def fit(s, rows=None, scale=(1, 5), **options):
    options.setdefault("random_state", 0)
    return s.NMF(**options).fit(data(s, rows, scale).build_full_trainset())


@probe
def nmf_fields(s):
    new, fitted = s.NMF(), fit(s)
    return [fields(new), fields(fitted), plain({k: v for k, v in new.__dict__.items() if k not in ("trainset",)})]


@probe
def nmf_factors(s):
    a = fit(s, n_factors=3, n_epochs=10)
    return [plain(a.pu), plain(a.qi), plain(a.bu), plain(a.bi)]


@probe
def nmf_factors_after_all_epochs(s):
    a = fit(s)
    return [plain(a.pu[:3]), plain(a.qi[:3]), a.fit(a.trainset) is a]


@probe
def nmf_biased(s):
    a = fit(s, biased=True, n_factors=2, n_epochs=20)
    return [plain(a.pu), plain(a.qi), plain(a.bu), plain(a.bi)]


@probe
def nmf_options(s):
    a = fit(s, n_factors=4, n_epochs=7, reg_pu=0.3, reg_qi=0.01, init_low=0.2, init_high=0.6)
    b = fit(s, n_factors=2, n_epochs=5, biased=True, reg_bu=0.5, reg_bi=0.1, lr_bu=0.02, lr_bi=0.001)
    return [plain(a.pu), plain(a.qi), plain(b.bu), plain(b.bi), plain(b.qi)]


@probe
def nmf_without_regularization(s):
    return plain(fit(s, n_factors=2, n_epochs=6, reg_pu=0, reg_qi=0).pu)


@probe
def nmf_no_epochs(s):
    return plain(fit(s, n_factors=2, n_epochs=0).pu)


@probe
def nmf_duplicates(s):
    rows = [("a", "x", 1.0), ("a", "x", 5.0), ("b", "y", 3.0), ("b", "x", 2.0), ("c", "y", 4.0)]
    a, b = fit(s, rows, n_factors=2), fit(s, rows, n_factors=2, biased=True, n_epochs=10)
    return [plain(a.pu), plain(a.qi), plain(b.bu), plain(b.pu)]


@probe
def nmf_zeros(s):
    rows = [("a", "x", 0.0), ("a", "y", 0.0), ("b", "y", 3.0), ("b", "x", 0.0), ("c", "z", 0.0)]
    return plain(fit(s, rows, (0, 5), n_factors=2).predict("c", "z"))


@probe
def nmf_seeds(s):
    np.random.seed(4)
    a = fit(s, n_factors=2, n_epochs=3, random_state=None)
    np.random.seed(4)
    b = fit(s, n_factors=2, n_epochs=3, random_state=None)
    state = np.random.RandomState(4)
    c = fit(s, n_factors=2, n_epochs=3, random_state=state)
    d = fit(s, n_factors=2, n_epochs=3, random_state=state)
    return [plain(a.pu), plain(np.array_equal(a.pu, b.pu)), plain(c.pu), plain(d.pu)]


@probe
def nmf_seed_errors(s):
    return [raises(lambda: fit(s, random_state="x")), raises(lambda: fit(s, random_state=-1))]


@probe
def nmf_verbose(s):
    fit(s, n_epochs=3, verbose=True)
    return


@probe
def nmf_errors(s):
    return [
        raises(s.NMF, biased=False, init_low=-1),
        raises(lambda: fit(s, init_low=-0.5)),
        raises(s.NMF().fit, None)[:2],
        raises(s.NMF().predict, "u1", "i1")[:2],
    ]


@probe
def predictions(s):
    a = fit(s)
    return [
        plain(a.predict("u1", "i1")), plain(a.predict("u1", "i1", r_ui=4)),
        plain(a.predict("u1", "i1", 4.0, clip=False)),
        plain(a.predict("nobody", "i1")), plain(a.predict("u1", "nothing")), plain(a.predict("nobody", "nothing")),
        type(a.predict("u1", "i1").est).__name__, plain(a.default_prediction()), raises(a.predict),
    ]  # fmt: skip


@probe
def predictions_biased(s):
    a = fit(s, biased=True)
    return [plain(a.predict(u, i)) for u in ("u1", "nobody") for i in ("i1", "nothing")]


@probe
def predictions_printed(s):
    a = fit(s)
    print(a.predict("u1", "i1", r_ui=3.0))
    a.predict("u1", "i1", verbose=True)
    a.predict("nobody", "i1", r_ui=2, verbose=True)
    print(s.Prediction(1, 2, 3, 4.0, {}))
    return plain(str(a.predict(5, 6)))


@probe
def prediction_tuple(s):
    p = s.Prediction("u", "i", 3, 4.5, {"was_impossible": False})
    return [p._fields, plain(tuple(p)), p.uid, p.est, p == ("u", "i", 3, 4.5, {"was_impossible": False}), repr(p)]


@probe
def tests(s):
    a = fit(s)
    testset = [("u1", "i1", 4.0), ("u2", "nothing", 2.0), ("nobody", "i2", 3.0)]
    made = a.test(testset)
    return [
        type(made).__name__,
        type(made[0]).__name__,
        plain(made),
        raises(a.test, []),
        raises(a.test, [("u1", "i1")]),
    ]


@probe
def tests_printed(s):
    fit(s).test([("u1", "i1", 4.0), ("u2", "nothing", 2.0)], verbose=True)
    return


@probe
def estimates(s):
    a = fit(s)
    return [plain(a.estimate(0, 1)), raises(a.estimate, "UKN__x", 1), raises(a.estimate, 0, "UKN__x")]


@probe
def clipped(s):
    a = fit(s, scale=(2, 3))
    return [plain([a.predict(f"u{u}", "i1").est for u in range(5)]), plain(a.predict("u1", "i1", clip=False).est)]


@probe
def own_algorithms(s):
    class Mean(s.AlgoBase):
        def __init__(self, **kwargs):
            s.AlgoBase.__init__(self, **kwargs)

        def fit(self, trainset):
            s.AlgoBase.fit(self, trainset)
            self.mean = np.mean([r for _, _, r in self.trainset.all_ratings()])
            return self

        def estimate(self, u, i):
            if not (self.trainset.knows_user(u) and self.trainset.knows_item(i)):
                raise s.PredictionImpossible("no idea")
            return self.mean, {"because": "mean"}

    a = Mean()
    a.fit(data(s).build_full_trainset())
    return [fields(a), plain(a.predict("u1", "i1")), plain(a.predict("nobody", "i1")), plain(a.test([("u1", "i1", 3)]))]


@probe
def own_algorithm_without_estimate(s):
    class Nothing(s.AlgoBase):
        pass

    a = Nothing()
    a.fit(data(s).build_full_trainset())
    return raises(a.predict, "u1", "i1")[:2]


# ---- Accuracy ----


def some_predictions(s):
    return fit(s).test(data(s).build_full_trainset().build_testset())


@probe
def accuracy(s):
    p = some_predictions(s)
    return [plain(f(p)) for f in (s.acc.rmse, s.acc.mse, s.acc.mae, s.acc.fcp)] + [
        type(s.acc.rmse(p, verbose=False)).__name__,
        type(s.acc.fcp(p, verbose=False)).__name__,
    ]


@probe
def accuracy_errors(s):
    one = [s.Prediction("u", "i", 3.0, 4.0, {})]
    return [raises(f, []) for f in (s.acc.rmse, s.acc.mse, s.acc.mae, s.acc.fcp)] + [raises(s.acc.fcp, one)]


# ---- Splits ----


def described(folds):
    return [[t.n_ratings, t.n_users, t.n_items, plain(test)] for t, test in folds]


@probe
def kfold(s):
    return [
        described(s.ms.KFold(n_splits=3, random_state=1).split(data(s))),
        described(s.ms.KFold(n_splits=4, shuffle=False).split(data(s)))[:2],
        s.ms.KFold(7).get_n_folds(), fields(s.ms.KFold()),
    ]  # fmt: skip


@probe
def kfold_global_seed(s):
    np.random.seed(9)
    return described(s.ms.KFold(2).split(data(s)))


@probe
def kfold_leaves_data_alone(s):
    made = data(s)
    before = plain(made.raw_ratings)
    list(s.ms.KFold(3, random_state=0).split(made))
    return before == plain(made.raw_ratings)


@probe
def kfold_errors(s):
    return [raises(s.ms.KFold(n).split(data(s)).__next__) for n in (1, 0, 1000)]


@probe
def repeated(s):
    r = s.ms.RepeatedKFold(n_splits=2, n_repeats=3, random_state=2)
    return [described(r.split(data(s))), raises(r.get_n_folds), fields(r)]


@probe
def shuffle_split(s):
    return [
        described(s.ms.ShuffleSplit(n_splits=2, random_state=3).split(data(s))),
        described(s.ms.ShuffleSplit(n_splits=1, test_size=5, random_state=3).split(data(s))),
        described(s.ms.ShuffleSplit(n_splits=1, test_size=0.3, train_size=0.4, random_state=3).split(data(s))),
        described(s.ms.ShuffleSplit(n_splits=1, test_size=None, train_size=20, random_state=3).split(data(s))),
        described(s.ms.ShuffleSplit(n_splits=1, shuffle=False).split(data(s))),
        s.ms.ShuffleSplit().get_n_folds(), fields(s.ms.ShuffleSplit()),
    ]  # fmt: skip


@probe
def shuffle_split_errors(s):
    def split(**options):
        return raises(s.ms.ShuffleSplit(**options).split(data(s)).__next__)

    return [
        raises(s.ms.ShuffleSplit, n_splits=0), raises(s.ms.ShuffleSplit, test_size=-1),
        raises(s.ms.ShuffleSplit, train_size=0),
        split(test_size=1000), split(test_size=2.5), split(train_size=1000), split(test_size=0.9, train_size=0.5),
        split(test_size=40, train_size=40), split(test_size=1.0),
    ]  # fmt: skip


@probe
def leave_one_out(s):
    return [
        described(s.ms.LeaveOneOut(n_splits=2, random_state=4).split(data(s))),
        described(s.ms.LeaveOneOut(n_splits=1, random_state=4, min_n_ratings=5).split(data(s))),
        raises(s.ms.LeaveOneOut(min_n_ratings=100).split(data(s)).__next__), s.ms.LeaveOneOut().get_n_folds(),
        fields(s.ms.LeaveOneOut()),
    ]  # fmt: skip


@probe
def train_test(s):
    train, test = s.ms.train_test_split(data(s), test_size=0.25, random_state=5)
    plain_train, plain_test = s.ms.train_test_split(data(s), shuffle=False)
    np.random.seed(1)
    seeded = s.ms.train_test_split(data(s))[1]
    return [train.n_ratings, plain(test), plain_train.n_ratings, plain(plain_test), plain(seeded)]


# ---- Cross-validation and search ----


def without_times(text):
    """Times differ from run to run."""
    return re.sub(r"(?m)^((?:Fit|Test) time\s+).*$", r"\1...", text)


@probe
def cross_validation(s):
    cv = s.ms.KFold(3, random_state=1)
    made = s.ms.cross_validate(s.NMF(random_state=0), data(s), measures=["RMSE", "mae", "FCP"], cv=cv)
    times = {key: type(value).__name__ for key, value in made.items() if "time" in key}
    return [sorted(made), times, plain({key: value for key, value in made.items() if "time" not in key})]


@probe
def cross_validation_printed(s):
    cv = s.ms.KFold(3, random_state=1)
    s.ms.cross_validate(s.NMF(random_state=0), data(s), measures=["rmse", "mae"], cv=cv, verbose=True)
    return


@probe
def cross_validation_train(s):
    cv = s.ms.KFold(2, random_state=1)
    made = s.ms.cross_validate(s.NMF(random_state=0), data(s), cv=cv, return_train_measures=True, verbose=True)
    return [sorted(made), plain(made["train_rmse"])]


@probe
def cross_validation_cv(s):
    np.random.seed(2)
    by_number = s.ms.cross_validate(s.NMF(random_state=0, n_epochs=2), data(s), cv=4)
    by_default = s.ms.cross_validate(s.NMF(random_state=0, n_epochs=2), data(s))
    return [plain(by_number["test_rmse"]), plain(by_default["test_rmse"])]


@probe
def cross_validation_errors(s):
    return [
        raises(s.ms.cross_validate, s.NMF(), data(s), cv="x"),
        raises(s.ms.cross_validate, s.NMF(), data(s), measures=["nonsense"])[:2],
    ]


@probe
def grid_search(s):
    grid = {"n_epochs": [2, 5], "n_factors": [2, 3], "random_state": [0]}
    g = s.ms.GridSearchCV(s.NMF, grid, measures=["rmse", "mae"], cv=s.ms.KFold(3, random_state=0))
    none = g.fit(data(s))
    results = {key: value for key, value in g.cv_results.items() if "time" not in key}
    return [
        none, fields(g), plain(g.best_score), plain(g.best_params), plain(g.best_index), plain(results),
        sorted(g.cv_results), type(g.best_estimator["rmse"]).__name__, g.best_estimator["rmse"].n_epochs,
        plain(g.param_combinations), raises(g.predict, "u1", "i1"), raises(g.test, []),
    ]  # fmt: skip


@probe
def grid_search_refit(s):
    grid = {"n_epochs": [2, 5], "random_state": [0]}
    g = s.ms.GridSearchCV(
        s.NMF, grid, measures=["rmse", "mae"], cv=s.ms.KFold(3, random_state=0), refit="mae", return_train_measures=True
    )
    g.fit(data(s))
    train = {key: value for key, value in g.cv_results.items() if "train" in key}
    return [plain(g.predict("u1", "i1")), plain(g.test([("u1", "i1", 3.0)])), plain(train), g.refit]


@probe
def grid_search_true(s):
    g = s.ms.GridSearchCV(s.NMF, {"n_epochs": [2], "random_state": [0]}, cv=s.ms.KFold(2, random_state=0), refit=True)
    g.fit(data(s))
    return [g.refit, plain(g.predict("u1", "i1").est)]


@probe
def grid_search_errors(s):
    folds = s.Dataset.load_from_folds([(file("u i 3\nv j 2\n"), file("u i 3\n"))], s.Reader())
    grid = {"n_epochs": [2]}
    return [
        raises(s.ms.GridSearchCV, s.NMF, grid, measures=["rmse"], refit="mae"),
        raises(s.ms.GridSearchCV(s.NMF, grid, cv=s.ms.PredefinedKFold(), refit=True).fit, folds),
        raises(s.ms.GridSearchCV(s.NMF, {"nonsense": [1]}, cv=2).fit, data(s))[:2],
        raises(s.ms.GridSearchCV, s.NMF, {"n_epochs": 3}, cv=2)[:2],
    ]


@probe
def grid_search_best_of_fcp(s):
    grid = {"n_epochs": [1, 20], "random_state": [0]}
    g = s.ms.GridSearchCV(s.NMF, grid, measures=["fcp"], cv=s.ms.KFold(2, random_state=0))
    g.fit(data(s))
    return [plain(g.best_params), plain(g.best_score), plain(g.cv_results["rank_test_fcp"])]


@probe
def grid_search_predefined(s):
    rows = [f"u{u} i{i} {(u * i) % 5 + 1}\n" for u in range(6) for i in range(5)]
    folds = s.Dataset.load_from_folds([(file("".join(rows[::2])), file("".join(rows[1::2])))], s.Reader())
    g = s.ms.GridSearchCV(s.NMF, {"n_epochs": [3], "random_state": [1]}, cv=s.ms.PredefinedKFold())
    g.fit(folds)
    return plain(g.best_score)


@probe
def random_search(s):
    lists = {"n_epochs": [1, 2, 3, 4], "n_factors": [2, 3], "random_state": [0]}
    np.random.seed(7)
    g = s.ms.RandomizedSearchCV(s.NMF, lists, n_iter=4, cv=s.ms.KFold(2, random_state=0))
    g.fit(data(s))
    return [plain(g.param_combinations), plain(g.best_params), plain(g.best_score), fields(g)]


@probe
def random_search_distributions(s):
    from scipy.stats import randint, uniform

    spread = {"n_epochs": randint(1, 9), "reg_pu": uniform(0.01, 0.1), "random_state": [0]}
    g = s.ms.RandomizedSearchCV(s.NMF, spread, n_iter=3, cv=s.ms.KFold(2, random_state=0), random_state=7)
    g.fit(data(s))
    return [plain(g.param_combinations), plain(g.cv_results["param_reg_pu"]), plain(g.best_score)]


@probe
def random_search_errors(s):
    few = {"n_epochs": [1, 2]}
    return [raises(lambda: s.ms.RandomizedSearchCV(s.NMF, few, n_iter=5, cv=2, random_state=0).fit(data(s)))]


# ---- For algorithms of neighbourhoods ----


def neighbours(s, **options):
    class Neighbours(s.AlgoBase):
        def __init__(self, **kwargs):
            s.AlgoBase.__init__(self, **kwargs)
            self.verbose = True

    a = Neighbours(**options)
    a.fit(data(s).build_full_trainset())
    return a


@probe
def baselines(s):
    return [
        plain(neighbours(s).compute_baselines()),
        plain(neighbours(s, bsl_options={"method": "als", "n_epochs": 3, "reg_u": 2, "reg_i": 4}).compute_baselines()),
        plain(neighbours(s, bsl_options={"method": "sgd"}).compute_baselines()),
        plain(
            neighbours(
                s, bsl_options={"method": "sgd", "reg": 0.1, "learning_rate": 0.01, "n_epochs": 4}
            ).compute_baselines()
        ),
        raises(neighbours(s, bsl_options={"method": "x"}).compute_baselines),
    ]


@probe
def similarities(s):
    made = []
    for name in ("msd", "cosine", "pearson", "pearson_baseline"):
        for more in ({}, {"user_based": False}, {"min_support": 4}, {"shrinkage": 0}):
            made.append(plain(neighbours(s, sim_options={"name": name, **more}).compute_similarities()))
    return [*made, raises(neighbours(s, sim_options={"name": "no"}).compute_similarities)]


@probe
def nearest(s):
    a = neighbours(s, sim_options={"name": "MSD", "user_based": False})
    a.sim = a.compute_similarities()
    return [plain(a.get_neighbors(i, 4)) for i in range(9)]


# ---- Files ----


@probe
def dumps(s):
    path = file("")
    a = fit(s)
    p = a.test([("u1", "i1", 3.0)])
    s.dumping.dump(path, predictions=p, algo=a)
    loaded, algo = s.dumping.load(path)
    s.dumping.dump(path, p, verbose=1)
    only, nothing = s.dumping.load(path)
    return [plain(loaded), plain(algo.predict("u1", "i1")), plain(only), nothing, type(algo).__name__]


@probe
def folders(s):
    os.environ["SURPRISE_DATA_FOLDER"] = "/tmp/of-my-own"
    try:
        return s.get_dataset_dir()
    finally:
        del os.environ["SURPRISE_DATA_FOLDER"]


# ---- Programs ----


@probe
def knows_odd_ids(s):
    ids = ["x", None, -1, 99, 0.0, 1.5, 1, True, np.int64(1), np.float32(1), float("nan"), float("inf"), (0,), [1], {}]
    made = []
    for one in ids:
        t = data(s).build_full_trainset()  # Anew: what was asked before may change what a trainset holds.
        made.append([raises(t.knows_user, one), raises(t.knows_item, one)])
    return made


@probe
def trained_on_what_is_no_trainset(s):
    wrong = [None, 5, [("u", "i", 3)], data(s), "ratings.csv"]
    made = [[raises(s.NMF().fit, one), raises(s.NMF().sgd, one)] for one in wrong]
    return made, type(s.AlgoBase().fit(None)).__name__


@probe
def neighbors_of_what_has_none(s):
    trainset = data(s).build_full_trainset()
    a = fit(s)
    algo = s.AlgoBase()
    algo.fit(trainset)
    algo.sim = np.eye(trainset.n_users)
    asked = [(99, 1), ("x", 1), (0, -1), (0, 0), (0, "a"), (0, None)]
    return raises(a.get_neighbors, 0, 3), [raises(algo.get_neighbors, *one) for one in asked]


@probe
def ways_to_split_made_wrongly(s):
    kinds = [s.ms.KFold, s.ms.RepeatedKFold, s.ms.LeaveOneOut]
    made = []
    for kind in kinds:
        for given in [(0,), (1,), (-1,), (2.5,), ("a",), (None,), (2, "x"), (2, -1)]:
            made.append(raises(lambda kind=kind, given=given: len(list(kind(*given).split(data(s))))))
        made += [raises(kind(2).split, one) for one in (None, 5, "x")]
    return made + [raises(s.ms.PredefinedKFold().split, one) for one in (None, 5, data(s), "x")]


@probe
def searches_of_what_is_no_data(s):
    def search(grid=None, **options):
        return s.ms.GridSearchCV(s.NMF, grid or {"n_factors": [1]}, **options)

    made = [raises(search().fit, one) for one in (None, 5, "x", [1])]
    return made + [raises(search(cv=cv).fit, data(s)) for cv in (1, "x", 99)]


@probe
def program_of_the_issue(s):
    ratings_df = pd.DataFrame(
        {"user_id": [1, 2, 1, 3], "movie_id": ["A", "B", "C", "A"], "rating": [4.5, 3.0, 5.0, 2.5]}
    )
    reader = s.Reader(rating_scale=(0.5, 5))
    made = s.Dataset.load_from_df(ratings_df[["user_id", "movie_id", "rating"]], reader)
    np.random.seed(0)
    model = s.NMF(n_factors=2)
    model.fit(made.build_full_trainset())
    print(f"Predicted rating for user 1 on movie B: {model.predict(uid=1, iid='B').est:.3f}")
    return


@probe
def program_top_n(s):
    from collections import defaultdict

    trainset = data(s).build_full_trainset()
    found = defaultdict(list)
    for uid, iid, _, est, _ in fit(s).test(trainset.build_anti_testset()):
        found[uid].append((iid, est))
    return {uid: [iid for iid, _ in sorted(pairs, key=lambda pair: -pair[1])[:2]] for uid, pairs in found.items()}


def outcome(s, name):
    """What a probe returns, and prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        result = raises(PROBES[name], s)
    return json.loads(without_paths(json.dumps({"result": result, "printed": without_times(out.getvalue())})))


def without_paths(text):
    return re.sub(r"/[\w/-]+\.data", "FILE", text)


if __name__ == "__main__":
    package_asked = package(sys.argv[1])
    text = json.dumps({name: outcome(package_asked, name) for name in PROBES}, indent=1) + "\n"
    pathlib.Path(sys.argv[2]).write_text(text) if len(sys.argv) > 2 else print(text)
