from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from fer_desktop.core.machine import total_memory_bytes
from fer_desktop.core.paths import default_paths
from fer_desktop.ui.common.jobs import JobRunner
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.training.estimate import in_words, memory_warning
from fer_desktop.ui.training.setup_page import SetupPage
from fer_desktop.ui.training.words import amount, duration
from tests.ui.training.fake_trainer import PROBE
from tests.ui.training.runs import fake

GIB = 1 << 30


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "fer2013.csv"
    path.write_text("")
    return path


@pytest.fixture
def make(qtbot: QtBot, settings: Settings) -> Iterator[Callable[..., SetupPage]]:
    pages = []

    def make(behaviour: str = "run", *, waits: bool = True) -> SetupPage:
        page = SetupPage(settings, default_paths(), JobRunner(), program=fake(behaviour))
        qtbot.addWidget(page)
        pages.append(page)
        if waits:
            qtbot.waitUntil(lambda: page.form is not None)
        return page

    yield make
    for page in pages:
        assert page.begin_shutdown() == []


def test_the_page_says_that_it_asks_the_trainer(qtbot: QtBot, make: Callable[..., SetupPage]) -> None:
    page = make(waits=False)
    assert page.message.message is not None
    assert "Asking" in page.message.message.title
    qtbot.waitUntil(lambda: page.form is not None)
    assert page.pages.currentWidget() is page.form


def test_a_trainer_that_does_not_answer_is_asked_again(qtbot: QtBot, make: Callable[..., SetupPage]) -> None:
    page = make("error", waits=False)
    qtbot.waitUntil(lambda: bool(page.message.buttons))
    assert page.message.message is not None
    assert page.message.message.text == "the trainer has no torch"
    page._command._program = fake("run")
    page.message.buttons[0].click()
    qtbot.waitUntil(lambda: page.form is not None)


def test_starting_gives_all_that_decides_the_run(
    qtbot: QtBot, make: Callable[..., SetupPage], settings: Settings, data: Path
) -> None:
    page = make()
    form = page.form
    assert form is not None
    page.set_data(data, None)
    form.presets.buttons[1].click()
    form.title.setText(" Night run ")
    form.options.rows["epochs"].editor.set_value(5)
    form.device.setCurrentIndex(form.device.findData("cpu"))
    with qtbot.waitSignal(page.start_requested) as started:
        form.start.trigger()
    (info,) = started.args
    assert (info.title, info.data, info.votes, info.preset) == ("Night run", str(data), None, "full-run")
    assert datetime.fromisoformat(info.created).utcoffset() is not None
    assert info.config == {
        "name": "fer7",
        "epochs": 5,
        "learning_rate": 1e-4,
        "standardise": True,
        "augment": "plain",
        "device": "cpu",
        "checkpoint_minutes": 0.25,
        "seed": 0,
    }
    assert (settings.training_data, settings.training_votes) == (data, None)


def test_without_a_title_the_run_is_called_like_its_preset(
    qtbot: QtBot, make: Callable[..., SetupPage], data: Path
) -> None:
    page = make()
    assert page.form is not None
    page.set_data(data, None)
    page.form.options.rows["checkpoint_minutes"].editor.set_value(2.0)
    with qtbot.waitSignal(page.start_requested) as started:
        page.form.start.trigger()
    assert started.args[0].title == "Quick check"
    assert started.args[0].config["checkpoint_minutes"] == 2.0


def test_the_data_set_of_the_last_time_is_there_again(
    make: Callable[..., SetupPage], settings: Settings, data: Path
) -> None:
    settings.training_data = data
    page = make()
    assert page.form is not None
    assert page.form.data.data == data


@pytest.mark.parametrize(
    ("name", "votes", "words"),
    [
        (None, None, "Choose a data set first."),
        ("absent.csv", None, "there is no file or folder of this name"),
        ("picture.png", None, "a data set is FER2013's CSV file"),
        ("fer2013.csv", "absent.csv", "no file of this name with FER+ votes"),
    ],
)
def test_a_wrong_path_is_said_at_its_field_and_taken_back(
    qtbot: QtBot,
    make: Callable[..., SetupPage],
    tmp_path: Path,
    data: Path,
    name: str | None,
    votes: str | None,
    words: str,
) -> None:
    (tmp_path / "picture.png").write_text("")
    page = make()
    form = page.form
    assert form is not None
    if name is not None:
        page.set_data(tmp_path / name, tmp_path / votes if votes else None)
    with qtbot.assertNotEmitted(page.start_requested):
        form.start.trigger()
    assert form.problem.message is not None
    assert words in form.problem.message.title
    page.set_data(data, None)
    assert form.problem.message is None


