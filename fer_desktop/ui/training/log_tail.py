"""The end of a growing text file."""

from __future__ import annotations

from pathlib import Path

MOST_BYTES = 1 << 18
"""The most that is read at a time. If more was written, the beginning is left out."""


class LogTail:
    """Reads the end of a file. Fast enough for the GUI thread."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most_bytes
        self._offset = 0
        self._rest = b""

    def read(self) -> list[str]:
        """Returns the lines that were completed since the last call, none without a file."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                if size < self._offset:
                    self._offset, self._rest = 0, b""
                start = max(self._offset, size - self._most)
                if start > self._offset:
                    self._rest = b""
                file.seek(start)
                data = file.read(size - start)
        except OSError:
            return []
        self._offset = size
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-self._most :]
        return [line.decode(errors="replace").rstrip("\r") for line in lines]


def last_lines(path: Path, count: int = 12) -> str:
    """Returns the last lines of a file, none without a file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - (1 << 14)))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-count:])
