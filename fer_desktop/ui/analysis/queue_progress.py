"""A progress bar in a cell of the queue."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionProgressBar,
    QStyleOptionViewItem,
    QWidget,
)

from fer_desktop.ui.analysis.queue_model import FRACTION_ROLE

STEPS = 1000
MARGIN_PX = 4


class ProgressDelegate(QStyledItemDelegate):
    """Draws a progress bar if FRACTION_ROLE has a value, and any other cell as usual."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        fraction = index.data(FRACTION_ROLE)
        if fraction is None:
            super().paint(painter, option, index)
            return
        widget = option.widget if isinstance(option.widget, QWidget) else None
        style = widget.style() if widget is not None else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        bar = QStyleOptionProgressBar()
        bar.state = option.state | QStyle.StateFlag.State_Horizontal
        bar.palette = option.palette
        bar.fontMetrics = option.fontMetrics
        bar.rect = option.rect.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        bar.maximum = STEPS if fraction >= 0 else 0
        bar.progress = max(0, round(fraction * STEPS))
        bar.text = f"{max(fraction, 0):.0%}"
        bar.textVisible = fraction >= 0
        style.drawControl(QStyle.ControlElement.CE_ProgressBar, bar, painter, widget)
