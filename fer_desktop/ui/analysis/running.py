"""One analysis that runs in the background and fills a results file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.core.results.feed import AnalysisFeed
from fer_desktop.core.results.file import SUFFIX
from fer_desktop.ui.jobs import Job

if TYPE_CHECKING:
    from fer_desktop.core.analysis_summary import AnalysisSummary


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What to analyse, and where its results go.

    output: a folder. csv: also NAME.csv. every: one frame in so many; rate: or so many frames a second, None
    for all. start_s, end_s: the part, in seconds of the recording, None for all of it.
    """

    input: Path
    output: Path
    csv: bool = True
    every: int = 1
    rate: float | None = None
    start_s: float | None = None
    end_s: float | None = None


def free_path(input: Path, output: Path) -> Path:
    """NAME.ferx in the output folder, or NAME-2.ferx and so on where results of that name are there."""
    from fer_desktop.core.analysis import default_name

    name, number = default_name(input), 1
    path = output / f"{name}{SUFFIX}"
    while path.exists() or path.with_suffix(".csv").exists():
        number += 1
        path = output / f"{name}-{number}{SUFFIX}"
    return path


def run(
    options: AnalysisOptions, path: Path, settings: PipelineSettings, feed: AnalysisFeed, job: Job
) -> AnalysisSummary:
    """Analyses into ``path`` and shows itself in ``feed``; runs on the job's thread."""
    from fer_desktop.core.analysis import analyse
    from fer_desktop.core.analysis_report import facts_of
    from fer_desktop.core.pipeline import build_pipeline
    from fer_desktop.core.recording import Sink, csv_sink
    from fer_desktop.core.results.sink import ResultSink
    from fer_desktop.core.sources import open_source

    source = open_source(options.input, start_s=options.start_s, end_s=options.end_s)
    pipeline = build_pipeline(settings)
    how = {"every": options.every, "rate": options.rate, "start_s": options.start_s, "end_s": options.end_s}
    sinks: list[Sink] = [ResultSink(path, facts_of(pipeline, settings, how)), feed]
    if options.csv:
        sinks.append(csv_sink(path.with_suffix(".csv")))
    return analyse(
        source,
        pipeline,
        sinks,
        every=options.every,
        rate=options.rate,
        start_s=options.start_s,
        end_s=options.end_s,
        on_progress=job.report,
        should_stop=lambda: feed.wait_while_held(job.should_stop),
    )


Run = Callable[[Job], "AnalysisSummary"]


def as_job(options: AnalysisOptions, path: Path, settings: PipelineSettings, feed: AnalysisFeed) -> Run:
    return functools.partial(run, options, path, settings, feed)
