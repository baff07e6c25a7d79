"""One recording of the queue on its way; runs on the job's thread."""

from __future__ import annotations

from fer_desktop.core.batch import Batch, BatchItem, ItemOutcome, analyse_item
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline
from fer_desktop.ui.common import Job

THREADS = 1
"""Of the model: the live view beside it has to stay fluid."""


class LoadedPipeline:
    """Keeps a pipeline from one recording to the next; for one thread at a time."""

    def __init__(self) -> None:
        self._settings: PipelineSettings | None = None

    def of(self, settings: PipelineSettings) -> Pipeline:
        """Raises DetectorError and ModelError."""
        if self._settings != settings:
            self._pipeline = build_pipeline(settings, THREADS)
            self._settings = settings
        return self._pipeline


def run(item: BatchItem, batch: Batch, pipelines: LoadedPipeline, job: Job) -> ItemOutcome:
    """Raises DetectorError and ModelError; what is wrong with the recording is in the outcome."""
    return analyse_item(
        item,
        batch,
        pipelines.of(batch.settings),
        on_progress=job.report,
        should_stop=job.should_stop,
    )
