"""The whole tab of a recording, with real analyses of generated videos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.ui.analysis.running import AnalysisRequest, free_path
from fer_desktop.ui.analysis.workspace import Workspace
from fer_desktop.ui.common.jobs import JobRunner
from tests.support.models import write_tiny_model
from tests.support.stored import two_people, write_ferx
from tests.support.videos import write_face_video
from tests.ui.fakes import WAIT_S

WAIT_MS = round(WAIT_S * 1000)


@pytest.fixture
def workspace(qtbot: QtBot) -> Iterator[Workspace]:
    jobs = JobRunner()
    workspace = Workspace(jobs)
    qtbot.addWidget(workspace)
    workspace.resize(1000, 700)
    workspace.show()
    yield workspace
    for thread in workspace.begin_shutdown():
        thread.join(WAIT_S)
    jobs.shutdown()


@pytest.fixture
def settings(tmp_path: Path) -> PipelineSettings:
    return PipelineSettings(model=write_tiny_model(tmp_path / "model"), device="cpu")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "talk.mp4"
    write_face_video(path, seconds=1.0)
    return path


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")


def opened(workspace: Workspace, path: Path, qtbot: QtBot) -> StoredAnalysis:
    workspace.open(path)
    qtbot.waitUntil(lambda: workspace.view is not None)
    assert workspace.view is not None
    return workspace.view.document.stored


def test_a_recording_is_analysed_into_a_file(
    workspace: Workspace, settings: PipelineSettings, video: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(workspace.ended, timeout=WAIT_MS) as ended:
        workspace.start(AnalysisRequest(video, tmp_path / "results"), settings)
    text, folder = ended.args
    assert text.startswith("Finished: 25 pictures analysed")
    assert folder == tmp_path / "results"
    assert {path.name for path in folder.iterdir()} == {"talk.csv", "talk.ferx", "talk.json"}
    assert workspace.view is not None
    shown, in_file = workspace.view.document.stored, StoredAnalysis.load(folder / "talk.ferx")
    assert shown.table.frames == in_file.table.frames == 25
    assert in_file.facts["state"] == "complete"
    assert shown.facts == in_file.facts
    assert shown.thumbnail(1) is not None
    assert workspace.strip is None
    assert not workspace.is_running


def test_what_is_analysed_before_a_cancel_stays(
    workspace: Workspace, settings: PipelineSettings, tmp_path: Path, qtbot: QtBot
) -> None:
    write_face_video(tmp_path / "talk.mp4", seconds=10.0)
    workspace.start(AnalysisRequest(tmp_path / "talk.mp4", tmp_path / "results"), settings)
    view, strip = workspace.view, workspace.strip
    assert view is not None
    assert strip is not None
    qtbot.waitUntil(lambda: view.document.stored.table.frames > 0, timeout=WAIT_MS)
    strip.pause.click()
    with qtbot.waitSignal(workspace.ended, timeout=WAIT_MS) as ended:
        strip.cancel.click()
    assert ended.args[0].startswith("Cancelled")
    in_file = StoredAnalysis.load(tmp_path / "results" / "talk.ferx")
    assert in_file.facts["state"] == "stopped"
    assert 0 < in_file.table.frames < 250
    assert view.document.stored.table.frames == in_file.table.frames


def test_results_never_replace_others(tmp_path: Path) -> None:
    assert free_path(Path("talk.mp4"), tmp_path).name == "talk.ferx"
    (tmp_path / "talk.csv").touch()
    assert free_path(Path("talk.mp4"), tmp_path).name == "talk-2.ferx"
    (tmp_path / "talk-2.ferx").touch()
    assert free_path(Path("talk.mp4"), tmp_path).name == "talk-3.ferx"


def test_an_unreadable_recording_says_why_and_leaves_nothing(
    workspace: Workspace, settings: PipelineSettings, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "talk.mp4").write_bytes(b"no video")
    with qtbot.waitSignal(workspace.ended, timeout=WAIT_MS) as ended:
        workspace.start(AnalysisRequest(tmp_path / "talk.mp4", tmp_path / "results"), settings)
    assert ended.args[0].startswith("The analysis failed.")
    assert workspace.message_page.message is not None
    assert workspace.message_page.message.title == "The analysis failed"
    assert not list((tmp_path / "results").glob("*"))


def test_results_open_without_their_recording(workspace: Workspace, stored: Path, qtbot: QtBot) -> None:
    assert opened(workspace, stored, qtbot).table.frames == 40
    assert workspace.banner.message is not None
    assert workspace.banner.message.title.startswith("The recording is no longer at ")


def test_a_moved_recording_is_found_again_and_another_one_refused(
    workspace: Workspace, video: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), video)
    (tmp_path / "elsewhere").mkdir()
    moved = video.rename(tmp_path / "elsewhere" / "speech.mp4")
    write_face_video(video, seconds=0.4)
    opened(workspace, path, qtbot)
    with qtbot.waitSignal(workspace.said) as said:
        workspace.relink(video)
    assert "not the recording that was analysed" in said.args[0]
    assert workspace.banner.message is not None
    workspace.relink(moved)
    assert workspace.banner.message is None
    assert StoredAnalysis.load(path).source_path() == moved


def test_an_interrupted_analysis_is_told_of(workspace: Workspace, video: Path, qtbot: QtBot) -> None:
    path = write_ferx(video.with_name("talk.ferx"), FaceTable.of(two_people()), video)
    with ResultFile.open(path) as file:
        file.set_facts({"state": "running"})
    opened(workspace, path, qtbot)
    assert workspace.banner.message is not None
    assert "interrupted" in workspace.banner.message.title


def test_another_file_says_what_is_wrong(workspace: Workspace, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "talk.ferx").write_bytes(b"something else")
    workspace.open(tmp_path / "talk.ferx")
    qtbot.waitUntil(
        lambda: (
            workspace.message_page.message is not None
            and "no results file" in workspace.message_page.message.text
        )
    )


def test_keys_mark_a_moment_and_a_range(workspace: Workspace, stored: Path, qtbot: QtBot) -> None:
    opened(workspace, stored, qtbot)
    view = workspace.view
    assert view is not None
    view.timeline.seek_requested.emit(1.0)
    view.actions_.mark_span.trigger()
    assert view.hint.text() != ""
    view.timeline.seek_requested.emit(0.5)
    view.actions_.mark_span.trigger()
    view.timeline.seek_requested.emit(2.0)
    view.actions_.mark.trigger()
    found = [(marker.start_s, marker.end_s) for marker in view.document.stored.markers]
    assert found == [(0.5, 1.0), (2.0, None)]
    assert view.hint.text() == ""


def test_keys_hold_while_the_tab_has_the_focus(workspace: Workspace, stored: Path, qtbot: QtBot) -> None:
    opened(workspace, stored, qtbot)
    view = workspace.view
    assert view is not None
    workspace.activateWindow()
    view.setFocus()
    qtbot.waitUntil(lambda: view.hasFocus())
    qtbot.keyClick(view, Qt.Key.Key_M)
    assert len(view.document.stored.markers) == 1
