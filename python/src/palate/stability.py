# SPDX-License-Identifier: Apache-2.0
"""Stability: which factors come back when training starts from other random numbers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _features, _options
from ._progress import Watch
from .errors import UnsupportedError
from .model import Model
from .ratings import Ratings
from .training import _run

__all__ = ["Stability"]


@dataclass(frozen=True)
class Stability:
    """How far trainings that differ in their seeds alone find the same factors, matched as by `Model.match_factors`.

    Attributes:
        seed_count: Trainings compared, the first of them among them.
        cosine: The mean over all factors of all pairs of trainings. Far above 0 even where factors are unrelated.
        correlation: The same; near 0 where they are unrelated, 1 where they are the same.
        cosines: Of each factor of the first, k numbers: the mean over the others.
        correlations: The same.

    """

    seed_count: int
    cosine: float
    correlation: float
    cosines: list[float]
    correlations: list[float]


def check_seeds(seeds: Any, name: str) -> int:
    """Return a number of seeds, 2 or more."""
    if isinstance(seeds, bool) or not isinstance(seeds, (int, np.integer)) or not 2 <= seeds <= 1000:
        raise ValueError(f"{name}: {seeds!r} is no number of seeds to compare; give a whole one from 2 to 1000")
    return int(seeds)


def compare(models: Sequence[Model]) -> Stability:
    """Compare the factors of each two models, of k factors all."""
    pairs = {
        (one, other): models[one].match_factors(models[other])
        for one, other in itertools.combinations(range(len(models)), 2)
    }
    cosines, correlations = (
        np.array([[getattr(match, measure) for match in matches] for matches in pairs.values()])
        for measure in ("cosine", "correlation")
    )
    of_first = [one == 0 for one, _ in pairs]
    return Stability(
        seed_count=len(models),
        cosine=float(cosines.mean()),
        correlation=float(correlations.mean()),
        cosines=cosines[of_first].mean(0).tolist(),
        correlations=correlations[of_first].mean(0).tolist(),
    )


def train_seeds(ratings: Ratings, options: Mapping[str, Any], first: int, count: int, progress: bool) -> list[Model]:
    """Train with each of `count` seeds from one on, all else being equal; Ctrl-C is a KeyboardInterrupt."""
    models = []
    rest = _features.without(options)
    for seed in range(first, first + count):
        filled = _options.training.fill({**rest, "seed": seed, "keep_ratings": False}, "stability")
        _features.take(filled, options)
        watch = Watch(progress or None, None)
        made = _run(ratings, filled, watch)
        models.append(Model._of(made, ratings))
        if watch.interrupted:
            raise KeyboardInterrupt
    return models


def by_name(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of training by their own keywords, whatever they were given by; tables as they are."""
    found = {keyword: _options.training.find(keyword) for keyword in options}
    return {option.name if option else keyword: options[keyword] for keyword, option in found.items()}


def of_model(model: Model, ratings: Any, seeds: Any, progress: bool, reading: dict[str, Any]) -> Stability:
    """Train as a model was trained, with further seeds; see `Model.stability`."""
    count = check_seeds(seeds, "seeds")
    # What a pilot or --tune chose is not chosen again.
    options = {**model.options, "tune": False}
    if "seed" not in options:
        raise UnsupportedError("stability: the model was not trained by this palate; train it first")
    if model.user_features or model.item_features:
        raise UnsupportedError(
            "stability: the model learned from tables of users or items, too, and cannot be trained again without them"
        )
    taken = ratings if isinstance(ratings, Ratings) else Ratings(ratings, **{"scale": model.info.scale, **reading})
    return compare([model, *train_seeds(taken, options, options["seed"] + 1, count - 1, progress)])
