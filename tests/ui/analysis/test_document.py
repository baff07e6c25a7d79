from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.people import People
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.ui.analysis.document import JOIN_EVERY_S, AnalysisDocument
from tests.support.sources import FakeClock
from tests.support.stored import two_people, write_ferx


@pytest.fixture
def document(qtbot: QtBot, tmp_path: Path) -> AnalysisDocument:
    path = write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")
    return AnalysisDocument(StoredAnalysis.load(path))


def in_file(document: AnalysisDocument) -> StoredAnalysis:
    return StoredAnalysis.load(document.stored.path)


def test_each_change_is_in_the_file_at_once_and_can_be_undone(document: AnalysisDocument) -> None:
    document.rename(1, "Ada")
    document.ignore([2], True)
    document.split(1, 3.0)
    document.add_marker(1.5, None, "smiles")
    assert in_file(document).people == document.stored.people
    assert [person.title for person in document.stored.people.people] == ["Ada", "Person 2", "Person 3"]
    assert in_file(document).markers == document.stored.markers
    for _ in range(4):
        document.undo_stack.undo()
    assert in_file(document).people == document.stored.people == People().with_faces([1, 2])
    assert in_file(document).markers == document.stored.markers == ()
    for _ in range(4):
        document.undo_stack.redo()
    assert document.stored.people.person(1).title == "Ada"
    assert [marker.text for marker in in_file(document).markers] == ["smiles"]


def test_a_change_that_makes_no_sense_says_why_and_is_not_undoable(
    document: AnalysisDocument, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(document.failed) as failed:
        document.merge([1, 2])
    assert "are both in the picture" in failed.args[0]
    assert not document.undo_stack.canUndo()


def test_a_change_that_cannot_be_saved_does_not_hold(document: AnalysisDocument, qtbot: QtBot) -> None:
    document.stored.path.unlink()
    with qtbot.waitSignal(document.failed) as failed:
        document.add_marker(1.0)
    assert "there is no such file" in failed.args[0]
    assert document.stored.markers == ()
    assert not document.undo_stack.canUndo()


def test_frames_of_a_running_analysis_show_about_once_a_second(tmp_path: Path, qtbot: QtBot) -> None:
    clock = FakeClock()
    results = two_people()
    path = write_ferx(tmp_path / "talk.ferx", FaceTable.of([]), tmp_path / "talk.mp4")
    document = AnalysisDocument(StoredAnalysis.load(path), clock=clock)
    document.extend(results[:5])
    document.extend(results[5:10])
    assert document.stored.table.frames == 5
    clock.advance(JOIN_EVERY_S)
    document.extend(results[10:15])
    assert document.stored.table.frames == 15
    assert [person.id for person in document.stored.shown_people] == [1, 2]
    document.extend(results[15:], at_once=True)
    assert document.stored.table.frames == 40


def test_a_name_given_while_the_analysis_runs_stays(tmp_path: Path, qtbot: QtBot) -> None:
    path = write_ferx(tmp_path / "talk.ferx", FaceTable.of([]), tmp_path / "talk.mp4")
    document = AnalysisDocument(StoredAnalysis.load(path))
    results = two_people()
    document.extend(results[:5], at_once=True)
    document.rename(1, "Ada")
    document.extend(results[5:], at_once=True)
    assert [person.title for person in document.stored.people.people] == ["Ada", "Person 2"]
