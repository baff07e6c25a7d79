"""A results file, read completely, for the window and the exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile
from fer_desktop.core.results.markers import Marker
from fer_desktop.core.results.people import People, Person
from fer_desktop.core.results.recording_identity import find_source
from fer_desktop.core.types import FrameResult


@dataclass(frozen=True, eq=False)
class StoredAnalysis:
    """The content of a results file.

    facts: see ResultFile.facts. thumbnails: JPEG by face id. ``table`` includes ignored people.
    """

    path: Path
    facts: Mapping[str, Any]
    table: FaceTable
    people: People
    markers: tuple[Marker, ...] = ()
    thumbnails: Mapping[int, bytes] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> StoredAnalysis:
        """Reads a results file. Raises ResultFileError."""
        with ResultFile.open(path) as file:
            table = file.faces()
            people = file.people().with_faces(np.unique(table.face_id))
            return cls(path, file.facts(), table, people, file.markers(), file.thumbnails())

    def with_people(self, people: People) -> StoredAnalysis:
        return replace(self, people=people)

    def with_markers(self, markers: tuple[Marker, ...]) -> StoredAnalysis:
        return replace(self, markers=markers)

    @property
    def name(self) -> str:
        """The name of the recording, for people."""
        return str(self.facts["source"]["name"])

    @property
    def end_s(self) -> float:
        """The known length of the recording in seconds, at least the time of the last frame."""
        last = float(self.table.pts_s[-1]) if self.table.frames else 0.0
        return max(last, float(self.facts["source"]["duration_s"] or 0.0))

    @cached_property
    def person_id(self) -> NDArray[np.int32]:
        """(N,) the person of each face of the table."""
        return self.people.of_table(self.table)

    @cached_property
    def shown(self) -> NDArray[np.bool_]:
        """(N,) True for faces of people who are not ignored."""
        return ~np.isin(self.person_id, list(self.people.ignored_ids()))

    @cached_property
    def shown_people(self) -> tuple[Person, ...]:
        """The people who are not ignored and are in the picture at some time, by id."""
        present = set(np.unique(self.person_id).tolist())
        return tuple(person for person in self.people.people if person.id in present and not person.ignored)

    def result(self, position: int) -> FrameResult:
        """Returns one frame without ignored people. ``Face.id`` is the person's id."""
        table, rows = self.table, slice(*self.table.first_face[position : position + 2].tolist())
        faces = tuple(
            replace(face, id=person)
            for face, person, shown in zip(
                table.result(position).faces,
                self.person_id[rows].tolist(),
                self.shown[rows].tolist(),
                strict=True,
            )
            if shown
        )
        return replace(table.result(position), faces=faces)

    def thumbnail(self, person_id: int) -> bytes | None:
        """Returns a JPEG picture of a person; None without one."""
        ids = [item.face_id for item in self.people.assignments if item.person_id == person_id]
        return next((self.thumbnails[face_id] for face_id in ids if face_id in self.thumbnails), None)

    def source_path(self) -> Path | None:
        """Returns where the recording is now; None when it is not found."""
        return find_source(self.facts["source"], self.path)
