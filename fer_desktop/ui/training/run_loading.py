"""Work on the folder of a run, for a job's thread."""

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
    """reader, offset: to continue reading its messages. is_alive: a trainer works on it."""

    info: RunInfo
    history: RunHistory
    reader: MessageReader
    offset: int
    is_alive: bool


def load(run: RunFolder) -> LoadedRun:
    """Reads a run. Raises RunError."""
    info = run.read_info()
    is_alive = run.is_alive  # checked before reading, so that the last messages are not missed
    reader = MessageReader()
    messages, offset = run.tail(reader, 0)
    return LoadedRun(info, RunHistory.of(messages), reader, offset, is_alive)


def load_to_start(run: RunFolder) -> LoadedRun:
    """Reads a run and writes the trainer's configuration. Raises RunError and OutputError."""
    loaded = load(run)
    if not loaded.is_alive:
        write_config(run, loaded.info)
    return loaded


def write_config(run: RunFolder, info: RunInfo) -> None:
    """Writes the file that the trainer reads its options from. Raises OutputError."""
    write_whole(run.path / "config.json", json.dumps(info.config, indent=2).encode())


def move_to_trash(folder: Path) -> None:
    """Moves a folder to the trash. Raises OutputError."""
    # On Linux the trash is in this folder. Qt creates the trash, but not the folder.
    Path(QStandardPaths.writableLocation(_DATA)).mkdir(parents=True, exist_ok=True)
    file = QFile(str(folder))
    if not file.moveToTrash():
        raise OutputError(
            f"{folder}: cannot be moved to the trash ({file.errorString()}). Delete it in the file manager"
        )
