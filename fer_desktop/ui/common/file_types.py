"""The file types of videos, pictures and results, for dialogs and dropped files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fer_desktop.core.results import SUFFIX
from fer_desktop.core.sources import IMAGE_SUFFIXES

VIDEO_SUFFIXES = (
    ".avi",
    ".gif",
    ".m4v",
    ".mkv",
    ".mov",
    ".mp4",
    ".mpeg",
    ".mpg",
    ".mts",
    ".ogv",
    ".webm",
    ".wmv",
)


def _patterns(suffixes: Iterable[str]) -> str:
    return " ".join(f"*{suffix}" for suffix in sorted(suffixes))


OPEN_FILTER = (
    f"Videos and pictures ({_patterns((*VIDEO_SUFFIXES, *IMAGE_SUFFIXES))});;"
    f"Videos ({_patterns(VIDEO_SUFFIXES)});;Pictures ({_patterns(IMAGE_SUFFIXES)});;All files (*)"
)


RESULTS_FILTER = f"Results (*{SUFFIX});;All files (*)"


def results(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Returns the files that are results of an analysis."""
    return tuple(path for path in paths if path.suffix.lower() == SUFFIX)


def to_open(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Returns the files to show together: all pictures if the first file is a picture, else the first file.

    Leaves out results.
    """
    chosen = tuple(path for path in paths if path.suffix.lower() != SUFFIX)
    if len(chosen) > 1 and chosen[0].suffix.lower() in IMAGE_SUFFIXES:
        return tuple(path for path in chosen if path.suffix.lower() in IMAGE_SUFFIXES)
    return chosen[:1]
