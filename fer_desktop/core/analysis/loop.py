"""The loop of an analysis: reads a source, runs the pipeline, writes to the sinks."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fer_desktop.core.analysis.options import DEFAULT_OPTIONS, AnalysisOptions
from fer_desktop.core.analysis.prefetching import Prefetcher, ReadFrame
from fer_desktop.core.analysis.sampling import FrameSampler, frame_sampler
from fer_desktop.core.analysis.summary import AnalysisProgress, AnalysisSummary, Tally
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.pipeline import Pipeline
from fer_desktop.core.sinks import Sink
from fer_desktop.core.sources import FrameSource, SourceInfo
from fer_desktop.core.types import FrameResult

BATCH = 8
"""Number of frames that are classified together. More are hardly quicker and show later."""


class IncompleteAnalysisError(FerDesktopError):
    """An analysis failed after it had begun; ``summary`` says what was done and written before."""

    def __init__(self, message: str, summary: AnalysisSummary) -> None:
        super().__init__(message)
        self.summary = summary


def analyse(
    source: FrameSource,
    pipeline: Pipeline,
    sinks: Sequence[Sink],
    options: AnalysisOptions = DEFAULT_OPTIONS,
    *,
    on_progress: Callable[[AnalysisProgress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AnalysisSummary:
    """Runs the sampled frames of a source through the pipeline and into the sinks.

    options: every and rate choose the frames; start_s and end_s, the part that the source reads, serve the
    progress. should_stop: asked before each frame.
    Memory does not grow with the length of the source. Each picture of a folder stands for itself.
    The sinks are closed in every case, and keep what was written. Raises what the source and the sinks raise;
    after the first analysed frame, an IncompleteAnalysisError with the same message.
    """
    started = time.perf_counter()
    is_sampled = frame_sampler(every=options.every, rate=options.rate)
    tally = Tally()
    opened: list[Sink] = []
    failures: list[FerDesktopError] = []
    complete = False
    try:
        with source:
            for sink in sinks:
                sink.open(source.info)
                opened.append(sink)
            span = _span(source.info, options.start_s, options.end_s)
            complete = _run(source, pipeline, opened, tally, is_sampled, span, on_progress, should_stop)
    except FerDesktopError as error:
        failures.append(error)
    finally:
        outputs = _close(opened, complete, failures)
        # PyAV's containers and streams hold each other, with native memory that the collector does not see.
        gc.collect()
    summary = AnalysisSummary(
        source=source.info,
        complete=complete and not failures,
        frames_read=tally.frames_read,
        frames_analysed=tally.frames_analysed,
        frames_with_faces=tally.frames_with_faces,
        faces=tally.faces,
        ids=len(tally.ids),
        first_pts_s=tally.first_pts_s,
        last_pts_s=tally.last_pts_s,
        elapsed_s=time.perf_counter() - started,
        timings=tally.timings(),
        outputs=outputs,
        warnings=tuple(warning for sink in sinks for warning in sink.warnings),
    )
    if failures and not tally.frames_analysed:
        raise failures[0]
    if failures:
        raise IncompleteAnalysisError(str(failures[0]), summary) from failures[0]
    return summary


def _run(
    source: FrameSource,
    pipeline: Pipeline,
    sinks: Sequence[Sink],
    tally: Tally,
    is_sampled: FrameSampler,
    span: tuple[float, float] | None,
    on_progress: Callable[[AnalysisProgress], None] | None,
    should_stop: Callable[[], bool],
) -> bool:
    """Returns True at the end of the source, False after a stop.

    Frames are recognised BATCH at a time, so that the results do not depend on speed.
    """
    started = time.perf_counter()
    with Prefetcher(source, pipeline, is_sampled) as ahead:
        frames = iter(ahead)
        while True:
            batch, failure = _read(frames)
            for read, result in _results(pipeline, batch):
                if should_stop():
                    return False
                _write(sinks, tally, read, result)
                if on_progress is not None:
                    on_progress(_progress(tally, read, started, span))
            if failure is not None:
                raise failure
            if len(batch) < BATCH:
                return not should_stop()


def _read(frames: Iterator[ReadFrame]) -> tuple[list[ReadFrame], Exception | None]:
    """Returns the next BATCH frames, fewer at the end, and the error that ended them, if there was one."""
    batch: list[ReadFrame] = []
    try:
        for read in itertools.islice(frames, BATCH):
            batch.append(read)  # noqa: PERF402 - one by one, to keep those before an error
    except Exception as error:
        return batch, error
    return batch, None


def _results(
    pipeline: Pipeline, batch: Sequence[ReadFrame]
) -> Iterator[tuple[ReadFrame, FrameResult | None]]:
    """Gives each frame with its result, None for a frame that is not sampled."""
    results = iter(pipeline.recognise([item.tracked for item in batch if item.tracked is not None]))
    return ((item, None if item.tracked is None else next(results)) for item in batch)


def _write(sinks: Sequence[Sink], tally: Tally, read: ReadFrame, result: FrameResult | None) -> None:
    tally.durations["read"].add(read.read_s)
    tally.frames_read += 1
    if read.tracked is None or result is None:
        return
    tally.add(result)
    started = time.perf_counter()
    for sink in sinks:
        sink.write(read.tracked.frame, result)
    tally.durations["write"].add(time.perf_counter() - started)


def _progress(
    tally: Tally, read: ReadFrame, started: float, span: tuple[float, float] | None
) -> AnalysisProgress:
    return AnalysisProgress(
        frames_read=tally.frames_read,
        frames_analysed=tally.frames_analysed,
        pts_s=read.pts_s,
        elapsed_s=time.perf_counter() - started,
        fraction=None if span is None else min((read.pts_s - span[0]) / (span[1] - span[0]), 1.0),
    )


def _span(info: SourceInfo, start_s: float | None, end_s: float | None) -> tuple[float, float] | None:
    """The part of the source that is read, in seconds; None when its length is unknown."""
    ends = [end for end in (end_s, info.duration_s) if end is not None]
    start = start_s or 0.0
    return (start, min(ends)) if ends and min(ends) > start else None


def _close(sinks: Sequence[Sink], complete: bool, failures: list[FerDesktopError]) -> tuple[Path, ...]:
    """Closes every sink, also after an error of another; returns the files that they made."""
    outputs = []
    for sink in sinks:
        try:
            path = sink.close(complete=complete)
        except FerDesktopError as error:
            failures.append(error)
        else:
            outputs += [path] if path is not None else []
    return tuple(outputs)
