"""The first start: nothing is watched before the user has agreed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from fer_desktop.core.models import ModelCard
from fer_desktop.ui.common import make_action
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.window.consent import CONSENT_VERSION, ConsentPage


class ConsentGate(QObject):
    """Shows the page of the first start until the user agrees, and remembers that they did.

    pages: where the page is shown. page: the page, None once the user has agreed.
    agreed, declined: a button of the page was pressed.
    """

    agreed = Signal()
    declined = Signal()

    def __init__(self, settings: Settings, pages: QStackedWidget) -> None:
        super().__init__(pages)
        self._settings = settings
        self._pages = pages
        self.page: ConsentPage | None = None

    @property
    def is_needed(self) -> bool:
        """Whether the user has not yet agreed to the text in use."""
        return self._settings.consent_version < CONSENT_VERSION

    def ask(self, card: ModelCard | None) -> None:
        """Shows the page. card: of the model whose figures it gives."""
        agree = make_action(self, "I understand", self.agree)
        decline = make_action(self, "Quit", self.declined.emit)
        self.page = ConsentPage(card, agree, decline)
        self._pages.addWidget(self.page)
        self._pages.setCurrentWidget(self.page)
        self.page.setFocus()

    def agree(self) -> None:
        """Remembers the answer and removes the page."""
        self._settings.consent_version = CONSENT_VERSION
        self._settings.save()
        if self.page is not None:
            self._pages.removeWidget(self.page)
            self.page.deleteLater()
            self.page = None
        self.agreed.emit()
