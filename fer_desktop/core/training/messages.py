"""What the trainer says, on stdout and in the run's folder: one JSON object a line, ``type`` its class."""

from __future__ import annotations

import dataclasses
import json
import typing
from dataclasses import dataclass, field
from typing import Any, Literal

LONGEST_LINE = 4 << 20
"""Bytes; a longer line is not a message. The longest real one, `RunStarted`, has some thousand."""


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
    """Counted from 1; metrics are those of the averaged weights on the validation rows.

    validation: what ``trainer.metrics.natural_and_balanced`` gives; its ``confusion_matrix`` has a row of
    counts for each true emotion, in the order of EMOTIONS. step: finished steps of the whole run.
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
    """outcome: a stopped run is resumed from its checkpoint."""

    outcome: Literal["completed", "stopped"]
    step: int
    card: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """message: one line for the user."""

    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the commands beside ``train``. done, total: of whatever ``what`` names; total 0: not known."""

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
    """One line of ASCII, with its line end."""
    content = {"type": _NAMES[type(message)], **dataclasses.asdict(message)}
    return json.dumps(content, ensure_ascii=True, allow_nan=False) + "\n"


def parse_line(line: str) -> RunMessage | None:
    """The message, or None for anything else: a library's print, a torn line, another version's words."""
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
    """Turns pieces of a stream into whole lines, whatever their boundaries.

    A line beyond LONGEST_LINE is thrown away up to its end, so that memory stays bounded.
    """

    _rest: bytearray = field(default_factory=bytearray)
    _skips: bool = False

    def feed(self, data: bytes) -> list[RunMessage | str]:
        """The messages of the lines that became whole, and the other lines as text."""
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
