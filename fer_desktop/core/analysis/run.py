"""Analyses a source from its beginning to its end and writes what was found."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from fer_desktop.core.analysis.loop import IncompleteAnalysisError, analyse
from fer_desktop.core.analysis.record import kept_record, recording_facts
from fer_desktop.core.analysis.report import facts_of, report_of, write_report
from fer_desktop.core.analysis.summary import AnalysisProgress, AnalysisSummary
from fer_desktop.core.errors import OutputError, ResultsExistError
from fer_desktop.core.files import output_error
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline
from fer_desktop.core.results import SUFFIX, ResultSink
from fer_desktop.core.sinks import PictureSink, Sink, VideoSink, csv_sink, jsonl_sink
from fer_desktop.core.sources import ImageSource, open_source


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
    on_progress: Callable[[AnalysisProgress], None] | None = None,
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
