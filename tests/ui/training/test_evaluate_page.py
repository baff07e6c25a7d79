from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fer_desktop.core.paths import Paths, default_paths
from fer_desktop.core.training.evaluation import Judged
from fer_desktop.core.training.run_folder import RunFolder, RunInfo
from fer_desktop.ui.common.jobs import JobRunner
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.training.evaluate_page import EvaluatePage
from tests.support.models import write_tiny_model
from tests.support.predictions import make_predictions
from tests.ui.training.planned_trainer import PlannedTrainer

WAIT_MS = 30_000
SAID: dict[str, Any] = {
    "model": "tiny",
    "data": "faces",
    "dropped": {"no FER+ majority among the seven emotions": 10},
    "rows_repeated_in_training_rows": 3,
}
PREDICTIONS = make_predictions(named=True)


@pytest.fixture
def trainer(tmp_path: Path) -> PlannedTrainer:
    PREDICTIONS.save(tmp_path / "prepared.npz")
    trainer = PlannedTrainer(tmp_path / "trainer")
    trainer.answers(SAID, details=(tmp_path / "prepared.npz", ""))
    return trainer


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return dataclasses.replace(default_paths(), models=tmp_path / "models", runs=tmp_path / "runs")


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    jobs.shutdown()


@pytest.fixture
def page(
    qtbot: QtBot, tmp_path: Path, paths: Paths, jobs: JobRunner, trainer: PlannedTrainer
) -> Iterator[EvaluatePage]:
    write_tiny_model(paths.models)
    run = RunFolder.create(
        paths.runs, RunInfo("My face", "2026-03-04T12:00:00+00:00", "/d", None, {"name": "mine"})
    )
    write_tiny_model(run.path, "mine")
    page = EvaluatePage(Settings(tmp_path / "settings.ini"), paths, jobs, program=trainer.program)
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    yield page
    assert page.begin_shutdown() == []


def evaluate(qtbot: QtBot, page: EvaluatePage) -> None:
    page.form.data.set_data(Path("/data/faces"), None)
    page.evaluate.trigger()
    qtbot.waitUntil(lambda: not page.is_running, timeout=WAIT_MS)


def title(page: EvaluatePage) -> str | None:
    message = page.message.message
    return message.title if message is not None and page.pages.currentWidget() is page.message else None


def test_at_first_it_says_what_to_do(page: EvaluatePage) -> None:
    assert title(page) == "Nothing evaluated yet"
    assert not page.evaluate.isEnabled()
    assert not page.save_report.isEnabled()


def test_installed_models_and_those_of_runs_can_be_chosen(page: EvaluatePage, paths: Paths) -> None:
    box = page.form.model.box
    texts = [box.itemText(place) for place in range(box.count())]
    assert texts == ["fer7 (bundled)", "fer7-original (bundled)", "tiny", "mine, run My face"]
    assert page.form.model.model == paths.default_model


def test_a_model_of_elsewhere_stays_chosen(
    page: EvaluatePage, qtbot: QtBot, jobs: JobRunner, tmp_path: Path
) -> None:
    card = write_tiny_model(tmp_path / "elsewhere", "guest")
    page.set_model(card)
    page.form.model.refresh()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert page.form.model.model == card
    assert page.form.model.box.currentText() == "guest"


def test_the_trainer_is_asked_with_what_was_chosen(
    page: EvaluatePage, qtbot: QtBot, trainer: PlannedTrainer, paths: Paths
) -> None:
    page.set_model(paths.models / "tiny.json")
    evaluate(qtbot, page)
    assert trainer.asked[0] == "evaluate"
    assert trainer.option("--data") == "/data/faces"
    assert trainer.option("--weights") == str(paths.models / "tiny.json")
    assert trainer.option("--split") == "public"
    assert trainer.option("--labels") is None
    details = trainer.option("--details")
    assert details is not None
    assert not Path(details).parent.exists()
    page.form.labels.setCurrentIndex(2)
    page.evaluate.trigger()
    qtbot.waitUntil(lambda: not page.is_running, timeout=WAIT_MS)
    assert trainer.option("--labels") == "original"


def test_the_private_rows_need_a_confirmation_each_time(
    page: EvaluatePage, qtbot: QtBot, trainer: PlannedTrainer
) -> None:
    page.form.data.set_data(Path("/data/faces"), None)
    assert not page.form.confirm.isVisible()
    page.form.split.setCurrentIndex(1)
    assert page.form.warning.message is not None
    assert not page.evaluate.isEnabled()
    page.form.confirm.click()
    page.evaluate.trigger()
    qtbot.waitUntil(lambda: not page.is_running, timeout=WAIT_MS)
    assert trainer.option("--split") == "private"
    assert not page.evaluate.isEnabled()
    page.form.confirm.click()
    page.form.model.box.setCurrentIndex(2)
    assert not page.evaluate.isEnabled()


