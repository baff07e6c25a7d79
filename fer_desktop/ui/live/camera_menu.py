"""The menu of the cameras that are plugged in."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from fer_desktop.core.sources import CameraInfo


class CameraMenu(QMenu):
    """One entry for each camera. chosen(CameraInfo)."""

    chosen = Signal(CameraInfo)

    def __init__(self, refresh: QAction, parent: QWidget | None = None) -> None:
        super().__init__("&Camera", parent)
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self._none = self.addAction("No camera was found")
        self._none.setEnabled(False)
        self._end = self.addSeparator()
        self.addAction(refresh)
        self._cameras: dict[str, QAction] | None = None

    @property
    def cameras(self) -> list[QAction] | None:
        """An action for each camera, None before the cameras were listed."""
        return None if self._cameras is None else list(self._cameras.values())

    def set_cameras(self, cameras: tuple[CameraInfo, ...], current: str | None) -> None:
        """Shows the cameras. current: key of the camera in use or used last."""
        for action in self._group.actions():
            self._group.removeAction(action)
            self.removeAction(action)
            action.deleteLater()
        self._cameras = {camera.key: self._entry(camera) for camera in cameras}
        self._none.setVisible(not cameras)
        self.set_current(current)

    def set_current(self, key: str | None) -> None:
        for camera_key, action in (self._cameras or {}).items():
            action.setChecked(camera_key == key)

    def _entry(self, camera: CameraInfo) -> QAction:
        action = QAction(camera.name.replace("&", "&&"), self._group)
        action.setCheckable(True)
        action.setToolTip(f"{camera.name} ({camera.path})")
        action.setData(camera)
        action.triggered.connect(self._choose)
        self.insertAction(self._end, action)
        return action

    def _choose(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.chosen.emit(action.data())
