"""The card of one face: its emotion in words, and seven bars."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from fer_desktop.core import emotions
from fer_desktop.core.types import Face
from fer_desktop.ui.common import UNCERTAIN_TITLE, EmotionBars, icons, keeps_space, percentage, theme


class FaceCard(QWidget):
    """The card of a face. A card can be reused for another face.

    clicked(face id): by mouse, Enter or Space.
    """

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face: Face | None = None
        self._selected = False
        self._badge = _Badge()
        self._title = QLabel()
        font = self._title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self._title.setFont(font)
        self._subtitle = QLabel()
        self._subtitle.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._bars = EmotionBars()
        layout = QGridLayout(self)
        margin = theme.GRID + theme.GRID // 2
        layout.setContentsMargins(margin, theme.GRID, margin, theme.GRID)
        layout.setHorizontalSpacing(theme.GRID)
        layout.setVerticalSpacing(0)
        layout.addWidget(self._badge, 0, 0, 2, 1)
        layout.addWidget(self._title, 0, 1)
        layout.addWidget(self._subtitle, 1, 1)
        layout.setRowMinimumHeight(2, theme.GRID // 2)
        layout.addWidget(self._bars, 3, 0, 1, 2)
        layout.setColumnStretch(1, 1)
        layout.setRowStretch(3, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Click to follow this face in the timeline. Click again to follow the largest face.")

    @property
    def face(self) -> Face | None:
        return self._face

    @property
    def title(self) -> str:
        return self._title.text()

    def set_face(self, face: Face) -> None:
        """Shows a face. Bars and emotion change at once, numbers with `refresh_numbers`."""
        is_new = self._face is None or face.id != self._face.id
        changed = is_new or (self._face is not None and face.label != self._face.label)
        self._face = face
        self._bars.set_shares(face.smoothed)
        if is_new:
            self._subtitle.setText(f"Face {face.id}")
        if changed:
            self._badge.set_emotion(face.label)
            self.refresh_numbers()

    def refresh_numbers(self) -> None:
        """Updates the numbers. Called a few times a second, so that they can be read."""
        if self._face is None:
            return
        self._bars.refresh_numbers()
        label = self._face.label
        title = UNCERTAIN_TITLE
        if label is not None:
            title = f"{emotions.by_name(label).title} {percentage(self._face.confidence)}"
        if title != self._title.text():
            self._title.setText(title)
            self.setAccessibleName(f"Face {self._face.id}: {title}")

    def set_selected(self, selected: bool) -> None:
        if selected != self._selected:
            self._selected = selected
            self.update()

    def event(self, event: QEvent) -> bool:
        return keeps_space(event) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        highlight, base = palette.color(QPalette.ColorRole.Highlight), palette.color(QPalette.ColorRole.Base)
        strong = self._selected or self.hasFocus()
        width = 2.0 if strong else 1.0
        painter.setPen(QPen(highlight if strong else theme.line(palette), width))
        painter.setBrush(theme.mix(base, highlight, 0.15) if self._selected else base)
        area = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(area, theme.GRID, theme.GRID)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            self._face
            and event.button() is Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.clicked.emit(self._face.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._face and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self._face.id)
        else:
            super().keyPressEvent(event)


class _Badge(QWidget):
    """The icon of an emotion on its colour."""

    def __init__(self) -> None:
        super().__init__()
        self._emotion: str | None = None
        side = max(4 * theme.GRID, round(self.fontMetrics().height() * 2))
        self.setFixedSize(QSize(side, side))

    def set_emotion(self, name: str | None) -> None:
        self._emotion = name
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._emotion is None:
            ink = theme.quiet(self.palette())
            painter.setPen(QPen(ink, 1.5, Qt.PenStyle.DashLine))
            painter.drawEllipse(area)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "?")
            return
        colour = theme.emotion_colour(self._emotion)
        outline = theme.edge(colour, self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(QPen(outline, 1) if outline else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(colour)
        painter.drawEllipse(area)
        inset = area.width() * 0.14
        icons.paint(
            painter,
            emotions.by_name(self._emotion).icon.removesuffix(".svg"),
            area.adjusted(inset, inset, -inset, -inset),
            theme.ink_on(colour),
        )
