"""The analysis of one recording of the queue. Runs on the job's thread."""

from __future__ import annotations

from fer_desktop.core.batch import Batch, BatchItem, ItemOutcome, analyse_item
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline
from fer_desktop.ui.common import Job

THREADS = 1
"""Threads of the model. The live view has to stay fluid."""


class LoadedPipeline:
    """Keeps a pipeline from one recording to the next. For one thread at a time."""

    def __init__(self) -> None:
        self._settings: PipelineSettings | None = None

    def of(self, settings: PipelineSettings) -> Pipeline:
        """Returns the pipeline of the settings. Raises DetectorError and ModelError."""
        if self._settings != settings:
            self._pipeline = build_pipeline(settings, THREADS)
            self._settings = settings
        return self._pipeline


def run(item: BatchItem, batch: Batch, pipelines: LoadedPipeline, job: Job) -> ItemOutcome:
    """Analyses a recording. Raises DetectorError and ModelError. Other errors are in the outcome."""
    return analyse_item(
        item,
        batch,
        pipelines.of(batch.settings),
        on_progress=job.report,
        should_stop=job.should_stop,
    )
