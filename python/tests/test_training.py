# SPDX-License-Identifier: Apache-2.0
"""Training from Python: progress, stopping, Ctrl-C, the GIL."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import triples

import palate

ENDLESS = {"factors": 8, "epochs": 100000, "tolerance": 0, "mode": "pure"}


def test_equal_input_gives_equal_bits(columns, model):
    order = np.random.RandomState(5).permutation(len(columns[0]))
    shuffled = [column[order] for column in columns]
    again = palate.train(palate.Ratings.from_arrays(*shuffled, scale=(1, 5)), factors=3, epochs=20, threads=2)
    assert np.array_equal(again.user_factors, model.user_factors)
    other = palate.train(palate.Ratings.from_arrays(*columns), factors=3, epochs=20, seed=7)
    assert not np.array_equal(other.user_factors, model.user_factors)


def test_options_of_reading_are_taken_too(columns):
    users, items, values = columns
    data = {"user": users, "item": items, "rating": values}
    model = palate.train(data, scale=(0, 10), factors=2, threads=1)
    assert model.info.scale == (0, 10)
    with pytest.raises(TypeError, match="has no option 'scale'"):
        palate.train(palate.Ratings(data), scale=(0, 10))


def test_starting_factors(ratings):
    users = np.full((ratings.user_count, 4), 0.5)
    items = np.full((ratings.item_count, 4), 0.25)
    model = palate.train(ratings, start=(users, items), epochs=0, rule="mu")
    assert np.allclose(model.user_factors, 0.5)
    assert np.allclose(model.item_factors, 0.25)
    # Any layout will do.
    again = palate.train(ratings, start=(np.asfortranarray(users), items[::1].tolist()), epochs=0, rule="mu")
    assert np.array_equal(again.user_factors, model.user_factors)


@pytest.mark.parametrize(
    ("start", "error", "says"),
    [
        (3, TypeError, "start: give"),
        (lambda m, n: (np.ones((m, 2)), np.ones((n, 3))), ValueError, "must agree"),
        (lambda m, n: (np.ones((m + 1, 2)), np.ones((n, 2))), ValueError, "users have shape"),
        (lambda m, n: (np.ones(m), np.ones((n, 2))), ValueError, "shape"),
        (lambda m, n: (-np.ones((m, 2)), np.ones((n, 2))), palate.InvalidError, "starting factors"),
        (lambda m, n: (np.full((m, 2), np.nan), np.ones((n, 2))), palate.InvalidError, "starting factors"),
    ],
)
def test_starts_that_are_none(ratings, start, error, says):
    given = start(ratings.user_count, ratings.item_count) if callable(start) else start
    with pytest.raises(error, match=says):
        palate.train(ratings, start=given)


def test_a_start_and_factors_must_agree(ratings):
    start = (np.ones((ratings.user_count, 2)), np.ones((ratings.item_count, 2)))
    with pytest.raises(ValueError, match="factors says 3"):
        palate.train(ratings, start=start, factors=3)


# ---- Progress ----


def test_progress_is_told(ratings):
    told = []
    model = palate.train(ratings, factors=2, epochs=5, tolerance=0, validation=0.2, progress=told.append)
    ended = [progress for progress in told if progress.epoch_ended]
    assert [progress.epoch for progress in ended] == [1, 2, 3, 4, 5][: len(ended)]
    assert all(0 <= progress.fraction <= 1 for progress in told)
    assert ended[-1].train_rmse == model.log[-1].train_rmse
    assert ended[-1].validation_rmse > 0


def test_progress_can_stop(ratings):
    model = palate.train(ratings, **ENDLESS, progress=lambda progress: progress.epoch < 3)
    assert model.info.stopped_by == "request"
    assert model.info.epochs == 3


def test_what_progress_raises_comes_out(ratings):
    def fail(progress):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        palate.train(ratings, **ENDLESS, progress=fail)


@pytest.mark.parametrize("without_tqdm", [True, False])
def test_bars(ratings, capsys, monkeypatch, without_tqdm):
    if without_tqdm:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    palate.train(ratings, factors=2, epochs=3, progress=True)
    assert "train RMSE" in capsys.readouterr().err


def test_tuning_tells_what_it_tried():
    trials = []
    many = palate.Ratings.from_arrays(*triples(400, 200))
    model = palate.train(many, tune=True, epochs=5, trials=trials)
    assert len(trials) > 1
    assert all(trial.validation_rmse > 0 for trial in trials)
    assert model.info.factor_count in {trial.factors for trial in trials}


# ---- Ctrl-C ----

PROGRAM = """
import os, signal, sys, threading, warnings
import palate
timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
timer.start()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    model = palate.train([("u%d" % (i % 50), "i%d" % (i % 31), i % 5) for i in range(1500)], factors=8,
                         epochs=100000, tolerance=0, mode="pure")
print(model.info.stopped_by, model.info.epochs > 0, caught[0].category.__name__)
print(model.predict("u1", "i1") == model.predict("u1", "i1"))
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


def test_ctrl_c_keeps_the_best_model():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["request", "True", "TrainingStopped", "True", "True"]


def test_a_handler_of_the_program_is_left_alone(ratings):
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        model = palate.train(ratings, factors=2, epochs=100000, tolerance=0, mode="pure", time_limit=0.5)
        assert model.info.stopped_by == "time limit"
        assert seen == [1]
    finally:
        signal.signal(signal.SIGINT, before)


# ---- Threads ----


def test_other_threads_run_while_it_trains(ratings):
    counted = 0
    stop = threading.Event()

    def count():
        nonlocal counted
        while not stop.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    palate.train(ratings, factors=8, epochs=100000, tolerance=0, mode="pure", time_limit=0.5)
    stop.set()
    thread.join()
    assert counted > 50


def test_training_in_a_thread(ratings):
    made = []
    thread = threading.Thread(target=lambda: made.append(palate.train(ratings, factors=2, epochs=3)))
    thread.start()
    thread.join()
    assert made[0].info.epochs == 3


def test_many_threads_train_on_the_same_ratings(ratings):
    alone = [palate.train(ratings, factors=2, epochs=5, seed=seed) for seed in range(6)]
    together = {}

    def train(seed):
        together[seed] = palate.train(ratings, factors=2, epochs=5, seed=seed)

    threads = [threading.Thread(target=train, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, model in enumerate(alone):
        assert np.array_equal(together[seed].user_factors, model.user_factors)


def test_log_lines_go_to_logging(caplog):
    from palate import _library

    with caplog.at_level(logging.DEBUG, logger="palate"):
        _library._log(1, b"a line", None)
    assert caplog.records[0].levelname == "WARNING"
    assert caplog.records[0].message == "a line"
