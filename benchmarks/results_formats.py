"""The file formats that results could have had, behind one interface, for benchmarks/results_file.py.

Every commit goes to the disk (fsync), as SQLite's own do.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.files import whole_file
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile
from fer_desktop.core.results.people import People

BOX = ("x", "y", "width", "height")
SMOOTHED = tuple(f"smoothed_{name}" for name in EMOTIONS)
COLUMNS = ("frame", "pts_s", "face_id", *BOX, "score", "label", *EMOTIONS, *SMOOTHED)
PEOPLE = {str(number): f"Person {number}" for number in range(1, 6)}


class Format(Protocol):
    """A writer of one file; ``append`` is one commit, the last two work on a finished or killed file."""

    suffix: str

    def create(self, path: Path) -> None: ...
    def append(self, table: FaceTable) -> None: ...
    def close(self) -> None: ...
    @staticmethod
    def load(path: Path) -> dict[str, np.ndarray[Any, Any]]:
        """Every column as an array; ``frame`` has one value for each face."""

    @staticmethod
    def rename(path: Path, name: str) -> None:
        """Saves another name of one person."""


class ColumnBlobs:
    """SQLite, one row a commit, each column of it as bytes: core/results/file.py."""

    suffix = ".ferx"

    def create(self, path: Path) -> None:
        self._file = ResultFile.create(path, {"state": "running"})

    def append(self, table: FaceTable) -> None:
        self._file.append(table)

    def close(self) -> None:
        self._file.close()

    @staticmethod
    def load(path: Path) -> dict[str, np.ndarray[Any, Any]]:
        with ResultFile.open(path) as file:
            table = file.faces()
        return {"frame": np.repeat(table.frame, np.diff(table.first_face)), "smoothed": table.smoothed}

    @staticmethod
    def rename(path: Path, name: str) -> None:
        with ResultFile.open(path) as file:
            file.set_people(People().with_faces(range(1, 6)).renamed(1, name))


class FaceRows:
    """SQLite, one row a face."""

    suffix = ".sqlite"

    def create(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous = FULL")
        kinds = ("INTEGER" if name in ("frame", "face_id", "label") else "REAL" for name in COLUMNS)
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(COLUMNS, kinds, strict=True))
        self._database.execute(f"CREATE TABLE faces ({columns})")
        self._database.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)")
        self._database.executemany("INSERT INTO people VALUES (?, ?)", PEOPLE.items())

    def append(self, table: FaceTable) -> None:
        rows = zip(*(column.tolist() for column in _columns(table).values()), strict=True)
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(f"INSERT INTO faces VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()

    @staticmethod
    def load(path: Path) -> dict[str, np.ndarray[Any, Any]]:
        database = sqlite3.connect(path)
        rows = database.execute("SELECT * FROM faces ORDER BY rowid").fetchall()
        database.close()
        return dict(zip(COLUMNS, map(np.array, zip(*rows, strict=True)), strict=True))

    @staticmethod
    def rename(path: Path, name: str) -> None:
        database = sqlite3.connect(path)
        with database:
            database.execute("UPDATE people SET name = ? WHERE id = 1", (name,))
        database.close()


class RewrittenZip:
    """A zip of a Parquet file and a JSON file, written anew at each commit and renamed into its place."""

    suffix = ".zip"

    def create(self, path: Path) -> None:
        self._path = path
        self._tables: list[pa.Table] = []

    def append(self, table: FaceTable) -> None:
        self._tables.append(_arrow(table))
        _write_zip(self._path, pa.concat_tables(self._tables).combine_chunks())

    def close(self) -> None:
        """Every commit has left a whole file."""

    @staticmethod
    def load(path: Path) -> dict[str, np.ndarray[Any, Any]]:
        with zipfile.ZipFile(path) as archive, archive.open("faces.parquet") as file:
            return _arrays(pq.read_table(file))

    @staticmethod
    def rename(path: Path, name: str) -> None:
        with zipfile.ZipFile(path) as archive:
            faces = archive.read("faces.parquet")
        _pack(path, faces, PEOPLE | {"1": name})


class AppendedRowGroups:
    """A Parquet file that grows by a row group a commit; put into a zip with a JSON file at the end."""

    suffix = ".zip"

    def create(self, path: Path) -> None:
        self._path = path
        self._part = path.with_suffix(".parquet")
        self._stream = self._part.open("wb")
        self._writer: pq.ParquetWriter | None = None

    def append(self, table: FaceTable) -> None:
        rows = _arrow(table)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, rows.schema, compression="zstd")
        self._writer.write_table(rows)
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._stream.close()
        _pack(self._path, self._part.read_bytes(), PEOPLE)
        self._part.unlink()

    @staticmethod
    def load(path: Path) -> dict[str, np.ndarray[Any, Any]]:
        part = path.with_suffix(".parquet")
        return _arrays(pq.read_table(part)) if part.exists() else RewrittenZip.load(path)

    @staticmethod
    def rename(path: Path, name: str) -> None:
        RewrittenZip.rename(path, name)


FORMATS: dict[str, type[Format]] = {
    "SQLite, column blobs": ColumnBlobs,
    "SQLite, a row a face": FaceRows,
    "Parquet in zip, rewritten": RewrittenZip,
    "Parquet, row groups appended": AppendedRowGroups,
}


def _columns(table: FaceTable) -> dict[str, np.ndarray[Any, Any]]:
    frames = table.frame_of_face
    return {
        "frame": table.frame[frames],
        "pts_s": table.pts_s[frames],
        "face_id": table.face_id,
        **dict(zip(BOX, table.box.T, strict=True)),
        "score": table.score,
        "label": table.label,
        **dict(zip(EMOTIONS, table.probabilities.T, strict=True)),
        **dict(zip(SMOOTHED, table.smoothed.T, strict=True)),
    }


def _arrow(table: FaceTable) -> pa.Table:
    return pa.table({name: np.ascontiguousarray(column) for name, column in _columns(table).items()})


def _arrays(table: pa.Table) -> dict[str, np.ndarray[Any, Any]]:
    names: Iterable[str] = table.column_names
    return {name: table.column(name).to_numpy() for name in names}


def _write_zip(path: Path, table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    _pack(path, sink.getvalue(), PEOPLE)


def _pack(path: Path, faces: Any, people: dict[str, str]) -> None:
    with whole_file(path) as part, part.open("wb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("faces.parquet", faces)
            archive.writestr("people.json", json.dumps(people))
        file.flush()
        os.fsync(file.fileno())
