"""The actions of menus, tool bar and keyboard, with text, icon and shortcut."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from fer_desktop.core.live import SessionPhase
from fer_desktop.ui.common import icons

_TOGGLE = {
    SessionPhase.IDLE: ("&Start", "play"),
    SessionPhase.OPENING: ("&Start", "play"),
    SessionPhase.RUNNING: ("&Pause", "pause"),
    SessionPhase.PAUSED: ("&Continue", "play"),
    SessionPhase.RECONNECTING: ("&Try now", "refresh"),
    SessionPhase.FINISHED: ("&Play again", "replay"),
    SessionPhase.ERROR: ("&Try again", "refresh"),
}


class Actions(QObject):
    """The actions of the main window. The parts that do the work connect them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.open_files = self._action(
            "&Open video or pictures…", "Open a video or pictures", "open", QKeySequence.StandardKey.Open
        )
        self.open_folder = self._action(
            "Open &folder of pictures…", "Open a folder of pictures", None, "Ctrl+Shift+O"
        )
        self.open_sample = self._action("&Try a sample picture", "Open a picture that comes with the program")
        self.analyse = self._action(
            "&Analyse a file…", "Analyse a whole file and save the results", "analyse", "Ctrl+E"
        )
        self.queue = self._action(
            "Analyse se&veral files…", "Analyse files and folders one after the other", None, "Ctrl+Shift+Q"
        )
        self.open_results = self._action(
            "Open &results…", "Open the results of an analysis (.ferx)", None, "Ctrl+R"
        )
        self.snapshot = self._action(
            "&Snapshot",
            "Save the picture with boxes and labels",
            "snapshot",
            QKeySequence.StandardKey.Save,
        )
        self.quit = self._action("&Quit", "Close the program", None, "Ctrl+Q")

        self.refresh_cameras = self._action(
            "&Look for cameras again", "Look for cameras again", "refresh", "F5"
        )

        self.mirror = self._switch(
            "&Mirror camera picture", "Mirror the camera's picture", "mirror", "Ctrl+M"
        )
        self.boxes = self._switch("&Boxes", "Show boxes around faces", None, "Ctrl+1")
        self.labels = self._switch("&Labels", "Show each face's emotion in the picture", None, "Ctrl+2")
        self.bars = self._switch("B&ars", "Show probability bars in the picture", None, "Ctrl+3")
        self.blur = self._switch("Bl&ur faces", "Make faces unrecognisable", "blur", "Ctrl+B")
        self.timeline = self._switch("&Timeline", "Show the timeline", None, "F8")
        self.panel = self._switch("&Face panel", "Show the panel of faces", None, "F9")
        self.full_screen = self._switch("Full &screen", "Full screen", None, "F11")

        self.toggle = self._action("&Start", "Start", "play", "Space")
        self.stop = self._action("S&top", "Close the camera or the file", "stop", "Ctrl+.")

        self.new_run = self._action("New &run…", "Train a model", None, "Ctrl+T")
        self.runs = self._action("&Runs", "Open, resume and compare training runs", None, "Ctrl+Shift+T")
        self.check_data = self._action("&Check a data set…", "Check the pictures and labels of a data set")
        self.collect = self._action("C&ollect faces…", "Collect pictures of your own face with the camera")
        self.evaluate = self._action("&Evaluate a model…", "Measure a model on a data set")
        self.import_model = self._action("&Import weights (.pt)…", "Import a model that was saved by PyTorch")

        self.smoothing = self._switch("&Smooth emotions over time", "Average emotions over time", None, None)
        self.preferences = self._action("S&ettings…", "Settings", "settings", "Ctrl+,")
        self.bundled_model = self._action("Use the bundled model", "Use the model that came with the program")
        self.default_detector = self._action(
            "Use the standard face detector", "Find faces with the standard detector"
        )
        self.reload_model = self._action("Load again", "Load the model again")
        self.dismiss = self._action("Dismiss", "Hide this message")

        self.about = self._action("&About FER Desktop", "About the program and its model", "info")
        self.shortcuts = self._action("&Keyboard shortcuts", "List the keyboard shortcuts", None, "F1")
        self.logs = self._action("Show &log folder", "Open the folder with the log files", None)
        self.consent = self._action(
            "&What to know before use", "Show the page of the first start again", "privacy"
        )

        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)

    def all(self) -> list[QAction]:
        return [value for value in vars(self).values() if isinstance(value, QAction)]

    def show_phase(self, phase: SessionPhase) -> None:
        """Shows in the action `toggle` what it does in this phase."""
        text, icon = _TOGGLE[phase]
        self.toggle.setText(text)
        self.toggle.setIcon(icons.icon(icon))
        self.toggle.setToolTip(_with_shortcut(text.replace("&", ""), self.toggle))

    def set_available(
        self, phase: SessionPhase, *, agreed: bool, has_source: bool, is_camera: bool, shows_live: bool
    ) -> None:
        """Enables the actions that make sense now.

        agreed: to the page of the first start. Before, only actions that close or explain are enabled.
        has_source: a source is open, or was. is_camera: it is a camera. shows_live: no other tab is in front.
        """
        explaining = (
            self.quit,
            self.full_screen,
            self.about,
            self.shortcuts,
            self.logs,
            self.consent,
            self.preferences,
        )
        for action in self.all():
            action.setEnabled(agreed or action in explaining)
        # Other tabs use the same keys for their own actions.
        is_active = agreed and shows_live
        has_picture = phase in (SessionPhase.RUNNING, SessionPhase.PAUSED, SessionPhase.FINISHED)
        self.toggle.setEnabled(is_active and has_source and phase is not SessionPhase.OPENING)
        self.stop.setEnabled(is_active and phase is not SessionPhase.IDLE)
        self.snapshot.setEnabled(is_active and has_picture)
        self.mirror.setEnabled(is_active and is_camera)

    def _action(
        self,
        text: str,
        help_text: str,
        icon: str | None = None,
        shortcut: QKeySequence.StandardKey | str | None = None,
    ) -> QAction:
        action = QAction(text, self)
        if icon is not None:
            action.setIcon(icons.icon(icon))
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        action.setToolTip(_with_shortcut(help_text, action))
        action.setMenuRole(QAction.MenuRole.NoRole)
        return action

    def _switch(self, text: str, help_text: str, icon: str | None, shortcut: str | None) -> QAction:
        action = self._action(text, help_text, icon, shortcut)
        action.setCheckable(True)
        return action


def _with_shortcut(text: str, action: QAction) -> str:
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{text} ({keys})" if keys else text
