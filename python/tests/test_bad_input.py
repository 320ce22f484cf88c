# SPDX-License-Identifier: Apache-2.0
"""Bad input for every public function: the right exception, saying what is wrong; and no function without a case."""

import dataclasses
import inspect
import types

import numpy as np
import pytest

import palate
import palate.datasets
import palate.surprise
from palate.surprise import accuracy, dump, model_selection

pd = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

NAN = float("nan")
INF = float("inf")
TABLE = {"user": [1, 2], "item": [1, 2], "rating": [3, 4]}
Invalid, Unknown, Wrong, Reading = palate.InvalidError, palate.UnknownIdError, palate.FormatError, palate.ReadingError

# By public name: (call, kind of exception, what its message says).
CASES = {
    # ---- palate ----
    "options": [
        (lambda at: palate.options("cook"), ValueError, "options of train, read"),
        (lambda at: palate.options(["train"]), TypeError, "unhashable"),
    ],
    "read": [
        (lambda at: palate.read("none.csv"), Reading, "none.csv: cannot open"),
        (lambda at: palate.read("none.parquet"), FileNotFoundError, "there is no such file"),
        (lambda at: palate.read("a\0b"), ValueError, "zero byte"),
        (lambda at: palate.read(5), TypeError, "int"),
        (lambda at: palate.read(at.garbage), Wrong, "garbage"),
    ],
    "train": [
        (lambda at: palate.train(at.ratings, factor=3), TypeError, "did you mean 'factors'"),
        (lambda at: palate.train(at.ratings, factors=-1), Invalid, "from 1 to 1000"),
        (lambda at: palate.train(at.ratings, regularization=NAN), Invalid, "regularization"),
        (lambda at: palate.train(at.ratings, seed=1.5), TypeError, "seed"),
        (lambda at: palate.train(at.ratings, start=3), TypeError, "start"),
        (
            lambda at: palate.train(at.ratings, start=(np.ones((2, 2)), np.ones((3, 2)))),
            ValueError,
            "start: users have",
        ),
        (lambda at: palate.train(at.ratings, start=(-at.u, at.v)), Invalid, "starting factors"),
        (lambda at: palate.train(at.ratings, start=(at.u * NAN, at.v)), Invalid, "starting factors"),
        (lambda at: palate.train(at.ratings, progress=5), TypeError, "give True or a function"),
        (lambda at: palate.train([]), Wrong, "no ratings"),
        (lambda at: palate.train(at.ratings, items=at.films), TypeError, "name them as item_features: title"),
        (lambda at: palate.train(at.ratings, item_features="title"), TypeError, "give it as items"),
        (lambda at: palate.train(at.ratings, items=at.films, item_features="taste"), Invalid, "taste"),
        (lambda at: palate.train(at.ratings, items=at.films, item_features=5), TypeError, "give names of columns"),
        (lambda at: palate.train(at.ratings, items=5, item_features="title"), TypeError, "give a Catalogue"),
        (lambda at: palate.train(at.ratings, users="none.csv", user_features="age"), Reading, "none.csv"),
        (lambda at: palate.train(None), TypeError, "NoneType holds no ratings"),
    ],
    "tune": [
        (lambda at: palate.tune(at.ratings, {}), TypeError, "space"),
        (lambda at: palate.tune(at.ratings, ["factors"]), TypeError, "space"),
        (lambda at: palate.tune(at.ratings, {"factor": [1]}), TypeError, "did you mean"),
        (lambda at: palate.tune(at.ratings, {"factors": []}), (Invalid, TypeError), "factors"),
        (lambda at: palate.tune(at.ratings, {"factors": [-1]}), Invalid, "factors"),
        (lambda at: palate.tune(at.ratings, {"factors": [1]}, factors=2), TypeError, "given and tried"),
        (lambda at: palate.tune(at.ratings, {"factors": [1]}, holdout=2), Invalid, "test-share"),
        (lambda at: palate.tune(at.ratings, {"factors": [1]}, holdout=0.1, folds=3), TypeError, "not both"),
        (lambda at: palate.tune(at.ratings, {"factors": [1]}, folds_from="x"), TypeError, "give None as ratings"),
        (lambda at: palate.tune(None, {"factors": [1]}, folds_from="none"), Reading, "none"),
        (lambda at: palate.tune(None, {"factors": [1]}, folds_from=5), TypeError, "int"),
        (lambda at: palate.tune(at.ratings, {"factors": [1]}, metric="taste"), Invalid, "taste"),
        (lambda at: palate.tune(at.ratings, {"factors": [1]}, stability=1), ValueError, "from 2 to 1000"),
        (lambda at: palate.tune(None, {"factors": [1]}, folds_from="x", stability=2), TypeError, "folds alone"),
    ],
    "check": [
        (lambda at: palate.check("none.csv"), Reading, "none.csv"),
        (lambda at: palate.check(5), TypeError, "int"),
        (lambda at: palate.check(at.folder / "films.csv", colour=1), TypeError, "no option 'colour'"),
        (lambda at: palate.check(at.folder / "films.csv", scale=(5, 1)), (Invalid, ValueError), "scale"),
    ],
    "split": [
        (lambda at: palate.split([]), Wrong, "no ratings"),
        (lambda at: palate.split(at.ratings, folds=1), Invalid, "folds"),
        (lambda at: palate.split(at.ratings, holdout=2), Invalid, "test-share"),
        (lambda at: palate.split(at.ratings, holdout=0.1, folds=3), TypeError, "not both"),
        (lambda at: palate.split(at.ratings, method="time"), Invalid, "times"),
        (lambda at: palate.split(at.ratings, factors=3), TypeError, "no option 'factors'"),
        (lambda at: palate.split(at.ratings, seed=-1), (Invalid, TypeError), "seed"),
        (lambda at: palate.split(at.ratings, folds_from="x"), TypeError, "give None as ratings"),
        (lambda at: palate.split(None, folds_from="none"), Reading, "none"),
    ],
    "Split": [(lambda at: palate.Split(5), TypeError, "positional")],
    "Split.save": [
        (lambda at: palate.split(at.ratings).save(at.folder), Reading, "exists"),
        (lambda at: palate.split(at.ratings).save(5), TypeError, "int"),
    ],
    "cross_validate": [
        (lambda at: palate.cross_validate([]), Wrong, "no ratings"),
        (lambda at: palate.cross_validate(at.ratings, folds=0), Invalid, "folds"),
        (lambda at: palate.cross_validate(at.ratings, metrics="taste"), Invalid, "taste"),
        (lambda at: palate.cross_validate(at.ratings, factors=0), Invalid, "factors"),
        (lambda at: palate.cross_validate(at.ratings, colour=1), TypeError, "no option 'colour'"),
        (lambda at: palate.cross_validate(at.ratings, item_features="title"), TypeError, "give it as items"),
        (lambda at: palate.cross_validate(None, folds_from="none"), Reading, "none"),
        (lambda at: palate.cross_validate(at.ratings, progress=5), TypeError, "give True or a function"),
    ],
    "evaluate": [
        (lambda at: palate.evaluate(5, at.ratings), TypeError, "5 is no Model"),
        (lambda at: palate.evaluate(at.model, []), Wrong, "no ratings"),
        (lambda at: palate.evaluate(at.model, at.ratings, metrics="taste"), Invalid, "taste"),
        (lambda at: palate.evaluate(at.model, at.ratings, metrics=[5]), Invalid, "5"),
        (lambda at: palate.evaluate(at.model, at.ratings, count=-1), Invalid, "-1"),
        (lambda at: palate.evaluate(at.model, at.ratings, confidence=NAN), Invalid, "confidence"),
        (lambda at: palate.evaluate(at.model, TABLE, colour=1), TypeError, "no option 'colour'"),
        (lambda at: palate.evaluate(at.model, at.ratings, candidates=["nothing"]), Unknown, "knows no item"),
        (lambda at: palate.evaluate(at.model, at.ratings, others=5), TypeError, "give systems by name"),
        (lambda at: palate.evaluate(at.model, at.ratings, others={"mine": 5}), TypeError, "holds no ratings"),
        (lambda at: palate.evaluate(at.model, at.ratings, others={"model": at.ratings}), Invalid, "model"),
        (lambda at: palate.evaluate(at.model, at.ratings, others={"mine": TABLE}), Invalid, "mine"),
        (lambda at: palate.evaluate(at.model, at.ratings, train=5), TypeError, "holds no ratings"),
        (lambda at: palate.evaluate(at.model, at.ratings, progress=5), TypeError, "give True or a function"),
    ],
    "Evaluation.to_pandas": [(lambda at: palate.evaluate(at.model, at.ratings).to_pandas(9), KeyError, "9")],
    "NMF": [(lambda at: palate.NMF(3, "unknown"), TypeError, "positional")],
    "NMF.fit": [
        (lambda at: palate.NMF(2).fit(np.full((3, 3), NAN)), ValueError, "no known cell"),
        (lambda at: palate.NMF(2).fit([[1, INF]]), ValueError, "infinity"),
        (lambda at: palate.NMF(2).fit([1, 2]), ValueError, "2D"),
        (lambda at: palate.NMF(2).fit(np.empty((0, 3))), ValueError, "sample"),
        (lambda at: palate.NMF(2).fit([["a", "b"]]), ValueError, "could not convert"),
        (lambda at: palate.NMF(-2).fit(at.matrix), ValueError, "from 1 to 1000"),
        (lambda at: palate.NMF(2).fit(at.matrix, W=at.matrix), (TypeError, ValueError), "init"),
    ],
    "NMF.fit_transform": [(lambda at: palate.NMF(2).fit_transform([1, 2]), ValueError, "2D")],
    "NMF.partial_fit": [
        (lambda at: palate.NMF(2).partial_fit([1, 2]), ValueError, "2D"),
        (lambda at: palate.NMF(2).partial_fit(at.matrix).partial_fit(np.ones((2, 9))), ValueError, "9 features"),
    ],
    "NMF.transform": [
        (lambda at: palate.NMF(2).transform(at.matrix), ValueError, "not fitted"),
        (lambda at: at.fitted.transform(np.ones((2, 9))), ValueError, "9 features"),
        (lambda at: at.fitted.transform([[INF, 1, 1]]), ValueError, "infinity"),
    ],
    "NMF.inverse_transform": [
        (lambda at: palate.NMF(2).inverse_transform(at.matrix), ValueError, "not fitted"),
        (lambda at: at.fitted.inverse_transform(np.ones((2, 9))), ValueError, "9"),
    ],
    "NMF.score": [(lambda at: at.fitted.score(np.ones((2, 9))), ValueError, "9 features")],
    "NMF.set_params": [(lambda at: palate.NMF(2).set_params(colour=3), ValueError, "Invalid parameter")],
    "Catalogue": [
        (lambda at: palate.Catalogue("none.csv"), Reading, "none.csv"),
        (lambda at: palate.Catalogue(5), TypeError, "int"),
        (lambda at: palate.Catalogue(at.folder), Reading, "directory"),
    ],
    "Catalogue.title": [
        (lambda at: at.films.title(1.5), TypeError, "ids are texts or whole numbers"),
        (lambda at: at.films.title(None), TypeError, "ids are texts or whole numbers"),
    ],
    "Catalogue.titles": [
        (lambda at: at.films.titles([1.5]), TypeError, "ids are texts or whole numbers"),
        (lambda at: at.films.titles(5), TypeError, "iterable"),
    ],
    "Explanation.parts": [(lambda at: at.told.parts("a"), TypeError, "slice")],
    "Explanation.plot": [(lambda at: at.told.plot("axis"), TypeError, "ax")],
    "Factors": [(lambda at: palate.Factors(5), TypeError, "iterable")],
    "Factors.plot": [(lambda at: at.factors.plot("axis"), TypeError, "ax")],
    # ---- Model ----
    "Model.load": [
        (lambda at: palate.Model.load("none.palate"), Reading, "none.palate: cannot open"),
        (lambda at: palate.Model.load(at.garbage), Wrong, "garbage"),
        (lambda at: palate.Model.load(5), TypeError, "int"),
        (lambda at: palate.load("a\0b"), ValueError, "zero byte"),
    ],
    "Model.save": [
        (lambda at: at.model.save(at.folder / "none" / "model"), Reading, "none"),
        (lambda at: at.model.save(5), TypeError, "int"),
    ],
    "Model.export": [
        (lambda at: at.model.export(at.folder / "x", "xls"), ValueError, "csv and npz"),
        (lambda at: at.model.export(at.folder / "none" / "x.npz"), Reading, "none"),
    ],
    "Model.from_factors": [
        (lambda at: palate.Model.from_factors([[-1.0]], [[1.0]]), Invalid, ">= 0|negative"),
        (lambda at: palate.Model.from_factors([[NAN]], [[1.0]]), Invalid, "nan|finite"),
        (lambda at: palate.Model.from_factors([[1.0]], [[1.0, 2.0]]), ValueError, "factors"),
        (lambda at: palate.Model.from_factors([1.0], [[1.0]]), ValueError, "dimension|2"),
        (lambda at: palate.Model.from_factors([], []), ValueError, "give a matrix"),
        (lambda at: palate.Model.from_factors([["a"]], [[1.0]]), (TypeError, ValueError), "float|number"),
        (lambda at: palate.Model.from_factors([[1.0]], [[1.0]], user_ids=[1, 2]), ValueError, "ids"),
        (lambda at: palate.Model.from_factors([[1], [1]], [[1]], user_ids=["a", "a"]), Invalid, "a"),
        (lambda at: palate.Model.from_factors([[1.0]], [[1.0]], user_offsets=[1, 2]), ValueError, "offsets"),
        (lambda at: palate.Model.from_factors([[1.0]], [[1.0]], user_offsets=[NAN]), Invalid, "nan|finite"),
        (lambda at: palate.Model.from_factors([[1.0]], [[1.0]], scale=(5, 1)), ValueError, "scale"),
        (lambda at: palate.Model.from_factors([[1.0]], [[1.0]], factor_names=["a", "b"]), ValueError, "names"),
    ],
    "Model": [(lambda at: palate.Model(), TypeError, r"made by palate.train\(\)")],
    "Model.factor_names": [
        (lambda at: setattr(at.model, "factor_names", ["a"]), ValueError, "1 names for 3 factors"),
        (lambda at: setattr(at.model, "factor_names", ["a", "a", "b"]), Invalid, "a"),
        (lambda at: setattr(at.model, "factor_names", 5), TypeError, "iterable"),
    ],
    "Model.user_row": [
        (lambda at: at.model.user_row("nobody"), Unknown, "knows no user 'nobody'"),
        (lambda at: at.model.user_row(1.5), TypeError, "ids are texts or whole numbers"),
        (lambda at: at.model.user_row([100]), TypeError, "ids are texts or whole numbers"),
    ],
    "Model.item_row": [
        (lambda at: at.model.item_row("nothing"), Unknown, "knows no item"),
        (lambda at: at.model.item_row(None), TypeError, "ids are texts or whole numbers"),
    ],
    "Model.seen": [(lambda at: at.model.seen("nobody"), Unknown, "knows no user")],
    "Model.predict": [
        (lambda at: at.model.predict([100, 101], [1000, 1001, 1002]), ValueError, "2 users, but 3 items"),
        (lambda at: at.model.predict([1.5], [1000]), TypeError, "users"),
        (lambda at: at.model.predict([NAN], [1000]), TypeError, "users"),
        (lambda at: at.model.predict(1.5, 1000), TypeError, "ids are texts or whole numbers"),
        (lambda at: at.model.predict([[100]], [1000]), ValueError, "2-dimensional"),
        (lambda at: at.model.predict(100, [1000], times=[1, 2]), ValueError, "1 pairs, but 2 times"),
        (lambda at: at.model.predict(100, [1000], times=["now"]), TypeError, "times"),
        (lambda at: at.model.predict(100, 1000, std=True), palate.UnsupportedError, "bayes"),
    ],
    "Model.evaluate": [
        (lambda at: at.model.evaluate([]), Wrong, "no ratings"),
        (lambda at: at.model.evaluate(TABLE, threads=-1), Invalid, "threads"),
        (lambda at: at.model.evaluate(TABLE, colour=1), TypeError, "no option 'colour'"),
        (lambda at: at.model.evaluate({**TABLE, "rating": [NAN, 3]}), Wrong, "not a number"),
    ],
    "Model.recommend": [
        (lambda at: at.model.recommend("nobody"), Unknown, "knows no user 'nobody'"),
        (lambda at: at.model.recommend([100, 1, 2]), Unknown, r"no user 1 \(nor 1 others\)"),
        (lambda at: at.model.recommend([1.5]), TypeError, "users"),
        (lambda at: at.model.recommend(100, 0), Invalid, "from 1 to 1000000"),
        (lambda at: at.model.recommend(100, -5), Invalid, "from 1 to 1000000"),
        (lambda at: at.model.recommend(100, 1.5), TypeError, "1.5"),
        (lambda at: at.model.recommend(100, diversity=NAN), Invalid, "diversity"),
        (lambda at: at.model.recommend(100, popularity_discount=-1), Invalid, "popularity"),
        (lambda at: at.model.recommend(100, min_support=-1), ValueError, "0 or more"),
        (lambda at: at.model.recommend(100, where="genres=Drama"), TypeError, "give it as items"),
        (lambda at: at.model.recommend(100, items=at.films, where=5), TypeError, "where: 5 is no condition"),
        (lambda at: at.model.recommend(100, items=at.films, where="taste=good"), (Invalid, Wrong), "taste"),
        (lambda at: at.model.recommend(100, items=at.films, quota={"title": -1}), Invalid, "title"),
        (lambda at: at.model.recommend(100, items=5, where="title=Up"), TypeError, "give a Catalogue"),
        (lambda at: at.model.recommend(100, removed=5), TypeError, "removed"),
    ],
    "Model.recommend_new": [
        (lambda at: at.model.recommend_new({1000: NAN}), Invalid, "nan|finite"),
        (lambda at: at.model.recommend_new({1000: "five"}), (TypeError, ValueError), "five"),
        (lambda at: at.model.recommend_new({1.5: 3}), TypeError, "items"),
        (lambda at: at.model.recommend_new({1000: 3}, 0), Invalid, "from 1 to 1000000"),
        (lambda at: at.model.recommend_new({1000: 3}, colour=1), TypeError, "no option 'colour'"),
        (lambda at: at.model.recommend_new({1000: 3}, allow=["nothing"]), Unknown, "knows no item"),
        (lambda at: at.model.recommend_new([]), Wrong, "no ratings"),
    ],
    "Model.similar_items": [
        (lambda at: at.model.similar_items("nothing"), Unknown, "knows no item"),
        (lambda at: at.model.similar_items(1000, 0), Invalid, "count|from 1"),
        (lambda at: at.model.similar_items(1000, measure="taste"), Invalid, "measure"),
        (lambda at: at.model.similar_items(1000, colour=1), TypeError, "no option 'colour'"),
    ],
    "Model.similar_users": [(lambda at: at.model.similar_users("nobody"), Unknown, "knows no user")],
    "Model.explain": [
        (lambda at: at.model.explain(100, 1000, parts="halves"), ValueError, "typical and zero"),
        (lambda at: at.model.explain(1.5, 1000), TypeError, "ids are texts or whole numbers"),
        (lambda at: at.model.explain(100, 1000, time="now"), TypeError, "times"),
    ],
    "Model.reasons": [
        (lambda at: at.model.reasons("nobody", 1000), Unknown, "knows no user"),
        (lambda at: at.model.reasons(100, 1000, n=-1), ValueError, "1 or more"),
        (lambda at: at.model.reasons(100, 1000, n=1.5), ValueError, "1 or more"),
        (lambda at: at.model.reasons(100, 1000, threads=-1), Invalid, "threads"),
    ],
    "Model.describe_factors": [
        (lambda at: at.model.describe_factors("none.csv"), Reading, "none.csv"),
        (lambda at: at.model.describe_factors(5), TypeError, "give a Catalogue"),
        (lambda at: at.model.describe_factors(count=-1), ValueError, "count"),
        (lambda at: at.model.describe_factors(support=-1), (Invalid, ValueError), "support"),
    ],
    "Model.suggest_names": [
        (lambda at: at.model.suggest_names(), TypeError, "give items"),
        (lambda at: at.model.suggest_names("none.csv"), Reading, "none.csv"),
        (lambda at: at.model.suggest_names(5), TypeError, "give a Catalogue"),
        (lambda at: at.model.suggest_names(tags="none.csv"), Reading, "none.csv"),
        (lambda at: at.model.suggest_names(at.films, level=-1), Invalid, "level"),
    ],
    "Model.match_factors": [(lambda at: at.model.match_factors(5), TypeError, "Model")],
    "Model.stability": [
        (lambda at: at.model.stability(at.ratings, 1), ValueError, "seeds: 1 is no number of seeds"),
        (lambda at: at.model.stability(at.ratings, 2.5), ValueError, "from 2 to 1000"),
        (lambda at: at.model.stability(5), TypeError, "holds no ratings"),
        (lambda at: at.model.stability({**TABLE, "rating": [3, 40]}), Wrong, "scale"),
        (
            lambda at: palate.Model.from_factors([[1.0]], [[1.0]]).stability(at.ratings),
            palate.UnsupportedError,
            "train it first",
        ),
    ],
    "Model.fold_in": [
        (lambda at: at.model.fold_in({1000: INF}), Invalid, "inf|finite"),
        (lambda at: at.model.fold_in({1000: 3}, "films"), Invalid, "side"),
        (lambda at: at.model.fold_in({1000: 3}, regularization=-1), Invalid, "regularization"),
        (lambda at: at.model.fold_in(5), TypeError, "holds no ratings"),
        (lambda at: at.model.fold_in(TABLE, scale=(5, 1)), (Invalid, ValueError), "scale"),
    ],
    "Model.update": [
        (lambda at: at.model.update({**TABLE, "rating": [3, 40]}), Wrong, "scale"),
        (lambda at: at.model.update(TABLE, passes=-1), Invalid, "passes"),
        (lambda at: at.model.update(TABLE, items=5), TypeError, "give a Catalogue"),
        (lambda at: at.model.update([]), Wrong, "no ratings"),
    ],
    "Model.forget": [
        (lambda at: at.model.forget("nobody"), Unknown, "knows no user"),
        (lambda at: at.model.forget([1.5]), TypeError, "users"),
    ],
    "Model.plot_training": [(lambda at: at.model.plot_training("axis"), TypeError, "ax")],
    # ---- Ratings: more in test_ratings.py ----
    "Ratings": [
        (lambda at: palate.Ratings({"user": [1], "item": [1, 2], "rating": [1]}), ValueError, "differ in length"),
        (lambda at: palate.Ratings(TABLE, user_column="who"), Invalid, "who"),
        (lambda at: palate.Ratings(TABLE, scale=(4, 5)), Wrong, "outside the scale"),
        (lambda at: palate.Ratings(TABLE, scale=(5, 1)), (Invalid, ValueError), "scale"),
        (lambda at: palate.Ratings(TABLE, colour=1), TypeError, "no option 'colour'"),
    ],
    "Ratings.from_arrays": [
        (
            lambda at: palate.Ratings.from_arrays([1.0, 2.0], [1, 2], [3, 4]),
            TypeError,
            "users: the column holds float64",
        ),
        (lambda at: palate.Ratings.from_arrays([1, 2], [1, 2], [3, NAN]), Wrong, "not a number"),
        (lambda at: palate.Ratings.from_arrays([1, 2], [1, 2], [3, 4], [1]), ValueError, "differ in length"),
        (lambda at: palate.Ratings.from_arrays([], [], []), Wrong, "no ratings"),
    ],
    "Ratings.from_csr": [
        (lambda at: palate.Ratings.from_csr([0, 1, 2], [0, 5], [3, 4], 5), Invalid, r"columns\[1\] is 5"),
        (lambda at: palate.Ratings.from_csr([0, 1, 2], [0, -1], [3, 4], 5), Invalid, r"columns\[1\] is -1"),
        (lambda at: palate.Ratings.from_csr([0, 2, 1], [0, 1], [3, 4], 5), Invalid, r"begins\[2\] is 1"),
        (lambda at: palate.Ratings.from_csr([0, 1, 3], [0, 1], [3, 4], 5), Invalid, "2 ratings"),
        (lambda at: palate.Ratings.from_csr([0, 2], [0, 1], [3], 5), Invalid, "2 and 1"),
        (lambda at: palate.Ratings.from_csr([0, 2], [0.5, 1], [3, 4], 5), Invalid, "columns must hold whole numbers"),
        (lambda at: palate.Ratings.from_csr([0, 2], [[0, 1]], [3, 4], 5), ValueError, "2-dimensional"),
        (lambda at: palate.Ratings.from_csr([0, 2], [0, 1], ["a", "b"], 5), TypeError, "ratings are numbers"),
        (lambda at: palate.Ratings.from_csr([0, 2], [0, 1], [3, NAN], 5), Wrong, "not a number"),
        (lambda at: palate.Ratings.from_csr([0, 2], [0, 1], [3, 4], -5), ValueError, "not within 0"),
        (lambda at: palate.Ratings.from_csr([0, 2], [0, 1], [3, 4], 2**64 + 5), ValueError, "not within 0"),
        (lambda at: palate.Ratings.from_csr([0, 2], [0, 1], [3, 4], "5"), TypeError, "str"),
        (lambda at: palate.Ratings.from_csr([0, 0], np.array([], int), [], 5), Wrong, "no ratings"),
        (lambda at: palate.Ratings.from_csr(np.array([], int), np.array([], int), [], 5), Invalid, "no begins"),
    ],
    "Ratings.save": [
        (lambda at: at.ratings.save(at.folder / "none" / "ratings"), Reading, "none"),
        (lambda at: at.ratings.save(5), TypeError, "int"),
    ],
    # ---- palate.datasets ----
    "datasets.describe": [
        (lambda at: palate.datasets.describe("ml-5"), Invalid, "ml-5"),
        (lambda at: palate.datasets.describe(5), TypeError, "name"),
    ],
    "datasets.get": [
        (lambda at: palate.datasets.get("ml-5"), Invalid, "ml-5"),
        (lambda at: palate.datasets.get("ml-100k", folder=at.folder, colour=1), TypeError, "no option 'colour'"),
        (lambda at: palate.datasets.get("ml-100k", folder=at.folder, accept_terms=False), Invalid, "terms"),
        (lambda at: palate.datasets.get("ml-100k", folder=at.folder, archive=at.garbage), Wrong, "garbage"),
    ],
    "datasets.load": [(lambda at: palate.datasets.load("ml-5"), Invalid, "ml-5")],
    "datasets.items": [(lambda at: palate.datasets.items("ml-5"), Invalid, "ml-5")],
    "datasets.users": [(lambda at: palate.datasets.users("ml-5"), Invalid, "ml-5")],
    "datasets.path": [
        (lambda at: palate.datasets.path("ml-5"), Invalid, "ml-5"),
        (lambda at: palate.datasets.path("ml-100k", folder=at.folder), FileNotFoundError, "datasets.get"),
    ],
    "datasets.synth": [
        (lambda at: palate.datasets.synth(at.folder / "none" / "x.csv"), Reading, "none"),
        (lambda at: palate.datasets.synth(at.folder / "x.csv", preset="5k"), Invalid, "5k"),
        (lambda at: palate.datasets.synth(at.folder / "x.csv", users=-1), Invalid, "users"),
        (lambda at: palate.datasets.synth(at.folder / "x.csv", colour=1), TypeError, "no option 'colour'"),
    ],
    # ---- palate.surprise: as in Surprise, where that says what is wrong ----
    "surprise.rmse": [(lambda at: accuracy.rmse([]), ValueError, "empty")],
    "surprise.mse": [(lambda at: accuracy.mse([]), ValueError, "empty")],
    "surprise.mae": [(lambda at: accuracy.mae([]), ValueError, "empty")],
    "surprise.fcp": [(lambda at: accuracy.fcp([]), ValueError, "no pairs|empty|cannot")],
    "surprise.dump": [(lambda at: dump.dump(at.folder / "none" / "x"), OSError, "none")],
    "surprise.load": [(lambda at: dump.load("none"), OSError, "none")],
    "surprise.Dataset.load_builtin": [
        (lambda at: palate.surprise.Dataset.load_builtin("ml-5"), ValueError, "ml-5"),
    ],
    "surprise.Dataset.load_from_file": [
        (lambda at: palate.surprise.Dataset.load_from_file("none", at.reader), OSError, "none"),
    ],
    "surprise.Dataset.load_from_folds": [
        (
            lambda at: palate.surprise.Dataset.load_from_folds([("none", "none")], at.reader),
            ValueError,
            "none does not exist",
        ),
    ],
    "surprise.Reader": [
        (lambda at: palate.surprise.Reader(line_format="user item taste"), ValueError, "line_format"),
        (lambda at: palate.surprise.Reader("ml-5"), ValueError, "ml-5"),
    ],
    "surprise.Reader.parse_line": [(lambda at: at.reader.parse_line("a"), ValueError, "line_format")],
    "surprise.Trainset.knows_user": [(lambda at: at.trainset.knows_user([0]), TypeError, "unhashable")],
    "surprise.Trainset.knows_item": [(lambda at: at.trainset.knows_item({}), TypeError, "unhashable")],
    "surprise.Trainset.to_inner_uid": [
        (lambda at: at.trainset.to_inner_uid("x"), ValueError, "not part of the trainset")
    ],
    "surprise.Trainset.to_inner_iid": [
        (lambda at: at.trainset.to_inner_iid("x"), ValueError, "not part of the trainset")
    ],
    "surprise.Trainset.to_raw_uid": [(lambda at: at.trainset.to_raw_uid(-1), ValueError, "not a valid inner id")],
    "surprise.Trainset.to_raw_iid": [(lambda at: at.trainset.to_raw_iid(99), ValueError, "not a valid inner id")],
    "surprise.Trainset.build_anti_testset": [
        (lambda at: at.trainset.build_anti_testset("a"), ValueError, "could not convert"),
    ],
    "surprise.NMF.fit": [
        (lambda at: palate.surprise.NMF(n_factors=-1).fit(at.trainset), ValueError, "negative"),
        (lambda at: palate.surprise.NMF(init_low=-1).fit(at.trainset), ValueError, "init_low"),
    ],
    "surprise.PalateNMF.fit": [
        (lambda at: palate.surprise.PalateNMF(n_factors=-1).fit(at.trainset), Invalid, "factors"),
        (lambda at: palate.surprise.PalateNMF(mode="sweet").fit(at.trainset), Invalid, "mode"),
        (lambda at: palate.surprise.PalateNMF(colour=1).fit(at.trainset), TypeError, "colour"),
    ],
    "surprise.NMF": [(lambda at: palate.surprise.NMF(colour=1), TypeError, "colour")],
    "surprise.NMF.estimate": [(lambda at: at.algo.estimate("x", "y"), palate.surprise.PredictionImpossible, "unknown")],
    "surprise.AlgoBase": [(lambda at: palate.surprise.AlgoBase(5), TypeError, "positional")],
    "surprise.AlgoBase.predict": [(lambda at: at.algo.predict([1], 2), TypeError, "unhashable")],
    "surprise.AlgoBase.test": [(lambda at: palate.surprise.AlgoBase().test([(1, 2)]), ValueError, "expected 3")],
    "surprise.BatchAlgo.test": [(lambda at: at.algo.test([(1, 2)]), ValueError, "expected 3")],
    "surprise.AlgoBase.fit": [(lambda at: palate.surprise.AlgoBase().fit(), TypeError, "trainset")],
    "surprise.AlgoBase.get_neighbors": [
        (lambda at: at.algo.get_neighbors(0, 3), AttributeError, "no attribute 'sim'"),
        (lambda at: at.near.get_neighbors(99, 1), IndexError, "out of bounds"),
        (lambda at: at.near.get_neighbors("x", 1), IndexError, "only integers"),
        (lambda at: at.near.get_neighbors(0, "a"), TypeError, "'str' and 'int'"),
    ],
    "surprise.NMF.sgd": [(lambda at: palate.surprise.NMF().sgd(at.data), AttributeError, "no attribute 'n_users'")],
    "surprise.PalateNMF": [
        (lambda at: palate.surprise.PalateNMF(1, 2, "pure", 3, 4, False, 5), TypeError, "positional"),
    ],
    "surprise.PalateNMF.estimate": [
        (lambda at: palate.surprise.PalateNMF().estimate(0, 0), AttributeError, "no attribute 'trainset'"),
        (lambda at: at.own.estimate([0], 0), TypeError, "unhashable"),
    ],
    "surprise.Dataset": [(lambda at: palate.surprise.Dataset(), TypeError, "reader")],
    "surprise.Dataset.construct_testset": [(lambda at: at.data.construct_testset([(1,)]), ValueError, "expected 4")],
    "surprise.Dataset.construct_trainset": [(lambda at: at.data.construct_trainset([(1, 2)]), IndexError, "range")],
    "surprise.Dataset.load_from_df": [
        (
            lambda at: palate.surprise.Dataset.load_from_df(pd.DataFrame({"a": [1]}), at.reader),
            ValueError,
            "expected 3",
        ),
        (lambda at: palate.surprise.Dataset.load_from_df(at.words, at.reader), ValueError, "convert string to float"),
    ],
    "surprise.Dataset.read_ratings": [(lambda at: at.data.read_ratings("none"), OSError, "none")],
    "surprise.KFold": [(lambda at: model_selection.KFold(n_folds=3), TypeError, "n_folds")],
    "surprise.KFold.split": [(lambda at: list(model_selection.KFold(9).split(at.data)), ValueError, "n_splits")],
    "surprise.RepeatedKFold": [(lambda at: model_selection.RepeatedKFold(shuffle=True), TypeError, "shuffle")],
    "surprise.RepeatedKFold.split": [
        (lambda at: list(model_selection.RepeatedKFold(9).split(at.data)), ValueError, "n_splits"),
    ],
    "surprise.LeaveOneOut": [(lambda at: model_selection.LeaveOneOut(1, 0, 2, 3), TypeError, "positional")],
    "surprise.LeaveOneOut.split": [
        (lambda at: list(model_selection.LeaveOneOut(min_n_ratings=9).split(at.data)), ValueError, "min_n_ratings"),
    ],
    "surprise.PredefinedKFold": [(lambda at: model_selection.PredefinedKFold(5), TypeError, "no arguments")],
    "surprise.PredefinedKFold.split": [
        (lambda at: list(model_selection.PredefinedKFold().split(at.data)), AttributeError, "folds_files"),
    ],
    "surprise.ShuffleSplit": [(lambda at: model_selection.ShuffleSplit(n_splits=0), ValueError, "greater than 0")],
    "surprise.ShuffleSplit.split": [
        (lambda at: list(model_selection.ShuffleSplit(test_size=-1).split(at.data)), ValueError, "greater than 0"),
    ],
    "surprise.ShuffleSplit.validate_train_test_sizes": [
        (lambda at: model_selection.ShuffleSplit().validate_train_test_sizes(9, 9, 9), ValueError, "less than"),
    ],
    "surprise.train_test_split": [
        (lambda at: model_selection.train_test_split(at.data, test_size=9), ValueError, "less than the number"),
    ],
    "surprise.cross_validate": [
        (lambda at: model_selection.cross_validate(at.algo, at.data, cv=9), ValueError, "n_splits"),
        (lambda at: model_selection.cross_validate(at.algo, at.data, ["taste"], cv=2), AttributeError, "taste"),
    ],
    "surprise.BaseSearchCV.fit": [
        (lambda at: at.search.fit(at.trainset), AttributeError, "no attribute 'raw_ratings'"),
        (lambda at: at.search.fit(at.data), ValueError, "n_splits"),
    ],
    "surprise.BaseSearchCV.predict": [(lambda at: at.search.predict(1, 2), ValueError, "refit is False")],
    "surprise.BaseSearchCV.test": [(lambda at: at.search.test([]), ValueError, "refit is False")],
    "surprise.Trainset": [(lambda at: palate.surprise.Trainset(1), TypeError, "missing 7")],
    "surprise.GridSearchCV": [
        (lambda at: model_selection.GridSearchCV(at.kind, {"n_factors": [1]}, refit="fcp"), ValueError, "refit"),
    ],
    "surprise.RandomizedSearchCV": [
        (lambda at: model_selection.RandomizedSearchCV(at.kind, {"n_factors": [1]}, 5), ValueError, "sample"),
    ],
}


