from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fer_desktop.core.live.inference import ModelStatus
from fer_desktop.core.live.meters import Stats
from fer_desktop.ui.window.status_bar import StatusBar
from tests.ui.fakes import CARD


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1200, 40)
    bar.show()
    return bar


def texts(bar: StatusBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible()]


def test_every_figure_is_shown(bar: StatusBar) -> None:
    bar.show_stats(Stats(capture_fps=30, inference_fps=12.34, display_fps=29.96, latency_ms=66.6, dropped=7))
    bar.show_model(ModelStatus("ready", card=CARD, device="cuda"))
    assert texts(bar) == [
        "Capture 30.0 fps",
        "Analysis 12.3 fps",
        "Display 30.0 fps",
        "Latency 67 ms",
        "Dropped 7",
        "NVIDIA GPU",
        "Model fake",
    ]


def test_what_is_not_known_is_a_dash(bar: StatusBar) -> None:
    bar.show_stats(Stats())
    bar.show_model(ModelStatus("loading"))
    assert texts(bar)[3:] == ["Latency –", "Dropped 0", "–", "Model loading…"]
    bar.show_model(ModelStatus("error", message="It is missing."))
    assert texts(bar)[-1] == "Model: none"


def test_changing_numbers_move_nothing(bar: StatusBar) -> None:
    def places() -> list[tuple[int, int]]:
        return [(label.x(), label.width()) for label in bar.findChildren(QLabel) if label.isVisible()]

    bar.show_stats(Stats(1, 1, 1, 1, 1))
    before = places()
    bar.show_stats(Stats(100, 100, 100, 1000, 10_000))
    assert places() == before


def test_figures_wrap_and_none_is_cut_off_where_it_is_narrow(bar: StatusBar, qtbot: QtBot) -> None:
    bar.show_model(ModelStatus("ready", card=CARD, device="cpu"))
    assert bar.heightForWidth(320) > bar.heightForWidth(1200)
    bar.resize(320, bar.heightForWidth(320))
    labels = [label for label in bar.findChildren(QLabel) if label.isVisible()]

    def none_is_cut_off() -> bool:
        return all(
            label.width() >= label.sizeHint().width()
            and label.height() >= label.sizeHint().height()
            and label.parentWidget().rect().contains(label.geometry())
            for label in labels
        )

    qtbot.waitUntil(none_is_cut_off)


def test_a_message_names_the_file_and_opens_its_folder(
    bar: StatusBar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    bar.say("Saved as <a&b>.png.", tmp_path)
    assert "&lt;a&amp;b&gt;.png" in bar.message
    label = next(label for label in bar.findChildren(QLabel) if "Saved" in label.text())
    label.linkActivated.emit(label.text().split('"')[1])
    assert opened == [str(tmp_path)]
    bar.clear_message()
    assert bar.message == ""
    assert not label.isVisible()


def test_a_message_goes_away_by_itself(bar: StatusBar, qtbot: QtBot) -> None:
    bar.message_timer.setInterval(0)
    bar.say("There is no picture yet.")
    qtbot.waitUntil(lambda: bar.message == "")
