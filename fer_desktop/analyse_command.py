"""``fer-desktop analyse``: one input after the other, with progress, clear ends and a way to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tqdm import tqdm

from fer_desktop.core.analysis import (
    AnalysisSummary,
    IncompleteAnalysisError,
    Progress,
    ResultsExistError,
    default_name,
    run_analysis,
)
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.images import IMAGE_SUFFIXES, natural_order
from fer_desktop.core.pipeline import PipelineSettings, build_pipeline

log = logging.getLogger(__name__)

VIDEO_SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv"}
    | {".ts", ".webm", ".wmv"}
)
"""Endings, in lower case, of the videos that are looked for in a folder."""


class StopSignal:
    """Turns the first Ctrl-C (or SIGTERM) into a wish to stop; the second one interrupts at once."""

    def __init__(self) -> None:
        self.number: int | None = None

    def __call__(self) -> bool:
        return self.number is not None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While this lasts, for the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.number is not None:
            raise KeyboardInterrupt
        self.number = number


def run_analyse(options: argparse.Namespace, settings: PipelineSettings) -> int:
    """Analyses every input; returns the exit code. Raises FerDesktopError when nothing can be begun."""
    inputs = expand_folders(options.inputs)
    pipeline = build_pipeline(settings)
    if pipeline.classifier.notice:
        log.warning("%s", pipeline.classifier.notice)
    failed = False
    stop = StopSignal()
    with stop.installed():
        for input, name in zip(inputs, unique_names(inputs), strict=True):
            try:
                with _progress_bar(input.name) as on_progress:
                    summary = run_analysis(
                        input,
                        options.output,
                        settings,
                        name=name,
                        video=options.video,
                        jsonl=options.jsonl,
                        every=options.every,
                        start_s=options.start,
                        end_s=options.end,
                        blur=options.blur,
                        overwrite=options.overwrite,
                        pipeline=pipeline,
                        on_progress=on_progress,
                        should_stop=stop,
                    )
            except IncompleteAnalysisError as error:
                failed = True
                log.error("%s; %s", error, _until(error.summary))
            except ResultsExistError as error:
                failed = True
                log.error("%s with --overwrite", error)
            except FerDesktopError as error:
                failed = True
                log.error("%s", error)
            else:
                _report(input, summary)
            if stop():
                break
    if stop.number is not None:
        return 128 + stop.number
    return 1 if failed else 0


def expand_folders(inputs: Iterable[Path]) -> list[Path]:
    """Every folder of videos as its videos, in natural order; other inputs as they are.

    A folder that also has pictures, or no video, stays as well: its pictures are one input.
    """
    expanded: list[Path] = []
    for path in inputs:
        entries = _entries(path)
        videos = [entry for entry in entries if entry.suffix.lower() in VIDEO_SUFFIXES and entry.is_file()]
        pictures = any(entry.suffix.lower() in IMAGE_SUFFIXES for entry in entries)
        expanded += videos
        if pictures or not videos:
            expanded.append(path)
    return expanded


def _entries(path: Path) -> list[Path]:
    """What is in a folder, in natural order; nothing where it is none or cannot be read."""
    try:
        return sorted(path.iterdir(), key=lambda entry: natural_order(entry.name))
    except OSError:
        return []


def unique_names(inputs: Iterable[Path]) -> list[str]:
    """A name for the results of each input: a second "talk", or "Talk", becomes "talk-2"."""
    names: list[str] = []
    used: set[str] = set()
    for path in inputs:
        plain = name = default_name(path)
        number = 1
        while name.casefold() in used:
            number += 1
            name = f"{plain}-{number}"
        used.add(name.casefold())
        names.append(name)
    return names


@contextmanager
def _progress_bar(title: str) -> Iterator[Callable[[Progress], None] | None]:
    """A bar with the time left, None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    tqdm.monitor_interval = 0  # its thread is for bars that are updated rarely, and would outlive this one
    layout = "{desc}: {percentage:3.0f} %|{bar}| {postfix[0]} [{elapsed} < {remaining}]"
    with tqdm(total=1.0, desc=title, bar_format=layout, postfix=[""], leave=False) as bar:

        def show(progress: Progress) -> None:
            rate = progress.frames_read / progress.elapsed_s if progress.elapsed_s else 0.0
            bar.postfix[0] = f"{progress.pts_s:.1f} s, {rate:.0f} frames/s"
            bar.update((progress.fraction or 0.0) - bar.n)

        yield show


def _report(input: Path, summary: AnalysisSummary) -> None:
    for warning in summary.warnings:
        log.warning("%s: %s", input, warning)
    if summary.complete:
        rate = summary.frames_analysed / summary.elapsed_s if summary.elapsed_s else 0.0
        counts = f"{_frames(summary)}, {summary.frames_with_faces} with faces"
        text = f"{input}: {counts}, {summary.elapsed_s:.1f} s ({rate:.0f} frames/s); {_written(summary)}"
    else:
        text = f"{input}: stopped; {_until(summary)}"
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _until(summary: AnalysisSummary) -> str:
    if summary.last_pts_s is None:
        return "nothing was written"
    return f"{_frames(summary)} until {summary.last_pts_s:.1f} s; {_written(summary)}"


def _frames(summary: AnalysisSummary) -> str:
    return f"{summary.frames_analysed} frame{'' if summary.frames_analysed == 1 else 's'}"


def _written(summary: AnalysisSummary) -> str:
    return "written: " + (", ".join(str(path) for path in summary.outputs) or "nothing")
