"""The actions of the personal calibration in the menus."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from fer_desktop.ui.common import present
from fer_desktop.ui.personal.calibration_panel import CalibrationPanel
from fer_desktop.ui.personal.personal_control import PersonalControl


class PersonalActions(QObject):
    """calibrate opens the window, enabled switches the correction, forget also deletes the stored file."""

    def __init__(self, control: PersonalControl, window: QWidget) -> None:
        super().__init__(window)
        self._control = control
        self._window = window
        self.panel: CalibrationPanel | None = None
        self.calibrate = self._action(
            "Calibrate to my &face…", "Measure my face at rest and correct the live view for it"
        )
        self.enabled = self._action("&Personal calibration", "Correct the live view for my face")
        self.enabled.setCheckable(True)
        self.forget = self._action("F&orget my calibration", "Delete the personal calibration")
        self.calibrate.triggered.connect(self.show_panel)
        self.enabled.triggered.connect(control.set_enabled)
        self.forget.triggered.connect(control.forget)
        control.changed.connect(self._show)
        self._show()

    def all(self) -> list[QAction]:
        return [self.calibrate, self.enabled, self.forget]

    def show_panel(self) -> None:
        if self.panel is None:
            self.panel = CalibrationPanel(self._control, parent=self._window)
        present(self.panel)

    def _show(self) -> None:
        exists = self._control.calibration is not None
        self.enabled.setEnabled(exists)
        self.enabled.setChecked(exists and self._control.is_enabled)
        self.forget.setEnabled(self._control.has_anything)

    def _action(self, text: str, help_text: str) -> QAction:
        action = QAction(text, self)
        action.setToolTip(help_text)
        action.setMenuRole(QAction.MenuRole.NoRole)
        return action
