from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.exports.run import KINDS
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.analysis.export_dialog import CHOICES, ExportDialog
from fer_desktop.ui.common.jobs import JobRunner
from tests.support.stored import two_people, write_ferx

WAIT_MS = 30_000


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> Iterator[ExportDialog]:
    path = write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")
    jobs = JobRunner()
    dialog = ExportDialog(jobs, AnalysisDocument(StoredAnalysis.load(path)))
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    jobs.shutdown()


def choose(dialog: ExportDialog, *kinds: str) -> None:
    for name, box in dialog.kinds.items():
        box.setChecked(name in kinds)


def test_every_export_can_be_chosen() -> None:
    assert set(CHOICES) == set(KINDS)


def test_what_is_chosen_is_written_and_named(dialog: ExportDialog, tmp_path: Path, qtbot: QtBot) -> None:
    choose(dialog, "summary", "praat")
    dialog.folder.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(dialog.ended, timeout=WAIT_MS) as ended:
        dialog.start.click()
    assert ended.args == ["Written: talk-people.csv, talk.TextGrid.", tmp_path / "out"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"talk-people.csv", "talk.TextGrid"}
    assert dialog.status.text() == ended.args[0]
    assert dialog.start.isEnabled()


def test_files_are_not_replaced_unasked(dialog: ExportDialog, tmp_path: Path, qtbot: QtBot) -> None:
    choose(dialog, "summary")
    (tmp_path / "talk-people.csv").write_text("mine")
    with qtbot.waitSignal(dialog.ended, timeout=WAIT_MS) as ended:
        dialog.start.click()
    assert "exists already" in ended.args[0]
    assert (tmp_path / "talk-people.csv").read_text() == "mine"
    dialog.overwrite.click()
    with qtbot.waitSignal(dialog.ended, timeout=WAIT_MS):
        dialog.start.click()
    assert (tmp_path / "talk-people.csv").read_text().startswith("person_id,")


def test_nothing_chosen_is_nothing_to_start(dialog: ExportDialog) -> None:
    choose(dialog)
    assert not dialog.start.isEnabled()
