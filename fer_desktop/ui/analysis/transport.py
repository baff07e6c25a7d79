"""The row below the picture of a recording: play, frame steps, speed and position."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from fer_desktop.ui.common import clock, icons, keeps_space, theme

SPEEDS = (0.25, 0.5, 1.0, 1.5, 2.0, 4.0)
PLAY_KEY, BACK_KEY, FORWARD_KEY = "Space", "Left", "Right"
"""The keys in the tool tips. The workspace binds them."""


class Transport(QWidget):
    """toggled: play or pause. stepped(-1 or 1): one frame back or forward. speed_chosen(factor)."""

    toggled = Signal()
    stepped = Signal(int)
    speed_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = _Button("step-back", "One frame back", BACK_KEY)
        self.play = _Button("play", "Play", PLAY_KEY)
        self.forward = _Button("step-forward", "One frame forward", FORWARD_KEY)
        self.speed = QComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Playback speed")
        self.show_speed(1.0)
        self.time, self.number = _figures("Time"), _figures("Frame number")
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        metrics = QFontMetricsF(self.number.font())
        self.number.setMinimumWidth(round(metrics.horizontalAdvance("Frame 0000000")))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for widget in (self.back, self.play, self.forward, self.speed):
            row.addWidget(widget)
        row.addSpacing(theme.GRID)
        row.addWidget(self.time)
        row.addStretch(1)
        row.addWidget(self.number)
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.play.clicked.connect(self.toggled)
        self.forward.clicked.connect(lambda: self.stepped.emit(1))
        self.speed.activated.connect(lambda: self.speed_chosen.emit(self.speed.currentData()))
        self.show_position(None, None)
        self.set_active(False)

    def set_active(self, active: bool) -> None:
        """Enables the controls if there is a recording."""
        for widget in (self.back, self.play, self.forward, self.speed):
            widget.setEnabled(active)

    def show_playing(self, playing: bool, *, ended: bool = False) -> None:
        """Shows what the middle button does now."""
        icon, text = ("replay", "Play again") if ended else ("play", "Play")
        self.play.describe(*(("pause", "Pause") if playing else (icon, text)), PLAY_KEY)

    def show_speed(self, speed: float) -> None:
        """Shows a speed. A speed that is not in the list is added to it."""
        position = self.speed.findData(speed)
        if position < 0:
            position = sum(other < speed for other in SPEEDS)
            self.speed.insertItem(position, f"{speed:g}×", speed)
        self.speed.setCurrentIndex(position)

    def show_position(self, pts_s: float | None, number: int | None, duration_s: float | None = None) -> None:
        """Shows time in seconds, frame number and duration. None: no frame, or the duration is not known."""
        at = "–" if pts_s is None else exact_clock(pts_s)
        length = "" if duration_s is None else f" / {exact_clock(duration_s)}"
        self.time.setText(at + length)
        self.number.setText("" if number is None else f"Frame {number}")
        widest = QFontMetricsF(self.time.font()).horizontalAdvance(2 * length.replace("1", "0") or at)
        self.time.setMinimumWidth(max(self.time.minimumWidth(), round(widest)))


def exact_clock(seconds: float) -> str:
    """Returns 12.4 as 0:12.40. Cuts off after the hundredths, so that it never shows the next frame."""
    hundredths = int(seconds * 100 + 1e-4)
    return f"{clock(hundredths // 100)}.{hundredths % 100:02d}"


class _Button(QToolButton):
    def __init__(self, icon: str, text: str, key: str) -> None:
        super().__init__()
        self.setAutoRaise(True)
        self.setIconSize(QSize(2 * theme.GRID + 4, 2 * theme.GRID + 4))
        self.setMinimumSize(4 * theme.GRID, 4 * theme.GRID)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.describe(icon, text, key)

    def describe(self, icon: str, text: str, key: str) -> None:
        self.setIcon(icons.icon(icon))
        self.setToolTip(f"{text} ({key})")
        self.setAccessibleName(text)

    def event(self, event: QEvent) -> bool:
        return keeps_space(event) or super().event(event)


def _figures(name: str) -> QLabel:
    """A label whose digits have the same width, so that its text does not move."""
    label = QLabel()
    font = label.font()
    font.setFeature(QFont.Tag("tnum"), 1)
    label.setFont(font)
    label.setAccessibleName(name)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
