"""Assigns the tracker's face ids to people. A user corrects the tracker's mistakes here.

A person is a place and its motion over time, as edited by a user. Faces are never recognised.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.results.faces import FaceTable


class PeopleError(FerDesktopError):
    """A change of the people is impossible. The text says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person. ignored: left out of the picture, the timeline, figures and exports."""

    id: int
    name: str = ""
    ignored: bool = False

    @property
    def title(self) -> str:
        return self.name or f"Person {self.id}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """From a time on, the faces of this id belong to this person, until the id's next assignment."""

    face_id: int
    from_s: float
    person_id: int


@dataclass(frozen=True, slots=True)
class People:
    """All people and their faces. It never changes: each edit returns a new object, so undo keeps the old
    one.

    people: by rising id. assignments: by face id, then time; each face id has one from -inf on.
    """

    people: tuple[Person, ...] = ()
    assignments: tuple[Assignment, ...] = ()

    def person(self, person_id: int) -> Person:
        """Returns a person by id. Raises KeyError for an unknown id."""
        for person in self.people:
            if person.id == person_id:
                return person
        raise KeyError(person_id)

    def with_faces(self, face_ids: Iterable[int]) -> People:
        """Returns people with a new person for each face id without one. It gets the same number if that is
        free."""
        known = {item.face_id for item in self.assignments}
        new = sorted({int(face_id) for face_id in face_ids} - known)
        if not new:
            return self
        people, assignments = list(self.people), list(self.assignments)
        used = {person.id for person in people}
        for face_id in new:
            person_id = face_id if face_id not in used else max(used) + 1
            used.add(person_id)
            people.append(Person(person_id))
            assignments.append(Assignment(face_id, -math.inf, person_id))
        return _sorted(people, assignments)

    def of_faces(self, face_ids: NDArray[np.int32], pts_s: NDArray[np.float64]) -> NDArray[np.int32]:
        """Returns the (N,) person of each face id at its time."""
        first = np.zeros(1 + max((item.face_id for item in self.assignments), default=0), np.int32)
        later = []
        for item in self.assignments:
            if math.isinf(item.from_s):
                first[item.face_id] = item.person_id
            else:
                later.append(item)
        persons = first[face_ids]
        for item in later:  # by time: the last one that applies wins
            persons[(face_ids == item.face_id) & (pts_s >= item.from_s)] = item.person_id
        return persons

    def of_table(self, table: FaceTable) -> NDArray[np.int32]:
        """Returns the (N,) person of each face of a table."""
        return self.of_faces(table.face_id, table.face_pts_s)

    def ignored_ids(self) -> frozenset[int]:
        return frozenset(person.id for person in self.people if person.ignored)

    def renamed(self, person_id: int, name: str) -> People:
        return self._changed(replace(self.person(person_id), name=name.strip()))

    def ignoring(self, person_id: int, ignored: bool) -> People:
        return self._changed(replace(self.person(person_id), ignored=ignored))

    def merged(self, person_id: int, other_id: int, table: FaceTable) -> People:
        """Makes the other person part of the first. Raises PeopleError where both are in one frame."""
        self.person(person_id), self.person(other_id)
        persons = self.of_table(table)
        frames = table.frame_of_face
        common = np.intersect1d(frames[persons == person_id], frames[persons == other_id])
        if len(common):
            first, other = self.person(person_id).title, self.person(other_id).title
            moment = f"{table.pts_s[common[0]]:.2f} s"
            raise PeopleError(
                f"{first} and {other} are both in the picture at {moment}, so they are not one person; "
                "split one of them before that, or ignore it"
            )
        assignments = [
            replace(item, person_id=person_id) if item.person_id == other_id else item
            for item in self.assignments
        ]
        people = [person for person in self.people if person.id != other_id]
        return _sorted(people, assignments)

    def split(self, person_id: int, pts_s: float, table: FaceTable) -> tuple[People, int]:
        """Makes a new person of a person's faces from a time on. Returns also the new id.

        Raises PeopleError if the person is not there both before and after.
        """
        person = self.person(person_id)
        mine = self.of_table(table) == person_id
        times = table.face_pts_s[mine]
        if not ((times < pts_s).any() and (times >= pts_s).any()):
            raise PeopleError(
                f"{person.title} is not in the picture both before and after {pts_s:.2f} s; there is nothing "
                "to split"
            )
        new_id = max(other.id for other in self.people) + 1
        assignments = []
        for item in self.assignments:
            if item.person_id != person_id:
                assignments.append(item)
            elif item.from_s >= pts_s:
                assignments.append(replace(item, person_id=new_id))
            else:
                assignments.append(item)
                if self._next_from(item) > pts_s:
                    assignments.append(Assignment(item.face_id, pts_s, new_id))
        return _sorted([*self.people, Person(new_id)], assignments), new_id

    def _next_from(self, item: Assignment) -> float:
        later = (
            other.from_s
            for other in self.assignments
            if other.face_id == item.face_id and other.from_s > item.from_s
        )
        return min(later, default=math.inf)

    def _changed(self, person: Person) -> People:
        people = [person if other.id == person.id else other for other in self.people]
        return replace(self, people=tuple(people))


def _sorted(people: Iterable[Person], assignments: Iterable[Assignment]) -> People:
    return People(
        tuple(sorted(people, key=lambda person: person.id)),
        tuple(sorted(assignments, key=lambda item: (item.face_id, item.from_s))),
    )
