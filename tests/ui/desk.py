"""The real main window over fake cameras, files and pipelines."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.live.capture import SessionPhase
from fer_desktop.core.paths import default_paths
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.sources.base import FrameSource
from fer_desktop.core.sources.discovery import CameraInfo
from fer_desktop.core.types import Box, Face, Frame, FrameResult, Image, Timings
from fer_desktop.ui.common.message_page import Message
from fer_desktop.ui.live.camera_watch import CameraWatcher
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.live.source_control import SourceControl
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.window.consent import CONSENT_VERSION
from fer_desktop.ui.window.main_window import MainWindow
from tests.support.sources import SyntheticSource
from tests.ui.fakes import FakePipeline

INTEGRATED = CameraInfo(
    key="usb-1", name="Integrated & Co", path="/dev/video0", index=0, backend=cv2.CAP_V4L2
)
EXTERNAL = CameraInfo(key="usb-2", name="External", path="/dev/video2", index=2, backend=cv2.CAP_V4L2)


def face(
    face_id: int = 1,
    label: str | None = "happiness",
    *,
    share: float = 0.7,
    box: Box = Box(10, 8, 20, 20),  # noqa: B008
) -> Face:
    """A face whose emotion has this share; the rest is spread evenly. Uncertain: the shares of happiness."""
    rest = (1 - share) / 6
    shares = tuple(share if name == (label or "happiness") else rest for name in EMOTIONS)
    return Face(id=face_id, box=box, detection_score=0.9, probabilities=shares, smoothed=shares, label=label)


def result(*faces: Face, index: int = 0, pts_s: float = 0.0, size: tuple[int, int] = (64, 48)) -> FrameResult:
    return FrameResult(
        index=index,
        pts_s=pts_s,
        wall_time=0.0,
        captured_at=0.0,
        size=size,
        faces=faces,
        timings=Timings(detect_s=0.0, classify_s=0.0, total_s=0.0),
    )


def frame(image: Image, *, index: int = 0, pts_s: float = 0.0) -> Frame:
    return Frame(index=index, pts_s=pts_s, image=image, wall_time=0.0, captured_at=0.0)


class FindingPipeline(FakePipeline):
    """Finds the same faces in every frame."""

    def __init__(self, *faces: Face) -> None:
        super().__init__()
        self.faces = faces

    def process(self, frame: Frame) -> FrameResult:
        return dataclasses.replace(super().process(frame), faces=self.faces)


class Desk:
    """A main window and what it was asked to open.

    cameras: those plugged in. camera_source, file_source: make what is opened; they may raise.
    """

    def __init__(
        self,
        qtbot: QtBot,
        folder: Path,
        *,
        agreed: bool = True,
        cameras: Sequence[CameraInfo] = (),
        build: Callable[[PipelineSettings], Any] = lambda settings: FindingPipeline(face()),
        backoff_s: Sequence[float] = (60.0,),
        **stored: Any,
    ) -> None:
        self.cameras = tuple(cameras)
        self.listed = 0
        self.opened: list[str | tuple[Path, ...]] = []
        self.camera_source: Callable[[], FrameSource] = lambda: SyntheticSource(None, live=True)
        self.file_source: Callable[[], FrameSource] = lambda: SyntheticSource(3)
        self.settings = Settings(folder / "settings.ini")
        if agreed:
            self.settings.consent_version = CONSENT_VERSION
        for name, value in stored.items():
            setattr(self.settings, name, value)
        self.built: list[PipelineSettings] = []

        def built(settings: PipelineSettings) -> Any:
            self.built.append(settings)
            return build(settings)

        paths = dataclasses.replace(default_paths(), models=folder / "models", logs=folder / "logs")
        self.session = LiveSession(
            self.settings.pipeline_settings(paths.default_model), build=built, backoff_s=backoff_s
        )
        source = SourceControl(
            self.session, self.settings, camera_opener=self._open_camera, file_opener=self._open_files
        )
        watcher = CameraWatcher(list_cameras=self._list_cameras)
        self.window = MainWindow(self.session, watcher, self.settings, paths, source=source)
        self.page = self.window.live_page
        self.commands = self.window.commands
        qtbot.addWidget(self.window)
        self.window.show()

    def _list_cameras(self) -> tuple[CameraInfo, ...]:
        self.listed += 1
        return self.cameras

    def _open_camera(self, key: str, name: str) -> FrameSource:
        self.opened.append(key)
        return self.camera_source()

    def _open_files(self, paths: Sequence[Path]) -> FrameSource:
        self.opened.append(tuple(paths))
        return self.file_source()


NewDesk = Callable[..., Desk]


def reaches(qtbot: QtBot, desk: Desk, phase: SessionPhase) -> None:
    qtbot.waitUntil(lambda: desk.session.state.phase is phase)


def shows_page(qtbot: QtBot, desk: Desk, title: str) -> Message:
    qtbot.waitUntil(lambda: desk.page.page is not None and desk.page.page.title == title)
    assert desk.page.page is not None
    return desk.page.page


def shows_picture(qtbot: QtBot, desk: Desk) -> None:
    qtbot.waitUntil(lambda: desk.page.page is None)


def button(desk: Desk, text: str) -> Any:
    everywhere = (
        desk.page.message_page.buttons + desk.page.model_banner.buttons + desk.page.end_banner.buttons
    )
    return next(item for item in everywhere if item.text().replace("&", "") == text)


def files_dialog(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([str(path) for path in paths], ""))
