"""The course of a run, gathered from its messages. It stays small for a run of any length."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.training.messages import (
    Checkpoint,
    Epoch,
    Failed,
    Finished,
    Paused,
    Progress,
    RunMessage,
    RunStarted,
    Step,
)
from fer_desktop.core.training.thinned import Thinned

RunStatus = Literal["running", "paused", "stopped", "completed", "failed", "interrupted"]

MOST_POINTS = 4000


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a run, (N,) float64 each; N is at most MOST_POINTS + 1.

    A point is the mean of one or more step messages. trained_s: seconds of training until then, without
    validation and pauses.
    """

    step: NDArray[np.float64]
    loss: NDArray[np.float64]
    learning_rate: NDArray[np.float64]
    trained_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """The figures of an epoch.

    epoch: from 1 on. Shares are 0 to 1, NaN where the trainer gave none. balanced: with logit adjustment.
    confusion: (7, 7) counts, rows the true emotion, columns the predicted one, or None.
    """

    epoch: int
    step: int
    best: bool
    train_loss: float
    accuracy: float
    macro_recall: float
    macro_f1: float
    balanced_accuracy: float
    balanced_macro_recall: float
    balanced_macro_f1: float
    confusion: NDArray[np.int64] | None


class RunHistory:
    """The state of a run after some messages. It forgets what a resume from a checkpoint undid.

    started: the newest start. last_step: the newest step message. last_checkpoint: its step, or None.
    end: the end of the newest start, or None.
    """

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.last_step: Step | None = None
        self.last_checkpoint: int | None = None
        self.epochs: list[EpochFigures] = []
        self.end: Finished | Failed | None = None
        self._trained_s = 0.0
        self._steps = Thinned(columns=4, most=MOST_POINTS)
        self._state: RunStatus = "interrupted"

    @classmethod
    def of(cls, messages: Iterable[RunMessage]) -> RunHistory:
        history = cls()
        for message in messages:
            history.add(message)
        return history

    def add(self, message: RunMessage) -> None:
        """Adds a message. Numbers that are not finite are left out."""
        if not _counts(message):
            return
        match message:
            case RunStarted():
                self._start(message)
            case Step():
                self._add_step(message)
            case Epoch():
                # An epoch that was validated again after a kill counts once.
                self.epochs = [figures for figures in self.epochs if figures.epoch < message.epoch]
                self.epochs.append(_figures(message))
            case Checkpoint():
                self.last_checkpoint = message.step
            case Finished() | Failed():
                self.end = message
        match message:
            case Paused():
                self._state = "paused"
            case Finished():
                self._state = message.outcome
            case Failed():
                self._state = "failed"
            case Checkpoint() | Progress():
                pass  # also written while the run is paused
            case _:
                self._state = "running"

    def state(self, is_alive: bool) -> RunStatus:
        """Returns the state. is_alive: whether a trainer works on the run, see `RunFolder.is_alive`."""
        if self._state in ("running", "paused"):
            return self._state if is_alive else "interrupted"
        # A trainer that goes on with a run is silent until it has read the data.
        return "running" if is_alive and self._state != "completed" else self._state

    @property
    def steps(self) -> Steps:
        return Steps(*self._steps.rows().T)

    @property
    def step(self) -> int:
        """The number of finished steps at the newest message."""
        numbers = [
            self.last_step.step if self.last_step else 0,
            self.started.resumed_at if self.started else 0,
        ]
        return max(0, *numbers, self.last_checkpoint or 0, self.epochs[-1].step if self.epochs else 0)

    @property
    def total_steps(self) -> int:
        """The number of steps of the whole run; 0 when not known."""
        return max(0, self.started.steps) if self.started else 0

    @property
    def total_epochs(self) -> int:
        """The number of epochs of the whole run; 0 when not known."""
        return max(0, int(_number(self.started.config, "epochs", 0))) if self.started else 0

    @property
    def fraction(self) -> float:
        """The finished share of the run, 0 to 1."""
        if self._state == "completed":
            return 1.0
        return min(1.0, self.step / self.total_steps) if self.total_steps else 0.0

    @property
    def trained_s(self) -> float:
        """Seconds of training: the trainer's own count after its end, else the sum over the steps."""
        counted_s = _finite(self.end.seconds) if isinstance(self.end, Finished) else math.nan
        return self._trained_s if math.isnan(counted_s) else counted_s

    @property
    def failure(self) -> str:
        """The trainer's message if it failed, else empty."""
        return self.end.message if isinstance(self.end, Failed) else ""

    @property
    def card(self) -> str | None:
        """The card of the finished model."""
        return self.end.card if isinstance(self.end, Finished) else None

    @property
    def best_epoch(self) -> EpochFigures | None:
        return next((figures for figures in reversed(self.epochs) if figures.best), None)

    @property
    def confusion(self) -> NDArray[np.int64] | None:
        """The confusion matrix of the newest epoch."""
        return self.epochs[-1].confusion if self.epochs else None

    def _start(self, started: RunStarted) -> None:
        self.started, self.end = started, None
        self._steps.cut(started.resumed_at)
        trained_s = self.steps.trained_s
        self._trained_s = float(trained_s[-1]) if len(trained_s) else 0.0
        self.epochs = [figures for figures in self.epochs if figures.step <= started.resumed_at]
        if self.last_step is not None and self.last_step.step > started.resumed_at:
            self.last_step = None
        self.last_checkpoint = started.resumed_at or None

    def _add_step(self, step: Step) -> None:
        values = [_finite(number) for number in (step.step, step.loss, step.learning_rate)]
        if any(math.isnan(value) for value in (*values, _finite(step.images_per_s))):
            return
        before = self.last_step.step if self.last_step else self.started.resumed_at if self.started else 0
        batch = _number(self.started.config, "batch_size", 0) if self.started else 0
        took_s = max(0, step.step - before) * batch / step.images_per_s if step.images_per_s > 0 else 0.0
        self._trained_s += took_s if math.isfinite(took_s) else 0.0
        self._steps.add((*values, self._trained_s))
        self.last_step = step


def _counts(message: RunMessage) -> bool:
    """Returns whether the whole numbers of a message fit into a float."""
    values = (getattr(message, item.name) for item in dataclasses.fields(message))
    return all(abs(value) < 2**53 for value in values if type(value) is int)


def _figures(epoch: Epoch) -> EpochFigures:
    natural = epoch.validation
    balanced = natural.get("balanced")
    balanced = balanced if isinstance(balanced, dict) else {}
    return EpochFigures(
        epoch=epoch.epoch,
        step=epoch.step,
        best=epoch.best,
        train_loss=_finite(epoch.train_loss),
        accuracy=_number(natural, "accuracy"),
        macro_recall=_number(natural, "macro_recall"),
        macro_f1=_number(natural, "macro_f1"),
        balanced_accuracy=_number(balanced, "accuracy"),
        balanced_macro_recall=_number(balanced, "macro_recall"),
        balanced_macro_f1=_number(balanced, "macro_f1"),
        confusion=_confusion(natural.get("confusion_matrix")),
    )


def _confusion(value: Any) -> NDArray[np.int64] | None:
    try:
        matrix = np.array(value, dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        return None
    return matrix if matrix.shape == (len(EMOTIONS), len(EMOTIONS)) and (matrix >= 0).all() else None


def _number(values: Mapping[str, Any], name: str, default: float = math.nan) -> float:
    value = values.get(name)
    number = _finite(value) if type(value) in (int, float) else math.nan
    return default if math.isnan(number) else number


def _finite(value: Any) -> float:
    """Returns a finite number as a float, NaN for anything else."""
    try:
        number = float(value)
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan
