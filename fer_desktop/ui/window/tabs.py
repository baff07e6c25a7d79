"""The tabs of the window: the live view, recordings, the queue and other pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox, QTabBar, QTabWidget, QWidget

from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.analysis import AnalysisRequest
from fer_desktop.ui.common import JobRunner

if TYPE_CHECKING:
    from fer_desktop.ui.analysis.queue_page import QueuePage
    from fer_desktop.ui.analysis.workspace import Workspace

QUESTION = "An analysis is running. Stop it and close? The results so far are kept."
QUEUE = "Queue"


class WorkTabs(QTabWidget):
    """The tabs. The tab bar is hidden if there is only the live view.

    said(text, folder or None): for the status bar. page_closed(QWidget): the tab of a page was closed.
    """

    said = Signal(str, object)
    page_closed = Signal(QWidget)

    def __init__(self, live: QWidget, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._live = live
        self._style = OverlayStyle()
        self.workspaces: list[Workspace] = []
        self.queue: QueuePage | None = None
        self._ending: list[threading.Thread] = []
        self.setDocumentMode(True)
        self.setTabBarAutoHide(True)
        self.setTabsClosable(True)
        self.addTab(live, "Live")
        for side in (QTabBar.ButtonPosition.LeftSide, QTabBar.ButtonPosition.RightSide):
            self.tabBar().setTabButton(0, side, None)
        self.tabCloseRequested.connect(self.close_tab)

    @property
    def shows_live(self) -> bool:
        return self.currentWidget() is self._live

    @property
    def is_running(self) -> bool:
        """Whether an analysis is running."""
        in_queue = self.queue is not None and self.queue.is_running
        return in_queue or any(workspace.is_running for workspace in self.workspaces)

    def show_live(self) -> None:
        self.setCurrentWidget(self._live)

    def open_results(self, path: Path) -> Workspace:
        """Shows a results file, in the tab that already has it if there is one."""
        for workspace in self.workspaces:
            if workspace.path is not None and workspace.path.absolute() == path.absolute():
                self.setCurrentWidget(workspace)
                return workspace
        workspace = self._add(path.stem)
        workspace.open(path)
        return workspace

    def start_analysis(self, request: AnalysisRequest, settings: PipelineSettings) -> Workspace:
        workspace = self._add(request.input.stem)
        workspace.start(request, settings)
        return workspace

    def show_queue(self, make: Callable[[], QueuePage]) -> None:
        """Shows the queue. It is created at first use and continues while its tab is closed."""
        if self.queue is None:
            self.queue = make()
            self.queue.open_requested.connect(self.open_results)
            self.queue.ended.connect(lambda text: self.said.emit(text, None))
        if self.indexOf(self.queue) < 0:
            self.insertTab(1, self.queue, QUEUE)
        self.setCurrentWidget(self.queue)

    def show_page(self, page: QWidget, title: str) -> None:
        """Shows a page. The page stays alive when its tab is closed."""
        if self.indexOf(page) < 0:
            self.setTabToolTip(self.addTab(page, title), title)
        self.setCurrentWidget(page)

    def remove_page(self, page: QWidget) -> None:
        if (index := self.indexOf(page)) >= 0:
            self.removeTab(index)

    def tab_actions(self) -> list[QAction]:
        """Returns the actions of the recording that is shown."""
        views = [workspace.view for workspace in self.workspaces if workspace is self.currentWidget()]
        return [action for view in views if view is not None for action in view.actions_.all()]

    def set_style(self, style: OverlayStyle) -> None:
        self._style = style
        for workspace in self.workspaces:
            workspace.set_style(style)

    def close_tab(self, index: int) -> None:
        """Closes a tab. Asks before it stops an analysis. Queue and other pages continue without a tab."""
        page = self.widget(index)
        if page is self._live:
            return
        workspace = next((item for item in self.workspaces if item is page), None)
        if workspace is None:
            self.removeTab(index)
            self.page_closed.emit(page)
            return
        if workspace.is_running and not self._confirms():
            return
        self._ending = [thread for thread in self._ending if thread.is_alive()] + workspace.begin_shutdown()
        self.workspaces.remove(workspace)
        self.removeTab(index)
        workspace.deleteLater()

    def may_close(self) -> bool:
        """Asks before an analysis is stopped. Returns False when the window is to stay."""
        return not self.is_running or self._confirms()

    def begin_shutdown(self) -> list[threading.Thread]:
        """Ends the players and returns their threads. The job runner ends analyses."""
        threads = [thread for workspace in self.workspaces for thread in workspace.begin_shutdown()]
        return [*self._ending, *threads]

    def _confirms(self) -> bool:
        answer = QMessageBox.question(
            self,
            self.window().windowTitle(),
            QUESTION,
            QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer is QMessageBox.StandardButton.Close

    def _add(self, title: str) -> Workspace:
        # Imported late, because its plots load slowly.
        from fer_desktop.ui.analysis.workspace import Workspace

        workspace = Workspace(self._jobs)
        self.workspaces.append(workspace)
        workspace.set_style(self._style)
        workspace.ended.connect(self.said)
        workspace.said.connect(lambda text: self.said.emit(text, None))
        index = self.addTab(workspace, title)
        self.setTabToolTip(index, title)
        self.setCurrentIndex(index)
        return workspace
