"""The switches of the menu View: restored from the settings, stored, and applied to what is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.ui.live import LivePage, SourceControl
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.tabs import WorkTabs


class ViewSwitches(QObject):
    """Keeps the switches, the settings and the pictures in step."""

    def __init__(
        self,
        actions: Actions,
        settings: Settings,
        source: SourceControl,
        live_page: LivePage,
        tabs: WorkTabs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._settings = settings
        self._source = source
        self._live_page = live_page
        self._tabs = tabs
        self._switches: dict[str, QAction] = {
            "mirror": actions.mirror,
            "show_boxes": actions.boxes,
            "show_labels": actions.labels,
            "show_bars": actions.bars,
            "blur_faces": actions.blur,
            "timeline_visible": actions.timeline,
            "panel_visible": actions.panel,
        }
        for name, action in self._switches.items():
            action.setChecked(getattr(settings, name))
            action.toggled.connect(self._store)
        self.apply()

    def apply(self) -> None:
        """Shows what the switches say. Only a camera's picture is mirrored."""
        act = self._actions
        style = OverlayStyle(
            boxes=act.boxes.isChecked(),
            labels=act.labels.isChecked(),
            bars=act.bars.isChecked(),
            blur=act.blur.isChecked(),
        )
        self._tabs.set_style(style)
        self._live_page.set_style(style, mirrored=act.mirror.isChecked() and self._source.is_live)
        self._live_page.set_parts(timeline=act.timeline.isChecked(), panel=act.panel.isChecked())

    def _store(self) -> None:
        for name, action in self._switches.items():
            setattr(self._settings, name, action.isChecked())
        self.apply()
