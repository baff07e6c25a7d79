"""Icons from assets/icons, drawn in the palette's colours at any size."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from fer_desktop.core.paths import default_paths

APPLICATION = "fer-desktop"

_GROUPS = {QIcon.Mode.Disabled: QPalette.ColorGroup.Disabled}
_ROLES = {QIcon.Mode.Selected: QPalette.ColorRole.HighlightedText}


def icon(name: str) -> QIcon:
    """Returns an icon that follows the palette's colours."""
    return QIcon(_TintedEngine(name))


def paint(painter: QPainter, name: str, area: QRectF, colour: QColor) -> None:
    """Draws an icon in one colour."""
    _renderer(name, colour.name()).render(painter, area)


class _TintedEngine(QIconEngine):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        colour = QGuiApplication.palette().color(
            _GROUPS.get(mode, QPalette.ColorGroup.Active), _ROLES.get(mode, QPalette.ColorRole.ButtonText)
        )
        paint(painter, self._name, QRectF(rect), colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap


@lru_cache(maxsize=128)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = (default_paths().icons / f"{name}.svg").read_bytes()
    return QSvgRenderer(QByteArray(svg.replace(b"currentColor", colour.encode())))
