# SPDX-License-Identifier: Apache-2.0
"""The search for parameters, by cross-validation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from palate.surprise.dataset import DatasetUserFolds
from palate.surprise.utils import get_rng

from .split import get_cv
from .validation import fit_and_score, run


def _combinations(grid: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every choice of one value a parameter; a parameter that is a dictionary of lists has its own."""
    choices = [_combinations(values) if isinstance(values, dict) else values for values in grid.values()]
    return [dict(zip(grid, chosen)) for chosen in itertools.product(*choices)]


class BaseSearchCV:
    """What both searches have in common: `param_combinations` is theirs."""

    param_combinations: Any

    def __init__(
        self,
        algo_class: Any,
        measures: Any,
        cv: Any,
        refit: Any,
        return_train_measures: bool,
        n_jobs: int,
        pre_dispatch: Any,
        joblib_verbose: int,
    ) -> None:
        self.algo_class = algo_class
        self.measures = [name.lower() for name in measures]
        self.cv = cv
        self.refit = self.measures[0] if refit is True else refit
        if isinstance(self.refit, str):
            if self.refit.lower() not in self.measures:
                raise ValueError(
                    f"It looks like the measure you want to use with refit ({refit}) is not in the measures parameter"
                )
            self.refit = self.refit.lower()
        self.return_train_measures = return_train_measures
        self.n_jobs = n_jobs
        self.pre_dispatch = pre_dispatch
        self.joblib_verbose = joblib_verbose

    def fit(self, data: Any) -> None:
        """Cross-validate every combination, and, with `refit`, fit the best on all ratings."""
        if self.refit and isinstance(data, DatasetUserFolds):
            raise ValueError("refit cannot be used when data has been loaded with load_from_folds().")
        folds = list(get_cv(self.cv).split(data))
        jobs = (
            (fit_and_score, (self.algo_class(**params), trainset, testset, self.measures, self.return_train_measures))
            for params, (trainset, testset) in itertools.product(self.param_combinations, folds)
        )
        results = run(jobs, self.n_jobs, self.pre_dispatch, self.joblib_verbose)
        self._take(results, len(folds))
        if self.refit:
            self.best_estimator[self.refit].fit(data.build_full_trainset())

    def _take(self, results: list[Any], fold_count: int) -> None:
        """Make the tables of what came out: combinations x folds."""
        shape = (len(self.param_combinations), fold_count)
        made: dict[str, Any] = {}
        self.best_index: dict[str, int] = {}
        self.best_params: dict[str, dict[str, Any]] = {}
        self.best_score: dict[str, Any] = {}
        self.best_estimator: dict[str, Any] = {}
        for name in self.measures:
            test = np.array([one[0][name] for one in results]).reshape(shape)
            _add(made, "test", name, test)
            if self.return_train_measures:
                _add(made, "train", name, np.array([one[1][name] for one in results]).reshape(shape))
            self._rank(made, name)
        for label, place in (("fit_time", 2), ("test_time", 3)):
            seconds = np.array([one[place] for one in results]).reshape(shape)
            made[f"mean_{label}"], made[f"std_{label}"] = seconds.mean(axis=1), seconds.std(axis=1)
        made["params"] = self.param_combinations
        for name in self.param_combinations[0]:
            made[f"param_{name}"] = [params[name] for params in self.param_combinations]
        self.cv_results = made

    def _rank(self, made: dict[str, Any], name: str) -> None:
        means = made[f"mean_test_{name}"]
        order = np.argsort(-means if name == "fcp" else means)
        ranks = np.empty(len(means), np.int64)
        ranks[order] = np.arange(1, len(means) + 1)
        made[f"rank_test_{name}"] = ranks
        best = int(np.argmax(means) if name == "fcp" else np.argmin(means))
        self.best_index[name] = best
        self.best_params[name] = self.param_combinations[best]
        self.best_score[name] = means[best]
        self.best_estimator[name] = self.algo_class(**self.best_params[name])

    def predict(self, *args: Any) -> Any:
        """Predict with the best, fitted on all ratings; only with `refit`."""
        if not self.refit:
            raise ValueError("refit is False, cannot use predict()")
        return self.best_estimator[self.refit].predict(*args)

    def test(self, testset: Any, verbose: bool = False) -> Any:
        """Test the best, fitted on all ratings; only with `refit`."""
        if not self.refit:
            raise ValueError("refit is False, cannot use test()")
        return self.best_estimator[self.refit].test(testset, verbose)


