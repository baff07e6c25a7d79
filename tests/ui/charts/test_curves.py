from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fer_desktop.ui.charts.curves import MOST, Curve, CurvePlot
from fer_desktop.ui.charts.plot import NOTHING
from fer_desktop.ui.common import theme

NAN = float("nan")


@pytest.fixture
def plot(qtbot: QtBot) -> CurvePlot:
    plot = CurvePlot("Accuracy", percent=True, x_title="Epoch")
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show()
    return plot


def hover(plot: CurvePlot, x: float) -> None:
    box = plot.axes.getViewBox()
    place = QPointF(plot.view.mapFromScene(box.mapViewToScene(QPointF(x, 0.5))))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        plot.view.viewport().mapToGlobal(place),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(plot.view.viewport(), event)


def test_without_values_it_says_so(plot: CurvePlot) -> None:
    assert plot.accessibleDescription() == NOTHING
    plot.set_curves([Curve("train", [], [])])
    assert not plot.view.isVisible()
    assert plot.accessibleDescription() == NOTHING
    assert plot.legend.texts == ["train"]


def test_the_newest_value_stands_in_the_legend_and_in_words(plot: CurvePlot) -> None:
    plot.set_curves([Curve("train", [1, 2, 3], [0.5, 0.625, NAN]), Curve("validation", [1], [0.4], 1)])
    assert plot.legend.texts == ["train 62.5%", "validation 40.0%"]
    assert plot.accessibleName() == "Accuracy"
    assert plot.accessibleDescription() == (
        "Newest values: train 62.5% at epoch 2, validation 40.0% at epoch 1"
    )


def test_the_mouse_reads_values_and_leaves_the_newest_behind(plot: CurvePlot) -> None:
    plot.set_curves([Curve("train", [1, 2, 3], [0.5, 0.6, 0.7])])
    plot.view.grab()  # the axes take their range when they are drawn
    hover(plot, 2.1)
    assert (plot.reading.text(), plot.legend.texts) == ("Epoch 2", ["train 60.0%"])
    QApplication.sendEvent(plot.view, QEvent(QEvent.Type.Leave))
    assert (plot.reading.text(), plot.legend.texts) == ("", ["train 70.0%"])


def test_the_wheel_zooms_nothing_and_is_left_to_the_page(plot: CurvePlot) -> None:
    plot.set_curves([Curve("train", [1, 2, 3], [0.5, 0.6, 0.7])])
    plot.view.grab()
    before = plot.axes.viewRange()
    place, target = QPointF(200, 100), plot.view.viewport()
    wheel = QWheelEvent(
        place,
        target.mapToGlobal(place),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(target, wheel)
    assert not wheel.isAccepted()
    assert plot.axes.viewRange() == before


@pytest.mark.parametrize("base", ["#ffffff", "#1e1e1e"])
def test_every_line_stands_out_when_the_palette_changes(plot: CurvePlot, base: str) -> None:
    plot.set_curves([Curve(str(number), [1, 2], [0.1, 0.2], number) for number in range(6)])
    palette = plot.palette()
    palette.setColor(QPalette.ColorRole.Base, QColor(base))
    plot.setPalette(palette)
    assert plot.view.backgroundBrush().color() == QColor(base)
    for line in plot.axes.listDataItems():
        assert theme.contrast(line.opts["pen"].color(), QColor(base)) >= theme.MIN_CONTRAST


def test_long_curves_are_drawn_with_fewer_points_and_the_same_mean(plot: CurvePlot) -> None:
    values = np.random.default_rng(3).normal(0.5, 0.1, 5000)
    plot.set_curves([Curve("train", range(5000), values)])
    (line,) = plot.axes.listDataItems()
    drawn = line.getOriginalDataset()[1]
    assert len(drawn) == MOST
    assert drawn.mean() == pytest.approx(values.mean())
    assert plot.legend.texts == [f"train {values[-1]:.1%}"], "the value itself, not a mean"


def test_curves_come_and_go(plot: CurvePlot) -> None:
    plot.set_curves([Curve("a", [1], [0.1]), Curve("b", [1], [0.2], 1)])
    plot.set_curves([Curve("c", [1], [0.3], 2)])
    assert plot.legend.texts == ["c 30.0%"]
    assert len(plot.axes.listDataItems()) == 1
