"""The folder of a training run: who started it and with what, what the trainer said, and whether it lives.

run.json         what a person knows it by, and what it was started with
messages.jsonl   every message of the trainer, a line each, over all of its starts
log.txt          the trainer's log
running.lock     locked by the trainer for as long as it lives; the system frees it when the process is gone
control          the last word for the trainer that cannot be told over its stdin
checkpoint.pt    the state from which the run goes on
worst.npz        the validation rows that the last epoch was most wrong about, with pictures (`Predictions`)
validation.npz   the best epoch's opinion of the validation rows (`Predictions`)
NAME.json, NAME.safetensors, NAME.onnx, metrics.csv, figures/: the model, when it is finished
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
"""Whoever only asks whether the run lives holds the lock for a moment."""
Word = Literal["stop", "pause", "continue"]
_ASKING = threading.Lock()
"""Asking whether a run lives takes its lock for a moment; another thread would take that for a life."""


class RunError(FerDesktopError):
    """The folder of a run cannot be read or written, or is in use."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """title, note: a person's words. created: ISO 8601, UTC. data, votes: paths as given to the trainer.

    config: the fields of the trainer's TrainConfig. preset: the id that it came from, or empty.
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
    """One run on disk. Reads and writes small files; not for two threads at once."""

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
        """A new folder below ``runs`` with its run.json. Raises OutputError."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        folder = cls(runs / f"{stamp}-{secrets.token_hex(2)}")
        folder.write_info(info)
        return folder

    # What a person knows it by.

    def read_info(self) -> RunInfo:
        """Raises RunError that names the file."""
        try:
            content = json.loads(self.info_file.read_text(encoding="utf-8"))
            info = RunInfo(**content)
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{self.info_file}: the run cannot be read ({error})") from error
        if info.format != FORMAT:
            raise RunError(f"{self.info_file}: format is {info.format}, this program reads {FORMAT}")
        return info

    def write_info(self, info: RunInfo) -> None:
        """Raises OutputError."""
        with whole_file(self.info_file) as temporary:
            temporary.write_text(json.dumps(dataclasses.asdict(info), indent=2) + "\n", encoding="utf-8")

    # Whether it lives, and what it is told.

    def lock(self) -> FileLock:
        """For the trainer, held for the whole of its life. Raises Timeout when it is taken."""
        self.path.mkdir(parents=True, exist_ok=True)
        return FileLock(self._lock_file, timeout=LOCK_PATIENCE_S)

    @property
    def is_alive(self) -> bool:
        """Whether a trainer works on it."""
        if not self._lock_file.exists():
            return False
        try:
            with _ASKING, FileLock(self._lock_file, timeout=0):
                return False
        except Timeout:
            return True

    def say(self, word: Word) -> None:
        """Tells a trainer whose stdin nobody holds. Raises OutputError."""
        with whole_file(self._control_file) as temporary:
            temporary.write_text(word, encoding="utf-8")

    def take_word(self) -> str | None:
        """For the trainer: what it was told since the last time."""
        taken = self._control_file.with_suffix(".taken")
        try:
            self._control_file.replace(taken)  # a word that is said meanwhile waits for the next time
            word = taken.read_text(encoding="utf-8", errors="replace").strip()
            taken.unlink()
        except OSError:
            return None
        return word

    # What the trainer said.

    def append(self, messages: Sequence[RunMessage]) -> None:
        """For the trainer. Raises OSError."""
        with self.messages_file.open("a+b") as file:
            if file.tell() and not _ends_with_newline(file):
                file.write(b"\n")  # a kill has torn the line before
            file.write("".join(map(to_line, messages)).encode("ascii"))
            if not all(isinstance(message, Step) for message in messages):
                file.flush()
                os.fsync(file.fileno())  # a power cut may cost a step, but not the figures of an epoch

    def messages(self) -> list[RunMessage]:
        """All that led to the present state: not what a resume from a checkpoint undid."""
        return on_the_way(self.tail(MessageReader(), 0)[0])

    def tail(self, reader: MessageReader, offset: int) -> tuple[list[RunMessage], int]:
        """The messages written since ``offset`` bytes, and the next offset."""
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
    """Without what a killed trainer had done after the checkpoint from which the next one went on.

    An epoch that was validated once more, from a checkpoint at its last step, counts once.
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
    """Those below a folder, the newest first."""
    if not runs.is_dir():
        return []
    runs_found = [RunFolder(file.parent) for file in runs.glob("*/run.json")]
    return sorted(runs_found, key=lambda run: run.path.name, reverse=True)
