"""What the pages of the training ask of each other and of the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.run_folder import RunInfo
from fer_desktop.ui.training import requirements_page
from fer_desktop.ui.training.import_dialog import ImportDialog
from fer_desktop.ui.training.requirements_page import RequirementsPage
from tests.ui.conftest import NewDesk

INFO = RunInfo("Mine", "2026-11-25T12:00:00+00:00", "/data", None, {})


def test_without_the_packages_the_page_comes_after_their_installation(
    desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = ["torch"]
    monkeypatch.setattr(requirements_page, "missing", lambda *_: tuple(absent))
    office = desk()
    tabs, training = office.window.tabs, office.window.training
    training.show_evaluate()
    page = tabs.currentWidget()
    assert isinstance(page, RequirementsPage)
    assert training.evaluate is None
    training.show_runs()  # needs none of them
    assert tabs.currentWidget() is training.runs
    absent.clear()
    page.installed.emit()
    assert tabs.currentWidget() is training.evaluate
    assert tabs.indexOf(page) < 0


@pytest.mark.development
def test_data_go_from_the_check_to_a_new_run(desk: NewDesk, tmp_path: Path) -> None:
    office = desk()
    training = office.window.training
    training.show_data(tmp_path)
    assert training.data is not None
    training.data.train_requested.emit(tmp_path, None)
    assert office.window.tabs.currentWidget() is training.setup
    training.data.collect_requested.emit()
    assert office.window.tabs.currentWidget() is training.collect


def test_a_run_whose_folder_cannot_be_made_is_said(desk: NewDesk) -> None:
    office = desk()
    office.window.paths.runs.parent.mkdir(parents=True, exist_ok=True)
    office.window.paths.runs.write_text("a file")
    office.window.training.start_run(INFO)
    assert "The run was not started." in office.window.status_bar.message
    assert office.window.training.run_pages == []


def test_closing_asks_nothing_without_runs(desk: NewDesk) -> None:
    office = desk()
    office.window.training.show_runs()
    assert office.window.close()
    assert office.window.ended_cleanly


@pytest.mark.development
def test_the_import_dialog_is_gone_once_it_is_closed(desk: NewDesk, qtbot: QtBot) -> None:
    office = desk()
    office.window.training.show_import()
    (dialog,) = office.window.findChildren(ImportDialog)
    dialog.close()
    qtbot.waitUntil(lambda: not office.window.findChildren(ImportDialog))
