"""How much of the live view's rate is left while a run that was started from the same window trains.

    python -m benchmarks.live_while_training VIDEO DATA

The real window plays the video, alone and beside a full run; the rates of its status bar are averaged.
Then the pipeline alone takes the video's frames as quickly as it can, in both cases: what is left in reserve.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from fer_desktop.core.live.capture import SessionPhase
from fer_desktop.core.paths import default_paths
from fer_desktop.core.pipeline.pipeline import build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.training.run_folder import RunInfo
from fer_desktop.ui.live.camera_watch import CameraWatcher
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.window.consent import CONSENT_VERSION
from fer_desktop.ui.window.main_window import MainWindow

FIGURES = ("capture_fps", "inference_fps", "display_fps", "latency_ms")


def wait(seconds: float, done: Callable[[], bool] = lambda: False) -> None:
    """Lets the window live until it is ``done``, at most so long."""
    loop, look = QEventLoop(), QTimer()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    look.timeout.connect(lambda: loop.quit() if done() else None)
    look.start(100)
    loop.exec()


def watch(window: MainWindow, video: Path, seconds: float) -> dict[str, float]:
    """The means of the status bar's figures; the video begins again where it ends."""
    rows: list[dict[str, float]] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if window.session.state.phase is SessionPhase.FINISHED:
            window.source.open_files((video,))
            wait(3)
        wait(0.25)
        stats = window.session.stats()
        rows.append({name: getattr(stats, name) or 0.0 for name in FIGURES})
    return {name: statistics.fmean(row[name] for row in rows) for name in FIGURES}


def reserve(video: Path, seconds: float) -> float:
    """Frames a second of the pipeline alone, decoding not counted."""
    pipeline = build_pipeline(PipelineSettings(default_paths().default_model))
    frames = list(itertools.islice(_frames(video), 150))
    for frame in frames[:20]:
        pipeline.process(frame)
    started, count = time.perf_counter(), 0
    period = frames[-1].pts_s - frames[0].pts_s + 1 / 30
    while time.perf_counter() - started < seconds:
        lap, index = divmod(count, len(frames))
        frame = frames[index]
        pipeline.process(dataclasses.replace(frame, index=count, pts_s=frame.pts_s + lap * period))
        count += 1
    return count / (time.perf_counter() - started)


def _frames(video: Path) -> Iterator:
    with VideoSource(video) as source:
        yield from source


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--config", type=Path, default=Path("trainer/presets/full-run.json"))
    options = parser.parse_args()

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    home = os.environ["FER_DESKTOP_HOME"] = tempfile.mkdtemp(prefix="live-while-training-")
    application = QApplication([])
    paths = default_paths()
    settings = Settings(paths.settings)
    settings.consent_version = CONSENT_VERSION
    session = LiveSession(settings.pipeline_settings(paths.default_model))
    window = MainWindow(session, CameraWatcher(list_cameras=lambda: ()), settings, paths)
    window.show()
    window.begin(files=[options.video])
    wait(60, lambda: session.state.phase is SessionPhase.RUNNING and session.model_status.phase == "ready")
    wait(5)
    print("cores:", os.cpu_count(), "video:", options.video.name)
    figures = {"alone": watch(window, options.video, options.seconds)}
    session.stop()
    figures["alone"]["reserve_fps"] = reserve(options.video, options.seconds / 3)

    config = json.loads(options.config.read_text())
    created = datetime.now(UTC).isoformat()
    window.training.start_run(RunInfo("benchmark", created, str(options.data), None, config))
    (run,) = window.training.run_pages
    wait(300, lambda: run.history.last_step is not None and run.history.last_step.step > 3)
    window.tabs.show_live()
    window.source.open_files((options.video,))
    wait(5)
    first = run.history.last_step
    figures["beside training"] = watch(window, options.video, options.seconds)
    session.stop()
    figures["beside training"]["reserve_fps"] = reserve(options.video, options.seconds / 3)
    wait(1)
    last = run.history.last_step
    assert first is not None
    assert last is not None
    print(
        "trained meanwhile:",
        last.step - first.step,
        "steps,",
        round(last.images_per_s, 1),
        "images/s at the end",
    )

    names = (*FIGURES, "reserve_fps")
    print("|", "| ".join(f"{name} " for name in ("", *names)), "|")
    for name, row in figures.items():
        print("|", name, "|", " | ".join(f"{row[figure]:.1f}" for figure in names), "|")
    alone, beside = figures.values()
    print("| ratio |", " | ".join(f"{beside[name] / alone[name]:.2f}" for name in names), "|")
    run.end()
    window.close()
    application.quit()
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
