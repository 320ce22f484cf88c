# SPDX-License-Identifier: Apache-2.0
"""Where random numbers come from."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np


def get_rng(random_state: Any) -> np.random.RandomState:
    """Return the generator that `random_state` stands for.

    Args:
        random_state: None: NumPy's global one; an int: a new one with that seed; a RandomState: itself.

    """
    if random_state is None:
        generator: np.random.RandomState = np.random.mtrand._rand
        return generator
    if isinstance(random_state, np.random.RandomState):
        return random_state
    if isinstance(random_state, numbers.Integral):
        return np.random.RandomState(int(random_state))
    raise ValueError(
        f"Wrong random state. Expecting None, an int or a numpy RandomState instance, got a {type(random_state)}"
    )