def test_figures_come_with_rows_and_interval(page: EvaluatePage, qtbot: QtBot) -> None:
    evaluate(qtbot, page)
    assert page.pages.currentWidget() is page.view
    assert page.view.title.text() == "tiny on faces"
    assert page.view.headline.text() == (
        "Correct in 33.1% of 130 rows, 95 % interval 25.6% to 41.5% (Wilson's score method). "
        "Macro recall 33.6%, macro F1 29.1%."
    )
    assert "10 rows were not scored" in page.view.left_out.text()
    assert "3 rows also occur" in page.view.left_out.text()
    page.view.natural.click()
    assert page.view.headline.text().startswith("Correct in 46.9% of 130 rows")
    assert "15 equal bins" in page.view.calibration.words.text()
    assert "in nine cases of ten" in page.view.calibration.words.text()


def test_the_pictures_of_a_chosen_cell_come_into_view(page: EvaluatePage, qtbot: QtBot) -> None:
    page.resize(900, 500)
    evaluate(qtbot, page)
    page.view.verticalScrollBar().setValue(0)
    page.view.table.cell_chosen.emit(3, 1)
    assert page.view.verticalScrollBar().value() > 0


def test_a_cell_shows_the_pictures_behind_it(page: EvaluatePage, qtbot: QtBot) -> None:
    evaluate(qtbot, page)
    matrix = Judged.of(PREDICTIONS, 1.0).confusion()
    page.view.table.cell_chosen.emit(3, 1)
    model = page.view.pictures.grid.model()
    assert page.view.pictures.title.text().startswith(f"Happiness taken for disgust: {matrix[3, 1]} pictures")
    assert model.rowCount() == matrix[3, 1] > 1
    captions = [model.index(row, 0).data() for row in range(model.rowCount())]
    shares = [int(caption.rpartition(", ")[2].rstrip("%")) for caption in captions]
    assert shares == sorted(shares, reverse=True)
    best = Judged.of(PREDICTIONS, 1.0).behind(3, 1)[0]
    assert captions[0].startswith(f"{best}.png, ")


def test_the_threshold_is_explained_and_taken_over(page: EvaluatePage, qtbot: QtBot) -> None:
    evaluate(qtbot, page)
    page.view.natural.click()
    panel = page.view.threshold
    assert panel.threshold == 0.4
    panel.slider.setValue(0)
    assert (
        panel.words.text()
        == "At 0% the model answers for 100% of the faces. 47% of these answers are correct."
    )
    panel.slider.setValue(100)
    assert panel.words.text() == "At 100% the model answers for 0% of the faces."
    panel.slider.setValue(55)
    with qtbot.waitSignal(page.threshold_requested) as asked:
        panel.take.click()
    assert asked.args == [0.55]


def test_figures_and_rows_can_be_saved(
    page: EvaluatePage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate(qtbot, page)
    for name, action in (("figures.json", page.save_report), ("rows.csv", page.save_table)):
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_, name=name, **__: (str(tmp_path / name), "")
        )
        with qtbot.waitSignal(page.said, timeout=WAIT_MS) as said:
            action.trigger()
        assert said.args == [f"Saved as {tmp_path / name}.", tmp_path]
    assert json.loads((tmp_path / "figures.json").read_text())["trainer"] == SAID
    with (tmp_path / "rows.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 141


def test_what_the_trainer_refuses_is_shown_as_it_is(
    page: EvaluatePage, qtbot: QtBot, trainer: PlannedTrainer
) -> None:
    evaluate(qtbot, page)
    trainer.refuses("/data/faces: there are no test rows")
    evaluate(qtbot, page)
    assert title(page) == "The model could not be evaluated"
    assert page.message.message is not None
    assert page.message.message.text == "/data/faces: there are no test rows"
    assert not page.save_report.isEnabled()


def test_details_that_cannot_be_read_are_an_error(
    page: EvaluatePage, qtbot: QtBot, trainer: PlannedTrainer
) -> None:
    trainer.answers(SAID)
    evaluate(qtbot, page)
    assert title(page) == "The model could not be evaluated"


def test_a_cancelled_evaluation_leaves_the_one_before(
    page: EvaluatePage, qtbot: QtBot, trainer: PlannedTrainer
) -> None:
    evaluate(qtbot, page)
    trainer.hangs()
    page.evaluate.trigger()
    qtbot.waitUntil(lambda: page.strip.bar.value() == 300, timeout=WAIT_MS)
    assert title(page) == "The model is being evaluated"
    assert not page.form.isEnabled()
    page.strip.cancel.click()
    qtbot.waitUntil(lambda: not page.is_running, timeout=WAIT_MS)
    assert page.pages.currentWidget() is page.view
    assert page.save_table.isEnabled()
