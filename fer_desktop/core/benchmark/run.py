"""Measures the speed of the parts and of the whole on one video in one run."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from fer_desktop.core.analysis import versions
from fer_desktop.core.benchmark.live import LiveFigures, play_live
from fer_desktop.core.benchmark.video import write_benchmark_video
from fer_desktop.core.durations import Durations, DurationSummary
from fer_desktop.core.errors import SourceError
from fer_desktop.core.machine import describe_machine, peak_memory_bytes
from fer_desktop.core.models import crop_face
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline
from fer_desktop.core.sources import SourceInfo, VideoSource
from fer_desktop.core.types import Box, Frame, Image

LIVE_FPS = 30.0
BATCHES = (1, 5)
COLUMNS = ("mean", "p50", "p95", "p99")
MAX_CROPS = 64


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """What was measured.

    stages: seconds by name, "decode" first, for one frame or one batch. "detect" searches every frame; the
    pipeline's interval between two detections applies to "end_to_end", decoding included, and to ``live``.
    """

    source: SourceInfo
    pipeline: dict[str, Any]
    machine: dict[str, str | int]
    frames: int
    faces_per_frame: float
    stages: dict[str, DurationSummary]
    live: LiveFigures
    peak_memory_bytes: int


def run_benchmark(
    input: Path | None,
    settings: PipelineSettings,
    *,
    frames: int = 300,
    live_seconds: float = 10.0,
    live_fps: float = LIVE_FPS,
) -> BenchmarkReport:
    """Measures on the first ``frames`` frames of a video, then on a live source of ``live_seconds``.

    input: a video; None generates one with a drawn face. OpenCV uses one thread, as in the live view.
    Raises SourceError, ModelError, DetectorError.
    """
    with tempfile.TemporaryDirectory(prefix="fer-desktop-") as folder, _one_opencv_thread():
        if input is None:
            input = Path(folder, "generated.mp4")
            write_benchmark_video(input, frames=frames)
        return _measure(input, build_pipeline(settings), settings, frames, live_seconds, live_fps)


def _measure(
    input: Path,
    pipeline: Pipeline,
    settings: PipelineSettings,
    frames: int,
    live_seconds: float,
    live_fps: float,
) -> BenchmarkReport:
    info, decode = _time_decoding(input, frames)
    detect, crops, faces = _time_detection(input, pipeline, frames)
    measured = {"decode": decode, "detect": detect}
    for batch in BATCHES:
        measured[f"classify_{batch}"] = _time_classification(pipeline, crops, batch, frames)
    measured["end_to_end"] = _time_pipeline(input, pipeline, frames)
    stages = {name: _summary(durations, input) for name, durations in measured.items()}
    live = play_live(input, pipeline, fps=live_fps, seconds=live_seconds)
    classifier = pipeline.classifier
    return BenchmarkReport(
        source=info,
        pipeline={
            "detector": pipeline.detector.name,
            "detection_interval_s": settings.detection_interval_s,
            "model": classifier.card.name,
            "runtime": classifier.runtime,
            "device": classifier.device,
        },
        machine=describe_machine(),
        frames=stages["detect"].count,
        faces_per_frame=faces / stages["detect"].count,
        stages=stages,
        live=live,
        peak_memory_bytes=peak_memory_bytes(),
    )


@contextmanager
def _one_opencv_thread() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _time_decoding(input: Path, limit: int) -> tuple[SourceInfo, Durations]:
    durations = Durations()
    with VideoSource(input) as source:
        frames = iter(source)
        next(frames, None)
        for _ in range(limit):
            started = time.perf_counter()
            if next(frames, None) is None:
                break
            durations.add(time.perf_counter() - started)
        return source.info, durations


def _time_detection(input: Path, pipeline: Pipeline, limit: int) -> tuple[Durations, list[Image], int]:
    """The times, crops of faces for classification, and how many faces were found."""
    durations = Durations()
    crops: list[Image] = []
    faces = 0
    margin = pipeline.classifier.card.crop_margin
    with VideoSource(input) as source:
        for frame in itertools.islice(source, limit):
            started = time.perf_counter()
            detections = pipeline.detector.detect(frame.image)
            durations.add(time.perf_counter() - started)
            faces += len(detections)
            if len(crops) < MAX_CROPS:
                boxes = [found.box for found in detections] or [_middle(frame)]
                crops += [crop_face(frame.image, box, margin).copy() for box in boxes]
    return durations, crops, faces


def _middle(frame: Frame) -> Box:
    """What is classified in place of a face where none is found: a square in the middle."""
    width, height = frame.size
    side = min(width, height) / 2
    return Box((width - side) / 2, (height - side) / 2, side, side)


def _time_classification(pipeline: Pipeline, crops: list[Image], batch: int, times: int) -> Durations:
    durations = Durations()
    endless = itertools.cycle(crops)
    for _ in range(times):
        faces = list(itertools.islice(endless, batch))
        started = time.perf_counter()
        pipeline.classifier.classify(faces)
        durations.add(time.perf_counter() - started)
    return durations


def _time_pipeline(input: Path, pipeline: Pipeline, limit: int) -> Durations:
    """From the file to the result, decoding included."""
    durations = Durations()
    pipeline.reset()
    with VideoSource(input) as source:
        frames = iter(source)
        for _ in range(limit):
            started = time.perf_counter()
            frame = next(frames, None)
            if frame is None:
                break
            pipeline.process(frame)
            durations.add(time.perf_counter() - started)
    return durations


def _summary(durations: Durations, input: Path) -> DurationSummary:
    summary = durations.summary()
    if summary is None:
        raise SourceError(f"{input}: the video is too short to measure; give one of some seconds")
    return summary


def as_json(report: BenchmarkReport) -> dict[str, Any]:
    """The report as JSON values; of_decode is a stage's rate by that of decoding alone."""
    decode = report.stages["decode"]
    live = report.live
    return {
        "versions": versions(),
        "machine": report.machine,
        "source": {
            "name": report.source.name,
            "size": report.source.size,
            "fps": report.source.fps,
            "frames": report.frames,
            "faces_per_frame": round(report.faces_per_frame, 3),
        },
        "pipeline": report.pipeline,
        "stages": {
            name: {
                "per_second": round(stage.per_second, 2),
                "of_decode": round(stage.per_second / decode.per_second, 4),
                "milliseconds": stage.as_milliseconds(),
            }
            for name, stage in report.stages.items()
        },
        "live": {
            "fps": live.fps,
            "seconds": live.seconds,
            "offered": live.offered,
            "dropped": live.dropped,
            "latency_milliseconds": live.latency.as_milliseconds(),
        },
        "peak_memory_mb": round(report.peak_memory_bytes / 1e6, 1),
    }


