"""The base of the pages that run a command of the trainer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.paths import Paths
from fer_desktop.ui.common import JobRunner, Message, MessagePage, make_action, theme
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.command_strip import CommandStrip
from fer_desktop.ui.training.run_process import Program


class TrainerPage(QWidget):
    """Shows an answer of the trainer, or a message in its place. A subclass builds its widgets in `_build`.

    said(text, folder or None): for the status bar. program: the command that starts the trainer.
    """

    said = Signal(str, object)

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        jobs: JobRunner,
        parent: QWidget | None = None,
        *,
        program: Program = TRAINER,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._paths = paths
        self._jobs = jobs
        self._program = program
        self.message = MessagePage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.message)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._build()
        self._layout.addWidget(self.pages, 1)

    def _build(self) -> None:
        raise NotImplementedError

    def _add_above(self, *widgets: QWidget) -> None:
        """Places widgets above the answer."""
        self._layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        self._layout.setSpacing(theme.GRID)
        for widget in widgets:
            self._layout.addWidget(widget)

    def _make_strip(
        self,
        succeeded: Callable[[dict[str, object]], None],
        failed: Callable[[str], None],
        cancelled: Callable[[], None],
    ) -> CommandStrip:
        """Returns the strip that runs the page's command and shows its progress."""
        strip = CommandStrip(program=self._program)
        strip.succeeded.connect(succeeded)
        strip.failed.connect(failed)
        strip.cancelled.connect(cancelled)
        return strip

    def _action(self, text: str, triggered: Callable[[], object]) -> QAction:
        return make_action(self, text, triggered)

    def _say(self, icon: str, title: str, text: str, *actions: QAction) -> None:
        """Shows a message in place of the answer."""
        self.message.set_message(Message(icon, title, text, actions))
        self.pages.setCurrentWidget(self.message)
