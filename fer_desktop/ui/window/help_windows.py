"""The windows of the menu Help."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QWidget

from fer_desktop.core.errors import ModelError
from fer_desktop.core.models import ModelCard
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.common import ReadingDialog, present
from fer_desktop.ui.live import LiveSession, PipelineControl
from fer_desktop.ui.window.about import AboutPage
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.consent import ConsentText
from fer_desktop.ui.window.shortcuts import ShortcutList

log = logging.getLogger(__name__)


class HelpWindows(QObject):
    """Opens the windows of the menu Help.

    actions: returns the actions for the list of shortcuts. logs: the log folder. parent: the windows' parent.
    """

    def __init__(
        self,
        session: LiveSession,
        pipeline: PipelineControl,
        actions: Callable[[], Sequence[QAction]],
        logs: Path,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._pipeline = pipeline
        self._actions = actions
        self._logs = logs
        self._parent = parent

    def connect_actions(self, actions: Actions) -> None:
        for action, slot in (
            (actions.about, self.show_about),
            (actions.shortcuts, self.show_shortcuts),
            (actions.logs, self.show_logs),
            (actions.consent, self.show_consent),
        ):
            action.triggered.connect(slot)

    def show_about(self) -> None:
        page = AboutPage(self._session.model_status)
        present(ReadingDialog("About FER Desktop", page, self._parent))

    def show_shortcuts(self) -> None:
        present(ReadingDialog("Keyboard shortcuts", ShortcutList(self._actions()), self._parent))

    def show_consent(self) -> None:
        card = card_in_use(self._session, self._pipeline.settings)
        present(ReadingDialog("What to know before use", ConsentText(card), self._parent))

    def show_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._logs)))


def card_in_use(session: LiveSession, settings: PipelineSettings) -> ModelCard | None:
    """Returns the card of the model in use or to be loaded, None if it cannot be read."""
    if session.model_status.card is not None:
        return session.model_status.card
    try:
        return ModelCard.load(settings.model)
    except ModelError as error:
        log.warning("%s", error)
        return None
