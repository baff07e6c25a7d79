"""Writes markers as CSV."""

from __future__ import annotations

from pathlib import Path

from fer_desktop.core.csv_file import write_csv
from fer_desktop.core.plain_text import spreadsheet_safe
from fer_desktop.core.results import StoredAnalysis

MARKER_COLUMNS = ("start_s", "end_s", "duration_s", "text")


def write_markers(stored: StoredAnalysis, path: Path) -> None:
    """Writes the columns MARKER_COLUMNS by time. A moment has no end_s and lasts 0 s. Raises OutputError."""
    rows = [
        (
            f"{marker.start_s:.6f}",
            "" if marker.end_s is None else f"{marker.end_s:.6f}",
            f"{marker.duration_s:.6f}",
            spreadsheet_safe(marker.text),
        )
        for marker in stored.markers
    ]
    write_csv(path, MARKER_COLUMNS, rows)
