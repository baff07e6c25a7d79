"""One analysis with its files: tables, results file, annotated video and report."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fer_desktop.core.analysis.loop import IncompleteAnalysisError, analyse
from fer_desktop.core.analysis.options import DEFAULT_OPTIONS, AnalysisOptions, Destination
from fer_desktop.core.analysis.record import kept_record, recording_facts
from fer_desktop.core.analysis.report import facts_of, report_of, write_report
from fer_desktop.core.analysis.summary import AnalysisProgress, AnalysisSummary
from fer_desktop.core.errors import OutputError
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline
from fer_desktop.core.results import SUFFIX, ResultSink
from fer_desktop.core.sinks import PictureSink, Sink, VideoSink, csv_sink, jsonl_sink
from fer_desktop.core.sources import FrameSource, ImageSource, open_source


def run_analysis(
    input: Path,
    destination: Destination,
    settings: PipelineSettings,
    options: AnalysisOptions = DEFAULT_OPTIONS,
    *,
    pipeline: Pipeline | None = None,
    more_sinks: Sequence[Sink] = (),
    on_progress: Callable[[AnalysisProgress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AnalysisSummary:
    """Analyses a video, a picture or a folder of pictures, and writes the files that ``options`` ask for.

    pipeline: the one that ``settings`` describe, if it is loaded. more_sinks: of the caller, after the files.
    should_stop: asked before each frame; the files hold what was analysed until then.
    Raises SourceError, OutputError, ModelError and DetectorError before there are results. After that it
    raises IncompleteAnalysisError, and the files hold what was analysed until the error.
    """
    source = open_source(input, start_s=options.start_s, end_s=options.end_s)
    report_file = destination.file(".json")
    targets = [*_targets(source, destination, options), report_file]
    destination.prepare(input, targets)
    pipeline = pipeline or build_pipeline(settings)
    facts = facts_of(pipeline, settings, options)
    recording = recording_facts(source.info.path)
    sinks = [*_sinks(source, destination, options, facts), *more_sinks]

    failure: IncompleteAnalysisError | None = None
    with kept_record(destination, recording, targets):
        try:
            summary = analyse(
                source, pipeline, sinks, options, on_progress=on_progress, should_stop=should_stop
            )
        except IncompleteAnalysisError as error:
            summary, failure = error.summary, error
        if not (summary.complete or summary.frames_analysed):
            return summary
        report = report_of(summary, facts, recording, None if failure is None else str(failure))
        report["batch"] = destination.batch_id
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


def _annotated(source: FrameSource, destination: Destination) -> Path:
    """The annotated video, or the folder of annotated pictures."""
    return destination.file("" if isinstance(source, ImageSource) else ".mp4")


def _targets(source: FrameSource, destination: Destination, options: AnalysisOptions) -> list[Path]:
    """The files that the sinks write."""
    targets = [destination.file(".csv")]
    if options.jsonl:
        targets.append(destination.file(".jsonl"))
    if options.ferx:
        targets.append(destination.file(SUFFIX))
    if options.video:
        targets.append(_annotated(source, destination))
    return targets


def _sinks(
    source: FrameSource, destination: Destination, options: AnalysisOptions, facts: Mapping[str, Any]
) -> list[Sink]:
    """A sink for each of ``_targets``. facts: of the model and the settings, for the results file."""
    sinks: list[Sink] = [csv_sink(destination.file(".csv"))]
    if options.jsonl:
        sinks.append(jsonl_sink(destination.file(".jsonl")))
    if options.ferx:
        sinks.append(ResultSink(destination.file(SUFFIX), facts, replace=True))
    if options.video:
        path, style = _annotated(source, destination), OverlayStyle(blur=options.blur)
        sinks.append(
            PictureSink(path, source, style=style)
            if isinstance(source, ImageSource)
            else VideoSink(path, style=style, start_s=options.start_s, end_s=options.end_s)
        )
    return sinks