def as_text(report: BenchmarkReport) -> str:
    """The report as a table for people."""
    source, pipeline, machine, live = report.source, report.pipeline, report.machine, report.live
    width, height = source.size or (0, 0)
    decode = report.stages["decode"]
    rows = [f"{'':16}{'per second':>12}{'of decode':>12}" + "".join(f"{name:>7} ms" for name in COLUMNS)]
    for name, stage in report.stages.items():
        milliseconds = stage.as_milliseconds()
        rows.append(
            f"{name.replace('_', ' '):16}{stage.per_second:12.1f}{stage.per_second / decode.per_second:12.3f}"
            + "".join(f"{milliseconds[column]:10.2f}" for column in COLUMNS)
        )
    latency = live.latency
    return "\n".join(
        [
            f"Video      {source.name}, {width} x {height}, {report.frames} frames, "
            f"{report.faces_per_frame:.2f} faces a frame",
            f"Pipeline   {pipeline['detector']} every {pipeline['detection_interval_s']:g} s, "
            f"{pipeline['model']} on {pipeline['device']} ({pipeline['runtime']})",
            f"Computer   {machine['cpu']}, {machine['cores']} cores, {machine['system']}",
            "",
            *rows,
            "",
            f"Live       {live.fps:g} frames per second for {live.seconds:g} s: {live.offered} frames, "
            f"{live.dropped} dropped",
            f"Latency    {1000 * latency.p50_s:.1f} ms median, {1000 * latency.p95_s:.1f} ms p95, "
            f"{1000 * latency.p99_s:.1f} ms p99, {1000 * latency.max_s:.1f} ms at most",
            f"Memory     {report.peak_memory_bytes / 1e6:.0f} MB at the peak",
        ]
    )
