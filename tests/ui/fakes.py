"""Pipelines and other parts that do what a test tells them, and block until it lets them go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.live.capture import SourceRequest
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.pipeline import PersonalCalibration, Pipeline, PipelineSettings
from fer_desktop.core.types import Detection, Frame, FrameResult, Image, Timings
from tests.support.sources import SyntheticSource

WAIT_S = 30.0
"""Only a test that fails waits this long."""

SETTINGS = PipelineSettings(model=Path("model.json"))

CARD = ModelCard(
    name="fake",
    architecture="none",
    input_size=32,
    channels=1,
    native_size=None,
    mean=0.5,
    std=0.25,
    crop_margin=0.0,
    labels=EMOTIONS,
    class_prior=(0.1, 0.02, 0.03, 0.3, 0.1, 0.1, 0.35),
    temperature=1.0,
)


class Gate:
    """A place where a thread waits until the test opens it; `reached` says that one came."""

    def __init__(self, is_open: bool = False) -> None:
        self.reached = threading.Event()
        self._opened = threading.Event()
        if is_open:
            self._opened.set()

    def open(self) -> None:
        self._opened.set()

    def wait_until_reached(self) -> None:
        assert self.reached.wait(WAIT_S), "nobody came to the gate"

    def pass_through(self) -> None:
        self.reached.set()
        assert self._opened.wait(WAIT_S), "nobody opened the gate"


class FakeDetector:
    name = "fake"

    def detect(self, image: Image) -> list[Detection]:
        return []


class FakeClassifier:
    card = CARD
    runtime = "onnx"

    def __init__(self, device: str = "cpu", notice: str | None = None) -> None:
        self.device = device
        self.notice = notice
        self.tau = 0.0

    def classify(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        return np.full((len(crops), 7), 1 / 7, np.float32)


class FakePipeline:
    """Finds no face. gate: every frame passes it. error: for the index of a frame, what is raised.

    taken: released for every frame that was taken to be processed.
    """

    def __init__(
        self,
        *,
        device: str = "cpu",
        gate: Gate | None = None,
        error: Callable[[int], Exception | None] = lambda index: None,
    ) -> None:
        self.detector = FakeDetector()
        self.classifier = FakeClassifier(device)
        self.personal: PersonalCalibration | None = None
        self.processed: list[int] = []
        self.taken = threading.Semaphore(0)
        self.resets = 0
        self._gate = gate or Gate(is_open=True)
        self._error = error

    def with_settings(self, settings: PipelineSettings) -> FakePipeline | Pipeline:
        """Itself, as Pipeline's, unless the settings want another smoothing."""
        if settings.smoothing:
            self.classifier.tau = settings.tau
            return self
        return Pipeline(self.detector, self.classifier, settings)

    def process(self, frame: Frame) -> FrameResult:
        self.processed.append(frame.index)
        self.taken.release()
        self._gate.pass_through()
        error = self._error(frame.index)
        if error is not None:
            raise error
        return FrameResult(
            index=frame.index,
            pts_s=frame.pts_s,
            wall_time=frame.wall_time,
            captured_at=frame.captured_at,
            size=frame.size,
            faces=(),
            timings=Timings(detect_s=0.0, classify_s=0.0, total_s=0.0),
        )

    def reset(self) -> None:
        self.resets += 1


class EndingSource(SyntheticSource):
    """A SyntheticSource that sets `ended` when its reader is done with it."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.ended = threading.Event()

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self.ended.set()


def file_of(source: SyntheticSource) -> SourceRequest:
    return SourceRequest(name=source.info.name, open=lambda: source, live=False)


def camera_of(*sources: SyntheticSource) -> SourceRequest:
    """A camera whose every attempt to open it gives the next of the sources."""
    remaining = iter(sources)
    return SourceRequest(name=sources[0].info.name, open=lambda: next(remaining), live=True)
