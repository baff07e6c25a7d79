"""The outcomes of a batch as a text table and as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from fer_desktop.core.batch.inputs import RESERVED_NAME
from fer_desktop.core.batch.run import BatchItem, ItemOutcome
from fer_desktop.core.errors import ResultsExistError
from fer_desktop.core.files import write_whole

LONGEST_NAME = 40
COLUMNS = (
    "input",
    "results",
    "state",
    "frames",
    "frames_with_faces",
    "people",
    "seconds",
    "frames_per_s",
    "error",
)


def table_path(folder: Path) -> Path:
    return folder / f"{RESERVED_NAME}.csv"


def check_table(folder: Path) -> None:
    """Raises ResultsExistError when the table would replace a file that is not such a table."""
    path = table_path(folder)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline()
    except OSError:
        return
    if first.rstrip("\r\n") != ",".join(COLUMNS):
        raise ResultsExistError(f"{path}: exists already; choose another output folder, or replace it")


def write_table(folder: Path, items: Sequence[BatchItem], outcomes: Sequence[ItemOutcome]) -> Path:
    """Writes batch.csv, whole or not at all. Raises OutputError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item, outcome in zip(items, outcomes, strict=True):
        writer.writerow((item.input, item.name, outcome.state, *_figures(outcome), outcome.error or ""))
    write_whole(table_path(folder), text.getvalue().encode("utf-8", "surrogateescape"))
    return table_path(folder)


def as_text(items: Sequence[BatchItem], outcomes: Sequence[ItemOutcome]) -> str:
    """A table in plain text; the last column holds the errors in full."""
    header = ("input", "state", "frames", "with faces", "people", "seconds", "frames/s", "error")
    rows = [
        (_short(item.input.name or str(item.input)), outcome.state, *_figures(outcome), outcome.error or "")
        for item, outcome in zip(items, outcomes, strict=True)
    ]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return "\n".join(_line(row, widths) for row in (header, *rows))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _figures(outcome: ItemOutcome) -> tuple[str, ...]:
    if outcome.state == "waiting":
        return ("",) * 5
    return (
        str(outcome.frames),
        str(outcome.frames_with_faces),
        str(outcome.people),
        f"{outcome.elapsed_s:.1f}",
        f"{outcome.frames_per_s:.1f}",
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Aligns text left and figures right."""
    texts, figures, (error,) = row[:2], row[2:7], row[7:]
    cells = [text.ljust(width) for text, width in zip(texts, widths[:2], strict=True)]
    cells += [figure.rjust(width) for figure, width in zip(figures, widths[2:7], strict=True)]
    return "  ".join((*cells, error)).rstrip()
