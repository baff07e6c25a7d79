"""The one window: menus, its tabs or the page of the first start, and the status bar."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.live import ModelStatus, SessionPhase, SessionState
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.paths import Paths
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.core.sources import CameraInfo
from fer_desktop.ui.common import JobRunner, file_types, icons, join_threads, present
from fer_desktop.ui.live import (
    CameraMenu,
    CameraWatcher,
    LivePage,
    LiveSession,
    PipelineControl,
    SourceControl,
)
from fer_desktop.ui.personal import PersonalActions, PersonalChip, PersonalControl
from fer_desktop.ui.settings import Preferences, Settings
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.analyse_dialog import AnalyseDialog
from fer_desktop.ui.window.consent import CONSENT_VERSION, ConsentPage
from fer_desktop.ui.window.file_commands import FileCommands
from fer_desktop.ui.window.help_windows import HelpWindows, card_in_use
from fer_desktop.ui.window.menus import DeviceMenu, fill_menu_bar, make_tool_bar
from fer_desktop.ui.window.state_pages import finished_banner, is_one_picture, model_banner, source_page
from fer_desktop.ui.window.status_bar import StatusBar
from fer_desktop.ui.window.tabs import QUESTION, WorkTabs
from fer_desktop.ui.window.training_pages import TrainingPages

log = logging.getLogger(__name__)

TITLE = "FER Desktop"
END_S = 1.8
ANALYSIS_END_S = 10.0
"""An analysis that was told to stop still makes whole files of what it has."""

REFRESH_MS = 250
"""Numbers change four times a second, so that they can be read."""


class MainWindow(QMainWindow):
    """Shows what the session does, and does what the user asks for.

    session, watcher: not started yet; `begin` starts them, closing ends them.
    source: opens cameras and files.
    overrides: fields of PipelineSettings that hold for this run, until they are changed in the window.
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
        self._begun = False
        self.ended_cleanly = False
        self.jobs = JobRunner(self)

        self.commands = Actions(self)
        self.camera_menu = CameraMenu(self.commands.refresh_cameras, self)
        self.device_menu = DeviceMenu(self)
        self.live_page = LivePage(session)
        self.tabs = WorkTabs(self.live_page, self.jobs)
        self.training = TrainingPages(
            self.tabs, session, settings, paths, self.jobs, self.pipeline, parent=self
        )
        self.personal = PersonalControl(session, settings, self.pipeline, self)
        self.personal_actions = PersonalActions(self.personal, self)
        self.consent_page: ConsentPage | None = None
        self.status_bar = StatusBar()
        self.preferences = Preferences(paths, self)
        self.analyse_dialog = AnalyseDialog(settings, paths, self)

        self.files = FileCommands(
            settings,
            self.jobs,
            self.pipeline,
            self.source,
            self.tabs,
            self.live_page,
            self.analyse_dialog,
            self,
        )
        self._help = HelpWindows(session, self.pipeline, self._actions_with_keys, paths.logs, self)

        self._pages = QStackedWidget()
        self._pages.addWidget(self.tabs)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self.status_bar)
        self.setCentralWidget(content)
        self.status_bar.add(PersonalChip(self.personal))
        fill_menu_bar(
            self.menuBar(),
            self.commands,
            self.camera_menu,
            self.device_menu,
            self.personal_actions.all(),
        )
        self.tool_bar = make_tool_bar(self.commands, self.camera_menu, self)
        self.addToolBar(self.tool_bar)
        self.addActions(self.commands.all())  # so that shortcuts work while the menu bar is hidden
        self.setWindowIcon(icons.icon(icons.APPLICATION))
        self.setAcceptDrops(True)
        self.resize(1120, 760)

        self._connect()
        self._restore()
        self._refresh = QTimer(self)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._refresh_numbers)
        self._refresh.start()
        self._on_state(session.state)
        self._on_model(session.model_status)
        if settings.consent_version < CONSENT_VERSION:
            self._ask_for_consent()

    def begin(self, *, files: Sequence[Path] = (), camera_key: str | None = None) -> None:
        """Loads the model and, once the page of the first start was agreed to, opens a source."""
        self._first_files, self._first_camera = tuple(files), camera_key
        self._begun = True
        self.session.start_model()
        self._start_watching()

    @property
    def has_consent(self) -> bool:
        return self.consent_page is None

    def open_files(self, paths: Sequence[Path]) -> None:
        """Shows a video, a folder, or pictures in the live view, and results in a tab each."""
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

    def _connect(self) -> None:
        act = self.commands
        for action, slot in (
            (act.open_files, self.files.choose_files),
            (act.open_folder, self.files.choose_folder),
            (act.open_sample, lambda: self.source.open_files((self.paths.sample_picture,))),
            (act.analyse, self.files.show_analyse),
            (act.queue, self.files.show_queue),
            (act.open_results, self.files.choose_results),
            (act.snapshot, self.files.take_snapshot),
            (act.quit, self.close),
            (act.refresh_cameras, self.watcher.refresh),
            (act.toggle, self.source.toggle),
            (act.stop, self.session.stop),
            (act.new_run, lambda: self.training.show_setup()),
            (act.runs, self.training.show_runs),
            (act.check_data, lambda: self.training.show_data()),
            (act.collect, self.training.show_collect),
            (act.evaluate, lambda: self.training.show_evaluate()),
            (act.import_model, self.training.show_import),
            (act.preferences, self._show_preferences),
            (act.bundled_model, self.pipeline.use_bundled_model),
            (act.default_detector, self.pipeline.use_default_detector),
            (act.reload_model, self.session.start_model),
            (act.dismiss, lambda: self.live_page.model_banner.set_message(None)),
            (act.about, self._help.show_about),
            (act.shortcuts, self._help.show_shortcuts),
            (act.logs, self._help.show_logs),
            (act.consent, self._help.show_consent),
        ):
            action.triggered.connect(slot)
        act.full_screen.toggled.connect(self._set_full_screen)
        act.smoothing.triggered.connect(self.pipeline.set_smoothing)
        self.camera_menu.chosen.connect(self.source.open_camera)
        self.device_menu.chosen.connect(self.pipeline.use_device)
        self.preferences.changed.connect(self.pipeline.change)
        self.pipeline.changed.connect(self._show_pipeline_settings)
        self.analyse_dialog.start_requested.connect(self.tabs.start_analysis)
        self.tabs.said.connect(self.status_bar.say)
        self.files.chosen.connect(self.open_files)
        self.files.said.connect(self.status_bar.say)
        self.training.said.connect(self.status_bar.say)
        self.personal.said.connect(self.status_bar.say)
        self.live_page.analysed.connect(self.personal.note_result)
        self.live_page.shown.connect(self.training.note_result)
        self.tabs.currentChanged.connect(self._on_tab)
        self.session.state_changed.connect(self._on_state)
        self.session.model_changed.connect(self._on_model)
        self.watcher.cameras_changed.connect(self._on_cameras)

    # Settings.

    def _restore(self) -> None:
        """Brings the window and the switches of the menus to what the settings remember."""
        act = self.commands
        self._switches: dict[str, QAction] = {
            "mirror": act.mirror,
            "show_boxes": act.boxes,
            "show_labels": act.labels,
            "show_bars": act.bars,
            "blur_faces": act.blur,
            "timeline_visible": act.timeline,
            "panel_visible": act.panel,
        }
        for name, action in self._switches.items():
            action.setChecked(getattr(self.settings, name))
            action.toggled.connect(self._on_switch)
        self._apply_switches()
        self._show_pipeline_settings(self.pipeline.settings)
        self.restoreGeometry(self.settings.geometry)
        self.restoreState(self.settings.window_state)
        self.live_page.restore_state(self.settings.panel_state)

    def _on_switch(self) -> None:
        for name, action in self._switches.items():
            setattr(self.settings, name, action.isChecked())
        self._apply_switches()

    def _apply_switches(self) -> None:
        act = self.commands
        style = OverlayStyle(
            boxes=act.boxes.isChecked(),
            labels=act.labels.isChecked(),
            bars=act.bars.isChecked(),
            blur=act.blur.isChecked(),
        )
        self.tabs.set_style(style)
        self.live_page.set_style(style, mirrored=act.mirror.isChecked() and self.source.is_live)
        self.live_page.set_parts(timeline=act.timeline.isChecked(), panel=act.panel.isChecked())

    def _show_pipeline_settings(self, settings: PipelineSettings) -> None:
        self.commands.smoothing.setChecked(settings.smoothing)
        self.device_menu.set_current(settings.device)
        self.preferences.show_settings(settings)

    # The first start.

    def _ask_for_consent(self) -> None:
        agree = QAction("I understand", self)
        agree.triggered.connect(self._agree)
        decline = QAction("Quit", self)
        decline.triggered.connect(self.close)
        self.consent_page = ConsentPage(card_in_use(self.session, self.pipeline.settings), agree, decline)
        self._pages.addWidget(self.consent_page)
        self._pages.setCurrentWidget(self.consent_page)
        self.consent_page.setFocus()
        self._enable_commands()

    def _agree(self) -> None:
        self.settings.consent_version = CONSENT_VERSION
        self.settings.save()
        if self.consent_page is not None:
            self._pages.removeWidget(self.consent_page)
            self.consent_page.deleteLater()
            self.consent_page = None
        self._enable_commands()
        self._start_watching()

    def _start_watching(self) -> None:
        """Looks for cameras and opens the first source; nothing of that before `begin` and consent."""
        if not (self._begun and self.has_consent):
            return
        self.watcher.start()
        self.training.find_living_runs()
        if self._first_files:
            self.open_files(self._first_files)
        else:
            self.source.start(None, key=self._first_camera)

    # What the session and the cameras say.

    def _on_state(self, state: SessionState) -> None:
        act = self.commands
        act.show_phase(state.phase)
        finished = state.phase is SessionPhase.FINISHED and not is_one_picture(state)
        self.live_page.end_banner.set_message(finished_banner(state, act) if finished else None)
        self.camera_menu.set_current(self.source.camera_key)
        self._show_source()
        self._apply_switches()
        self._enable_commands()

    def _on_model(self, status: ModelStatus) -> None:
        self.status_bar.show_model(status)
        self.live_page.model_banner.set_message(
            model_banner(
                status,
                self.commands,
                custom_model=self.pipeline.has_other_model,
                custom_detector=self.pipeline.has_other_detector,
            )
        )

    def _on_cameras(self, cameras: tuple[CameraInfo, ...]) -> None:
        self.camera_menu.set_cameras(cameras, self.source.camera_key)
        self.source.start(cameras)
        self._show_source()

    def _known_name(self, name: str) -> str:
        """A remembered camera is known by its key alone until it is seen."""
        present = {camera.key: camera.name for camera in self.watcher.cameras}
        return name and present.get(self.source.camera_key or "", name)

    def _show_source(self) -> None:
        """The name and, without a picture, the page of the source."""
        state = self.session.state
        state = dataclasses.replace(state, name=self._known_name(state.name))
        self.setWindowTitle(f"{state.name} – {TITLE}" if state.name else TITLE)
        self.live_page.set_page(
            source_page(
                state,
                self.commands,
                self.camera_menu.cameras,
                live=self.source.is_live,
                last_source=self._known_name(self.source.name),
            )
        )

    def _on_tab(self) -> None:
        self.status_bar.show_rates(self.tabs.shows_live)
        self._enable_commands()

    def _enable_commands(self) -> None:
        """Nothing that needs a picture without one; before consent only what closes or explains."""
        act, phase = self.commands, self.session.state.phase
        explaining = (
            act.quit,
            act.full_screen,
            act.about,
            act.shortcuts,
            act.logs,
            act.consent,
            act.preferences,
        )
        for action in act.all():
            action.setEnabled(self.has_consent or action in explaining)
        if self.has_consent:
            act.toggle.setEnabled(phase is not SessionPhase.OPENING and bool(self.source.name))
            act.stop.setEnabled(phase is not SessionPhase.IDLE)
            act.snapshot.setEnabled(
                phase in (SessionPhase.RUNNING, SessionPhase.PAUSED, SessionPhase.FINISHED)
            )
            act.mirror.setEnabled(self.source.is_live)
            if not self.tabs.shows_live:  # its tab has keys of its own
                for action in (act.toggle, act.stop, act.snapshot, act.mirror):
                    action.setEnabled(False)
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

    def _show_preferences(self) -> None:
        self._show_pipeline_settings(self.pipeline.settings)
        present(self.preferences)

    def _may_close(self) -> bool:
        return self._may_stop_analyses() and self.training.may_close(self)

    def _may_stop_analyses(self) -> bool:
        if not self.tabs.is_running:
            return True
        answer = QMessageBox.question(
            self,
            TITLE,
            QUESTION,
            QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer is QMessageBox.StandardButton.Close

    def _end(self) -> None:
        """Ends every thread and waits for them."""
        self._refresh.stop()
        timeout_s = ANALYSIS_END_S if self.tabs.is_running else END_S
        parts = (self.session, self.training, self.tabs, self.jobs, self.watcher)
        threads = [thread for part in parts for thread in part.begin_shutdown()]
        self.ended_cleanly = join_threads(threads, timeout_s)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close():
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
