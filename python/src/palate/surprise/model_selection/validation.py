# SPDX-License-Identifier: Apache-2.0
"""Cross-validation."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable
from typing import Any, Callable

import numpy as np

from palate.surprise import accuracy

from .split import get_cv

_FIRST_WIDTH, _WIDTH = 18, 8


def run(
    jobs: Iterable[tuple[Callable[..., Any], tuple[Any, ...]]], n_jobs: int, pre_dispatch: Any, verbose: int
) -> Any:
    """Return the results of jobs (function, arguments), in order; by joblib where there is more to it than a loop."""
    if n_jobs == 1 and not verbose:
        return [function(*arguments) for function, arguments in jobs]
    try:
        from joblib import Parallel, delayed
    except ImportError as error:
        raise ImportError(f"n_jobs={n_jobs} takes joblib: pip install joblib") from error
    parallel = Parallel(n_jobs=n_jobs, pre_dispatch=pre_dispatch, verbose=verbose)
    return parallel(delayed(function)(*arguments) for function, arguments in jobs)


def measured(predictions: Any, measures: Any) -> dict[str, float]:
    """Return the value of each measure, by its name."""
    return {name: getattr(accuracy, name.lower())(predictions, verbose=False) for name in measures}


def fit_and_score(
    algo: Any, trainset: Any, testset: Any, measures: Any, return_train_measures: bool = False
) -> tuple[dict[str, float], dict[str, float], float, float]:
    """Return (measures of the test part, of the train part, seconds of fitting, of testing) of one split."""
    begun = time.time()
    algo.fit(trainset)
    fitted = time.time()
    predictions = algo.test(testset)
    tested = time.time()
    train = measured(algo.test(trainset.build_testset()), measures) if return_train_measures else {}
    return measured(predictions, measures), train, fitted - begun, tested - fitted


def cross_validate(
    algo: Any,
    data: Any,
    measures: Any = ["rmse", "mae"],  # noqa: B006 (never changed)
    cv: Any = None,
    return_train_measures: bool = False,
    n_jobs: int = 1,
    pre_dispatch: Any = "2*n_jobs",
    verbose: bool = False,
) -> dict[str, Any]:
    """Fit and test an algorithm on each split.

    Args:
        algo: The algorithm.
        data: The data set.
        measures: Names of functions of `accuracy`, in any case.
        cv: None: 5 folds; an int: so many; or a way to split, such as `ShuffleSplit()`.
        return_train_measures: Measure on the train parts, too.
        n_jobs: Splits at a time (by joblib); -1: as many as there are processors.
        pre_dispatch: See joblib.
        verbose: Print a table.

    Returns:
        "test_rmse" and so on, arrays with an entry for each split; "train_rmse" where wanted; "fit_time" and
        "test_time", in seconds.

    """
    names = [name.lower() for name in measures]
    splits = get_cv(cv)
    jobs = (
        (fit_and_score, (algo if n_jobs == 1 else copy.copy(algo), trainset, testset, names, return_train_measures))
        for trainset, testset in splits.split(data)
    )
    results = run(jobs, n_jobs, pre_dispatch, 0)
    test, train, fit_times, test_times = zip(*results)
    made: dict[str, Any] = {}
    for name in names:
        made[f"test_{name}"] = np.array([one[name] for one in test])
        if return_train_measures:
            made[f"train_{name}"] = np.array([one[name] for one in train])
    made["fit_time"] = fit_times
    made["test_time"] = test_times
    if verbose:
        _print(algo, names, made, len(results))
    return made


def _print(algo: Any, names: list[str], made: dict[str, Any], count: int) -> None:
    def line(label: str, cells: Iterable[str]) -> str:
        return f"{label:<{_FIRST_WIDTH}}" + "".join(f"{cell:<{_WIDTH}}" for cell in cells)

    def numbers(label: str, values: Any, digits: int) -> str:
        return line(label, (f"{value:.{digits}f}" for value in [*values, np.mean(values), np.std(values)]))

    measures = ", ".join(name.upper() for name in names)
    print(f"Evaluating {measures} of algorithm {type(algo).__name__} on {count} split(s).")
    print()
    print(line("", [*(f"Fold {fold + 1}" for fold in range(count)), "Mean", "Std"]))
    for part in ("test", "train"):
        for name in names:
            if f"{part}_{name}" in made:
                print(numbers(f"{name.upper()} ({part}set)", made[f"{part}_{name}"], 4))
    print(numbers("Fit time", made["fit_time"], 2))
    print(numbers("Test time", made["test_time"], 2))
