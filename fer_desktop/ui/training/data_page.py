"""The page that checks a data set before training."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from fer_desktop.core.training import Inspection, Pictures, read_pictures
from fer_desktop.ui.common import ActionButtons, Banner, Job, Message
from fer_desktop.ui.training.data_field import DataField
from fer_desktop.ui.training.data_report import DataReport
from fer_desktop.ui.training.trainer_page import TrainerPage

EMPTY = (
    "Choose the FER2013 CSV file, with or without the FER+ votes, or a folder that contains train/happiness, "
    "train/anger and so on. You can also drop it here, or collect pictures of your own face."
)
UNCHECKED = (
    "The check reads every picture. It reports what the data set contains, what will be left out, and which "
    "pictures occur in more than one split."
)


class DataPage(TrainerPage):
    """train_requested(data, votes or None). collect_requested."""

    train_requested = Signal(Path, object)
    collect_requested = Signal()

    def _build(self) -> None:
        self._pictures = Path()
        self._checking: tuple[Path | None, Path | None] | None = None
        self._checked: tuple[Path | None, Path | None] | None = None
        self._report: Inspection | None = None
        self.field = DataField()
        self.check = self._action("&Check", self._start)
        self.train = self._action("&Train with this data…", self._train)
        self.collect = self._action("C&ollect your own…", self.collect_requested.emit)
        self.choose_file = self._action("Choose a file…", self.field.browse_file)
        self.choose_folder = self._action("Choose a folder…", self.field.browse_folder)
        self.buttons = ActionButtons()
        self.buttons.set_actions((self.check, self.train, self.collect))
        self.strip = self._make_strip(self._on_report, self._on_failed, self._on_cancelled)
        self.stale = Banner()
        self.report: DataReport | None = None
        self.report_area = QScrollArea()
        self.report_area.setFrameShape(QFrame.Shape.NoFrame)
        self.report_area.setWidgetResizable(True)
        self.pages.addWidget(self.report_area)
        self._add_above(self.field, self.buttons, self.strip, self.stale)
        self.setAcceptDrops(True)
        self.field.changed.connect(self._on_changed)
        self.field.set_data(self._settings.training_data, self._settings.training_votes)
        self._on_changed()

    @property
    def is_running(self) -> bool:
        return self._checking is not None

    def set_data(self, data: Path, votes: Path | None) -> None:
        """Fills in a data set. The user starts the check."""
        self.field.set_data(data, votes)

    def begin_shutdown(self) -> list[threading.Thread]:
        """Ends the check. The job runner ends a read."""
        self.strip.end()
        return []

    def _start(self) -> None:
        self._settings.training_data, self._settings.training_votes = self._named
        self._checking = self._named
        self._pictures = self.strip.make_folder()
        self.strip.start(
            ["inspect", *self.field.arguments(), "--pictures", str(self._pictures)], "Starting the check…"
        )
        self._say("analyse", "The data set is being checked", "The check does not change it.")
        self._enable()

    def _on_report(self, content: dict[str, Any]) -> None:
        file = self._pictures / "pictures.npz"
        has_pictures = any((content.get("pictures") or {}).values())

        def read(job: Job) -> tuple[Inspection, Pictures]:
            return Inspection.parse(content), read_pictures(file) if has_pictures else {}

        self._jobs.start(
            read,
            name="read the report on the data",
            on_success=lambda found: self._show(*found),
            on_error=lambda error: self._on_failed(str(error)),
            owner=self,
        )

    def _show(self, report: Inspection, pictures: Pictures) -> None:
        self._checked, self._report = self._checking, report
        self._end()
        self.report = DataReport(report, pictures)
        self.report_area.setWidget(self.report)  # deletes the previous report
        self._on_changed()

    def _on_failed(self, text: str) -> None:
        self._checked = self._report = None
        self._end()
        self._say("warning", "The data set cannot be used", text, self.choose_file, self.choose_folder)

    def _on_cancelled(self) -> None:
        self._end()
        self._on_changed()
        if self._checked is None:
            self._say("info", "The check was cancelled", UNCHECKED, self.check)

    def _on_changed(self) -> None:
        """Shows whether the report is about the data set that is named now."""
        if not self.is_running:
            is_stale = self._checked is not None and self._checked != self._named
            if self._checked is not None:
                self.pages.setCurrentWidget(self.report_area)
            elif self.field.data is None:
                self._say(
                    "open", "Which data set?", EMPTY, self.choose_file, self.choose_folder, self.collect
                )
            else:
                self._say("analyse", "Not checked yet", UNCHECKED, self.check)
            self.stale.set_message(self._stale_message() if is_stale else None)
        self._enable()

    def _stale_message(self) -> Message:
        assert self._checked is not None
        return Message(
            "info",
            f"This report is about {self._checked[0]}",
            "Press Check for a report on the data set that is chosen now.",
        )

    def _train(self) -> None:
        self.train_requested.emit(self.field.data, self.field.votes)

    @property
    def _named(self) -> tuple[Path | None, Path | None]:
        return self.field.data, self.field.votes

    def _end(self) -> None:
        self._checking = None
        self.strip.clean_up()
        self._enable()

    def _enable(self) -> None:
        self.field.setEnabled(not self.is_running)
        self.check.setEnabled(not self.is_running and self.field.data is not None)
        fresh = self._report is not None and self._checked == self._named and self._report.can_train
        self.train.setEnabled(not self.is_running and fresh)
        self.train.setToolTip("" if fresh else "Check the data set first")

    def _say(self, icon: str, title: str, text: str, *actions: QAction) -> None:
        self.stale.set_message(None)
        super()._say(icon, title, text, *actions)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.is_running:
            self.field.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.field.dropEvent(event)
