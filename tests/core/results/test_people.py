from __future__ import annotations

import numpy as np
import pytest

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.people import People, PeopleError
from fer_desktop.core.types import Box
from tests.support.results import make_face, make_result


@pytest.fixture
def people(table: FaceTable) -> People:
    return People().with_faces(np.unique(table.face_id))


def shares(people: People, table: FaceTable) -> dict[int, int]:
    ids, counts = np.unique(people.of_table(table), return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def test_each_face_id_is_a_person_at_first(people: People, table: FaceTable) -> None:
    assert [person.title for person in people.people] == ["Person 1", "Person 2"]
    assert shares(people, table) == {1: 40, 2: 10}
    assert people.with_faces([1, 2]) is people


def test_a_name_can_be_given_and_taken_back(people: People) -> None:
    assert people.renamed(2, " Ada ").person(2).title == "Ada"
    assert people.renamed(2, "Ada").renamed(2, "").person(2).title == "Person 2"


def test_split_parts_a_person_in_time(people: People, table: FaceTable) -> None:
    parted, new = people.split(1, 3.0, table)
    assert new == 3
    assert shares(parted, table) == {1: 30, 2: 10, 3: 10}
    again, newer = parted.split(1, 1.0, table)
    assert shares(again, table) == {1: 10, 2: 10, 3: 10, newer: 20}


def test_merge_undoes_split(people: People, table: FaceTable) -> None:
    parted, new = people.split(1, 3.0, table)
    together = parted.merged(1, new, table)
    assert shares(together, table) == shares(people, table)
    assert [person.id for person in together.people] == [1, 2]


def test_two_in_one_frame_are_not_one_person(people: People, table: FaceTable) -> None:
    with pytest.raises(PeopleError, match=r"Person 1 and Person 2 are both in the picture at 1\.00 s"):
        people.merged(1, 2, table)


def test_two_ids_of_one_person_become_one_and_can_be_split_across_ids() -> None:
    box = Box(0, 0, 10, 10)
    table = FaceTable.of(
        [make_result([make_face(box, id=1 if at < 5 else 2)], index=at, pts_s=at / 10) for at in range(10)]
    )
    people = People().with_faces([1, 2]).merged(1, 2, table)
    assert shares(people, table) == {1: 10}
    parted, new = people.split(1, 0.3, table)
    assert shares(parted, table) == {1: 3, new: 7}


def test_a_split_that_parts_nothing_is_refused(people: People, table: FaceTable) -> None:
    for moment in (0.0, 99.0):
        with pytest.raises(PeopleError, match="nothing to split"):
            people.split(1, moment, table)


def test_a_new_face_id_does_not_take_the_number_of_a_person_split_off(
    people: People, table: FaceTable
) -> None:
    parted, new = people.split(1, 3.0, table)
    assert [person.id for person in parted.with_faces([1, 2, new]).people] == [1, 2, new, new + 1]
