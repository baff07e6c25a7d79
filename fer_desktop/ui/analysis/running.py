"""One analysis that runs in the background and fills a results file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fer_desktop.core.analysis import (
    DEFAULT_OPTIONS,
    AnalysisMonitor,
    AnalysisOptions,
    Destination,
    default_name,
    run_analysis,
)
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.core.results import SUFFIX
from fer_desktop.ui.common import Job

if TYPE_CHECKING:
    from fer_desktop.core.analysis.summary import AnalysisSummary


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """A recording to analyse, and the folder that its results go to."""

    input: Path
    output: Path
    options: AnalysisOptions = DEFAULT_OPTIONS


def free_path(input: Path, output: Path) -> Path:
    """NAME.ferx in the output folder, or NAME-2.ferx and so on where results of that name are there."""
    name, number = default_name(input), 1
    path = output / f"{name}{SUFFIX}"
    while any(path.with_suffix(suffix).exists() for suffix in (SUFFIX, ".csv", ".json")):
        number += 1
        path = output / f"{name}-{number}{SUFFIX}"
    return path


def run(
    request: AnalysisRequest, path: Path, settings: PipelineSettings, feed: AnalysisMonitor, job: Job
) -> AnalysisSummary:
    """Analyses into ``path`` and the files beside it, and shows itself in ``feed``; on the job's thread."""
    return run_analysis(
        request.input,
        Destination(path.parent, path.stem),
        settings,
        request.options,
        more_sinks=(feed,),
        on_progress=job.report,
        should_stop=lambda: feed.wait_while_held(job.should_stop),
    )


Run = Callable[[Job], "AnalysisSummary"]


def as_job(request: AnalysisRequest, path: Path, settings: PipelineSettings, feed: AnalysisMonitor) -> Run:
    return functools.partial(run, request, path, settings, feed)
