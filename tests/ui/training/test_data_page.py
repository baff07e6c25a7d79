from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.paths import default_paths
from fer_desktop.ui.common.jobs import JobRunner
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.training.data_page import DataPage
from tests.ui.training.planned_trainer import PlannedTrainer

WAIT_MS = 30_000
COUNTS = dict(zip(EMOTIONS, (40, 4, 30, 70, 50, 30, 60), strict=True))
REPORT: dict[str, Any] = {
    "data": "/data/fer2013.csv",
    "kind": "fer2013",
    "votes": "/data/fer2013new.csv",
    "splits": {
        "train": {"rows": 300, "labelled": 284, "counts": COUNTS},
        "validation": {"rows": 40, "labelled": 35, "counts": dict.fromkeys(EMOTIONS, 5)},
    },
    "dropped": {"without target": 9, "exact duplicate of a validation row": 3},
    "trained_on": 288,
    "unreadable": ["train/anger/torn.png", "train/fear/empty.png"],
    "ignored_folders": ["train/contempt"],
    "duplicates": {"within train": 0, "train in validation": 3},
    "warnings": ["3 training pictures also occur among the validation pictures.", "Only 4 show disgust."],
    "pictures": {name: "pictures.npz" if name != "fear" else None for name in EMOTIONS},
}


@pytest.fixture
def trainer(tmp_path: Path) -> PlannedTrainer:
    return PlannedTrainer(tmp_path / "trainer")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    labels = np.repeat([0, 1, 3, 4, 5, 6], [3, 1, 2, 2, 2, 2])
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 64, 64), dtype=np.uint8)
    np.savez(tmp_path / "samples.npz", images=images, labels=labels)
    return tmp_path / "samples.npz"


@pytest.fixture
def make_page(qtbot: QtBot, tmp_path: Path, trainer: PlannedTrainer) -> Iterator[Callable[[], DataPage]]:
    jobs = JobRunner()
    pages = []

    def make() -> DataPage:
        paths = dataclasses.replace(default_paths(), runs=tmp_path / "runs")
        page = DataPage(Settings(tmp_path / "settings.ini"), paths, jobs, program=trainer.program)
        qtbot.addWidget(page)
        page.resize(900, 700)
        page.show()
        pages.append(page)
        return page

    yield make
    for page in pages:
        assert page.begin_shutdown() == []
    jobs.shutdown()


@pytest.fixture
def page(make_page: Callable[[], DataPage]) -> DataPage:
    return make_page()


def ends(qtbot: QtBot, page: DataPage) -> None:
    qtbot.waitUntil(lambda: not page.is_running, timeout=WAIT_MS)


def check(qtbot: QtBot, page: DataPage, data: str = "/data/fer2013.csv") -> None:
    page.set_data(Path(data), None)
    page.check.trigger()
    ends(qtbot, page)


def title(page: DataPage) -> str | None:
    message = page.message.message
    return message.title if message is not None and page.pages.currentWidget() is page.message else None


def test_at_first_it_says_what_to_do(page: DataPage, qtbot: QtBot) -> None:
    assert title(page) == "Which data set?"
    assert not page.check.isEnabled()
    assert not page.train.isEnabled()
    with qtbot.waitSignal(page.collect_requested):
        page.collect.trigger()


def test_a_check_asks_the_trainer_and_shows_what_it_found(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer, pictures: Path
) -> None:
    trainer.answers(REPORT, pictures=(pictures, "pictures.npz"))
    page.set_data(Path("/data/fer2013.csv"), Path("/data/votes.csv"))
    assert title(page) == "Not checked yet"
    page.check.trigger()
    ends(qtbot, page)
    assert trainer.asked[:5] == ["inspect", "--data", "/data/fer2013.csv", "--votes", "/data/votes.csv"]
    folder = trainer.option("--pictures")
    assert folder is not None
    assert not Path(folder).exists()

    report = page.report
    assert report is not None
    assert page.pages.currentWidget() is page.report_area
    assert report.warnings.message is not None
    assert report.warnings.message.text.splitlines() == REPORT["warnings"]
    assert "288 of 300 training rows" in report.summary.text()
    counts = report.counts.texts()
    assert counts[0] == ["Anger", "40", "5"]
    assert counts[-2:] == [["With one clear emotion", "284", "35"], ["All rows", "300", "40"]]
    assert report.dropped is not None
    assert report.dropped.texts() == [["Without target", "9"], ["Exact duplicate of a validation row", "3"]]
    assert report.duplicates is not None
    assert report.duplicates.texts() == [["Train in validation", "3"]]


def test_unreadable_files_can_be_copied(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer, pictures: Path
) -> None:
    trainer.answers(REPORT, pictures=(pictures, "pictures.npz"))
    check(qtbot, page)
    assert page.report is not None
    page.report.copy_unreadable.click()
    assert QGuiApplication.clipboard().text().splitlines() == REPORT["unreadable"]


def test_samples_are_shown_by_emotion(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer, pictures: Path
) -> None:
    trainer.answers(REPORT, pictures=(pictures, "pictures.npz"))
    check(qtbot, page)
    assert page.report is not None
    samples = page.report.samples
    names = [samples.emotion.itemData(place) for place in range(samples.emotion.count())]
    assert names == [name for name in EMOTIONS if name != "fear"]
    assert samples.grid.model().rowCount() == 3
    samples.emotion.setCurrentIndex(1)
    assert samples.grid.model().rowCount() == 1


