"""Writes CSV files: UTF-8, lines that end with ``\\n``. An interrupted write leaves no partial file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from fer_desktop.core.files import whole_file


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Writes a CSV file with a header. Raises OutputError."""
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
