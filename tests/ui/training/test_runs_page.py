from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from fer_desktop.core.paths import default_paths
from fer_desktop.core.training.messages import Checkpoint, Epoch, Finished, RunStarted, Step
from fer_desktop.core.training.predictions import Predictions
from fer_desktop.core.training.run_folder import RunFolder, RunInfo
from fer_desktop.ui.common.jobs import JobRunner
from fer_desktop.ui.training import run_actions
from fer_desktop.ui.training.runs_page import RunsPage
from tests.support.predictions import make_predictions

PATHS = default_paths()


def figures(accuracy: float) -> dict[str, Any]:
    values = {"accuracy": accuracy, "macro_recall": accuracy - 0.1, "macro_f1": accuracy - 0.05}
    return {**values, "confusion_matrix": np.diag(range(1, 8)).tolist(), "balanced": values}


def write_run(
    runs: Path, title: str, *, epochs: int = 2, finished: bool = True, rows: Predictions | None = None
) -> RunFolder:
    config = {"name": "tiny", "architecture": "test_efficientnet", "input_size": 32, "epochs": 2}
    run = RunFolder.create(runs, RunInfo(title, "2026-11-25T12:00:00+00:00", "/data", None, config))
    run.append([RunStarted(str(run.path), config, {"rows": 9}, "random", "cpu", 7, 20, 0)])
    for epoch in range(1, epochs + 1):
        at = 10 * epoch
        run.append([Step(at, epoch, 2.0 / epoch, 1e-3, 50.0, 9.0)])
        run.append([Epoch(epoch, 2.0 / epoch, figures(0.4 + 0.1 * epoch), True, at), Checkpoint(at, "c")])
    if finished:
        card = run.path / "tiny.json"
        card.write_text(json.dumps({"name": "tiny"}))
        run.append([Finished("completed", 20, str(card), 12.0)])
    if rows is not None:
        rows.save(run.validation_file)
    return run


class Page:
    """A page of runs, shown, and what it has asked for."""

    def __init__(self, qtbot: QtBot, runs: Path, jobs: JobRunner) -> None:
        self.qtbot = qtbot
        self.page = RunsPage(dataclasses.replace(PATHS, runs=runs), jobs)
        qtbot.addWidget(self.page)
        self.act = self.page.actions_
        self.page.resize(900, 700)
        self.page.show()

    def shows(self, *titles: str) -> None:
        self.qtbot.waitUntil(lambda: [row.title for row in self.page.model.rows] == list(titles))

    def select(self, *rows: int) -> None:
        self.page.table.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in rows:
            self.page.table.selectionModel().select(self.page.model.index(row, 0), flags)

    def text(self, row: int) -> list[str]:
        model = self.page.model
        return [model.index(row, column).data() for column in range(model.columnCount())]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def jobs() -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    jobs.shutdown()


@pytest.fixture
def open_page(qtbot: QtBot, runs: Path, jobs: JobRunner) -> Iterator[Any]:
    pages: list[Page] = []

    def open_page() -> Page:
        pages.append(Page(qtbot, runs, jobs))
        return pages[-1]

    yield open_page
    for page in pages:
        assert page.page.begin_shutdown() == []


def newest_first(*runs: RunFolder) -> list[RunFolder]:
    return sorted(runs, key=lambda run: run.path.name, reverse=True)


def test_without_runs_it_says_what_to_do(open_page: Any, qtbot: QtBot) -> None:
    page = open_page().page
    qtbot.waitUntil(lambda: page.message.message.title == "There are no runs yet")


def test_a_run_has_its_figures_and_state(open_page: Any, runs: Path) -> None:
    write_run(runs, "Mine")
    page = open_page()
    page.shows("Mine")
    title, when, network, epochs, accuracy, recall, state = page.text(0)
    assert (title, network, epochs) == ("Mine", "test_efficientnet, 32 px", "2 of 2")
    assert when.startswith("2026-11-2")
    assert (accuracy, recall, state) == ("60.0%", "50.0%", "Finished")


def test_an_unfinished_run_can_be_resumed_and_a_damaged_one_says_why(
    open_page: Any, runs: Path, qtbot: QtBot
) -> None:
    write_run(runs, "Half", epochs=1, finished=False)
    broken = runs / "00-broken"
    broken.mkdir()
    (broken / "run.json").write_text("{")
    page = open_page()
    page.shows("Half", "00-broken")
    assert page.text(0)[-1] == "Interrupted"
    page.select(0)
    assert page.act.resume.isEnabled()
    assert not page.act.use.isEnabled()
    with qtbot.waitSignal(page.page.resume_requested) as asked:
        page.act.resume.trigger()
    assert asked.args[0].path == page.page.model.rows[0].run.path
    page.select(1)
    assert page.text(1)[-1] == "Cannot be read"
    assert "run.json: the run cannot be read" in page.page.side.hint.message.text
    assert not page.act.resume.isEnabled()
    assert page.act.discard.isEnabled()


def test_its_model_goes_into_the_live_view_and_back(open_page: Any, runs: Path, qtbot: QtBot) -> None:
    run = write_run(runs, "Mine")
    card = run.path / "tiny.json"
    page = open_page()
    page.page.set_model_in_use(PATHS.default_model)
    page.shows("Mine")
    page.select(0)
    assert not page.act.restore.isEnabled()
    with qtbot.waitSignal(page.page.use_requested) as asked:
        page.act.use.trigger()
    assert asked.args == [card]
    page.page.set_model_in_use(card)
    assert page.text(0)[-1] == "Finished, in the live view"
    assert not page.act.use.isEnabled()
    with qtbot.waitSignal(page.page.restore_model_requested):
        page.act.restore.trigger()


