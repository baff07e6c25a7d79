from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.analysis.markers_panel import TEXT, MarkersPanel
from tests.support.stored import two_people, write_ferx


@pytest.fixture
def document(tmp_path: Path, qtbot: QtBot) -> AnalysisDocument:
    path = write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")
    return AnalysisDocument(StoredAnalysis.load(path))


@pytest.fixture
def panel(document: AnalysisDocument, qtbot: QtBot) -> MarkersPanel:
    panel = MarkersPanel(document)
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    document.add_marker(2.5, 3.75, "talks")
    document.add_marker(1.0)
    return panel


def texts(panel: MarkersPanel) -> list[tuple[str, ...]]:
    model = panel.model
    return [
        tuple(model.data(model.index(row, column)) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_markers_are_listed_by_time(panel: MarkersPanel) -> None:
    assert texts(panel) == [("0:01.00", "", ""), ("0:02.50", "1.25 s", "talks")]


def test_a_text_is_written_into_the_table(panel: MarkersPanel, document: AnalysisDocument) -> None:
    panel.model.setData(panel.model.index(0, TEXT), " smiles ")
    assert [marker.text for marker in document.stored.markers] == ["smiles", "talks"]


def test_a_click_goes_to_the_time(panel: MarkersPanel, qtbot: QtBot) -> None:
    place: QRect = panel.table.visualRect(panel.model.index(1, 0))
    with qtbot.waitSignal(panel.seek_requested) as sought:
        qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert sought.args == [2.5]


def test_chosen_markers_are_deleted(panel: MarkersPanel, document: AnalysisDocument) -> None:
    assert not panel.delete.isEnabled()
    panel.table.selectRow(0)
    panel.delete.trigger()
    assert [marker.text for marker in document.stored.markers] == ["talks"]
    assert not panel.delete.isEnabled()


def test_a_new_marker_can_be_named_at_once(panel: MarkersPanel, document: AnalysisDocument) -> None:
    panel.edit(document.add_marker(0.5))
    assert panel.table.currentIndex().row() == 0
    assert panel.table.state() is panel.table.State.EditingState
