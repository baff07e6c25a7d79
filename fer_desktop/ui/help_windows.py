"""What the help menu shows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from fer_desktop.core.errors import ModelError
from fer_desktop.core.model import ModelCard
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.about import AboutPage
from fer_desktop.ui.consent import ConsentText
from fer_desktop.ui.live import LiveSession
from fer_desktop.ui.reading import ReadingDialog
from fer_desktop.ui.shortcuts import ShortcutList

if TYPE_CHECKING:
    from fer_desktop.ui.main_window import MainWindow

log = logging.getLogger(__name__)


class HelpWindows(QObject):
    """Opens the windows of the help menu."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def show_about(self) -> None:
        page = AboutPage(self._window.session.model_status)
        present(ReadingDialog("About FER Desktop", page, self._window))

    def show_shortcuts(self) -> None:
        actions = [*self._window.commands.all(), *self._window.tabs.tab_actions()]
        present(ReadingDialog("Keyboard shortcuts", ShortcutList(actions), self._window))

    def show_consent(self) -> None:
        card = card_in_use(self._window.session, self._window.pipeline.settings)
        present(ReadingDialog("What to know before use", ConsentText(card), self._window))

    def show_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._window.paths.logs)))


def present(window: QWidget) -> None:
    """Shows a window in front of the others."""
    window.show()
    window.raise_()
    window.activateWindow()


def card_in_use(session: LiveSession, settings: PipelineSettings) -> ModelCard | None:
    """The card of the model in use, or of the one that is to be loaded; None when it cannot be read."""
    if session.model_status.card is not None:
        return session.model_status.card
    try:
        return ModelCard.load(settings.model)
    except ModelError as error:
        log.warning("%s", error)
        return None
