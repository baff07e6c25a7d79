"""Analyses a source from its beginning to its end and writes what was found."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from fer_desktop.core.analysis_ahead import LocatingAhead, ReadFrame
from fer_desktop.core.analysis_record import ResultsExistError, kept_record, recording_facts
from fer_desktop.core.analysis_report import facts_of, report_of, write_report
from fer_desktop.core.analysis_summary import STAGES, AnalysisSummary, Progress, Tally
from fer_desktop.core.errors import FerDesktopError, OutputError
from fer_desktop.core.files import output_error
from fer_desktop.core.frame_choice import FrameChoice, frame_choice
from fer_desktop.core.frame_source import FrameSource, SourceInfo
from fer_desktop.core.images import ImageSource
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline
from fer_desktop.core.recording import Sink, csv_sink, jsonl_sink
from fer_desktop.core.recording_images import PictureSink
from fer_desktop.core.recording_video import VideoSink
from fer_desktop.core.results.file import SUFFIX
from fer_desktop.core.results.sink import ResultSink
from fer_desktop.core.sources import open_source
from fer_desktop.core.types import FrameResult

__all__ = [
    "STAGES",
    "AnalysisSummary",
    "IncompleteAnalysisError",
    "Progress",
    "ResultsExistError",
    "analyse",
    "default_name",
    "run_analysis",
]


BATCH = 8
"""So many frames are classified together; more are hardly quicker and show later."""


class IncompleteAnalysisError(FerDesktopError):
    """An analysis failed on its way; ``summary`` tells what was done and written before."""

    def __init__(self, message: str, summary: AnalysisSummary) -> None:
        super().__init__(message)
        self.summary = summary


def analyse(
    source: FrameSource,
    pipeline: Pipeline,
    sinks: Sequence[Sink],
    *,
    every: int = 1,
    rate: float | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AnalysisSummary:
    """Runs the frames that ``frame_choice`` chooses by every or rate through the pipeline and into the sinks.

    start_s, end_s: what part of the whole the source reads, for the progress. should_stop: asked before each
    frame. Memory does not grow with the length of the source. Pictures are taken one by one, not as a video.
    Whatever happens, the sinks are closed and keep what was written. Raises what the source and the sinks
    raise; once frames have been analysed, an IncompleteAnalysisError that says the same.
    """
    started = time.perf_counter()
    is_chosen = frame_choice(every=every, rate=rate)
    tally = Tally()
    opened: list[Sink] = []
    failures: list[FerDesktopError] = []
    complete = False
    try:
        with source:
            for sink in sinks:
                sink.open(source.info)
                opened.append(sink)
            span = _span(source.info, start_s, end_s)
            complete = _run(source, pipeline, opened, tally, is_chosen, span, on_progress, should_stop)
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
    is_chosen: FrameChoice,
    span: tuple[float, float] | None,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool],
) -> bool:
    """True when the source came to its end, False when it was stopped before.

    Frames are recognised BATCH at a time, whenever they come, so that the results do not depend on speed.
    """
    started = time.perf_counter()
    with LocatingAhead(source, pipeline, is_chosen) as ahead:
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
    """The next BATCH frames, fewer at the end; an error that ended them, since what came before it counts."""
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
    """Each frame, with its result if it was chosen."""
    results = iter(pipeline.recognise([item.located for item in batch if item.located is not None]))
    return ((item, None if item.located is None else next(results)) for item in batch)


def _write(sinks: Sequence[Sink], tally: Tally, read: ReadFrame, result: FrameResult | None) -> None:
    tally.durations["read"].add(read.read_s)
    tally.frames_read += 1
    if read.located is None or result is None:
        return
    tally.add(result)
    started = time.perf_counter()
    for sink in sinks:
        sink.write(read.located.frame, result)
    tally.durations["write"].add(time.perf_counter() - started)


def _progress(tally: Tally, read: ReadFrame, started: float, span: tuple[float, float] | None) -> Progress:
    return Progress(
        frames_read=tally.frames_read,
        frames_analysed=tally.frames_analysed,
        pts_s=read.pts_s,
        elapsed_s=time.perf_counter() - started,
        fraction=None if span is None else min((read.pts_s - span[0]) / (span[1] - span[0]), 1.0),
    )


def _span(info: SourceInfo, start_s: float | None, end_s: float | None) -> tuple[float, float] | None:
    """From when to when the source is read, in seconds; None when it does not say how long it is."""
    ends = [end for end in (end_s, info.duration_s) if end is not None]
    start = start_s or 0.0
    return (start, min(ends)) if ends and min(ends) > start else None


def _close(sinks: Sequence[Sink], complete: bool, failures: list[FerDesktopError]) -> tuple[Path, ...]:
    """Closes every sink, whatever happens to the others; returns the files they made."""
    outputs = []
    for sink in sinks:
        try:
            path = sink.close(complete=complete)
        except FerDesktopError as error:
            failures.append(error)
        else:
            outputs += [path] if path is not None else []
    return tuple(outputs)


def default_name(input: Path) -> str:
    """The name that results get when none is given: the input's, without its ending."""
    path = input.resolve()
    is_folder = os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where looking is not allowed
    return path.name if is_folder else path.stem


