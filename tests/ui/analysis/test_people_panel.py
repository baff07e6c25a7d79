from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QSize, Qt
from pytestqt.qtbot import QtBot

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.analysis.people_panel import PeoplePanel
from tests.support.stored import two_people, write_ferx

ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


@pytest.fixture
def panel(qtbot: QtBot, tmp_path: Path) -> PeoplePanel:
    path = write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")
    picture = cv2.imencode(".jpg", np.full((8, 8, 3), 200, np.uint8))[1].tobytes()
    with ResultFile.open(path) as file:
        file.append(FaceTable.of([]), {1: picture})
    panel = PeoplePanel(AnalysisDocument(StoredAnalysis.load(path)))
    qtbot.addWidget(panel)
    panel.show()
    return panel


def texts(panel: PeoplePanel) -> list[tuple[str, ...]]:
    model = panel.model
    return [
        tuple(model.data(model.index(row, column)) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def choose(panel: PeoplePanel, *rows: int) -> None:
    panel.table.clearSelection()
    for row in rows:
        panel.table.selectionModel().select(panel.model.index(row, 0), ROWS)


def test_each_person_has_a_row_with_picture_time_and_emotion(panel: PeoplePanel) -> None:
    assert texts(panel) == [("Person 1", "0:04", "Happiness 50%"), ("Person 2", "0:01", "uncertain")]
    pictures = [
        panel.model.data(panel.model.index(row, 0), Qt.ItemDataRole.DecorationRole) for row in range(2)
    ]
    assert pictures[0].actualSize(QSize(48, 48)) == QSize(8, 8)
    assert pictures[1] is None


def test_a_name_is_written_into_the_table(panel: PeoplePanel) -> None:
    panel.model.setData(panel.model.index(1, 0), " Grace ")
    assert texts(panel)[1][0] == "Grace"


def test_buttons_hold_for_what_is_chosen(panel: PeoplePanel, qtbot: QtBot) -> None:
    assert not any(action.isEnabled() for action in (panel.rename, panel.merge, panel.split, panel.ignore))
    with qtbot.waitSignal(panel.selected) as selected:
        choose(panel, 1)
    assert selected.args == [2]
    assert panel.split.isEnabled()
    assert not panel.merge.isEnabled()
    choose(panel, 0, 1)
    assert panel.merge.isEnabled()
    assert not panel.split.isEnabled()


def test_split_here_then_merge_again(panel: PeoplePanel) -> None:
    choose(panel, 0)
    panel.playhead_s = 2.0
    panel.split.trigger()
    assert [row[0] for row in texts(panel)] == ["Person 1", "Person 2", "Person 3"]
    assert texts(panel)[2] == ("Person 3", "0:02", "Sadness 100%")
    choose(panel, 0, 2)
    panel.merge.trigger()
    assert [row[0] for row in texts(panel)] == ["Person 1", "Person 2"]


def test_an_ignored_person_stays_in_the_table_to_be_shown_again(panel: PeoplePanel) -> None:
    choose(panel, 1)
    panel.ignore.trigger()
    font = panel.model.data(panel.model.index(1, 0), Qt.ItemDataRole.FontRole)
    assert font.strikeOut()
    assert panel.ignore.text() == "&Show again"
    panel.ignore.trigger()
    assert panel.model.data(panel.model.index(1, 0), Qt.ItemDataRole.FontRole) is None


def test_a_person_chosen_elsewhere_is_selected(panel: PeoplePanel) -> None:
    panel.select(2)
    assert panel.chosen == [2]
    panel.select(None)
    assert panel.chosen == []
