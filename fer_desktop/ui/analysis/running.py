"""One analysis that runs in the background and fills a results file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fer_desktop.core.analysis import AnalysisMonitor
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.core.results import SUFFIX
from fer_desktop.ui.common import Job

if TYPE_CHECKING:
    from fer_desktop.core.analysis.summary import AnalysisSummary


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What to analyse, and where its results go.

    output: a folder. every: one frame in so many; rate: or so many frames a second, None
    for all. start_s, end_s: the part, in seconds of the recording, None for all of it.
    """

    input: Path
    output: Path
    every: int = 1
    rate: float | None = None
    start_s: float | None = None
    end_s: float | None = None


def free_path(input: Path, output: Path) -> Path:
    """NAME.ferx in the output folder, or NAME-2.ferx and so on where results of that name are there."""
    from fer_desktop.core.analysis.run import default_name

    name, number = default_name(input), 1
    path = output / f"{name}{SUFFIX}"
    while any(path.with_suffix(suffix).exists() for suffix in (SUFFIX, ".csv", ".json")):
        number += 1
        path = output / f"{name}-{number}{SUFFIX}"
    return path


def run(
    options: AnalysisOptions, path: Path, settings: PipelineSettings, feed: AnalysisMonitor, job: Job
) -> AnalysisSummary:
    """Analyses into ``path`` and the files beside it, and shows itself in ``feed``; on the job's thread."""
    from fer_desktop.core.analysis.run import run_analysis

    return run_analysis(
        options.input,
        path.parent,
        settings,
        name=path.stem,
        ferx=True,
        every=options.every,
        rate=options.rate,
        start_s=options.start_s,
        end_s=options.end_s,
        more_sinks=(feed,),
        on_progress=job.report,
        should_stop=lambda: feed.wait_while_held(job.should_stop),
    )


Run = Callable[[Job], "AnalysisSummary"]


def as_job(options: AnalysisOptions, path: Path, settings: PipelineSettings, feed: AnalysisMonitor) -> Run:
    return functools.partial(run, options, path, settings, feed)
