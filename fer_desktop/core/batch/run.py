"""A batch: several analyses, and their run one after the other."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import uuid4

from fer_desktop.core.analysis import (
    DEFAULT_OPTIONS,
    AnalysisOptions,
    AnalysisProgress,
    AnalysisSummary,
    Destination,
    Earlier,
    IncompleteAnalysisError,
    recording_facts,
    run_analysis,
    settings_facts,
)
from fer_desktop.core.errors import FerDesktopError, ResultsExistError
from fer_desktop.core.models import ModelCard
from fer_desktop.core.pipeline import Pipeline, PipelineSettings

log = logging.getLogger(__name__)

ItemState = Literal["waiting", "done", "done before", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Batch:
    """How every item is analysed.

    resume: skips items that were analysed before with the same model, settings and options, and replaces
    other results of the same recording. overwrite: replaces any results.
    id: marks the results of this batch, so that an item that is given out twice is analysed once.
    """

    output: Path
    settings: PipelineSettings
    options: AnalysisOptions = DEFAULT_OPTIONS
    resume: bool = False
    overwrite: bool = False
    id: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A video, a picture or a folder of pictures, and the name that its results get."""

    input: Path
    name: str


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """How an item ended. "waiting": it was not begun.

    people: number of different faces, as far as the tracker can tell. elapsed_s: duration of the analysis.
    last_pts_s: time of the last frame, None without frames. error: message for the user.
    is_refused: results exist, and the batch may not replace them.
    """

    state: ItemState
    frames: int = 0
    frames_with_faces: int = 0
    people: int = 0
    elapsed_s: float = 0.0
    last_pts_s: float | None = None
    outputs: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    is_refused: bool = False

    @property
    def frames_per_s(self) -> float:
        return self.frames / self.elapsed_s if self.elapsed_s else 0.0

    @classmethod
    def of(cls, summary: AnalysisSummary, state: ItemState, error: str | None = None) -> ItemOutcome:
        return cls(
            state,
            summary.frames_analysed,
            summary.frames_with_faces,
            summary.ids,
            summary.elapsed_s,
            summary.last_pts_s,
            summary.outputs,
            summary.warnings,
            error,
        )


OnItemProgress = Callable[[int, AnalysisProgress], None]
OnItemOutcome = Callable[[int, ItemOutcome], None]
"""Both receive the position of the item, counted from 0."""


def run_batch(
    items: Sequence[BatchItem],
    batch: Batch,
    pipeline: Pipeline,
    *,
    on_progress: OnItemProgress = lambda position, progress: None,
    on_outcome: OnItemOutcome = lambda position, outcome: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[ItemOutcome]:
    """Analyses the items one after the other on this thread. If one fails, the others go on."""
    outcomes = [ItemOutcome("waiting")] * len(items)
    for position, item in enumerate(items):
        if should_stop():
            break

        def report(progress: AnalysisProgress, position: int = position) -> None:
            on_progress(position, progress)

        outcomes[position] = analyse_item(item, batch, pipeline, on_progress=report, should_stop=should_stop)
        on_outcome(position, outcomes[position])
    return outcomes


def analyse_item(
    item: BatchItem,
    batch: Batch,
    pipeline: Pipeline,
    *,
    on_progress: Callable[[AnalysisProgress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ItemOutcome:
    """Analyses one item, unless its results are there already. The outcome tells of errors."""
    try:
        recording = recording_facts(item.input if _exists(item.input) else None)
        earlier = Earlier.read(batch.output, item.name, recording)
        if (before := _before(earlier, batch)) is not None:
            return before
        summary = run_analysis(
            item.input,
            Destination(
                batch.output,
                item.name,
                overwrite=batch.overwrite,
                replaceable=earlier.own_files(batch.id, of_any_batch=batch.resume),
                batch_id=batch.id,
            ),
            batch.settings,
            batch.options,
            pipeline=pipeline,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    except IncompleteAnalysisError as error:
        return ItemOutcome.of(error.summary, "failed", str(error))
    except FerDesktopError as error:
        return ItemOutcome("failed", error=str(error), is_refused=isinstance(error, ResultsExistError))
    except Exception as error:
        log.info("%s", item.input, exc_info=True)
        return ItemOutcome("failed", error=f"{item.input}: unexpected {type(error).__name__}: {error}")
    return ItemOutcome.of(summary, "done" if summary.complete else "stopped")


def _before(earlier: Earlier, batch: Batch) -> ItemOutcome | None:
    """The outcome of an earlier analysis that still holds, else None. Raises ModelError."""
    report = earlier.report
    if report is None or not (batch.resume or report.get("batch") == batch.id):
        return None
    hashes = {weights["sha256"] for weights in ModelCard.load(batch.settings.model).files.values()}
    settings = settings_facts(batch.settings, batch.options)
    if not earlier.is_finished(settings, hashes):
        return None
    return ItemOutcome(
        "done" if report.get("batch") == batch.id else "done before",
        report["frames"]["analysed"],
        report["frames"]["with_faces"],
        report["faces"]["ids"],
        report["timings"]["elapsed_s"],
        report["last_pts_s"],
        earlier.outputs,
    )


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises where looking is not allowed
