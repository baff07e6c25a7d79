from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fer_desktop.core.analysis.summary import AnalysisProgress
from fer_desktop.core.batch.run import Batch, BatchItem, ItemOutcome
from fer_desktop.core.errors import ModelError
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.ui.analysis import queue_running
from fer_desktop.ui.analysis.queue_model import FRACTION_ROLE, STATE
from fer_desktop.ui.analysis.queue_page import QueuePage
from fer_desktop.ui.common.jobs import Job, JobRunner
from fer_desktop.ui.settings.store import Settings
from tests.support.models import write_tiny_model
from tests.support.videos import write_face_video
from tests.ui.fakes import WAIT_S, Gate

ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


class FakeRun:
    """Stands in for the analyses. outcomes: by name of the recording; others are done.

    gate: each analysis has reported its progress when it comes there, and waits.
    """

    def __init__(self) -> None:
        self.gate = Gate(is_open=True)
        self.outcomes: dict[str, ItemOutcome | Exception] = {}
        self.done: list[str] = []

    def __call__(self, item: BatchItem, batch: Batch, pipelines: object, job: Job) -> ItemOutcome:
        self.done.append(item.name)
        job.report(AnalysisProgress(60, 50, pts_s=1.0, elapsed_s=2.0, fraction=0.25))
        self.gate.pass_through()
        if job.should_stop():
            return ItemOutcome("stopped", 20, 10, 1, 1.0, 0.5)
        outcome = self.outcomes.get(item.name)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome or ItemOutcome("done", 200, 100, 2, 8.0, 8.0, (batch.output / f"{item.name}.ferx",))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    run = FakeRun()
    monkeypatch.setattr(queue_running, "run", run)
    return run


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def page(qtbot: QtBot, settings: Settings, tmp_path: Path) -> Iterator[QueuePage]:
    jobs = JobRunner()
    card = write_tiny_model(tmp_path / "model")
    page = QueuePage(jobs, settings, lambda: PipelineSettings(card, device="cpu"))
    qtbot.addWidget(page)
    page.resize(900, 400)
    page.show()
    yield page
    jobs.shutdown()


def offer(page: QueuePage, qtbot: QtBot, *paths: Path) -> None:
    before = len(page.model.rows)
    page.offer(paths)
    qtbot.waitUntil(lambda: len(page.model.rows) > before)


def start_and_wait(page: QueuePage, qtbot: QtBot) -> str:
    with qtbot.waitSignal(page.ended, timeout=int(WAIT_S * 1000)) as signal:
        page.start.trigger()
    assert signal.args is not None
    return str(signal.args[0])


def texts(page: QueuePage) -> list[tuple[str, ...]]:
    model = page.model
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def select(page: QueuePage, row: int) -> None:
    page.table.selectionModel().select(page.model.index(row, 0), ROWS)


TALKS = tuple(Path(f"/recordings/{name}.mp4") for name in ("a", "b", "c"))


def test_an_empty_queue_says_what_to_do(page: QueuePage) -> None:
    assert page.empty.isVisible()
    assert [button.action_text for button in page.empty.buttons] == ["Add files…", "Add folder…"]
    assert not page.start.isEnabled()
    assert not page.stop.isEnabled()
    assert not page.is_running


