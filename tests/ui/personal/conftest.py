"""A live view whose only face looks sad at rest, and the personal calibration over it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.live.capture import SessionPhase
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.pipeline.personal import PersonalCalibration
from fer_desktop.core.pipeline.pipeline import Pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.types import Box, Detection, Face, FrameResult
from fer_desktop.ui.live.pipeline_control import PipelineControl
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.personal.personal_control import PersonalControl
from fer_desktop.ui.settings.store import Settings
from tests.core.pipeline.test_pipeline import ScriptedClassifier, ScriptedDetector
from tests.support.sources import SyntheticSource
from tests.ui import desk, fakes
from tests.ui.fakes import SETTINGS, camera_of, file_of
from tests.ui.viewer import MakeSession, Viewer, gated_camera, start_ready, wait_for_phase

CARD = dataclasses.replace(fakes.CARD, neutral_reference=(0.02, 0.005, 0.005, 0.03, 0.06, 0.02, 0.86))
FACE = Detection(Box(20, 14, 20, 20), 0.95)
OTHER = Detection(Box(42, 4, 20, 20), 0.95)


def calibration(model: str = CARD.identity) -> PersonalCalibration:
    shift = tuple(-2.0 if name == "sadness" else 0.0 for name in EMOTIONS)
    return PersonalCalibration(shift, 400, model, datetime(2026, 11, 25, 14, 30))


def resting_face(face_id: int = 1, *, box: Box = FACE.box, **shares: float) -> Face:
    """Natural shares as a model gives them at tau 0; the rest is spread evenly."""
    shares = shares or {"sadness": 0.55, "neutral": 0.42}
    rest = (1 - sum(shares.values())) / (7 - len(shares))
    values = tuple(shares.get(name, rest) for name in EMOTIONS)
    return dataclasses.replace(desk.face(face_id), box=box, probabilities=values, smoothed=values)


class Rig:
    """A session, its settings and files, and the control. detector, classifier: what the pipeline sees."""

    def __init__(self, qtbot: QtBot, session: Callable[..., LiveSession], folder: Path) -> None:
        self._qtbot = qtbot
        self.detector = ScriptedDetector(FACE)
        self.classifier = ScriptedClassifier(CARD, sadness=0.55, neutral=0.42)
        self.built: list[PipelineSettings] = []
        self.folder = folder / "home"
        self.settings = Settings(self.folder / "settings.ini")
        self.settings.tau = 0.0
        self.settings.smoothing = False
        self.settings.save()
        self.stored_before = self.stored()
        self.session = session(build=self._build)
        self.viewer = Viewer(self.session)
        self.pipeline = PipelineControl(self.session, self.settings, SETTINGS.model, {})
        self.session.configure(self.pipeline.settings)
        self.control = self.new_control()
        self._gate: threading.Semaphore | None = None

    def _build(self, settings: PipelineSettings) -> Pipeline:
        self.built.append(settings)
        return Pipeline(self.detector, self.classifier, settings)

    def new_control(self) -> PersonalControl:
        """As after the next start of the program."""
        return PersonalControl(self.session, self.settings, self.pipeline)

    def start_model(self) -> None:
        start_ready(self._qtbot, self.session)

    def start_camera(self) -> None:
        self.start_model()
        source, self._gate = gated_camera()
        self.session.open(camera_of(source))
        wait_for_phase(self._qtbot, self.session, SessionPhase.RUNNING)

    def show_file(self) -> FrameResult:
        self.start_model()
        self.session.open(file_of(SyntheticSource(1)))
        self._qtbot.waitUntil(lambda: bool(self.viewer.results))
        return self.viewer.results[-1]

    def next_result(self) -> FrameResult:
        """Lets one more picture come from the camera; noted by the control."""
        assert self._gate is not None
        known = len(self.viewer.results)
        self._gate.release()
        self._qtbot.waitUntil(lambda: len(self.viewer.results) > known)
        self.control.note_result(self.viewer.results[-1])
        return self.viewer.results[-1]

    def next_labels(self) -> list[str | None]:
        return [face.label for face in self.next_result().faces]

    def use_model(self, card: ModelCard) -> None:
        """Exchanges the model, as the settings do."""
        self.classifier = ScriptedClassifier(card, sadness=0.55, neutral=0.42)
        self.pipeline.change("model", Path(f"{card.name}.json"))
        self._qtbot.waitUntil(lambda: self.control.card is card)

    def stored(self) -> dict[Path, bytes]:
        """Every file of the home folder."""
        self.settings.save()
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def rig(qtbot: QtBot, make_session: MakeSession, tmp_path: Path) -> Rig:
    return Rig(qtbot, make_session, tmp_path)
