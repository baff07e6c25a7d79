from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.paths import Paths, default_paths
from fer_desktop.ui.training.import_dialog import ImportDialog
from tests.ui.training.planned_trainer import PlannedTrainer

WAIT_MS = 30_000


@pytest.fixture
def trainer(tmp_path: Path) -> PlannedTrainer:
    return PlannedTrainer(tmp_path / "trainer")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return dataclasses.replace(default_paths(), models=tmp_path / "models")


@pytest.fixture
def dialog(qtbot: QtBot, paths: Paths, trainer: PlannedTrainer) -> Iterator[ImportDialog]:
    dialog = ImportDialog(paths, program=trainer.program)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.strip.end()


def fill(dialog: ImportDialog, name: str = "mine") -> None:
    dialog.form.file.setText("/weights/mine.pt")
    dialog.form.name.setText(name)


def problem(dialog: ImportDialog) -> str:
    message = dialog.problem.message
    return f"{message.title}: {message.text}" if message is not None else ""


def test_a_file_and_a_name_are_needed(dialog: ImportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not dialog.start.isEnabled()
    dialog.form.set_file(Path("/weights/best model.pt"))
    assert dialog.form.model_name == "best model"
    assert dialog.start.isEnabled()
    dialog.form.name.setText("mine")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("/weights/other.pth", ""))
    dialog.form._browse()
    assert (dialog.form.file.text(), dialog.form.model_name) == ("/weights/other.pth", "mine")


def test_the_trainer_is_asked_with_what_was_filled_in(
    dialog: ImportDialog, paths: Paths, trainer: PlannedTrainer, qtbot: QtBot
) -> None:
    card = paths.models / "mine" / "mine.json"
    trainer.answers({"card": str(card)})
    fill(dialog)
    dialog.form.architecture.setText("resnet18")
    dialog.form.channels.setCurrentIndex(1)
    dialog.form.input_size.setValue(112)
    dialog.form.native_size.setValue(48)
    dialog.form.mean.setValue(0.449)
    dialog.form.labels.list.setCurrentRow(0)
    dialog.form.labels.down.click()
    with qtbot.waitSignal(dialog.imported, timeout=WAIT_MS) as imported:
        dialog.start.click()
    assert imported.args == [card]
    assert trainer.asked[0] == "import"
    expected = {
        "--weights": "/weights/mine.pt",
        "--name": "mine",
        "--output": str(card.parent),
        "--architecture": "resnet18",
        "--channels": "3",
        "--input-size": "112",
        "--native-size": "48",
        "--mean": "0.449",
        "--std": "0.25",
        "--labels": "disgust,anger,fear,happiness,sadness,surprise,neutral",
    }
    assert {name: trainer.option(name) for name in expected} == expected
    assert not dialog.isVisible()


def test_by_default_nothing_is_asked_for_that_is_not_needed(dialog: ImportDialog) -> None:
    fill(dialog)
    arguments = dialog.form.arguments(Path("/models/mine"))
    assert "--native-size" not in arguments
    assert ",".join(EMOTIONS) in arguments
    assert "--no-standardise" in arguments
    dialog.form.standardise.click()
    arguments = dialog.form.arguments(Path("/models/mine"))
    assert "--standardise" in arguments
    assert "--mean" not in arguments
    assert not dialog.form.mean.isEnabled()


def test_a_refusal_is_shown_as_it_is(dialog: ImportDialog, trainer: PlannedTrainer, qtbot: QtBot) -> None:
    refusal = "mine.pt: 'classifier.weight' is (8, 1280), efficientnet_b0 needs (7, 1280)"
    trainer.refuses(refusal)
    fill(dialog)
    dialog.start.click()
    qtbot.waitUntil(lambda: problem(dialog) == f"The file was not imported: {refusal}", timeout=WAIT_MS)
    assert dialog.isVisible()
    assert dialog.start.isEnabled()


@pytest.mark.parametrize("name", ["../mine", "a/b", ".hidden", "ä" * 70])
def test_a_name_that_is_no_file_name_is_refused_at_once(dialog: ImportDialog, name: str) -> None:
    fill(dialog, name)
    dialog.start.click()
    assert "name" in problem(dialog)
    assert not dialog.strip.is_running


def test_no_model_is_replaced(dialog: ImportDialog, paths: Paths) -> None:
    (paths.models / "mine").mkdir(parents=True)
    fill(dialog)
    dialog.start.click()
    assert "already" in problem(dialog)
    assert not dialog.strip.is_running


def test_closing_ends_the_import(dialog: ImportDialog, trainer: PlannedTrainer, qtbot: QtBot) -> None:
    trainer.hangs()
    fill(dialog)
    dialog.start.click()
    qtbot.waitUntil(lambda: dialog.strip.bar.value() == 300, timeout=WAIT_MS)
    assert not dialog.form.isEnabled()
    dialog.reject()
    assert not dialog.strip.is_running


def test_it_says_that_no_code_of_the_file_is_run(dialog: ImportDialog) -> None:
    assert any("Code in the file is never run" in label.text() for label in dialog.findChildren(QLabel))
