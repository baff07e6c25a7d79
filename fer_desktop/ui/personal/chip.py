"""The switch of the personal calibration in the status bar."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton, QWidget

from fer_desktop.ui.personal.personal_control import (
    NO_CAMERA,
    OTHER_MODEL,
    SEVERAL_FACES,
    PersonalControl,
)
from fer_desktop.ui.personal.wording import summary

_REASONS = {
    SEVERAL_FACES: "Several faces are in the picture, and the program does not know which face is yours.",
    OTHER_MODEL: "It was measured with another model and does not fit the one in use.",
    NO_CAMERA: "It is used only with a camera.",
}


class PersonalChip(QToolButton):
    """Visible while there is a calibration. Checked if it is on. It may be paused."""

    def __init__(self, control: PersonalControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._control = control
        self.setCheckable(True)
        self.setAutoRaise(True)
        self.clicked.connect(control.set_enabled)
        control.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        control = self._control
        calibration, pause = control.calibration, control.pause
        if calibration is None:
            self.hide()
            return
        state = f"paused: {pause}" if pause else ("on" if control.is_enabled else "off")
        self.setText(f"Personal calibration {state}")
        self.setAccessibleName(self.text())
        self.setChecked(control.is_enabled)
        switch = f"Click to switch it {'off' if control.is_enabled else 'on'}."
        self.setToolTip("\n".join(filter(None, (_REASONS.get(pause or ""), summary(calibration), switch))))
        self.show()
