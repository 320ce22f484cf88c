# SPDX-License-Identifier: Apache-2.0
"""Telling how far training is, and stopping it: by a callback, by Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any, Callable, Union

from . import _structs


@dataclass(frozen=True)
class Progress:
    """What training has reached.

    Attributes:
        epoch: Epochs finished.
        epochs: The most there will be.
        epoch_ended: An epoch has just ended, and the figures below are new; else a call within one.
        fraction: Of the most work there will be, 0 to 1.
        seconds: Since training began.
        objective: What the rule minimizes; NaN before the first epoch.
        train_rmse: On the ratings trained on; NaN before the first epoch.
        validation_rmse: On the ratings held out; NaN without any.

    """

    epoch: int
    epochs: int
    epoch_ended: bool
    fraction: float
    seconds: float
    objective: float
    train_rmse: float
    validation_rmse: float


@dataclass(frozen=True)
class Trial:
    """One run that tuning compared with others (option `tune`).

    Attributes:
        regularization: Of the factors.
        link_regularization: Of the link; 0: without it.
        factors: k.
        epochs: Run until then; contenders go on where they left off.
        validation_rmse: On the ratings held out for tuning.

    """

    regularization: float
    link_regularization: float
    factors: int
    epochs: int
    validation_rmse: float


ProgressArgument = Union[bool, Callable[[Progress], Union[bool, None]], None]


class Bar:
    """A line on standard error: tqdm where it is installed, with these arguments."""

    def __init__(self, **arguments: Any) -> None:
        try:
            from tqdm.auto import tqdm

            self._bar: Any = tqdm(**arguments)
        except ImportError:
            self._bar = None

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text}  ")
        sys.stderr.flush()

    def close(self) -> None:
        """Leave the line as it is."""
        if self._bar is not None:
            self._bar.close()
        else:
            sys.stderr.write("\n")


class _TrainingBar(Bar):
    def __init__(self) -> None:
        super().__init__(total=1.0, bar_format="{l_bar}{bar}| {elapsed}{postfix}", desc="training")

    def __call__(self, progress: Progress) -> None:
        shown = f"train RMSE {progress.train_rmse:.4f}"
        if progress.validation_rmse == progress.validation_rmse:
            shown += f", validation RMSE {progress.validation_rmse:.4f}"
        if self._bar is not None:
            self._bar.n = min(progress.fraction, 1.0)
            self._bar.set_postfix_str(f"epoch {progress.epoch}, {shown}")
        else:
            self._write(f"epoch {progress.epoch} of at most {progress.epochs}, {shown}")


class Watcher:
    """Watches over work of the library, which asks it a few times a second whether to go on.

    While it watches in the main thread, Ctrl-C asks the work to stop; a second one is Python's own again.

    Attributes:
        interrupted: Ctrl-C was pressed.
        error: What the function that is told raised, to be raised again when the library has returned.

    """

    def __init__(self, tell: Callable[[Any], Any] | None, told: type[Any]) -> None:
        if tell is not None and not callable(tell):
            raise TypeError(f"progress: {tell!r} is a {type(tell).__name__}; give True or a function")
        self.interrupted = False
        self.error: BaseException | None = None
        self._tell = tell
        self._told = told
        self._handler: Any = None

    def ask(self, raw: Any, _user: object) -> bool:
        """Tell how far it has come; False: stop."""
        try:
            if self._tell is not None and self._tell(self._read(raw)) is False:
                return False
        except BaseException as error:
            self.error = error
            return False
        return not self.interrupted

    def _read(self, raw: Any) -> Any:
        return self._told(**{name: getattr(raw.contents, name) for name in self._told.__dataclass_fields__})

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        signal.signal(signal.SIGINT, self._handler)

    def __enter__(self) -> None:
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._handler = signal.signal(signal.SIGINT, self._interrupt)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        if isinstance(self._tell, Bar):
            self._tell.close()


class Watch(Watcher):
    """Watches over a training."""

    def __init__(self, progress: ProgressArgument, trials: list[Trial] | None = None) -> None:
        super().__init__(_TrainingBar() if progress is True else progress or None, Progress)
        self.callback = _structs.ProgressCallback(self.ask)
        self.on_trial = _structs.TrialCallback(self._note)
        self._trials = trials

    def _note(self, raw: Any, _user: object) -> None:
        if self._trials is not None:
            self._trials.append(Trial(**{name: getattr(raw.contents, name) for name in Trial.__dataclass_fields__}))
