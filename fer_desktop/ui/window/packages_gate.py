"""Keeps a training page back until the packages that it needs are installed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from fer_desktop.ui.window.tabs import WorkTabs

if TYPE_CHECKING:
    from fer_desktop.ui.training.requirements_page import RequirementsPage


class PackagesGate:
    """Offers to install missing packages in a tab, then goes on to the page that was asked for."""

    def __init__(self, tabs: WorkTabs) -> None:
        self._tabs = tabs
        self.page: RequirementsPage | None = None

    def is_closed(self, then: Callable[[], None]) -> bool:
        """Returns whether packages are missing. If so, offers them and calls `then` once they are there."""
        from fer_desktop.ui.training.requirements_page import RequirementsPage, missing

        if not missing():
            return False
        if self.page is not None:
            self._tabs.remove_page(self.page)
            self.page.begin_shutdown()
            self.page.deleteLater()
        page = self.page = RequirementsPage()

        def go_on() -> None:
            self._tabs.remove_page(page)
            then()

        page.installed.connect(go_on)
        self._tabs.show_page(page, "Training")
        return True

    def begin_shutdown(self) -> list[threading.Thread]:
        """Ends an installation that is running."""
        return [] if self.page is None else self.page.begin_shutdown()
