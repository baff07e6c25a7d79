"""The folder of a training run: its settings, the trainer's messages, and whether a trainer is alive.

run.json         title and note, and what the run was started with
messages.jsonl   every message of the trainer over all of its starts, one a line
log.txt          the trainer's log
running.lock     locked by the trainer while it lives; the system frees it when the process is gone
control          the last word to a trainer whose stdin no process holds
checkpoint.pt    the state from which the run can be resumed
worst.npz        the validation rows with the largest errors in the last epoch, with pictures (`Predictions`)
validation.npz   the best epoch's predictions for the validation rows (`Predictions`)
NAME.json, NAME.safetensors, NAME.onnx, metrics.csv, figures/: the model of a finished run
"""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.files import whole_file
from fer_desktop.core.training.messages import Epoch, MessageReader, RunMessage, RunStarted, Step, to_line

FORMAT = 1
LOCK_PATIENCE_S = 5.0
"""Wait this long for the lock. A process that asks whether the run is alive holds it for a moment."""
Word = Literal["stop", "pause", "continue"]
_ASKING = threading.Lock()
"""Held while this process asks whether a run is alive. Asking takes the run's lock for a moment, and another
thread would take that for a living trainer."""


class RunError(FerDesktopError):
    """The folder of a run cannot be read or written, or is in use."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is known by and was started with.

    title, note: a person's words. created: ISO 8601, UTC. data, votes: paths as given to the trainer. config:
    the fields of the trainer's TrainConfig. preset: the id of its preset, or empty.
    """

    title: str
    created: str
    data: str
    votes: str | None
    config: dict[str, Any]
    preset: str = ""
    note: str = ""
    format: int = FORMAT


class RunFolder:
    """One run on disk. It reads and writes small files, and is for one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.info_file = path / "run.json"
        self.messages_file = path / "messages.jsonl"
        self.log_file = path / "log.txt"
        self.checkpoint_file = path / "checkpoint.pt"
        self.worst_file = path / "worst.npz"
        self.validation_file = path / "validation.npz"
        self._control_file = path / "control"
        self._lock_file = path / "running.lock"

    @classmethod
    def create(cls, runs: Path, info: RunInfo) -> RunFolder:
        """Creates a folder below ``runs`` with its run.json. Raises OutputError."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        folder = cls(runs / f"{stamp}-{secrets.token_hex(2)}")
        folder.write_info(info)
        return folder

    # Title, note and settings.

    def read_info(self) -> RunInfo:
        """Reads run.json. Raises RunError, which names the file."""
        try:
            content = json.loads(self.info_file.read_text(encoding="utf-8"))
            info = RunInfo(**content)
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{self.info_file}: the run cannot be read ({error})") from error
        if info.format != FORMAT:
            raise RunError(f"{self.info_file}: format is {info.format}, this program reads {FORMAT}")
        return info

    def write_info(self, info: RunInfo) -> None:
        """Writes run.json. Raises OutputError."""
        with whole_file(self.info_file) as temporary:
            temporary.write_text(json.dumps(dataclasses.asdict(info), indent=2) + "\n", encoding="utf-8")

    # Whether a trainer is alive, and words to it.

    def lock(self) -> FileLock:
        """Returns the lock that the trainer holds for its whole life. Raises Timeout when it is taken."""
        self.path.mkdir(parents=True, exist_ok=True)
        return FileLock(self._lock_file, timeout=LOCK_PATIENCE_S)

    @property
    def is_alive(self) -> bool:
        """True while a trainer works on the run."""
        if not self._lock_file.exists():
            return False
        try:
            with _ASKING, FileLock(self._lock_file, timeout=0):
                return False
        except Timeout:
            return True

    def say(self, word: Word) -> None:
        """Sends a word to a trainer whose stdin no process holds. Raises OutputError."""
        with whole_file(self._control_file) as temporary:
            temporary.write_text(word, encoding="utf-8")

    def take_word(self) -> str | None:
        """Returns the word that was sent to the trainer since the last time; None without one."""
        taken = self._control_file.with_suffix(".taken")
        try:
            self._control_file.replace(taken)  # a word that is said meanwhile waits for the next time
            word = taken.read_text(encoding="utf-8", errors="replace").strip()
            taken.unlink()
        except OSError:
            return None
        return word

    # The trainer's messages.

    def append(self, messages: Sequence[RunMessage]) -> None:
        """Appends messages of the trainer. Raises OSError."""
        with self.messages_file.open("a+b") as file:
            if file.tell() and not _ends_with_newline(file):
                file.write(b"\n")  # a kill has torn the line before
            file.write("".join(map(to_line, messages)).encode("ascii"))
            if not all(isinstance(message, Step) for message in messages):
                file.flush()
                os.fsync(file.fileno())  # a power cut may cost a step, but not the figures of an epoch

    def messages(self) -> list[RunMessage]:
        """Returns the messages that led to the present state, without what a resume from a checkpoint
        undid."""
        return on_the_way(self.tail(MessageReader(), 0)[0])

    def tail(self, reader: MessageReader, offset: int) -> tuple[list[RunMessage], int]:
        """Returns the messages written since ``offset`` bytes, and the next offset."""
        try:
            with self.messages_file.open("rb") as file:
                file.seek(offset)
                data = file.read()
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise RunError(f"{self.messages_file}: cannot be read ({error})") from error
        return [item for item in reader.feed(data) if not isinstance(item, str)], offset + len(data)

    @property
    def card_file(self) -> Path | None:
        """The card of the finished model."""
        with suppress(RunError):
            card = self.path / f"{self.read_info().config.get('name', '')}.json"
            return card if card.is_file() else None
        return None


def on_the_way(messages: Iterable[RunMessage]) -> list[RunMessage]:
    """Returns the messages without those that a killed trainer wrote after the checkpoint of the next start.

    An epoch that was validated again, from a checkpoint at its last step, counts once.
    """
    kept: list[RunMessage] = []
    for message in messages:
        if isinstance(message, RunStarted):
            kept = [item for item in kept if not _is_after(item, message.resumed_at)]
        if isinstance(message, Epoch):
            kept = [item for item in kept if not (isinstance(item, Epoch) and item.epoch >= message.epoch)]
        kept.append(message)
    return kept


def _is_after(message: RunMessage, step: int) -> bool:
    return getattr(message, "step", 0) > step


def _ends_with_newline(file: Any) -> bool:
    file.seek(-1, 2)
    return bool(file.read(1) == b"\n")


def list_runs(runs: Path) -> list[RunFolder]:
    """Returns the runs below a folder, the newest first."""
    if not runs.is_dir():
        return []
    runs_found = [RunFolder(file.parent) for file in runs.glob("*/run.json")]
    return sorted(runs_found, key=lambda run: run.path.name, reverse=True)
