"""Which files are videos and pictures, for file dialogs and for what is dropped on the window."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fer_desktop.core.images import IMAGE_SUFFIXES

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


def to_open(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Of several files, all pictures if the first is one, else the first: what can be shown together."""
    chosen = tuple(paths)
    if len(chosen) > 1 and chosen[0].suffix.lower() in IMAGE_SUFFIXES:
        return tuple(path for path in chosen if path.suffix.lower() in IMAGE_SUFFIXES)
    return chosen[:1]