def run_analysis(
    input: Path,
    output_dir: Path,
    settings: PipelineSettings,
    *,
    name: str | None = None,
    video: bool = False,
    jsonl: bool = False,
    ferx: bool = False,
    every: int = 1,
    rate: float | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    blur: bool = False,
    overwrite: bool = False,
    replaceable: Collection[Path] = (),
    batch_id: str | None = None,
    pipeline: Pipeline | None = None,
    more_sinks: Sequence[Sink] = (),
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AnalysisSummary:
    """Analyses a video, a picture or a folder of pictures into NAME.csv and NAME.json in a folder.

    name: of the result files, without suffix; None takes ``default_name``. video: also NAME.mp4, annotated;
    of pictures, annotated copies in the folder NAME. jsonl: also NAME.jsonl. ferx: also NAME.ferx, which the
    window opens. every, rate, start_s, end_s: which frames, see ``analyse``; times are in seconds of the
    source. blur: hide the faces in what is annotated. overwrite: replace result files that exist;
    replaceable: these in any case. batch_id: what the results belong to, see core.batch. pipeline: the one
    that ``settings`` describe, if it is loaded. more_sinks: of the caller, after the files.
    Raises SourceError, OutputError, ModelError, DetectorError, and IncompleteAnalysisError once there are
    results; these are kept in whole files, as they are when ``should_stop`` ends the analysis.
    """
    source = open_source(input, start_s=start_s, end_s=end_s)
    name = name or default_name(input)
    csv, jsonl_file, ferx_file, mp4, report_file = (
        output_dir / f"{name}{suffix}" for suffix in (".csv", ".jsonl", SUFFIX, ".mp4", ".json")
    )
    annotated = output_dir / name if isinstance(source, ImageSource) else mp4
    asked = ((csv, True), (jsonl_file, jsonl), (ferx_file, ferx), (annotated, video), (report_file, True))
    targets = [path for path, is_asked in asked if is_asked]
    _prepare(output_dir, input, targets, None if overwrite else replaceable)
    pipeline = pipeline or build_pipeline(settings)
    options = {"video": video, "jsonl": jsonl, "ferx": ferx, "every": every, "rate": rate}
    options |= {"start_s": start_s, "end_s": end_s, "blur": blur}
    facts = facts_of(pipeline, settings, options)
    recording = recording_facts(source.info.path)

    sinks: list[Sink] = [csv_sink(csv)]
    if jsonl:
        sinks.append(jsonl_sink(jsonl_file))
    if ferx:
        sinks.append(ResultSink(ferx_file, facts, replace=True))
    style = OverlayStyle(blur=blur)
    if video and isinstance(source, ImageSource):
        sinks.append(PictureSink(annotated, source, style=style))
    elif video:
        sinks.append(VideoSink(annotated, style=style, start_s=start_s, end_s=end_s))
    sinks += more_sinks

    failure: IncompleteAnalysisError | None = None
    with kept_record(output_dir, name, recording, targets, batch_id):
        try:
            summary = analyse(
                source,
                pipeline,
                sinks,
                every=every,
                rate=rate,
                start_s=start_s,
                end_s=end_s,
                on_progress=on_progress,
                should_stop=should_stop,
            )
        except IncompleteAnalysisError as error:
            summary, failure = error.summary, error
        if not (summary.complete or summary.frames_analysed):
            return summary
        report = report_of(summary, facts, recording, None if failure is None else str(failure))
        report["batch"] = batch_id
        if isinstance(source, ImageSource):
            report["source"]["pictures"] = [path.name for path in source.paths]
        try:
            write_report(report_file, report)
        except OutputError as error:
            raise failure or IncompleteAnalysisError(str(error), summary) from error
    summary = dataclasses.replace(summary, outputs=(*summary.outputs, report_file))
    if failure is not None:
        raise IncompleteAnalysisError(str(failure), summary) from failure
    return summary


def _prepare(
    folder: Path, input: Path, targets: Iterable[Path], replaceable: Collection[Path] | None
) -> None:
    """Makes the output folder, and sure that nothing is replaced by mistake; None: anything may be.

    Raises OutputError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        existing = [path for path in targets if path.exists()]
    except OSError as error:
        raise output_error(folder, error) from error
    for path in existing:
        if path.samefile(input):
            raise OutputError(f"{path}: the result would replace the input; choose another output folder")
        if replaceable is not None and path not in replaceable:
            raise ResultsExistError(f"{path}: exists already; choose another output folder, or replace it")
