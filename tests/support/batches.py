"""Small batches, and pipelines for their processes, which are made by functions of a module."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from fer_desktop.core.batch.run import Batch, BatchItem
from fer_desktop.core.pipeline.pipeline import Pipeline, build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.types import Frame
from tests.support.models import write_tiny_model
from tests.support.results import FakePipeline
from tests.support.videos import write_face_video

DEADLY = (96, 48)
"""A process that sees a frame of this size kills itself."""


SLOWLY = {"detection_interval_s": 0.0, "min_face": 0.05}
"""Settings of a pipeline."""


class Bench:
    """Three short videos, a tiny model, and a folder for results."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "results"
        self.items = [self.add(name) for name in ("a", "b", "c")]
        self.settings = PipelineSettings(write_tiny_model(folder / "model"), device="cpu")

    def add(self, name: str, seconds: float = 0.4, size: tuple[int, int] = (160, 120)) -> BatchItem:
        path = self.folder / f"{name}.mp4"
        write_face_video(path, seconds=seconds, fps=10, size=size)
        return BatchItem(path, name)

    def add_slow(self, name: str) -> BatchItem:
        """With SLOWLY it takes seconds: in each of its frames all of it is searched, in vain."""
        path = self.folder / f"{name}.mp4"
        write_face_video(path, seconds=6, fps=10, size=(640, 480), faces=0)
        return BatchItem(path, name)

    def damaged(self, name: str) -> BatchItem:
        path = self.folder / f"{name}.mp4"
        path.write_bytes(b"no video")
        return BatchItem(path, name)

    def batch(self, **changes: Any) -> Batch:
        return Batch(**{"output": self.output, "settings": self.settings} | changes)

    def pipeline(self) -> Pipeline:
        return build_pipeline(self.settings)

    def csv(self, name: str) -> bytes:
        return (self.output / f"{name}.csv").read_bytes()

    def names(self) -> list[str]:
        return sorted(path.name for path in self.output.iterdir())


def fake(settings: PipelineSettings, threads: int) -> Any:
    return FakePipeline()


def deadly(settings: PipelineSettings, threads: int) -> Any:
    def die(frame: Frame) -> None:
        if frame.size == DEADLY and frame.index == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    return FakePipeline(die)
