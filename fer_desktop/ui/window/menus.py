"""The menu bar and the tool bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from fer_desktop.core.classification import DEVICES
from fer_desktop.ui.common import icons, theme
from fer_desktop.ui.live import CameraMenu
from fer_desktop.ui.settings import DEVICE_CHOICES
from fer_desktop.ui.window.actions import Actions


class DeviceMenu(QMenu):
    """The devices for the model. chosen(name): one of DEVICES."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("&Device", parent)
        self._group = QActionGroup(self)
        for device in DEVICES:
            action = self._group.addAction(DEVICE_CHOICES[device])
            action.setCheckable(True)
            action.setData(device)
            self.addAction(action)
        self._group.triggered.connect(self._choose)

    def set_current(self, device: str) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == device)

    def _choose(self, action: QAction) -> None:
        self.chosen.emit(action.data())


def fill_menu_bar(
    bar: QMenuBar, actions: Actions, cameras: CameraMenu, devices: DeviceMenu, personal: Sequence[QAction]
) -> None:
    """Fills the menu bar. personal: the actions of the personal calibration."""
    file = bar.addMenu("&File")
    file.addActions([actions.open_files, actions.open_folder, actions.open_sample])
    file.addSeparator()
    file.addActions([actions.analyse, actions.queue, actions.open_results])
    file.addSeparator()
    file.addAction(actions.snapshot)
    file.addSeparator()
    file.addAction(actions.quit)
    bar.addMenu(cameras)
    view = bar.addMenu("&View")
    view.addActions([actions.mirror, actions.blur])
    view.addSeparator()
    view.addActions([actions.boxes, actions.labels, actions.bars])
    view.addSeparator()
    view.addActions([actions.timeline, actions.panel, actions.full_screen])
    playback = bar.addMenu("&Playback")
    playback.addActions([actions.toggle, actions.stop])
    training = bar.addMenu("&Training")
    training.addActions([actions.new_run, actions.runs])
    training.addSeparator()
    training.addActions([actions.check_data, actions.collect])
    training.addSeparator()
    training.addActions([actions.evaluate, actions.import_model])
    settings = bar.addMenu("&Settings")
    settings.addMenu(devices)
    settings.addAction(actions.smoothing)
    settings.addSeparator()
    settings.addActions(list(personal))
    settings.addSeparator()
    settings.addAction(actions.preferences)
    help_menu = bar.addMenu("&Help")
    help_menu.addActions([actions.shortcuts, actions.consent, actions.logs])
    help_menu.addSeparator()
    help_menu.addAction(actions.about)


def make_tool_bar(actions: Actions, cameras: CameraMenu, parent: QWidget) -> QToolBar:
    bar = QToolBar("Tool bar", parent)
    bar.setObjectName("tool_bar")
    bar.setMovable(False)
    side = max(3 * theme.GRID, round(1.5 * parent.fontMetrics().height()))
    bar.setIconSize(QSize(side, side))
    camera = QToolButton()
    camera.setText("Camera")
    camera.setIcon(icons.icon("camera"))
    camera.setToolTip("Choose a camera")
    camera.setAccessibleName("Choose a camera")
    camera.setMenu(cameras)
    camera.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    camera.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    bar.addWidget(camera)
    groups = (
        (actions.open_files,),
        (actions.toggle, actions.stop),
        (actions.mirror, actions.blur, actions.snapshot),
        (actions.analyse, actions.preferences),
    )
    for group in groups:
        for action in group:
            bar.addAction(action)
            button = bar.widgetForAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bar.addSeparator()
    return bar
