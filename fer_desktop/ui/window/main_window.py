"""The main window: menus, tabs or the page of the first start, and the status bar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.live import ModelStatus, SessionState
from fer_desktop.core.paths import Paths
from fer_desktop.ui.common import JobRunner, file_types, icons, join_threads
from fer_desktop.ui.live import (
    CameraMenu,
    CameraWatcher,
    LivePage,
    LiveSession,
    PipelineControl,
    SourceControl,
)
from fer_desktop.ui.personal import PersonalActions, PersonalChip, PersonalControl
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.consent_gate import ConsentGate
from fer_desktop.ui.window.file_commands import FileCommands
from fer_desktop.ui.window.help_windows import HelpWindows, card_in_use
from fer_desktop.ui.window.live_states import LiveStates
from fer_desktop.ui.window.menus import fill_menu_bar, make_tool_bar
from fer_desktop.ui.window.settings_commands import SettingsCommands
from fer_desktop.ui.window.status_bar import StatusBar
from fer_desktop.ui.window.tabs import WorkTabs
from fer_desktop.ui.window.training_pages import TrainingPages
from fer_desktop.ui.window.view_switches import ViewSwitches

TITLE = "FER Desktop"
END_S = 1.8
ANALYSIS_END_S = 10.0
"""An analysis that is told to stop first completes its files."""

REFRESH_MS = 250
"""Numbers change four times a second, slowly enough to be read."""


class MainWindow(QMainWindow):
    """Connects the parts of the program.

    session, watcher: not started yet. `begin` starts them, and closing ends them.
    source: opens cameras and files.
    overrides: fields of PipelineSettings for this run, until they are changed in the window.
    """

    def __init__(
        self,
        session: LiveSession,
        watcher: CameraWatcher,
        settings: Settings,
        paths: Paths,
        *,
        source: SourceControl | None = None,
        overrides: dict[str, Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.watcher = watcher
        self.settings = settings
        self.paths = paths
        self.source = source or SourceControl(session, settings)
        self.pipeline = PipelineControl(session, settings, paths.default_model, overrides or {}, self)
        self.jobs = JobRunner(self)
        self.ended_cleanly = False
        self._begun = False
        self._first_files: tuple[Path, ...] = ()
        self._first_camera: str | None = None

        self._make_parts()
        self._lay_out()
        self._connect_actions()
        self._connect_parts()
        self._restore()
        self._on_state(session.state)
        self._on_model(session.model_status)
        if self.consent.is_needed:
            self.consent.ask(card_in_use(session, self.pipeline.settings))
            self._enable_actions()

    def _make_parts(self) -> None:
        session, settings, paths = self.session, self.settings, self.paths
        self.commands = act = Actions(self)
        self.camera_menu = CameraMenu(act.refresh_cameras, self)
        self.live_page = LivePage(session)
        self.tabs = WorkTabs(self.live_page, self.jobs)
        self.switches = ViewSwitches(act, settings, self.source, self.live_page, self.tabs, self)
        self.states = LiveStates(
            session, self.watcher, self.source, self.pipeline, act, self.camera_menu, self.live_page, self
        )
        self.training = TrainingPages(self.tabs, session, settings, paths, self.jobs, self.pipeline, self)
        self.personal = PersonalControl(session, settings, self.pipeline, self)
        self.personal_actions = PersonalActions(self.personal, self)
        self.settings_commands = SettingsCommands(session, self.pipeline, paths, act, self)
        self.files = FileCommands(
            settings, paths, self.jobs, self.pipeline, self.source, self.tabs, self.live_page, self
        )
        self._help = HelpWindows(session, self.pipeline, self._actions_with_keys, paths.logs, self)
        self._refresh = QTimer(self)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._refresh_numbers)
        self._refresh.start()

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.tabs)
        self.consent = ConsentGate(self.settings, self._pages)
        self.status_bar = StatusBar()
        self.status_bar.add(PersonalChip(self.personal))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self.status_bar)
        self.setCentralWidget(content)
        fill_menu_bar(
            self.menuBar(),
            self.commands,
            self.camera_menu,
            self.settings_commands.device_menu,
            self.personal_actions.all(),
        )
        self.tool_bar = make_tool_bar(self.commands, self.camera_menu, self)
        self.addToolBar(self.tool_bar)
        self.addActions(self.commands.all())  # so that shortcuts work while the menu bar is hidden
        self.setWindowIcon(icons.icon(icons.APPLICATION))
        self.setAcceptDrops(True)
        self.resize(1120, 760)

    def begin(self, *, files: Sequence[Path] = (), camera_key: str | None = None) -> None:
        """Loads the model and, after the user has agreed, opens a source."""
        self._first_files, self._first_camera = tuple(files), camera_key
        self._begun = True
        self.session.start_model()
        self._start_watching()

    @property
    def has_consent(self) -> bool:
        return self.consent.page is None

    def open_files(self, paths: Sequence[Path]) -> None:
        """Shows a video, a folder or pictures in the live view, and each results file in a tab."""
        if not self.has_consent:
            return
        for path in file_types.results(paths):
            self.tabs.open_results(path)
        chosen = file_types.to_open(paths)
        if chosen:
            self.settings.open_folder = chosen[0].parent
            self.tabs.show_live()
            self.source.open_files(chosen)

    def _actions_with_keys(self) -> list[QAction]:
        return [*self.commands.all(), *self.tabs.tab_actions()]

    def _connect_actions(self) -> None:
        act = self.commands
        self.files.connect_actions(act)
        self.training.connect_actions(act)
        self._help.connect_actions(act)
        for action, slot in (
            (act.open_sample, lambda: self.source.open_files((self.paths.sample_picture,))),
            (act.quit, self.close),
            (act.refresh_cameras, self.watcher.refresh),
            (act.toggle, self.source.toggle),
            (act.stop, self.session.stop),
            (act.dismiss, lambda: self.live_page.model_banner.set_message(None)),
        ):
            action.triggered.connect(slot)
        act.full_screen.toggled.connect(self._set_full_screen)
        self.camera_menu.chosen.connect(self.source.open_camera)

    def _connect_parts(self) -> None:
        self.session.state_changed.connect(self._on_state)
        self.session.model_changed.connect(self._on_model)
        self.watcher.cameras_changed.connect(self.states.show_cameras)
        self.states.named.connect(self._show_name)
        self.consent.agreed.connect(self._on_agreed)
        self.consent.declined.connect(self.close)
        self.tabs.currentChanged.connect(self._on_tab)
        self.files.chosen.connect(self.open_files)
        self.live_page.analysed.connect(self.personal.note_result)
        self.live_page.shown.connect(self.training.note_result)
        for part in (self.tabs, self.files, self.training, self.personal):
            part.said.connect(self.status_bar.say)

    def _restore(self) -> None:
        """Brings the window to the state that the settings remember."""
        self.restoreGeometry(self.settings.geometry)
        self.restoreState(self.settings.window_state)
        self.live_page.restore_state(self.settings.panel_state)

    # The first start.

    def _on_agreed(self) -> None:
        self._enable_actions()
        self._start_watching()

    def _start_watching(self) -> None:
        """Looks for cameras and opens the first source. Waits for `begin` and for consent."""
        if not (self._begun and self.has_consent):
            return
        self.watcher.start()
        self.training.find_living_runs()
        if self._first_files:
            self.open_files(self._first_files)
        else:
            self.source.start(None, key=self._first_camera)

    # States.

    def _on_state(self, state: SessionState) -> None:
        self.states.show_state(state)
        self.switches.apply()
        self._enable_actions()

    def _on_model(self, status: ModelStatus) -> None:
        self.status_bar.show_model(status)
        self.states.show_model(status)

    def _on_tab(self) -> None:
        self.status_bar.show_rates(self.tabs.shows_live)
        self._enable_actions()

    def _show_name(self, name: str) -> None:
        self.setWindowTitle(f"{name} – {TITLE}" if name else TITLE)

    def _enable_actions(self) -> None:
        self.commands.set_available(
            self.session.state.phase,
            agreed=self.has_consent,
            has_source=bool(self.source.name),
            is_camera=self.source.is_live,
            shows_live=self.tabs.shows_live,
        )
        self.personal_actions.calibrate.setEnabled(self.has_consent)
        self.camera_menu.setEnabled(self.has_consent)

    def _refresh_numbers(self) -> None:
        self.status_bar.show_stats(self.session.stats())
        self.live_page.refresh_numbers()

    # What the user asks for.

    def _set_full_screen(self, full: bool) -> None:
        for bar in (self.menuBar(), self.tool_bar, self.status_bar):
            bar.setVisible(not full)
        self.showFullScreen() if full else self.showNormal()

    def _end(self) -> None:
        """Ends every thread and waits for them."""
        self._refresh.stop()
        timeout_s = ANALYSIS_END_S if self.tabs.is_running else END_S
        parts = (self.session, self.training, self.tabs, self.jobs, self.watcher)
        threads = [thread for part in parts for thread in part.begin_shutdown()]
        self.ended_cleanly = join_threads(threads, timeout_s)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not (self.tabs.may_close() and self.training.may_close(self)):
            event.ignore()
            return
        if not self.commands.full_screen.isChecked():
            self.settings.geometry = self.saveGeometry()
            self.settings.window_state = self.saveState()
        self.settings.panel_state = self.live_page.save_state()
        self.settings.save()
        self.hide()
        self._end()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.commands.full_screen.setChecked(False)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.has_consent and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.open_files(files)
