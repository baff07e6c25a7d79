"""From a list of files and folders to the analyses of a batch and their names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fer_desktop.core.analysis import default_name
from fer_desktop.core.sources import IMAGE_SUFFIXES, natural_order

VIDEO_SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv"}
    | {".ts", ".webm", ".wmv"}
)
"""Suffixes, in lower case, of the videos that are looked for in a folder."""

RESERVED_NAME = "batch"
"""Name of the table of a batch; no input's results may take it."""


def expand_folders(inputs: Iterable[Path]) -> list[Path]:
    """Replaces every folder of videos by its videos, in natural order, and keeps other inputs.

    A folder that has pictures, or no video, is kept as well: its pictures are one input.
    """
    expanded: list[Path] = []
    for path in inputs:
        entries = _entries(path)
        videos = [entry for entry in entries if entry.suffix.lower() in VIDEO_SUFFIXES and entry.is_file()]
        pictures = any(entry.suffix.lower() in IMAGE_SUFFIXES for entry in entries)
        expanded += videos
        if pictures or not videos:
            expanded.append(path)
    return expanded


def _entries(path: Path) -> list[Path]:
    """The entries of a folder in natural order; empty for a file and for an unreadable folder."""
    try:
        return sorted(path.iterdir(), key=lambda entry: natural_order(entry.name))
    except OSError:
        return []


def unique_names(inputs: Iterable[Path], used: Iterable[str] = ()) -> list[str]:
    """A name for the results of each input: a second "talk", or "Talk", becomes "talk-2".

    used: names that are taken.
    """
    names: list[str] = []
    taken = {RESERVED_NAME, *(name.casefold() for name in used)}
    for path in inputs:
        plain = name = default_name(path)
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names
