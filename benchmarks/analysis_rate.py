"""How quick an analysis is, beside decoding alone and beside the PyPI package fer; how its memory grows.

    python -m benchmarks.analysis_rate
    python -m benchmarks.analysis_rate --frames 60 --rounds 1 --memory-frames 300     a quick try

Each round runs the three one after the other on the same file; rates are medians of the rounds, and so are
the ratios, which are taken within a round. Models are loaded before the clock starts. The analysis is that of
``fer-desktop analyse``: run_analysis with the default settings into a CSV file and its report.
fer runs in an environment of its own (benchmarks/fer_package.py), which the first run makes. Documented in
docs/analysis-rate.md.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import av
import cv2
import psutil

from benchmarks import fer_package
from fer_desktop.core.analysis.loop import analyse
from fer_desktop.core.analysis.options import AnalysisOptions, Destination
from fer_desktop.core.analysis.run import run_analysis
from fer_desktop.core.analysis.summary import AnalysisProgress, AnalysisSummary
from fer_desktop.core.paths import default_paths
from fer_desktop.core.pipeline.pipeline import Pipeline, build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.results.sink import ResultSink
from fer_desktop.core.sinks.base import Sink
from fer_desktop.core.sinks.tables import csv_sink
from fer_desktop.core.sources.video import VideoSource

ROOT = Path(__file__).resolve().parents[1]
VIDEO = ROOT.parent / "shared" / "media" / "WolfgangLanger_Pexels.mp4"
DECODING, OURS, OURS_YUNET, FER = "decoding only", "analysis", "analysis, YuNet", fer_package.PACKAGE
SETTINGS = {
    OURS: PipelineSettings(default_paths().default_model, device="cpu"),
    OURS_YUNET: PipelineSettings(default_paths().default_model, device="cpu", detector="yunet"),
}


@dataclass(frozen=True)
class Run:
    """The frames of a file, done in one way. cpu_s: seconds of all threads."""

    frames: int
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return self.frames / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--video", type=Path, default=VIDEO)
    parser.add_argument("--frames", type=int, default=10**9, help="of the video at most (default: all)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fer-environment", type=Path, default=ROOT / "runs" / "fer-env")
    parser.add_argument("--without-fer", action="store_true")
    parser.add_argument("--memory-frames", type=int, default=20_000, help="0 leaves the memory out")
    parser.add_argument("--only-memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only_memory:
        print_memory(options.video, options.memory_frames)
        return
    print_conditions()
    python = None if options.without_fer else fer_package.environment(options.fer_environment)
    print_rates(options.video, options.frames, options.rounds, python)
    if options.memory_frames:  # in a process that has done nothing before
        command = [sys.executable, "-m", "benchmarks.analysis_rate", "--only-memory"]
        command += ["--video", str(options.video), "--memory-frames", str(options.memory_frames)]
        subprocess.run(command, check=True)


def print_conditions() -> None:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{os.cpu_count()} processors, load {load:.1f} before, OpenCV {cv2.__version__}, ", end="")
    print(f"Python {platform.python_version()}\n", flush=True)


def print_rates(video: Path, frames: int, rounds: int, python: Path | None) -> None:
    pipelines = {name: build_pipeline(settings) for name, settings in SETTINGS.items()}
    ways: dict[str, Callable[[], Run]] = {DECODING: lambda: decoding(video, frames)}
    summaries: dict[str, AnalysisSummary] = {}
    for name, pipeline in pipelines.items():
        ways[name] = lambda name=name, pipeline=pipeline: analysis(  # type: ignore[misc]
            video, frames, name, pipeline, summaries
        )
    if python is not None:
        ways[FER] = lambda: with_fer(python, video, frames)
    done = [{name: way() for name, way in ways.items()} for _ in range(rounds)]

    print(f"{video.name}, {done[0][DECODING].frames} frames, {rounds} rounds\n")
    print("| | frames/s | CPU ms a frame | of decoding's rate | of fer's rate |")
    print("| --- |" + " ---: |" * 4)
    for name in ways:
        rate = median(runs[name].rate for runs in done)
        cpu_ms = median(1000 * runs[name].cpu_s / runs[name].frames for runs in done)
        to_decoding = median(runs[DECODING].rate / runs[name].rate for runs in done)
        to_fer = median(runs[name].rate / runs[FER].rate for runs in done) if FER in ways else float("nan")
        print(f"| {name} | {rate:.1f} | {cpu_ms:.1f} | 1/{to_decoding:.2f} | {to_fer:.2f} |")
    print("\nWhere the time of the last round goes, ms a frame:\n")
    print("| | reading | detection | classification | tracking and the rest | CSV | detections |")
    print("| --- |" + " ---: |" * 6)
    for name, summary in summaries.items():
        print(f"| {name} | {stages(summary)} |")


def decoding(video: Path, frames: int) -> Run:
    """To BGR pictures, as the analysis gets them."""
    with VideoSource(video) as source:
        return timed(lambda: sum(1 for _ in itertools.islice(source, frames)))


def analysis(
    video: Path, frames: int, name: str, pipeline: Pipeline, summaries: dict[str, AnalysisSummary]
) -> Run:
    seen: list[int] = [0]

    def run() -> int:
        summaries[name] = run_analysis(
            video,
            Destination(Path(folder), video.stem),
            SETTINGS[name],
            AnalysisOptions(ferx=False),
            pipeline=pipeline,
            on_progress=lambda progress: seen.__setitem__(0, progress.frames_analysed),
            should_stop=lambda: seen[0] >= frames,
        )
        return summaries[name].frames_analysed

    with tempfile.TemporaryDirectory() as folder:
        return timed(run)


def with_fer(python: Path, video: Path, frames: int) -> Run:
    measured = fer_package.measure(python, video, frames)
    return Run(int(measured["frames"]), measured["seconds"], measured["cpu_s"])


def timed(action: Callable[[], int]) -> Run:
    """action returns how many frames it did."""
    started, cpu = time.perf_counter(), time.process_time()
    frames = action()
    return Run(frames, time.perf_counter() - started, time.process_time() - cpu)


def stages(summary: AnalysisSummary) -> str:
    sums = {name: timing.mean_s * timing.count for name, timing in summary.timings.items()}
    rest = sums["process"] - sums["detect"] - sums["classify"]
    values = (sums["read"], sums["detect"], sums["classify"], rest, sums["write"])
    cells = [f"{1000 * value / summary.frames_analysed:.2f}" for value in values]
    return " | ".join([*cells, str(summary.timings["detect"].count)])


def write_repeated(path: Path, video: Path, frames: int) -> None:
    """A file of so many frames, or a few more: the pictures of a video again and again, not encoded anew."""
    count = begin = 0
    with av.open(path, "w") as output:
        copy = None
        while count < frames:
            with av.open(video) as source:
                stream = source.streams.video[0]
                copy = copy or output.add_stream_from_template(stream)
                packets = [packet for packet in source.demux(stream) if packet.dts is not None]
                for packet in packets:
                    packet.pts, packet.dts = packet.pts + begin, packet.dts + begin
                    packet.stream = copy
                length = sum(packet.duration for packet in packets)
                output.mux(packets)
            count += len(packets)
            begin += length


def print_memory(video: Path, frames: int) -> None:
    """Resident memory of this process on the way, with a CSV file and a results file being written."""
    marks = sorted({min(mark, frames) for mark in (1000, 2000, 5000, 10_000, frames)})
    sizes: dict[int, float] = {}
    process = psutil.Process()

    def look(progress: AnalysisProgress) -> None:
        if progress.frames_analysed in marks:
            sizes[progress.frames_analysed] = process.memory_info().rss / 2**20

    with tempfile.TemporaryDirectory() as folder:
        write_repeated(Path(folder) / "long.mkv", video, frames)
        sinks: list[Sink] = [csv_sink(Path(folder) / "long.csv"), ResultSink(Path(folder) / "long.ferx", {})]
        pipeline = build_pipeline(SETTINGS[OURS])
        summary = analyse(VideoSource(Path(folder) / "long.mkv"), pipeline, sinks, on_progress=look)
    rate = summary.frames_analysed / summary.elapsed_s
    print(f"\nMemory in one process, CSV and results file, {rate:.0f} frames/s:\n")
    print("| frames | RSS MiB | over the first |\n| ---: | ---: | ---: |")
    first = sizes[marks[0]]
    for mark, size in sizes.items():
        print(f"| {mark} | {size:.1f} | {size - first:+.1f} |")


if __name__ == "__main__":
    main()