def test_training_takes_what_was_checked(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer, pictures: Path
) -> None:
    trainer.answers(REPORT, pictures=(pictures, "pictures.npz"))
    check(qtbot, page)
    with qtbot.waitSignal(page.train_requested) as asked:
        page.train.trigger()
    assert asked.args == [Path("/data/fer2013.csv"), None]


def test_a_data_set_without_training_rows_is_not_trained_with(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer
) -> None:
    splits = {"test": REPORT["splits"]["validation"]}
    trainer.answers(REPORT | {"splits": splits, "trained_on": 0, "pictures": dict.fromkeys(EMOTIONS)})
    check(qtbot, page)
    assert page.report is not None
    assert "only be used to evaluate" in page.report.summary.text()
    assert not page.train.isEnabled()


def test_another_path_makes_the_report_stale(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer, pictures: Path
) -> None:
    trainer.answers(REPORT, pictures=(pictures, "pictures.npz"))
    check(qtbot, page)
    assert page.stale.message is None
    page.set_data(Path("/elsewhere"), None)
    assert page.stale.message is not None
    assert "/data/fer2013.csv" in page.stale.message.title
    assert page.pages.currentWidget() is page.report_area
    assert not page.train.isEnabled()
    page.set_data(Path("/data/fer2013.csv"), None)
    assert page.stale.message is None
    assert page.train.isEnabled()


def test_what_the_trainer_refuses_is_shown_as_it_is(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer
) -> None:
    trainer.refuses("/nowhere: there is no such file or folder")
    check(qtbot, page, "/nowhere")
    assert title(page) == "The data set cannot be used"
    assert page.message.message is not None
    assert page.message.message.text == "/nowhere: there is no such file or folder"
    assert page.check.isEnabled()
    assert not page.train.isEnabled()


@pytest.mark.parametrize("answer", [{"data": "x"}, REPORT | {"splits": []}, REPORT])
def test_an_answer_that_cannot_be_read_is_an_error(
    page: DataPage, qtbot: QtBot, trainer: PlannedTrainer, answer: dict[str, Any]
) -> None:
    trainer.answers(answer)  # the last one without the pictures that it promises
    check(qtbot, page)
    assert title(page) == "The data set cannot be used"


def test_a_check_can_be_cancelled(page: DataPage, qtbot: QtBot, trainer: PlannedTrainer) -> None:
    trainer.hangs()
    page.set_data(Path("/data"), None)
    page.check.trigger()
    qtbot.waitUntil(lambda: page.strip.text.text() == "Reading pictures, 300 of 1,000", timeout=WAIT_MS)
    assert (page.strip.bar.value(), page.strip.bar.maximum()) == (300, 1000)
    assert title(page) == "The data set is being checked"
    assert not page.check.isEnabled()
    folder = trainer.option("--pictures")
    page.strip.cancel.click()
    ends(qtbot, page)
    assert title(page) == "The check was cancelled"
    assert folder is not None
    assert not Path(folder).exists()


def test_the_end_of_the_window_ends_the_check(page: DataPage, qtbot: QtBot, trainer: PlannedTrainer) -> None:
    trainer.hangs()
    page.set_data(Path("/data"), None)
    page.check.trigger()
    qtbot.waitUntil(lambda: page.strip.bar.value() == 300, timeout=WAIT_MS)
    folder = trainer.option("--pictures")
    assert page.begin_shutdown() == []
    assert not page.strip.is_running
    assert folder is not None
    assert not Path(folder).exists()


def test_the_last_data_set_is_remembered(
    make_page: Callable[[], DataPage], qtbot: QtBot, trainer: PlannedTrainer
) -> None:
    first = make_page()
    first.set_data(Path("/data/faces"), Path("/data/votes.csv"))
    first.check.trigger()
    ends(qtbot, first)
    second = make_page()
    assert (second.field.data, second.field.votes) == (Path("/data/faces"), Path("/data/votes.csv"))
    assert title(second) == "Not checked yet"


def drop(page: DataPage, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
    page.dragEnterEvent(enter)
    assert enter.isAccepted()
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys))


def test_pictures_and_votes_can_be_dropped_together(page: DataPage, tmp_path: Path) -> None:
    drop(page, tmp_path / "fer2013new.csv", tmp_path / "fer2013.csv")
    assert (page.field.data, page.field.votes) == (tmp_path / "fer2013.csv", tmp_path / "fer2013new.csv")
    drop(page, tmp_path / "faces")
    assert (page.field.data, page.field.votes) == (tmp_path / "faces", None)


def test_a_file_and_a_folder_can_be_looked_for(
    page: DataPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(tmp_path / "a.csv"), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path / "faces"))
    page.field.choose_file.click()
    assert page.field.data == tmp_path / "a.csv"
    page.field.choose_votes.click()
    assert page.field.votes == tmp_path / "a.csv"
    page.field.choose_folder.click()
    assert page.field.data == tmp_path / "faces"
