"""Made-up faces and results, and a pipeline that gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.types import Box, Face, Frame, FrameResult, Image, Timings


def shares(emotion: str = "happiness", share: float = 0.7) -> tuple[float, ...]:
    """Probabilities with one emotion ahead and the rest shared out evenly."""
    rest = (1 - share) / (len(EMOTIONS) - 1)
    return tuple(share if name == emotion else rest for name in EMOTIONS)


def make_face(
    box: Box, *, id: int = 1, emotion: str = "happiness", share: float = 0.7, label: str | None = "same"
) -> Face:
    """A face; its label is the emotion unless another, or None, is given."""
    values = shares(emotion, share)
    return Face(id, box, 0.9, values, values, emotion if label == "same" else label)


def make_result(
    faces: Sequence[Face] = (), *, index: int = 0, pts_s: float = 0.0, size: tuple[int, int] = (640, 360)
) -> FrameResult:
    return FrameResult(index, pts_s, 0.0, 0.0, size, tuple(faces), Timings(0.002, 0.001, 0.003))


def make_frame(image: Image | None = None, *, index: int = 0, pts_s: float = 0.0) -> Frame:
    return Frame(index, pts_s, np.zeros((48, 64, 3), np.uint8) if image is None else image, 0.0, 0.0)


class FakePipeline:
    """Finds one face in every frame. ``before`` is called with each frame first."""

    def __init__(self, before: Callable[[Frame], None] = lambda frame: None) -> None:
        self.processed: list[int] = []
        self.resets = 0
        self.detector = SimpleNamespace(name="fake")
        self.classifier = SimpleNamespace(
            card=SimpleNamespace(
                name="fake",
                architecture="none",
                files={"onnx": {"name": "fake.onnx", "sha256": "0" * 64}},
                metrics={},
            ),
            runtime="onnx",
            device="cpu",
            notice=None,
        )
        self._before = before

    def reset(self) -> None:
        self.resets += 1

    def track(self, frame: Frame) -> SimpleNamespace:
        return SimpleNamespace(frame=frame)

    def recognise(self, tracked: Sequence[SimpleNamespace]) -> list[FrameResult]:
        return [self.process(item.frame) for item in tracked]

    def process(self, frame: Frame) -> FrameResult:
        self._before(frame)
        self.processed.append(frame.index)
        face = make_face(Box(10, 10, 20, 20))
        return make_result([face], index=frame.index, pts_s=frame.pts_s, size=frame.size)