def test_real_recordings_are_analysed_one_after_the_other(
    page: QueuePage, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("a", "b"):
        write_face_video(folder / f"{name}.mp4", seconds=0.4, fps=10, size=(160, 120))
    (folder / "broken.mp4").write_bytes(b"no video")
    offer(page, qtbot, folder)
    assert [row.item.name for row in page.model.rows] == ["a", "b", "broken"], "the folder's videos"
    assert page.output.text() == str(tmp_path / "FER Desktop")

    assert start_and_wait(page, qtbot) == "3 in the queue: 2 done, 1 failed"
    assert texts(page)[0] == ("a.mp4", "done", "4", "1", "")
    assert texts(page)[2][1].startswith("failed: this is not a video that can be read")
    assert (tmp_path / "FER Desktop" / "b.ferx").is_file()

    page.model.remove([0, 1, 2])
    offer(page, qtbot, folder)
    start_and_wait(page, qtbot)
    assert [row.state for row in page.model.rows] == ["done before", "done before", "failed"]


def test_while_it_runs_it_says_how_far(page: QueuePage, qtbot: QtBot, run: FakeRun) -> None:
    run.gate = Gate()
    offer(page, qtbot, *TALKS)
    page.start.trigger()
    qtbot.waitUntil(lambda: texts(page)[0] == ("a.mp4", "running", "50", "", "0:06"))
    assert page.model.index(0, STATE).data(FRACTION_ROLE) == 0.25
    assert page.model.index(1, STATE).data(FRACTION_ROLE) is None
    assert page.is_running
    assert not page.start.isEnabled()
    assert not page.output.isEnabled()
    page.grab()  # draws the bar, and would fail on a warning of Qt
    with qtbot.waitSignal(page.ended):
        run.gate.open()
    assert [row.state for row in page.model.rows] == ["done"] * 3
    assert run.done == ["a", "b", "c"]


def test_a_stop_ends_the_running_one_and_leaves_the_rest_waiting(
    page: QueuePage, qtbot: QtBot, run: FakeRun
) -> None:
    run.gate = Gate()
    offer(page, qtbot, *TALKS)
    page.start.trigger()
    run.gate.wait_until_reached()
    page.stop.trigger()
    assert not page.stop.isEnabled()
    with qtbot.waitSignal(page.ended) as signal:
        run.gate.open()
    assert signal.args == ["3 in the queue: 1 stopped, 2 waiting"]
    assert [row.state for row in page.model.rows] == ["stopped", "waiting", "waiting"]
    start_and_wait(page, qtbot)
    assert run.done == ["a", "a", "b", "c"]


def test_what_fails_does_not_stop_the_rest_and_can_be_tried_again(
    page: QueuePage, qtbot: QtBot, run: FakeRun
) -> None:
    run.outcomes = {
        "a": ItemOutcome("failed", error="The disk is full."),
        "b": ModelError("There is no model."),
    }
    offer(page, qtbot, *TALKS)
    start_and_wait(page, qtbot)
    assert [row[1] for row in texts(page)] == [
        "failed: The disk is full.",
        "failed: There is no model.",
        "done",
    ]
    assert page.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "The disk is full."
    run.outcomes = {}
    start_and_wait(page, qtbot)
    assert run.done == ["a", "b", "c", "a", "b"]


def test_what_is_added_to_a_running_queue_is_done_in_its_turn(
    page: QueuePage, qtbot: QtBot, run: FakeRun
) -> None:
    run.gate = Gate()
    offer(page, qtbot, TALKS[0])
    page.start.trigger()
    run.gate.wait_until_reached()
    offer(page, qtbot, *TALKS)
    assert len(page.model.rows) == 3, "the same file once"
    page.model.remove([0, 1])
    assert [row.item.name for row in page.model.rows] == ["a", "c"], "the running one stays"
    with qtbot.waitSignal(page.ended):
        run.gate.open()
    assert run.done == ["a", "c"]


def test_recordings_of_one_name_get_results_of_their_own(page: QueuePage, qtbot: QtBot) -> None:
    offer(page, qtbot, Path("/x/talk.mp4"), Path("/y/talk.mp4"))
    offer(page, qtbot, Path("/z/Talk.mov"))
    assert [row.item.name for row in page.model.rows] == ["talk", "talk-2", "Talk-3"]


def test_results_are_opened_by_double_click_or_button(
    page: QueuePage, qtbot: QtBot, run: FakeRun, tmp_path: Path
) -> None:
    run.outcomes = {"b": ItemOutcome("failed", error="damaged")}
    page.output.setText(str(tmp_path))
    offer(page, qtbot, *TALKS)
    start_and_wait(page, qtbot)
    opened: list[Path] = []
    page.open_requested.connect(opened.append)
    page.table.doubleClicked.emit(page.model.index(0, 2))
    page.table.doubleClicked.emit(page.model.index(1, 2))
    assert opened == [tmp_path / "a.ferx"]
    assert not page.open_results.isEnabled()
    select(page, 2)
    page.open_results.trigger()
    assert opened == [tmp_path / "a.ferx", tmp_path / "c.ferx"]


def test_rows_are_removed(page: QueuePage, qtbot: QtBot) -> None:
    offer(page, qtbot, *TALKS)
    assert not page.remove.isEnabled()
    select(page, 1)
    page.remove.trigger()
    assert [row.item.name for row in page.model.rows] == ["a", "c"]


def test_files_and_folders_are_chosen(
    page: QueuePage,
    qtbot: QtBot,
    settings: Settings,
    run: FakeRun,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def choose(name: str, chosen: Any) -> None:
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: chosen)

    choose("getOpenFileNames", ([str(TALKS[0])], ""))
    page.add_files.trigger()
    qtbot.waitUntil(lambda: len(page.model.rows) == 1)
    choose("getExistingDirectory", str(tmp_path))
    page.add_folder.trigger()
    qtbot.waitUntil(lambda: len(page.model.rows) == 2)
    page.choose_output.click()
    assert page.output.text() == str(tmp_path)
    start_and_wait(page, qtbot)
    assert settings.analysis_folder == tmp_path


def test_it_does_not_start_without_a_folder_for_results(page: QueuePage, qtbot: QtBot) -> None:
    offer(page, qtbot, *TALKS)
    assert page.start.isEnabled()
    page.output.clear()
    assert not page.start.isEnabled()