def test_a_data_set_and_its_votes_are_dropped_on_the_page(
    make: Callable[..., SetupPage], tmp_path: Path, data: Path
) -> None:
    page = make()
    assert page.form is not None
    votes = tmp_path / "fer2013new.csv"
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(votes)), QUrl.fromLocalFile(str(data))])
    page.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert (page.form.data.data, page.form.data.votes) == (data, votes)


def test_changes_under_advanced_are_counted(make: Callable[..., SetupPage]) -> None:
    form = make().form
    assert form is not None
    assert not form.options.isVisibleTo(form)
    form.advanced.click()
    assert form.options.isVisibleTo(form)
    form.options.rows["epochs"].editor.set_value(9)
    assert form.advanced.text() == "Advan&ced (1 changed)"


# The estimate.


def test_time_and_memory_are_said_and_forgotten_with_another_setting(
    qtbot: QtBot, make: Callable[..., SetupPage], data: Path
) -> None:
    page = make()
    assert page.form is not None
    page.set_data(data, None)
    estimate = page.form.estimate
    page.form.estimate.action.trigger()
    assert estimate.is_running
    assert not estimate.action.isEnabled()
    qtbot.waitUntil(lambda: bool(estimate.text.text()))
    assert estimate.text.text().startswith("About 2 h 15 min on cpu, 5 min 30 s an epoch, at 85 images/s.")
    assert estimate.text.isVisibleTo(page)
    page.form.options.rows["epochs"].editor.set_value(9)
    assert not estimate.text.isVisibleTo(page)


def test_an_estimate_can_be_cancelled(qtbot: QtBot, make: Callable[..., SetupPage], data: Path) -> None:
    page = make("hang")
    assert page.form is not None
    page.set_data(data, None)
    estimate = page.form.estimate
    page.form.estimate.action.trigger()
    qtbot.waitUntil(lambda: estimate.strip.bar.maximum() == 5)
    estimate.strip.cancel.click()
    qtbot.waitUntil(lambda: not estimate.is_running)
    assert estimate.action.isEnabled()
    assert estimate.banner.message is None


def test_what_the_trial_meets_is_said(qtbot: QtBot, make: Callable[..., SetupPage], data: Path) -> None:
    page = make()
    assert page.form is not None
    page.set_data(data, None)
    page.form.estimate.strip._command._program = fake("error")
    page.form.estimate.action.trigger()
    qtbot.waitUntil(lambda: page.form.estimate.banner.message is not None)
    assert page.form.estimate.banner.message.text == "the trainer has no torch"


def test_memory_that_does_not_suffice_is_warned_of() -> None:
    assert memory_warning(PROBE, 16 * GIB) == ""
    assert memory_warning(PROBE | {"device": "cuda:0"}, 2 * GIB) == ""
    assert memory_warning(PROBE, None) == ""
    assert "needs 3.0 GiB. This computer has 3.0 GiB" in memory_warning(PROBE, 3 * GIB)


def test_an_answer_without_figures_is_no_crash() -> None:
    assert in_words({}, None) == "About unknown on this computer, unknown an epoch, at nan images/s."
    assert memory_warning({}, GIB) == ""
    assert in_words(PROBE, 8 * GIB).endswith("Memory: 3.0 GiB of 8.0 GiB.")


def test_this_computer_has_memory() -> None:
    total = total_memory_bytes()
    assert total is not None
    assert total > GIB // 4


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "under 1 s"), (45.2, "45 s"), (60, "1 min"), (750, "12 min 30 s"), (3599.9, "1 h"),
        (8100, "2 h 15 min"), (86_400 * 2 + 8 * 3600, "2 d 8 h"), (-1, "unknown"), (float("nan"), "unknown"),
        (float("inf"), "unknown"), (1e300, "unknown"),
    ],
)  # fmt: skip
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_amounts_in_words() -> None:
    assert (amount(1.5 * GIB), amount(250_000_000)) == ("1.5 GiB", "238 MiB")
