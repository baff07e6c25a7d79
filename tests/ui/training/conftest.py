"""Runs of the fake trainer and their pages; what a test leaves running is ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.run_folder import RunFolder
from fer_desktop.ui.common.jobs import JobRunner
from tests.ui.training.run_pages import Make, end_run
from tests.ui.training.runs import fake, new_run


@pytest.fixture
def run(qtbot: QtBot, tmp_path: Path) -> Iterator[RunFolder]:
    run = new_run(tmp_path / "runs")
    yield run
    end_run(qtbot, run)


@pytest.fixture
def make_run_page(qtbot: QtBot, run: RunFolder) -> Iterator[Make]:
    """Pages of the run, each with a fake trainer of its own behaviour."""
    from fer_desktop.ui.training.run_page import RunPage  # its plots take a while to import

    jobs = JobRunner()
    pages = []

    def make(behaviour: str = "run") -> RunPage:
        page = RunPage(run, jobs, program=fake(behaviour))
        qtbot.addWidget(page)
        page.resize(900, 700)
        page.show()
        pages.append(page)
        return page

    yield make
    for page in pages:
        assert page.begin_shutdown() == []
    jobs.shutdown()
