"""One analysis in one file, ``NAME.ferx``: an SQLite database that is consistent at every moment."""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import FerDesktopError, OutputError
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.markers import Marker, in_order
from fer_desktop.core.results.people import Assignment, People, Person

SUFFIX = ".ferx"
APPLICATION_ID = 0x46455258  # "FERX"
FORMAT = 1
BUSY_S = 5.0

_COLUMNS: dict[str, tuple[str, int]] = {
    # name: (little-endian type, values in a row)
    "frame": ("<i8", 1),
    "pts_s": ("<f8", 1),
    "size": ("<i4", 2),
    "first_face": ("<i8", 1),
    "face_id": ("<i4", 1),
    "box": ("<f4", 4),
    "score": ("<f4", 1),
    "label": ("<i1", 1),
    "probabilities": ("<f4", len(EMOTIONS)),
    "smoothed": ("<f4", len(EMOTIONS)),
}

_SCHEMA = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE chunks (id INTEGER PRIMARY KEY, {", ".join(f"{name} BLOB NOT NULL" for name in _COLUMNS)});
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, ignored INTEGER NOT NULL);
CREATE TABLE assignments (face_id INTEGER NOT NULL, from_s REAL, person_id INTEGER NOT NULL);
CREATE TABLE markers (id INTEGER PRIMARY KEY, start_s REAL NOT NULL, end_s REAL, text TEXT NOT NULL);
CREATE TABLE thumbnails (face_id INTEGER PRIMARY KEY, jpeg BLOB NOT NULL);
"""


class ResultFileError(FerDesktopError):
    """A results file is missing, damaged, or another kind of file. The text says which and what to do."""


class ResultFile:
    """Tables, people, markers and facts of one analysis. docs/ferx.md describes the layout.

    Each method that writes is one transaction. After a kill or a full disk the file holds everything that was
    written before. Several connections, from several threads or processes, may have the same file open. One
    object is for one thread. ``is_read_only``: the file cannot be changed.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, is_read_only: bool = False) -> None:
        self.path = path
        self.is_read_only = is_read_only
        self._connection = connection

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, Any]) -> Self:
        """Creates a file. Raises OutputError, also where a file exists already."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
        except FileExistsError:
            raise OutputError(f"{path}: exists already; choose another name or folder") from None
        except OSError as error:
            raise _cannot_write(path, error.strerror or str(error)) from error
        try:
            file = cls(path, _connect(path, "rw"))
            with file._writing() as database:
                database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                database.execute(f"PRAGMA user_version = {FORMAT}")
                for statement in _SCHEMA.strip().split(";\n"):
                    database.execute(statement)
                _insert_facts(database, facts)
        except (FerDesktopError, sqlite3.Error) as error:
            path.unlink(missing_ok=True)
            if isinstance(error, sqlite3.Error):
                raise _cannot_write(path, str(error)) from error
            raise
        return file

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens a file; one that must not be written to is opened for reading. Raises ResultFileError."""
        if not path.is_file():
            raise ResultFileError(f"{path}: there is no such file")
        is_read_only = not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))  # for the journal
        try:
            connection = _connect(path, "ro" if is_read_only else "rw")
            _check(path, connection)
        except sqlite3.OperationalError as error:
            raise ResultFileError(f"{path}: cannot be read ({error})") from error
        except sqlite3.DatabaseError as error:
            raise ResultFileError(
                f"{path}: this is no results file of FER Desktop, or it is damaged ({error})"
            ) from error
        return cls(path, connection, is_read_only=is_read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # What was analysed, and how: JSON values by name.

    def facts(self) -> dict[str, Any]:
        return {name: json.loads(text) for name, text in self._read("SELECT name, value FROM facts")}

    def set_facts(self, facts: Mapping[str, Any]) -> None:
        """Replaces the facts of these names; keeps the others. Raises OutputError."""
        with self._writing() as database:
            _insert_facts(database, facts)

    # The frames.

    def append(self, table: FaceTable, thumbnails: Mapping[int, bytes] | None = None) -> None:
        """Adds frames after the last, and JPEG pictures by face id. Raises OutputError."""
        names = ", ".join(_COLUMNS)
        marks = ", ".join("?" for _ in _COLUMNS)
        with self._writing() as database:
            if table.frames:
                row = [getattr(table, name).astype(kind).tobytes() for name, (kind, _) in _COLUMNS.items()]
                database.execute(f"INSERT INTO chunks ({names}) VALUES ({marks})", row)
            database.executemany(
                "INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", list((thumbnails or {}).items())
            )

    def faces(self) -> FaceTable:
        """Returns all frames so far. Raises ResultFileError for damaged content."""
        chunks = self._read(f"SELECT {', '.join(_COLUMNS)} FROM chunks ORDER BY id")
        try:
            return FaceTable.joined([_table(row) for row in chunks])
        except ValueError as error:
            raise ResultFileError(f"{self.path}: its frames are damaged ({error})") from error

    def thumbnails(self) -> dict[int, bytes]:
        """Returns JPEG pictures by face id."""
        return dict(self._read("SELECT face_id, jpeg FROM thumbnails"))

    # People and markers, which users edit.

    def people(self) -> People:
        """Returns the people as they were saved last. ``with_faces`` adds people for newer faces."""
        people = [
            Person(number, name, bool(ignored))
            for number, name, ignored in self._read("SELECT * FROM people")
        ]
        rows = self._read("SELECT * FROM assignments ORDER BY face_id, from_s")
        assignments = [
            Assignment(face, -math.inf if start is None else start, who) for face, start, who in rows
        ]
        return People(tuple(people), tuple(assignments))

    def set_people(self, people: People) -> None:
        """Replaces all people. Raises OutputError."""
        assignments = [
            (item.face_id, None if math.isinf(item.from_s) else item.from_s, item.person_id)
            for item in people.assignments
        ]
        with self._writing() as database:
            database.execute("DELETE FROM people")
            database.execute("DELETE FROM assignments")
            database.executemany(
                "INSERT INTO people VALUES (?, ?, ?)",
                [(person.id, person.name, person.ignored) for person in people.people],
            )
            database.executemany("INSERT INTO assignments VALUES (?, ?, ?)", assignments)

    def markers(self) -> tuple[Marker, ...]:
        return in_order(tuple(Marker(*row) for row in self._read("SELECT * FROM markers")))

    def set_markers(self, markers: Iterable[Marker]) -> None:
        """Replaces all markers. Raises OutputError."""
        with self._writing() as database:
            database.execute("DELETE FROM markers")
            database.executemany(
                "INSERT INTO markers VALUES (?, ?, ?, ?)",
                [(marker.id, marker.start_s, marker.end_s, marker.text) for marker in markers],
            )

    def _read(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise ResultFileError(f"{self.path}: cannot be read ({error})") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self.is_read_only:
            raise _cannot_write(self.path, "the file or its folder is read-only")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise _cannot_write(self.path, str(error)) from error


def delete_results(path: Path) -> None:
    """Removes a results file and the journal that a kill left, if they exist. Raises OutputError."""
    try:
        for leftover in (path, path.with_name(f"{path.name}-journal")):
            leftover.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, error.strerror or str(error)) from error


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None
    )
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ResultFileError(f"{path}: this is no results file of FER Desktop")
    if version > FORMAT:
        raise ResultFileError(
            f"{path}: it was written by a newer FER Desktop (format {version}, this one reads up to "
            f"{FORMAT}); update the program"
        )


def _insert_facts(database: sqlite3.Connection, facts: Mapping[str, Any]) -> None:
    rows = [(name, json.dumps(value, ensure_ascii=False)) for name, value in facts.items()]
    database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)


def _table(row: tuple[bytes, ...]) -> FaceTable:
    arrays = {}
    for (name, (kind, width)), data in zip(_COLUMNS.items(), row, strict=True):
        array = np.frombuffer(data, kind)
        arrays[name] = array.reshape(-1, width) if width > 1 else array
    lengths = {len(arrays[name]) for name in ("frame", "pts_s", "size")}
    faces = {len(arrays[name]) for name in ("face_id", "box", "score", "label", "probabilities", "smoothed")}
    first = arrays["first_face"]
    if lengths != {len(first) - 1} or faces != {int(first[-1])} or (np.diff(first) < 0).any():
        raise ValueError("columns of different lengths")
    return FaceTable(**arrays)


def _cannot_write(path: Path, reason: str) -> OutputError:
    return OutputError(f"{path}: cannot be written ({reason}); make room there or choose another folder")


assert {item.name for item in fields(FaceTable)} == set(_COLUMNS)