def test_details_show_curves_figures_settings_and_the_card(open_page: Any, runs: Path, qtbot: QtBot) -> None:
    write_run(runs, "Mine")
    page = open_page()
    page.shows("Mine")
    page.select(0)
    details = page.page.side.details
    qtbot.waitUntil(lambda: page.page.side.currentWidget() is details)
    assert list(details.curves.accuracy.curves[0].y) == pytest.approx([0.5, 0.6])
    assert details.figures.tables[0].texts()[0] == ["Natural", "60.0%", "50.0%", "55.0%"]
    assert details.figures.tables[1].texts()[0] == ["Recall", *["100.0%"] * 7]
    assert json.loads(details.card.toPlainText()) == {"name": "tiny"}


def test_two_runs_on_the_same_rows_are_compared(open_page: Any, runs: Path, qtbot: QtBot) -> None:
    rows = make_predictions()
    better = dataclasses.replace(
        rows, logits=rows.logits + 3 * np.eye(7, dtype=np.float32)[np.maximum(rows.labels, 0)]
    )
    written = {
        write_run(runs, "Poor", rows=rows).path: "Poor",
        write_run(runs, "Good", rows=better).path: "Good",
    }
    page = open_page()
    page.shows(*(written[path] for path in sorted(written, reverse=True)))
    page.select(0, 1)
    view = page.page.side.comparison
    qtbot.waitUntil(lambda: page.page.side.currentWidget() is view)
    assert len(view.words) == 2
    assert all("Good is better, and chance is an unlikely cause" in words for words in view.words)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (dataclasses.replace(make_predictions(), data="others"), "on different pictures"),
        (make_predictions(70), "on 140 and on 70 rows"),
        (None, "has not finished an epoch"),
    ],
)
def test_other_rows_are_not_compared_and_it_says_why(
    open_page: Any, runs: Path, qtbot: QtBot, other: Predictions | None, said: str
) -> None:
    write_run(runs, "Same", rows=make_predictions())
    write_run(runs, "Same", rows=other)
    page = open_page()
    page.shows("Same", "Same")
    page.select(0, 1)
    view = page.page.side.comparison
    qtbot.waitUntil(lambda: page.page.side.currentWidget() is view)
    expected = said if said in view.words[0] else said.replace("140 and on 70", "70 and on 140")
    assert expected in view.words[0]


def test_renaming_and_notes_are_written(
    open_page: Any, runs: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(runs, "Mine")
    page = open_page()
    page.shows("Mine")
    page.select(0)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("  Better name ", True))
    page.act.rename.trigger()
    page.shows("Better name")
    assert [item.title for item in page.page.selected] == ["Better name"]
    monkeypatch.setattr(QInputDialog, "getMultiLineText", lambda *_: ("with glasses", True))
    page.act.note.trigger()
    qtbot.waitUntil(lambda: page.page.model.rows[0].info.note == "with glasses")
    assert run.read_info().title == "Better name"


def test_a_run_goes_to_the_trash_after_a_question_unless_it_lives(
    open_page: Any, runs: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(runs, "Mine")
    trash: list[Path] = []

    def to_trash(folder: Path) -> None:
        trash.append(folder)
        (folder / "run.json").unlink()

    monkeypatch.setattr(run_actions, "move_to_trash", to_trash)
    answers = [QMessageBox.StandardButton.Cancel, *[QMessageBox.StandardButton.Discard] * 2]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    page = open_page()
    page.shows("Mine")
    page.select(0)
    page.act.discard.trigger()
    assert trash == []
    with run.lock():
        page.act.discard.trigger()
        qtbot.waitUntil(lambda: page.page.banner.message is not None)
        assert "a trainer works on it" in page.page.banner.message.text
    assert trash == []
    page.act.discard.trigger()
    qtbot.waitUntil(lambda: not page.page.model.rows)
    assert trash == [run.path]


@pytest.mark.development
def test_export_says_what_the_trainer_says(
    open_page: Any, runs: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The real command, on a card that it has to refuse."""
    write_run(runs, "Mine")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    page = open_page()
    page.shows("Mine")
    page.select(0)
    page.act.export.trigger()
    qtbot.waitUntil(lambda: page.page.banner.message is not None, timeout=60_000)
    assert "the model card does not fit this program" in page.page.banner.message.text


def test_what_is_looked_at_stays_when_another_run_changes(open_page: Any, runs: Path, qtbot: QtBot) -> None:
    first = write_run(runs, "First")
    page = open_page()
    page.shows("First")
    page.select(0)
    qtbot.waitUntil(lambda: page.page.side.currentWidget() is page.page.side.details)
    page.page.side.details.setCurrentIndex(2)
    table = page.page.side.details.figures.tables[0]
    second = write_run(runs, "Second", epochs=1, finished=False)
    page.page.refresh()
    page.shows(*("First" if run is first else "Second" for run in newest_first(first, second)))
    assert [item.title for item in page.page.selected] == ["First"]
    assert page.page.side.details.currentIndex() == 2
    assert page.page.side.details.figures.tables[0] is table
