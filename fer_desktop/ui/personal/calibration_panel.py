"""The window of the personal calibration."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.models import ModelCard
from fer_desktop.core.pipeline import NeutralFace, PersonalCalibration, adjust, calibrate
from fer_desktop.core.types import FrameResult
from fer_desktop.ui.common import ReadingArea
from fer_desktop.ui.personal.calibration_session import CalibrationSession, Stage
from fer_desktop.ui.personal.pages import IntroPage, MeasuringPage, ResultPage
from fer_desktop.ui.personal.personal_control import PersonalControl
from fer_desktop.ui.personal.wording import doubt, finding

REFRESH_MS = 100
NO_CAMERA = "Start a camera first. A file cannot be used."
NO_MODEL = "The model is still loading."
NO_REFERENCE = (
    "This model cannot be calibrated. Its card has no values for neutral faces. "
    "Choose another model in the settings."
)
MODEL_CHANGED = "The model has changed. Start again."


class CalibrationPanel(QDialog):
    """Guides through a calibration while the live view continues. Closing the window discards the result.

    clock: seconds, as time.monotonic.
    """

    def __init__(
        self,
        control: PersonalControl,
        *,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._control = control
        self._clock = clock
        self._session: CalibrationSession | None = None
        self._card: ModelCard | None = None
        self._result: PersonalCalibration | None = None
        self.setWindowTitle("Personal calibration")
        self.setModal(False)
        self.intro, self.measuring, self.found = IntroPage(), MeasuringPage(), ResultPage()
        self.pages = QStackedWidget()
        for page in (self.intro, self.measuring, self.found):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(ReadingArea(self.pages))
        self.timer = QTimer(self)
        self.timer.setInterval(REFRESH_MS)
        self.timer.timeout.connect(self._refresh)
        self.intro.start.clicked.connect(self.start)
        self.intro.close_.clicked.connect(self.close)
        self.measuring.cancel.clicked.connect(self.cancel)
        self.found.use.clicked.connect(lambda: self._use(remember=False))
        self.found.remember.clicked.connect(lambda: self._use(remember=True))
        self.found.discard.clicked.connect(self.close)
        self.finished.connect(self.cancel)
        control.result_seen.connect(self._on_result)
        control.changed.connect(self._on_changed)
        self._show_intro()

    def start(self) -> None:
        """Begins the countdown."""
        self._card = self._control.card
        self._session = CalibrationSession(self._clock)
        self._control.set_measuring(True)
        self.pages.setCurrentWidget(self.measuring)
        self.measuring.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        self.timer.start()
        self._refresh()

    def cancel(self) -> None:
        """Cancels the measurement and changes nothing."""
        self._end_measuring()
        self._show_intro()

    def note_result(self, result: FrameResult, card: ModelCard) -> None:
        """Takes a result of the live view while measuring. card: of the model of the result."""
        if self._session is None or self._card is None:
            return
        if card.identity != self._card.identity:
            self._end_measuring()
            self._show_intro(MODEL_CHANGED)
            return
        self._session.note(result, card, self._control.tau)
        if self._session.stage is Stage.DONE:
            self._finish(self._session.observed(), card)

    def _finish(self, face: NeutralFace, card: ModelCard) -> None:
        self._end_measuring()
        try:
            self._result = calibrate(face, card, datetime.now())
        except FerDesktopError as error:
            self._show_intro(str(error))
            return
        before = adjust(np.asarray(face.shares), card, self._control.tau)
        after = self._result.apply(before)
        dropped = f" {face.dropped} others were left out: the face was not at rest." if face.dropped else ""
        self.found.show_result(
            finding(before.tolist(), self._result),
            doubt(before.tolist(), self._result),
            before.tolist(),
            after.tolist(),
            f"The typical picture of your face at rest, from {face.frames} pictures.{dropped}",
            usable=self._result.changes_anything,
        )
        self.pages.setCurrentWidget(self.found)
        first = self.found.use if self._result.changes_anything else self.found.discard
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _use(self, *, remember: bool) -> None:
        if self._result is None:
            return
        try:
            self._control.use(self._result, remember=remember)
        except FerDesktopError as error:
            self.found.set_error(f"{error}. The calibration is used until you close the program.")
            return
        self.close()

    def _end_measuring(self) -> None:
        self.timer.stop()
        self._session = None
        self._result = None
        self._control.set_measuring(False)

    def _show_intro(self, message: str = "") -> None:
        self.pages.setCurrentWidget(self.intro)
        self._message = message
        self._on_changed()

    def _on_changed(self) -> None:
        obstacle = self._obstacle()
        self.intro.start.setEnabled(not obstacle)
        self.intro.set_message(self._message or obstacle or self._control.problem)

    def _obstacle(self) -> str:
        card = self._control.card
        if not self._control.has_camera:
            return NO_CAMERA
        if card is None:
            return NO_MODEL
        return "" if card.neutral_reference is not None else NO_REFERENCE

    def _on_result(self, result: FrameResult) -> None:
        if self._control.card is not None:
            self.note_result(result, self._control.card)

    def _refresh(self) -> None:
        if self._session is not None:
            self.measuring.show_progress(self._session)
