"""Writes every frame and face as a table: CSV and Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.exports.episodes import LABELS
from fer_desktop.core.files import whole_file
from fer_desktop.core.plain_text import spreadsheet_safe
from fer_desktop.core.results import StoredAnalysis
from fer_desktop.core.sinks import CSV_COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS: tuple[str, ...] = (*CSV_COLUMNS, "person_id", "person")
"""The columns of the CSV of an analysis, and the person. A row without a face has only the first two."""

FACTS_KEY = "fer_desktop.facts"
"""The key in a Parquet file's metadata for the facts of the analysis, as JSON."""

CHUNK_ROWS = 20_000

_NO_FACE = "%d,%.6f" + "," * (len(COLUMNS) - 2) + "\n"
_FACE = ",".join(
    ("%d,%.6f,%d", *["%.1f"] * 4, "%.4f", "%s", "%.5f", *["%.5f"] * (2 * len(EMOTIONS)), "%d", "%s\n")
)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some lines of the table. faces: the columns from the third on, for the lines with a face."""

    frame: NDArray[np.int64]
    pts_s: NDArray[np.float64]
    has_face: NDArray[np.bool_]
    faces: dict[str, NDArray[Any]]


def write_table_csv(
    stored: StoredAnalysis, path: Path, *, on_progress: Callable[[float], None] = lambda fraction: None
) -> None:
    """Writes a CSV file with the columns COLUMNS. Numbers are as in ``sinks.tables.csv_rows``. Ignored people
    are left out.

    on_progress: receives the fraction that is done, 0 to 1. If it raises, no file is written. Raises
    OutputError.
    """
    names = {person.id: _csv_field(person.title) for person in stored.people.people}
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        for part, fraction in _parts(stored):
            file.writelines(_lines(part, names))
            on_progress(fraction)


def write_table_parquet(
    stored: StoredAnalysis, path: Path, *, on_progress: Callable[[float], None] = lambda fraction: None
) -> None:
    """Writes what ``write_table_csv`` writes, with the types of ``parquet_schema`` and values as stored."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = parquet_schema().with_metadata({FACTS_KEY: json.dumps(dict(stored.facts), ensure_ascii=False)})
    names = {person.id: person.title for person in stored.people.people}
    with whole_file(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for part, fraction in _parts(stored):
            row = pa.array(np.cumsum(part.has_face) - 1, mask=~part.has_face)
            faces = {
                name: pa.array(values).take(row) for name, values in _with_words(part.faces, names).items()
            }
            columns = {"frame": pa.array(part.frame), "pts_s": pa.array(part.pts_s), **faces}
            writer.write_table(
                pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)
            )
            on_progress(fraction)


def parquet_schema() -> pa.Schema:
    """Returns the types of COLUMNS. All but the first two may be null."""
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    types = {"frame": pa.int64(), "pts_s": pa.float64(), "face_id": pa.int32(), "person_id": pa.int32()}
    types |= {"label": words, "person": words}
    return pa.schema(
        [pa.field(name, types.get(name, pa.float32()), name not in CSV_COLUMNS[:2]) for name in COLUMNS]
    )


def _parts(stored: StoredAnalysis) -> Iterator[tuple[_Part, float]]:
    """Yields the table in parts of CHUNK_ROWS lines, each with the fraction that is done after it."""
    table, confidence = stored.table, stored.table.confidence
    counts = np.bincount(table.frame_of_face[stored.shown], minlength=table.frames)
    frames = np.repeat(np.arange(table.frames), np.maximum(counts, 1))
    has_face = counts[frames] > 0
    shown = np.flatnonzero(stored.shown)
    first = 0
    for start in range(0, len(frames), CHUNK_ROWS):
        lines = slice(start, start + CHUNK_ROWS)
        rows = shown[first : first + np.count_nonzero(has_face[lines])]
        first += len(rows)
        faces = {
            "face_id": table.face_id[rows],
            **dict(zip(("x", "y", "width", "height"), table.box[rows].T, strict=True)),
            "detection_score": table.score[rows],
            "label": table.label[rows],
            "confidence": confidence[rows],
            **dict(zip(EMOTIONS, table.probabilities[rows].T, strict=True)),
            **{
                f"smoothed_{name}": column
                for name, column in zip(EMOTIONS, table.smoothed[rows].T, strict=True)
            },
            "person_id": stored.person_id[rows],
        }
        part = _Part(table.frame[frames[lines]], table.pts_s[frames[lines]], has_face[lines], faces)
        yield part, min((start + CHUNK_ROWS) / len(frames), 1.0)


def _lines(part: _Part, names: dict[int, str]) -> Iterator[str]:
    faces = zip(*(column.tolist() for column in _with_words(part.faces, names).values()), strict=True)
    moments = zip(part.frame.tolist(), part.pts_s.tolist(), part.has_face.tolist(), strict=True)
    for index, pts_s, has_face in moments:
        yield _FACE % (index, pts_s, *next(faces)) if has_face else _NO_FACE % (index, pts_s)


def _with_words(faces: dict[str, NDArray[Any]], names: dict[int, str]) -> dict[str, NDArray[Any]]:
    """Returns the columns from the third on, in order, with labels and people as words."""
    persons = np.array([names[person] for person in faces["person_id"].tolist()], object)
    return {**faces, "label": np.array(LABELS, object)[faces["label"]], "person": persons}


def _csv_field(text: str) -> str:
    """Returns a field as the csv module writes it in a row."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([spreadsheet_safe(text), ""])
    return line.getvalue().removesuffix(",")
