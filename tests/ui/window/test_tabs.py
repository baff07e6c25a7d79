from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.ui.analysis.running import AnalysisRequest
from fer_desktop.ui.common.jobs import JobRunner
from fer_desktop.ui.window.tabs import WorkTabs
from tests.support.models import write_tiny_model
from tests.support.stored import two_people, write_ferx
from tests.support.videos import write_face_video
from tests.ui.fakes import WAIT_S


@pytest.fixture
def tabs(qtbot: QtBot) -> Iterator[WorkTabs]:
    jobs = JobRunner()
    tabs = WorkTabs(QWidget(), jobs)
    qtbot.addWidget(tabs)
    tabs.show()
    yield tabs
    for thread in tabs.begin_shutdown():
        thread.join(WAIT_S)
    jobs.shutdown()


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")


def test_the_live_view_alone_has_no_tab_bar(tabs: WorkTabs) -> None:
    assert tabs.shows_live
    assert not tabs.tabBar().isVisible()


def test_each_file_has_one_tab(tabs: WorkTabs, stored: Path) -> None:
    first = tabs.open_results(stored)
    tabs.show_live()
    assert tabs.open_results(stored) is first
    assert tabs.currentWidget() is first
    assert tabs.count() == 2
    assert tabs.tabBar().isVisible()


def test_the_live_view_cannot_be_closed_others_can(tabs: WorkTabs, stored: Path) -> None:
    tabs.open_results(stored)
    tabs.close_tab(0)
    assert tabs.count() == 2
    tabs.close_tab(1)
    assert tabs.count() == 1
    assert tabs.shows_live


def test_closing_a_tab_asks_before_it_stops_an_analysis(
    tabs: WorkTabs, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Close]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    write_face_video(tmp_path / "talk.mp4", seconds=1.0)
    settings = PipelineSettings(model=write_tiny_model(tmp_path / "model"), device="cpu")
    workspace = tabs.start_analysis(AnalysisRequest(tmp_path / "talk.mp4", tmp_path / "results"), settings)
    assert workspace.strip is not None
    workspace.strip.pause.click()
    assert tabs.is_running
    tabs.close_tab(1)
    assert tabs.count() == 2
    tabs.close_tab(1)
    assert tabs.count() == 1
    assert not tabs.is_running


def test_a_page_outlives_its_tab(tabs: WorkTabs, qtbot: QtBot) -> None:
    page = QWidget()
    tabs.show_page(page, "Runs")
    tabs.show_page(page, "Runs")
    assert (tabs.count(), tabs.currentWidget()) == (2, page)
    with qtbot.waitSignal(tabs.page_closed) as closed:
        tabs.close_tab(1)
    assert closed.args == [page]
    assert tabs.shows_live
    tabs.show_page(page, "Runs")
    assert tabs.currentWidget() is page
    tabs.remove_page(page)
    assert tabs.count() == 1
