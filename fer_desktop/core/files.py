"""Writes files under a temporary name beside their place, then renames them. A file is never half written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fer_desktop.core.errors import OutputError


def part_path(path: Path) -> Path:
    """Returns the temporary name of a file while it is being written."""
    return path.with_name(path.name + ".part")


def output_error(path: Path, error: Exception) -> OutputError:
    """Returns the error for a file that cannot be written."""
    reason = getattr(error, "strerror", None) or error
    return OutputError(f"{path}: cannot be written ({reason}); make room there or choose another folder")


def finish(path: Path) -> Path:
    """Gives a written part file its final name. Raises OutputError."""
    try:
        part_path(path).replace(path)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be replaced ({error.strerror or error}); the result is in {part_path(path)}"
        ) from error
    return path


def discard(path: Path) -> None:
    """Removes the part file after a failure. The part file may be absent."""
    with suppress(OSError):
        part_path(path).unlink()


def flush_to_disk(path: Path) -> None:
    """Waits until a file, or the names in a folder, would survive a power cut. This may take a second.

    Raises OSError for a file. Some systems cannot do it for a folder; that is not an error.
    """
    if path.is_dir():
        with suppress(OSError):
            _flush(path, os.O_RDONLY)
    else:
        _flush(path, os.O_RDWR)


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path to write to. At the end the file there replaces ``path``.

    After an error or a kill, an older file at ``path`` is unchanged. After an error the temporary file is
    removed. Raises OutputError for an OSError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part_path(path)
        part_path(path).replace(path)
    except BaseException as error:
        discard(path)
        if isinstance(error, OSError):
            raise output_error(path, error) from error
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file completely or not at all. Raises OutputError."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)
