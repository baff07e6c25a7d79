"""Which files are videos and pictures, for file dialogs and for what is dropped on the window."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

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
PICTURE_SUFFIXES = (".avif", ".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


def _patterns(suffixes: Iterable[str]) -> str:
    return " ".join(f"*{suffix}" for suffix in suffixes)


OPEN_FILTER = (
    f"Videos and pictures ({_patterns((*VIDEO_SUFFIXES, *PICTURE_SUFFIXES))});;"
    f"Videos ({_patterns(VIDEO_SUFFIXES)});;Pictures ({_patterns(PICTURE_SUFFIXES)});;All files (*)"
)


def to_open(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Of several files, all pictures if the first is one, else the first: what can be shown together."""
    chosen = tuple(paths)
    if len(chosen) > 1 and chosen[0].suffix.lower() in PICTURE_SUFFIXES:
        return tuple(path for path in chosen if path.suffix.lower() in PICTURE_SUFFIXES)
    return chosen[:1]
