from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from fer_desktop.ui.charts.bars import ClassBars
from fer_desktop.ui.charts.confusion_table import ConfusionTable
from fer_desktop.ui.charts.coverage import CoveragePlot
from fer_desktop.ui.charts.curves import Curve, CurvePlot
from fer_desktop.ui.charts.reliability import ReliabilityPlot
from fer_desktop.ui.charts.thumbnails import SIDE, ThumbnailGrid, pixmap
from fer_desktop.ui.common import theme

MATRIX = np.diag([8, 0, 3, 90, 5, 5, 40])
MATRIX[0, 6] = 2


@pytest.fixture
def table(qtbot: QtBot) -> ConfusionTable:
    table = ConfusionTable()
    qtbot.addWidget(table)
    table.set_matrix(MATRIX)
    table.show()
    return table


def test_a_cell_has_its_share_of_the_row_and_its_count(table: ConfusionTable) -> None:
    assert table.item(0, 0).text() == "80%\n8"
    assert table.item(0, 6).text() == "20%\n2"
    assert table.item(1, 1).text() == "–"
    assert table.item(0, 6).toolTip() == "2 of 10 faces labelled anger were taken for neutral"


def test_cells_are_chosen_by_mouse_and_keyboard(table: ConfusionTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.cell_chosen) as chosen:
        place = table.visualItemRect(table.item(0, 6)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [0, 6]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.cell_chosen) as chosen:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert chosen.args == [1, 6]


def test_a_selected_cell_keeps_the_colour_of_its_share(table: ConfusionTable) -> None:
    table.setCurrentCell(2, 0)  # a share of 0 %
    cell = table.visualItemRect(table.item(2, 0))
    picture = table.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    inside = picture.pixelColor(round((cell.left() + 6) * ratio), round((cell.top() + 6) * ratio))
    assert inside == table.item(2, 0).background().color()
    edge = picture.pixelColor(round((cell.left() + 1) * ratio), round(cell.center().y() * ratio))
    assert edge == table.palette().color(QPalette.ColorRole.Text)


@pytest.mark.parametrize("width", [300, 500, 620, 700, 900, 1200])
def test_no_title_of_a_column_is_cut(table: ConfusionTable, width: int) -> None:
    table.resize(width, 500)
    for column in range(7):
        title = table.horizontalHeaderItem(column)
        words = table.horizontalHeader().fontMetrics().horizontalAdvance(title.text())
        icon = 0 if title.icon().isNull() else 16
        assert words + icon <= table.columnWidth(column)
        assert title.text() or icon
        assert title.toolTip(), "the name is to be found where only the icon has room"


@pytest.mark.parametrize("base", ["#ffffff", "#1e1e1e"])
def test_the_text_of_every_cell_can_be_read(table: ConfusionTable, base: str) -> None:
    palette = table.palette()
    palette.setColor(QPalette.ColorRole.Base, QColor(base))
    table.setPalette(palette)
    for row in range(7):
        for column in range(7):
            item = table.item(row, column)
            if item.text() != "–":
                assert theme.contrast(item.foreground().color(), item.background().color()) >= 4.5


def test_bars_say_their_counts(qtbot: QtBot) -> None:
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.set_counts({"train": range(7), "validation": [1] * 7})
    assert bars.accessibleDescription().startswith("train: anger 0, disgust 1, fear 2")
    assert "validation: anger 1" in bars.accessibleDescription()
    assert [list(bar.opts["height"]) for bar in bars._bars] == [list(range(7)), [1] * 7]
    bars.set_counts({"train": [2] * 7})
    assert len(bars._bars) == 1


def test_the_reliability_diagram_leaves_empty_bins_out(qtbot: QtBot) -> None:
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    plot.set_bins(np.array([0.1, 0.5, 0.9]), np.array([0.0, 0.4, 0.8]), np.array([0, 10, 30]))
    assert plot.accessibleDescription() == (
        "confidence 50%, accuracy 40%, 10 faces; confidence 90%, accuracy 80%, 30 faces"
    )


def test_the_coverage_plot_reads_its_values_at_the_threshold(qtbot: QtBot) -> None:
    plot = CoveragePlot()
    qtbot.addWidget(plot)
    thresholds = np.linspace(0, 1, 11)
    plot.set_curve(thresholds, 1 - thresholds, np.where(thresholds < 1, 0.5 + thresholds / 2, np.nan))
    plot.set_threshold(0.4)
    assert plot.legend.texts == ["Answered 60.0%", "Accuracy 70.0%"]
    plot.set_threshold(1.0)
    assert plot.legend.texts == ["Answered 0.0%", "Accuracy –"]


def test_the_grid_says_which_pictures_are_chosen_and_selected(qtbot: QtBot) -> None:
    grid = ThumbnailGrid()
    qtbot.addWidget(grid)
    grid.set_pictures([np.full((48, 48), 9, np.uint8)] * 5, [f"row {number}" for number in range(5)])
    grid.resize(600, 300)
    grid.show()
    with qtbot.waitSignal(grid.chosen) as chosen:
        place = grid.visualRect(grid.model().index(3, 0)).center()
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [3]
    assert grid.selected_indices() == [3]
    grid.selectAll()
    assert grid.selected_indices() == [0, 1, 2, 3, 4]
    grid.set_pictures([], [])
    assert grid.selected_indices() == []


def test_small_pictures_stay_sharp_and_large_ones_fit(qtbot: QtBot) -> None:
    chess = (np.indices((32, 32)).sum(axis=0) % 2 * 255).astype(np.uint8)
    grown = pixmap(chess, SIDE, 2.0)
    assert (grown.width(), grown.devicePixelRatio()) == (160, 2.0)
    image = grown.toImage()
    assert {QColor(image.pixel(x, 7)).red() for x in range(160)} == {0, 255}
    large = pixmap(np.zeros((300, 600, 3), np.uint8), SIDE, 1.0)
    assert (large.width(), large.height()) == (SIDE, SIDE // 2)


def test_colours_are_those_of_the_picture(qtbot: QtBot) -> None:
    blue = np.zeros((8, 8, 3), np.uint8)
    blue[..., 0] = 255
    assert QColor(pixmap(blue, SIDE, 1.0).toImage().pixel(3, 3)) == QColor("blue")


@pytest.mark.parametrize(("values", "low", "high"), [([1e-3] * 3, 0.0005, 0.0015), ([0.0, 0.0], -0.5, 0.5)])
def test_a_value_that_never_changes_is_drawn_at_its_scale(
    qtbot: QtBot, values: list[float], low: float, high: float
) -> None:
    plot = CurvePlot("Learning rate")
    qtbot.addWidget(plot)
    plot.set_curves([Curve("Step", range(len(values)), values)])
    bottom, top = plot.axes.viewRange()[1]
    assert bottom <= low < high <= top < 2 * high + 0.1 * (high > 0.1)
