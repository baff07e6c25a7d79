"""What is done with a run's folder on a worker thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFile, QStandardPaths

from fer_desktop.core.errors import OutputError
from fer_desktop.core.files import write_whole
from fer_desktop.core.training import MessageReader, RunFolder, RunHistory, RunInfo

_DATA = QStandardPaths.StandardLocation.GenericDataLocation


@dataclass(frozen=True, slots=True)
class LoadedRun:
    """reader, offset: to go on reading its messages. is_alive: a trainer works on it."""

    info: RunInfo
    history: RunHistory
    reader: MessageReader
    offset: int
    is_alive: bool


def load(run: RunFolder) -> LoadedRun:
    """Raises RunError."""
    info = run.read_info()
    is_alive = run.is_alive  # before the messages, so that its last ones are not missed
    reader = MessageReader()
    messages, offset = run.tail(reader, 0)
    return LoadedRun(info, RunHistory.of(messages), reader, offset, is_alive)


def load_to_start(run: RunFolder) -> LoadedRun:
    """With the file that the trainer reads its options from. Raises RunError and OutputError."""
    loaded = load(run)
    if not loaded.is_alive:
        write_config(run, loaded.info)
    return loaded


def write_config(run: RunFolder, info: RunInfo) -> None:
    """Raises OutputError."""
    write_whole(run.path / "config.json", json.dumps(info.config, indent=2).encode())


def move_to_trash(folder: Path) -> None:
    """Raises OutputError."""
    # On Linux the trash is in here, and Qt makes the trash but not this.
    Path(QStandardPaths.writableLocation(_DATA)).mkdir(parents=True, exist_ok=True)
    file = QFile(str(folder))
    if not file.moveToTrash():
        raise OutputError(
            f"{folder}: cannot be moved to the trash ({file.errorString()}); delete it in the file manager"
        )
