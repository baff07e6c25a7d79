"""The window's settings, kept in an INI file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QByteArray, QSettings

from fer_desktop.core.classification import DEVICES
from fer_desktop.core.detection import DEFAULT_DETECTOR, DETECTORS
from fer_desktop.core.models import DEFAULT_TAU
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.core.tracking import DEFAULT_UNCERTAIN_BELOW

log = logging.getLogger(__name__)

T = TypeVar("T")


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise ValueError(f"{stored!r} is not a text")
    return stored


def _path(stored: object) -> Path:
    text = str(stored) if isinstance(stored, Path) else _text(stored)
    if not text or "\0" in text:
        raise ValueError(f"{text!r} is not a path")
    return Path(text)


def _yes_or_no(stored: object) -> bool:
    text = str(stored).lower()
    if text not in ("true", "false"):
        raise ValueError(f"{stored!r} is neither true nor false")
    return text == "true"


def _count(stored: object) -> int:
    number = int(str(stored))
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number


def _fraction(stored: object) -> float:
    number = float(str(stored))
    if not 0 <= number <= 1:
        raise ValueError(f"{number} is not between 0 and 1")
    return number


def _one_of(choices: Sequence[str]) -> Callable[[object], str]:
    def read(stored: object) -> str:
        text = _text(stored)
        if text not in choices:
            raise ValueError(f"'{text}' is not one of {', '.join(choices)}")
        return text

    return read


def _bytes(stored: object) -> QByteArray:
    if not isinstance(stored, QByteArray):
        raise ValueError("it is not the bytes that Qt stored")
    return stored


class _Setting(Generic[T]):
    """A typed attribute of Settings, stored under a key.

    If `read` raises ValueError for a stored value, the default is used. Setting an attribute to None removes
    it from the file.
    """

    def __init__(self, key: str, default: T, read: Callable[[object], T]) -> None:
        self._key = key
        self._default = default
        self._read = read

    def __get__(self, settings: Settings, _: type[Settings]) -> T:
        stored = settings.store.value(self._key)
        if stored is None:
            return self._default
        try:
            return self._read(stored)
        except ValueError as error:
            log.warning("setting %s: %s; the default is used", self._key, error)
            return self._default

    def __set__(self, settings: Settings, value: T) -> None:
        if value is None:
            settings.store.remove(self._key)
            return
        checked = self._read(value)
        settings.store.setValue(self._key, str(checked) if isinstance(checked, Path) else checked)


class Settings:
    """The settings that the window remembers. Missing, wrong or damaged values are read as their defaults.

    Setting a value outside its range raises ValueError.
    camera_key: of CameraInfo. consent_version: of the consent page that was accepted, 0 for none.
    detector_model, model: chosen files, None for the installed ones.
    tau, uncertain_below: as in PipelineSettings. personal_enabled: None without a remembered calibration or
    before it was switched. geometry, window_state, panel_state: as Qt's saveGeometry and saveState give them
    (window, tool bars, splitter).
    """

    consent_version = _Setting("consent/version", 0, _count)

    camera_key = _Setting[str | None]("source/camera", None, _text)
    open_folder = _Setting[Path | None]("source/open_folder", None, _path)
    snapshot_folder = _Setting[Path | None]("output/snapshot_folder", None, _path)
    analysis_folder = _Setting[Path | None]("output/analysis_folder", None, _path)

    training_data = _Setting[Path | None]("training/data", None, _path)
    training_votes = _Setting[Path | None]("training/votes", None, _path)
    collect_folder = _Setting[Path | None]("training/collect_folder", None, _path)

    mirror = _Setting("view/mirror", True, _yes_or_no)
    show_boxes = _Setting("view/boxes", True, _yes_or_no)
    show_labels = _Setting("view/labels", True, _yes_or_no)
    show_bars = _Setting("view/bars", True, _yes_or_no)
    blur_faces = _Setting("view/blur", False, _yes_or_no)

    device = _Setting("pipeline/device", "auto", _one_of(DEVICES))
    detector = _Setting("pipeline/detector", DEFAULT_DETECTOR, _one_of(DETECTORS))
    detector_model = _Setting[Path | None]("pipeline/detector_model", None, _path)
    model = _Setting[Path | None]("pipeline/model", None, _path)
    tau = _Setting("pipeline/tau", DEFAULT_TAU, _fraction)
    smoothing = _Setting("pipeline/smoothing", True, _yes_or_no)
    uncertain_below = _Setting("pipeline/uncertain_below", DEFAULT_UNCERTAIN_BELOW, _fraction)
    personal_enabled = _Setting[bool | None]("personal/enabled", None, _yes_or_no)

    geometry = _Setting("window/geometry", QByteArray(), _bytes)
    window_state = _Setting("window/state", QByteArray(), _bytes)
    panel_visible = _Setting("window/panel_visible", True, _yes_or_no)
    timeline_visible = _Setting("window/timeline_visible", True, _yes_or_no)
    panel_state = _Setting("window/panel_state", QByteArray(), _bytes)

    def __init__(self, path: Path) -> None:
        """path: of the INI file. It and its folder are created when something is stored."""
        self.path = path
        self.store = QSettings(str(path), QSettings.Format.IniFormat)
        if self.store.status() is not QSettings.Status.NoError:
            log.warning("%s: the settings are damaged or cannot be read; defaults replace what is lost", path)

    @property
    def personal_file(self) -> Path:
        """The file of the remembered personal calibration."""
        return self.path.with_name("personal-calibration.json")

    def pipeline_settings(self, default_model: Path) -> PipelineSettings:
        return PipelineSettings(
            model=self.model or default_model,
            device=self.device,
            detector=self.detector,
            detector_model=self.detector_model,
            tau=self.tau,
            smoothing=self.smoothing,
            uncertain_below=self.uncertain_below,
        )

    def save(self) -> bool:
        """Writes the file now instead of soon. Returns False if it cannot be written."""
        self.store.sync()
        saved = self.store.status() is not QSettings.Status.AccessError
        if not saved:
            log.warning("%s: the settings cannot be written", self.path)
        return saved