def _add(made: dict[str, Any], part: str, name: str, table: Any) -> None:
    for fold in range(table.shape[1]):
        made[f"split{fold}_{part}_{name}"] = table[:, fold]
    made[f"mean_{part}_{name}"] = table.mean(axis=1)
    made[f"std_{part}_{name}"] = table.std(axis=1)


class GridSearchCV(BaseSearchCV):
    """Tries every combination of a grid.

    Args:
        algo_class: The algorithm's class.
        param_grid: Name to values; for `sim_options` and the like, name to such a grid.
        measures: Names of functions of `accuracy`.
        cv: As for `cross_validate`.
        refit: True: fit the best by the first measure on all ratings; or the name of a measure.
        return_train_measures: Measure on the train parts, too.
        n_jobs: Fits at a time (by joblib); -1: as many as there are processors.
        pre_dispatch: See joblib.
        joblib_verbose: See joblib.

    Attributes:
        best_estimator: For each measure the algorithm with the best parameters.
        best_score: For each measure the best mean over the folds.
        best_params: For each measure the best parameters.
        best_index: For each measure the place of the best in `cv_results`.
        cv_results: Everything, by name; one entry a combination.

    """

    def __init__(
        self,
        algo_class: Any,
        param_grid: dict[str, Any],
        measures: Any = ["rmse", "mae"],  # noqa: B006 (never changed)
        cv: Any = None,
        refit: Any = False,
        return_train_measures: bool = False,
        n_jobs: int = 1,
        pre_dispatch: Any = "2*n_jobs",
        joblib_verbose: int = 0,
    ) -> None:
        super().__init__(algo_class, measures, cv, refit, return_train_measures, n_jobs, pre_dispatch, joblib_verbose)
        self.param_grid = param_grid
        self.param_combinations = _combinations(param_grid)


class RandomizedSearchCV(BaseSearchCV):
    """Tries some combinations, drawn at random.

    Args:
        algo_class: The algorithm's class.
        param_distributions: Name to a list of values, or to a distribution (with `rvs`, as scipy.stats has them). Of
            lists alone, no combination is drawn twice.
        n_iter: Number of combinations.
        measures: Names of functions of `accuracy`.
        cv: As for `cross_validate`.
        refit: True: fit the best by the first measure on all ratings; or the name of a measure.
        return_train_measures: Measure on the train parts, too.
        n_jobs: Fits at a time (by joblib); -1: as many as there are processors.
        pre_dispatch: See joblib.
        random_state: None: NumPy's global generator; or a seed, or a RandomState.
        joblib_verbose: See joblib.

    Attributes: as of `GridSearchCV`.

    """

    def __init__(
        self,
        algo_class: Any,
        param_distributions: dict[str, Any],
        n_iter: int = 10,
        measures: Any = ["rmse", "mae"],  # noqa: B006 (never changed)
        cv: Any = None,
        refit: Any = False,
        return_train_measures: bool = False,
        n_jobs: int = 1,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        joblib_verbose: int = 0,
    ) -> None:
        super().__init__(algo_class, measures, cv, refit, return_train_measures, n_jobs, pre_dispatch, joblib_verbose)
        self.n_iter = n_iter
        self.random_state = random_state
        self.param_distributions = param_distributions
        self.param_combinations = _drawn(param_distributions, n_iter, get_rng(random_state))


def _drawn(distributions: dict[str, Any], count: int, generator: np.random.RandomState) -> Any:
    if not any(hasattr(values, "rvs") for values in distributions.values()):
        return generator.choice(_combinations(distributions), count, replace=False)  # type: ignore[arg-type]
    return [
        {
            name: values.rvs(random_state=generator)
            if hasattr(values, "rvs")
            else values[generator.randint(len(values))]
            for name, values in sorted(distributions.items())
        }
        for _ in range(count)
    ]