MODULES = [palate, palate.datasets, palate.surprise, accuracy, dump, model_selection]


def public_name(thing):
    module = thing.__module__
    if module.startswith("palate.surprise"):
        return f"surprise.{thing.__qualname__}"
    return f"datasets.{thing.__qualname__}" if module == "palate.datasets" else thing.__qualname__


def takes_something(function, bound):
    return len(inspect.signature(function).parameters) > bound


def callables_of(kind):
    """Public methods of palate's own, and setters, that take something."""
    for name in dir(kind):
        member = inspect.getattr_static(kind, name)
        function = member.fset if isinstance(member, property) else getattr(member, "__func__", member)
        own = inspect.isfunction(function) and function.__module__.startswith("palate")
        if own and not name.startswith("_") and takes_something(function, not isinstance(member, staticmethod)):
            yield public_name(function)


def public_callables():
    for module in MODULES:
        for name in getattr(module, "__all__", None) or dir(module):
            thing = getattr(module, name)
            if not getattr(thing, "__module__", "").startswith("palate"):
                continue
            if inspect.isfunction(thing) and not name.startswith("_") and takes_something(thing, False):
                yield public_name(thing)
            elif inspect.isclass(thing) and not issubclass(thing, (BaseException, tuple)):
                if not dataclasses.is_dataclass(thing):
                    yield public_name(thing)
                yield from callables_of(thing)


