"""The settings that the pipeline runs with: what is stored, and what the command line says for this run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from fer_desktop.core.detection import DEFAULT_DETECTOR
from fer_desktop.core.pipeline import PersonalCalibration, PipelineSettings
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.settings import Settings


class PipelineControl(QObject):
    """Changes the pipeline's settings in the session and in the file.

    overrides: fields of PipelineSettings that hold for this run, until they are changed.
    changed(PipelineSettings): the settings that hold now.
    """

    changed = Signal(PipelineSettings)

    def __init__(
        self,
        session: LiveSession,
        stored: Settings,
        default_model: Path,
        overrides: Mapping[str, Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._stored = stored
        self._default_model = default_model
        self._overrides = dict(overrides)

    @property
    def settings(self) -> PipelineSettings:
        """The stored settings, with what holds for this run alone."""
        return dataclasses.replace(self._stored.pipeline_settings(self._default_model), **self._overrides)

    @property
    def has_other_model(self) -> bool:
        """Whether another model than the bundled one was chosen."""
        return self.settings.model != self._default_model

    @property
    def has_other_detector(self) -> bool:
        """Whether another face detector than the standard one was chosen."""
        return self.settings.detector != DEFAULT_DETECTOR or self.settings.detector_model is not None

    def change(self, name: str, value: object) -> None:
        """Sets a field at once and for later; None for a file takes the one that is installed."""
        setattr(self._stored, name, value)
        self._overrides.pop(name, None)
        self._session.configure(self.settings)
        self.changed.emit(self.settings)

    def use_bundled_model(self) -> None:
        self.change("model", None)

    def use_default_detector(self) -> None:
        self.change("detector_model", None)
        self.change("detector", DEFAULT_DETECTOR)

    def use_device(self, device: str) -> None:
        """device: one of classification.DEVICES."""
        self.change("device", device)

    def set_smoothing(self, smoothing: bool) -> None:
        self.change("smoothing", smoothing)

    def set_personal(self, personal: PersonalCalibration | None) -> None:
        """Corrects the live view from the next picture on; stores nothing."""
        self._session.set_personal(personal)
