"""``fer-desktop analyse``: analyses every input, shows progress and can be stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from fer_desktop.cli.batch_progress import BatchProgress
from fer_desktop.core.analysis import AnalysisOptions
from fer_desktop.core.batch import (
    Batch,
    BatchItem,
    ItemOutcome,
    as_text,
    check_table,
    expand_folders,
    run_batch,
    unique_names,
    write_table,
)
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.pipeline import PipelineSettings, build_pipeline

log = logging.getLogger(__name__)


class StopSignal:
    """Turns the first Ctrl-C (or SIGTERM) into a request to stop; the second one interrupts at once."""

    def __init__(self) -> None:
        self.number: int | None = None

    def __call__(self) -> bool:
        return self.number is not None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handles the signals while this lasts, on the main thread."""
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
    """Analyses every input; returns the exit code. Raises FerDesktopError when it cannot begin."""
    inputs = expand_folders(options.inputs)
    items = [BatchItem(input, name) for input, name in zip(inputs, unique_names(inputs), strict=True)]
    batch = _batch(options, settings)
    if len(items) > 1 and not batch.overwrite:
        check_table(batch.output)
    stop = StopSignal()
    with stop.installed():
        outcomes = _run(items, batch, options, stop)
    is_whole = len(items) == 1 or _show_table(items, batch, outcomes)
    if stop.number is not None:
        return 128 + stop.number
    return 0 if is_whole and all(outcome.state in ("done", "done before") for outcome in outcomes) else 1


def _batch(options: argparse.Namespace, settings: PipelineSettings) -> Batch:
    how = AnalysisOptions(
        video=options.video,
        jsonl=options.jsonl,
        ferx=options.ferx,
        every=options.every,
        rate=options.rate,
        start_s=options.start,
        end_s=options.end,
        blur=options.blur,
    )
    return Batch(options.output, settings, how, resume=options.resume, overwrite=options.overwrite)


def _run(
    items: Sequence[BatchItem], batch: Batch, options: argparse.Namespace, stop: StopSignal
) -> list[ItemOutcome]:
    with BatchProgress([item.input.name for item in items]) as progress:

        def on_outcome(position: int, outcome: ItemOutcome) -> None:
            with progress.ending(position):
                _report(items[position], outcome)

        if options.engine == "dask":
            from fer_desktop.core.batch.dask import run_on_cluster

            return run_on_cluster(items, batch, options.scheduler, on_outcome=on_outcome, should_stop=stop)
        pipeline = build_pipeline(batch.settings)
        if pipeline.classifier.notice:
            log.warning("%s", pipeline.classifier.notice)
        if min(options.jobs, len(items)) == 1:
            return run_batch(
                items,
                batch,
                pipeline,
                on_progress=progress.show,
                on_outcome=on_outcome,
                should_stop=stop,
            )
        from fer_desktop.core.batch.processes import run_in_processes

        return run_in_processes(
            items,
            batch,
            options.jobs,
            on_progress=progress.show,
            on_outcome=on_outcome,
            should_stop=stop,
        )


def _report(item: BatchItem, outcome: ItemOutcome) -> None:
    for warning in outcome.warnings:
        log.warning("%s: %s", item.input, warning)
    if outcome.error is not None:
        text = outcome.error
        text += " with --overwrite" if outcome.is_refused else ""
        text += f"; {_until(outcome)}" if outcome.frames else ""
        log.error("%s", text)
    elif outcome.state == "stopped":
        _write(f"{item.input}: stopped; {_until(outcome)}")
    elif outcome.state == "done before":
        _write(f"{item.input}: done before; {_written(outcome)}")
    else:
        counts = f"{_frames(outcome)}, {outcome.frames_with_faces} with faces"
        speed = f"{outcome.elapsed_s:.1f} s ({outcome.frames_per_s:.0f} frames/s)"
        _write(f"{item.input}: {counts}, {speed}; {_written(outcome)}")


def _show_table(items: Sequence[BatchItem], batch: Batch, outcomes: Sequence[ItemOutcome]) -> bool:
    """Shows and writes the table; False when it cannot be written."""
    _write("\n" + as_text(items, outcomes))
    try:
        write_table(batch.output, items, outcomes)
    except FerDesktopError as error:
        log.error("%s", error)
        return False
    return True


def _until(outcome: ItemOutcome) -> str:
    if outcome.last_pts_s is None:
        return "nothing was written"
    return f"{_frames(outcome)} until {outcome.last_pts_s:.1f} s; {_written(outcome)}"


def _frames(outcome: ItemOutcome) -> str:
    return f"{outcome.frames} frame{'' if outcome.frames == 1 else 's'}"


def _written(outcome: ItemOutcome) -> str:
    return "written: " + (", ".join(str(path) for path in outcome.outputs) or "nothing")


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
