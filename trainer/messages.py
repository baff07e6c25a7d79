"""What the trainer writes to stdout: one JSON object a line, its class named by ``type``."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, TextIO


@dataclass(frozen=True, slots=True)
class RunStarted:
    """folder: where everything of the run lies. resumed_at: global step, 0 for a new run."""

    folder: str
    config: dict[str, Any]
    data: dict[str, Any]
    start_weights: str
    device: str
    parameters: int
    steps: int
    resumed_at: int


@dataclass(frozen=True, slots=True)
class Step:
    """step: finished steps of the whole run. images_per_s: since the step message before."""

    step: int
    epoch: int
    loss: float
    learning_rate: float
    images_per_s: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """Counted from 1; metrics are those of the averaged weights on the validation rows."""

    epoch: int
    train_loss: float
    validation: dict[str, Any]
    best: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    step: int
    path: str


@dataclass(frozen=True, slots=True)
class Finished:
    """outcome: 'completed' or 'stopped'; a stopped run is resumed from its checkpoint."""

    outcome: str
    step: int
    card: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """message: one line for the user."""

    message: str


Message = RunStarted | Step | Epoch | Checkpoint | Finished | Failed

_NAMES: dict[type, str] = {
    RunStarted: "run_started",
    Step: "step",
    Epoch: "epoch",
    Checkpoint: "checkpoint",
    Finished: "finished",
    Failed: "failed",
}


def write_message(message: Message, stream: TextIO | None) -> None:
    """Writes one line and flushes it; None: a process beside the one that reports."""
    if stream is None:
        return
    content = {"type": _NAMES[type(message)], **dataclasses.asdict(message)}
    stream.write(json.dumps(content, ensure_ascii=True, allow_nan=False) + "\n")
    stream.flush()
