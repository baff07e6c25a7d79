"""Finds the recording of results: where it was, beside the results, or where a user says it is now."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources import SourceInfo

SAMPLE_BYTES = 2**20


def source_facts(info: SourceInfo, results: Path) -> dict[str, Any]:
    """Returns what a results file stores about its source, as JSON values.

    path: absolute. relative_path: from the results' folder, so that both may move together; None where there
    is no relative path, as between two drives. fingerprint: see ``fingerprint``; None for a folder or a
    camera.
    """
    path = None if info.path is None else info.path.resolve()
    return {
        "name": info.name,
        "kind": info.kind,
        "path": None if path is None else str(path),
        "relative_path": None if path is None else _relative(path, results.resolve().parent),
        "fingerprint": fingerprint(path) if path is not None and path.is_file() else None,
        "width": info.size[0] if info.size else None,
        "height": info.size[1] if info.size else None,
        "fps": info.fps,
        "duration_s": info.duration_s,
    }


def fingerprint(path: Path) -> str:
    """Returns the SHA-256 of a file's length, first MiB and last MiB. Raises SourceError."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(SAMPLE_BYTES)
            file.seek(max(0, size - SAMPLE_BYTES))
            tail = file.read(SAMPLE_BYTES)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    return hashlib.sha256(str(size).encode() + head + tail).hexdigest()


def find_source(facts: Mapping[str, Any], results: Path) -> Path | None:
    """Returns the recording of these facts; None if it is neither where it was nor beside the results."""
    candidates = [results.parent / facts["name"]]
    if facts["relative_path"] is not None:
        candidates.insert(0, results.parent / facts["relative_path"])
    if facts["path"] is not None:
        candidates.insert(0, Path(facts["path"]))
    for path in candidates:
        if _exists(path) and is_same(facts, path):
            return path
    return None


def is_same(facts: Mapping[str, Any], path: Path) -> bool:
    """Returns whether a file is the analysed recording. A folder is compared by its name."""
    if facts["fingerprint"] is None:
        return path.is_dir() and path.name == facts["name"]
    try:
        return path.is_file() and fingerprint(path) == facts["fingerprint"]
    except SourceError:
        return False


def _relative(path: Path, folder: Path) -> str | None:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return None


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises where looking is not allowed
