"""The personal calibration of the live view and its state: on, off or paused."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.models import ModelCard
from fer_desktop.core.pipeline import PersonalCalibration
from fer_desktop.core.tracking import MEMORY_S
from fer_desktop.core.types import FrameResult
from fer_desktop.ui.live import LiveSession, PipelineControl
from fer_desktop.ui.settings import Settings

log = logging.getLogger(__name__)

SEVERAL_FACES = "several faces"
OTHER_MODEL = "other model"
NO_CAMERA = "not a camera"


class PersonalControl(QObject):
    """Stores a calibration only in `use` with remember=True. `set_enabled` then stores the switch.

    changed: a property may have changed. result_seen(FrameResult): each noted result.
    said(text, folder or None): for the status bar.
    """

    changed = Signal()
    result_seen = Signal(FrameResult)
    said = Signal(str, object)

    def __init__(
        self,
        session: LiveSession,
        settings: Settings,
        pipeline: PipelineControl,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._pipeline = pipeline
        self._calibration: PersonalCalibration | None = None
        self._remembered = False
        self._enabled = True
        self._measuring = False
        self._several_at: float | None = None
        self.problem = ""
        self._load()
        session.state_changed.connect(self._update)
        session.model_changed.connect(self.changed)
        self._update()

    @property
    def calibration(self) -> PersonalCalibration | None:
        return self._calibration

    @property
    def is_enabled(self) -> bool:
        """Whether it is switched on. It may be paused."""
        return self._enabled

    @property
    def has_anything(self) -> bool:
        """Whether there is a calibration in use, or a stored file, complete or damaged."""
        return self._calibration is not None or self._settings.personal_file.exists()

    @property
    def pause(self) -> str | None:
        """Why a calibration that is on is not applied. None if it is applied, or off."""
        if self._calibration is None or not self._enabled:
            return None
        if self.card is not None and not self._calibration.fits(self.card):
            return OTHER_MODEL
        if not self.has_camera:
            return NO_CAMERA
        return SEVERAL_FACES if self._several_at is not None else None

    @property
    def has_camera(self) -> bool:
        """Whether the live view shows a camera. A file may show another person."""
        source = self._session.state.source
        return source is not None and source.kind == "camera"

    @property
    def card(self) -> ModelCard | None:
        """The card of the model in use."""
        return self._session.model_status.card

    @property
    def tau(self) -> float:
        return self._pipeline.settings.tau

    def use(self, calibration: PersonalCalibration, *, remember: bool) -> None:
        """Switches a calibration on, from the next picture on.

        Raises OutputError if it cannot be stored. It is in use then, too.
        """
        self._calibration, self._enabled, self._remembered = calibration, True, False
        self.problem = ""
        self._update()
        if remember:
            calibration.save(self._settings.personal_file)
            self._remembered = True
            self._settings.personal_enabled = True
        self.said.emit("The personal calibration is on.", None)
        self._update()

    def set_enabled(self, enabled: bool) -> None:
        self._enabled = enabled
        if self._remembered:
            self._settings.personal_enabled = enabled
        self._update()

    def forget(self) -> None:
        """Stops using the calibration and deletes the stored file."""
        self._calibration, self._remembered, self.problem = None, False, ""
        self._settings.personal_enabled = None
        path = self._settings.personal_file
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            self.said.emit(f"{path}: cannot be deleted ({error.strerror or error}).", path.parent)
        else:
            self.said.emit("The personal calibration was deleted.", None)
        self._update()

    def set_measuring(self, measuring: bool) -> None:
        """Switches the correction off while a face is measured."""
        self._measuring = measuring
        self._update()

    def note_result(self, result: FrameResult) -> None:
        """Takes each result of the live view."""
        before = self._several_at is not None
        if len(result.faces) > 1:
            self._several_at = result.pts_s
        elif self._several_at is not None and not 0 <= result.pts_s - self._several_at <= MEMORY_S:
            self._several_at = None  # the pipeline has forgotten the other faces
        if before != (self._several_at is not None):
            self.changed.emit()
        self.result_seen.emit(result)

    def _load(self) -> None:
        path: Path = self._settings.personal_file
        if not path.exists():
            return
        try:
            self._calibration = PersonalCalibration.load(path)
        except FerDesktopError as error:
            log.warning("%s", error)
            self.problem = str(error)
            QTimer.singleShot(0, self, lambda: self.said.emit(self.problem, path.parent))
            return
        self._remembered = True
        self._enabled = self._settings.personal_enabled is not False

    def _update(self) -> None:
        """Updates the pipeline, which itself pauses for several faces and for another model."""
        if not self.has_camera:
            self._several_at = None
        active = self._enabled and not self._measuring and self.has_camera
        self._pipeline.set_personal(self._calibration if active else None)
        self.changed.emit()
