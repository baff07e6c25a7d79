"""The commands of the menu Settings."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from fer_desktop.core.paths import Paths
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.common import present
from fer_desktop.ui.live import LiveSession, PipelineControl
from fer_desktop.ui.settings import Preferences
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.menus import DeviceMenu


class SettingsCommands(QObject):
    """Changes the settings of the pipeline, and shows those that are in use.

    parent: of the dialog.
    """

    def __init__(
        self, session: LiveSession, pipeline: PipelineControl, paths: Paths, actions: Actions, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._pipeline = pipeline
        self._actions = actions
        self.preferences = Preferences(paths, parent)
        self.device_menu = DeviceMenu(parent)
        self.preferences.changed.connect(pipeline.change)
        self.device_menu.chosen.connect(pipeline.use_device)
        actions.smoothing.triggered.connect(pipeline.set_smoothing)
        for action, slot in (
            (actions.preferences, self.show_preferences),
            (actions.bundled_model, pipeline.use_bundled_model),
            (actions.default_detector, pipeline.use_default_detector),
            (actions.reload_model, session.start_model),
        ):
            action.triggered.connect(slot)
        pipeline.changed.connect(self._show)
        self._show(pipeline.settings)

    def show_preferences(self) -> None:
        self._show(self._pipeline.settings)
        present(self.preferences)

    def _show(self, settings: PipelineSettings) -> None:
        self._actions.smoothing.setChecked(settings.smoothing)
        self.device_menu.set_current(settings.device)
        self.preferences.show_settings(settings)
