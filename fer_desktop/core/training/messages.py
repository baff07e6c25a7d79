"""The trainer's messages, on stdout and in the run's folder: one JSON object a line, ``type`` its class."""

from __future__ import annotations

import dataclasses
import json
import typing
from dataclasses import dataclass, field
from typing import Any, Literal

LONGEST_LINE = 4 << 20
"""The length of a message in bytes. A longer line is no message. The longest, `RunStarted`, has some
thousand."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins. folder: everything of the run is in it. resumed_at: global step, 0 for a new run."""

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
    """A step is finished.

    step: number of finished steps of the whole run. images_per_s: since the step message before.
    """

    step: int
    epoch: int
    loss: float
    learning_rate: float
    images_per_s: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch is finished. Metrics are those of the averaged weights on the validation rows.

    epoch: counted from 1. step: number of finished steps of the whole run.
    validation: the result of ``trainer.metrics.natural_and_balanced``. Its ``confusion_matrix`` has a row of
    counts for each true emotion, in the order of EMOTIONS.
    """

    epoch: int
    train_loss: float
    validation: dict[str, Any]
    best: bool
    step: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    step: int
    path: str


@dataclass(frozen=True, slots=True)
class Paused:
    step: int


@dataclass(frozen=True, slots=True)
class Continued:
    step: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A run has ended. outcome: a stopped run can be resumed from its checkpoint."""

    outcome: Literal["completed", "stopped"]
    step: int
    card: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A run has failed. message: one line for the user."""

    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a command other than ``train``.

    done, total: number of things that ``what`` names. total 0: not known.
    """

    what: str
    done: int
    total: int


RunMessage = RunStarted | Step | Epoch | Checkpoint | Paused | Continued | Finished | Failed | Progress

_CLASSES: dict[str, type[Any]] = {
    "run_started": RunStarted,
    "step": Step,
    "epoch": Epoch,
    "checkpoint": Checkpoint,
    "paused": Paused,
    "continued": Continued,
    "finished": Finished,
    "failed": Failed,
    "progress": Progress,
}
_NAMES = {kind: name for name, kind in _CLASSES.items()}


def to_line(message: RunMessage) -> str:
    """Returns a message as one line of ASCII with its line end."""
    content = {"type": _NAMES[type(message)], **dataclasses.asdict(message)}
    return json.dumps(content, ensure_ascii=True, allow_nan=False) + "\n"


def parse_line(line: str) -> RunMessage | None:
    """Returns the message of a line; None for any other line.

    Other lines are a library's output, a torn line, or a message of another version.
    """
    try:
        content = json.loads(line)
        kind = _CLASSES[content.pop("type")]
        message: RunMessage = kind(**content)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return message if _has_right_types(message) else None


def _has_right_types(message: RunMessage) -> bool:
    types = typing.get_type_hints(type(message))
    return all(_fits(getattr(message, item.name), types[item.name]) for item in dataclasses.fields(message))


def _fits(value: Any, expected: Any) -> bool:
    if typing.get_origin(expected) is Literal:
        return value in typing.get_args(expected)
    kinds = typing.get_args(expected) if typing.get_origin(expected) is not dict else ()
    kinds = tuple(typing.get_origin(kind) or kind for kind in kinds or (expected,))
    if float in kinds:
        return type(value) in (int, float)
    return type(value) in kinds


@dataclass(slots=True)
class MessageReader:
    """Turns pieces of a stream into complete lines, whatever their boundaries.

    A line beyond LONGEST_LINE is thrown away up to its end, so that memory stays bounded.
    """

    _rest: bytearray = field(default_factory=bytearray)
    _skips: bool = False

    def feed(self, data: bytes) -> list[RunMessage | str]:
        """Returns the messages of the lines that are now complete, and other lines as text."""
        self._rest += data
        *lines, rest = bytes(self._rest).split(b"\n")
        found: list[RunMessage | str] = []
        for line in lines:
            skipped, self._skips = self._skips, False
            if skipped or len(line) > LONGEST_LINE:
                continue
            text = line.decode(errors="replace").strip()
            if text:
                found.append(parse_line(text) or text)
        self._rest = bytearray(rest)
        if len(self._rest) > LONGEST_LINE:
            self._rest.clear()
            self._skips = True
        return found