def test_every_public_callable_has_its_bad_input():
    there = set(public_callables())
    assert {"train", "Model.recommend", "NMF.fit", "datasets.load", "surprise.NMF.fit"} <= there
    assert sorted(there - CASES.keys()) == []
    assert sorted(CASES.keys() - there) == []


class Surroundings(types.SimpleNamespace):
    """What calls need, made once."""


@pytest.fixture(scope="module")
def at(ratings, model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    (folder / "garbage").write_bytes(b"\xff\xfe garbage \0")
    films = folder / "films.csv"
    films.write_text("id,title\n1000,Alien\n1001,Up\n")
    data = palate.surprise.Dataset.load_from_df(pd.DataFrame(TABLE), palate.surprise.Reader())
    trainset = data.build_full_trainset()
    near = palate.surprise.AlgoBase().fit(trainset)
    near.sim = np.eye(2)
    matrix = np.array([[1.0, 2.0, 3.0], [2.0, NAN, 1.0]])
    return Surroundings(
        ratings=ratings, model=model, folder=folder, garbage=folder / "garbage", films=palate.Catalogue(films),
        u=np.ones((ratings.user_count, 2), np.float32), v=np.ones((ratings.item_count, 2), np.float32),
        matrix=matrix, fitted=palate.NMF(2, random_state=0).fit(matrix),
        told=model.explain(100, 1000), factors=model.describe_factors(),
        data=data, trainset=trainset, reader=palate.surprise.Reader(), kind=palate.surprise.NMF,
        words=pd.DataFrame({**TABLE, "rating": ["a", "b"]}),
        search=model_selection.GridSearchCV(palate.surprise.NMF, {"n_factors": [1]}),
        algo=palate.surprise.NMF(n_factors=2, n_epochs=1, random_state=0).fit(trainset),
        own=palate.surprise.PalateNMF(n_factors=2, n_epochs=1, random_state=0).fit(trainset),
        near=near,
    )  # fmt: skip


ALL = [(name, number) for name, cases in CASES.items() for number in range(len(cases))]


@pytest.mark.parametrize(("name", "number"), ALL, ids=[f"{name}-{number}" for name, number in ALL])
def test_bad_input_is_refused(at, name, number):
    call, error, says = CASES[name][number]
    with pytest.raises(error, match=says):
        call(at)


# ---- Arrays that lie oddly in memory are no bad input ----


def odd(array):
    """Return the same values with gaps between, backwards, read-only, and with their bytes the other way round."""
    gaps = np.repeat(array, 2, axis=0)[::2]
    backwards = array[::-1].copy()[::-1]
    fixed = array.copy()
    fixed.flags.writeable = False
    return [gaps, backwards, fixed, np.asfortranarray(array), array.astype(array.dtype.newbyteorder())]


def test_odd_arrays_are_as_good_as_others(model, columns):
    users, items = (np.ascontiguousarray(column[:40]) for column in columns[:2])
    for some, others in zip(odd(users), odd(items)):
        assert np.array_equal(model.predict(some, others), model.predict(users, items))
        assert np.array_equal(model.recommend(some, 3)[0], model.recommend(users, 3)[0])
        assert np.array_equal(model.recommend(users, 3, allow=others)[0], model.recommend(users, 3, allow=items)[0])
    made = palate.Model.from_factors(model.user_factors, model.item_factors)
    for u, v in zip(odd(model.user_factors), odd(model.item_factors)):
        assert np.array_equal(palate.Model.from_factors(u, v).predict(0, [0, 1]), made.predict(0, [0, 1]))


def test_odd_starting_factors_and_matrices(ratings, at):
    first = palate.train(ratings, epochs=1, start=(at.u, at.v))
    for u, v in zip(odd(at.u), odd(at.v)):
        assert np.array_equal(palate.train(ratings, epochs=1, start=(u, v)).user_factors, first.user_factors)
    for matrix in odd(at.matrix):
        assert np.array_equal(palate.NMF(2, random_state=0).fit(matrix).components_, at.fitted.components_)


def test_nothing_gives_nothing(model):
    assert model.predict([], []).shape == (0,)
    assert [array.shape for array in model.recommend([], 4)] == [(0, 4), (0, 4)]
    assert model.similar_items(1000, 3, support=10**9)[0].shape == (0,)
    assert model.forget([]).info.user_count == model.info.user_count
