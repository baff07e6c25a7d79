"""The three pages of the personal calibration: introduction, measurement, result."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.ui.common import EmotionBars, FlowLayout, heading, paragraph, percentage, theme
from fer_desktop.ui.personal.calibration_session import DURATION_S, LOOK, CalibrationSession, Stage
from fer_desktop.ui.personal.wording import INTRODUCTION, LIMITS


class IntroPage(QWidget):
    """What the calibration does and cannot do, with a button that starts it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = paragraph("")
        self.start = _button("&Start")
        self.start.setDefault(True)
        self.close_ = _button("&Close")
        column = _column(self)
        column.addWidget(heading("Your face at rest", 1.3))
        column.addWidget(paragraph(INTRODUCTION))
        column.addWidget(paragraph(LIMITS))
        column.addStretch(1)
        column.addWidget(self.message)
        column.addWidget(_buttons(self.start, self.close_))

    def set_message(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))


class MeasuringPage(QWidget):
    """A countdown, then the progress, or why the measurement is paused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = heading("", 1.3)
        self.progress = QProgressBar()
        self.progress.setRange(0, round(10 * DURATION_S))
        self.progress.setFormat("")
        self.progress.setAccessibleName("Measured")
        self.time = paragraph("")
        self.hint = paragraph("")
        self.hint.setMinimumHeight(3 * self.fontMetrics().height())  # so that hints move nothing
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.cancel = _button("&Cancel")
        column = _column(self)
        column.addWidget(self.title)
        column.addWidget(self.progress)
        column.addWidget(self.time)
        column.addWidget(self.hint)
        column.addStretch(1)
        column.addWidget(_buttons(self.cancel))

    def show_progress(self, session: CalibrationSession) -> None:
        counting = session.stage is Stage.COUNTDOWN
        hint = session.hint
        if counting:
            title = f"Starting in {max(1, round(session.countdown_s + 0.49))}"
        else:
            title = "Paused" if hint else "Measuring"
        self.title.setText(title)
        self.progress.setValue(round(10 * session.measured_s))
        self.time.setText(f"{session.measured_s:.0f} of {DURATION_S:.0f} s")
        self.hint.setText(hint or LOOK)


class ResultPage(QWidget):
    """The result with the emotions before and after, and buttons to use or discard it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = heading("", 1.15)
        self.doubt = paragraph("")
        self.before, self.after = _Bars("Before"), _Bars("After")
        self.details = paragraph("")
        self.error = paragraph("")
        self.remember = _button("Use and &remember on this computer")
        self.use = _button("&Use for now")
        self.discard = _button("&Discard")
        bars = QHBoxLayout()
        bars.setSpacing(2 * theme.GRID)
        bars.addWidget(self.before)
        bars.addWidget(self.after)
        column = _column(self)
        column.addWidget(self.finding)
        column.addWidget(self.doubt)
        column.addLayout(bars)
        column.addWidget(self.details)
        column.addStretch(1)
        column.addWidget(self.error)
        column.addWidget(_buttons(self.use, self.remember, self.discard))

    def show_result(
        self,
        finding: str,
        doubt: str,
        before: Sequence[float],
        after: Sequence[float],
        details: str,
        *,
        usable: bool,
    ) -> None:
        """Shows a result. before, after: probabilities in the order of EMOTIONS."""
        self.finding.setText(finding)
        self.doubt.setText(doubt)
        self.doubt.setVisible(bool(doubt))
        self.before.set_shares(before)
        self.after.set_shares(after)
        self.details.setText(details)
        self.set_error("")
        for button in (self.use, self.remember):
            button.setVisible(usable)
        self.discard.setText("&Discard" if usable else "&Close")

    def set_error(self, text: str) -> None:
        self.error.setText(text)
        self.error.setVisible(bool(text))


class _Bars(QWidget):
    """Seven bars under a title."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._bars = EmotionBars()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.GRID + theme.GRID // 2,) * 4)
        layout.addWidget(heading(title, 1.0))
        layout.addWidget(self._bars)

    def set_shares(self, shares: Sequence[float]) -> None:
        self._bars.set_shares(tuple(shares))
        self._bars.refresh_numbers()
        values = (f"{name} {percentage(share)}" for name, share in zip(EMOTIONS, shares, strict=True))
        self.setAccessibleName(f"{self._title}: {', '.join(values)}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.line(self.palette()))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.GRID, theme.GRID)


def _column(page: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(*(2 * theme.GRID,) * 4)
    column.setSpacing(2 * theme.GRID)
    return column


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setMinimumHeight(4 * theme.GRID)
    button.setAutoDefault(True)
    return button


def _buttons(*buttons: QPushButton) -> QWidget:
    """Returns a row of buttons. It wraps if it is narrow."""
    row = QWidget()
    flow = FlowLayout(row)
    for button in buttons:
        flow.addWidget(button)
    return row
