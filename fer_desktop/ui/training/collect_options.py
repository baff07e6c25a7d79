"""The options for collecting pictures: emotion, folder and timing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core import emotions
from fer_desktop.core.emotions import Emotion
from fer_desktop.core.training import BurstOptions
from fer_desktop.ui.common import fields, icons, keeps_space, theme

COLUMNS = 2


class EmotionButton(QPushButton):
    """An emotion with its icon, colour and number of pictures."""

    def __init__(self, emotion: Emotion) -> None:
        super().__init__(icons.icon(f"emotion-{emotion.name}"), emotion.title)
        self._emotion = emotion
        self.setCheckable(True)
        self.setMinimumHeight(5 * theme.GRID)
        self.setIconSize(QSize(3 * theme.GRID, 3 * theme.GRID))

    def set_count(self, count: int) -> None:
        self.setText(f"{self._emotion.title} ({count:,})" if count else self._emotion.title)

    def event(self, event: QEvent) -> bool:
        return keeps_space(event) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        strip = QRectF(self.rect()).adjusted(4, 6, 0, -6)
        strip.setWidth(theme.GRID / 2)
        QPainter(self).fillRect(strip, theme.emotion_colour(self._emotion.name))


class CollectOptions(QWidget):
    """folder_changed: another folder. emotion_changed: another emotion."""

    folder_changed = Signal()
    emotion_changed = Signal()

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {emotion.name: EmotionButton(emotion) for emotion in emotions.ALL}
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(theme.GRID)
        for place, button in enumerate(self.buttons.values()):
            self._group.addButton(button)
            grid.addWidget(button, place // COLUMNS, place % COLUMNS)
            button.toggled.connect(self.emotion_changed)
        self.folder_line = QLineEdit(str(folder))
        self.folder_line.textChanged.connect(self.folder_changed)
        defaults = BurstOptions()
        self.countdown = fields.number(0, 10, defaults.countdown_s, decimals=1, step=0.5, unit="s")
        self.countdown.setSpecialValueText("none")
        self.count = fields.whole(1, 50, defaults.count, unit="pictures")
        self.duration = fields.number(0.5, 10, defaults.duration_s, decimals=1, step=0.5, unit="s")
        form = fields.form(wrap=QFormLayout.RowWrapPolicy.WrapLongRows)
        fields.add_row(form, "In&to", self.folder_line, fields.button("F&older…", self._choose))
        fields.add_row(form, "&Countdown", self.countdown)
        fields.add_row(form, "&Burst of", self.count)
        fields.add_row(form, "O&ver", self.duration)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.GRID)
        layout.addLayout(grid)
        layout.addLayout(form)

    @property
    def emotion(self) -> str | None:
        return next((name for name, button in self.buttons.items() if button.isChecked()), None)

    @property
    def folder(self) -> Path | None:
        text = self.folder_line.text().strip()
        return Path(text) if text else None

    def burst(self) -> BurstOptions:
        return BurstOptions(self.countdown.value(), self.count.value(), self.duration.value())

    def show_counts(self, counts: dict[str, int]) -> None:
        for name, count in counts.items():
            self.buttons[name].set_count(count)

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the pictures", self.folder_line.text())
        if chosen:
            self.folder_line.setText(chosen)
