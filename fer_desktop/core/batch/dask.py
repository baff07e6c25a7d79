"""A batch on an existing Dask cluster whose machines see the same files under the same paths."""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from fer_desktop.core.batch.run import Batch, BatchItem, ItemOutcome, OnItemOutcome, analyse_item
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.files import output_error
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_S = 5.0
POLL_S = 0.5
"""Time between two questions whether to stop, here and on the workers."""

RETRIES = 3
"""A task is given out again so many times after an error outside the analysis."""


class ClusterError(FerDesktopError):
    """The cluster cannot be used; the text says why and what to do."""


def run_on_cluster(
    items: Sequence[BatchItem],
    batch: Batch,
    scheduler: str,
    *,
    on_outcome: OnItemOutcome = lambda position, outcome: None,
    should_stop: Callable[[], bool] = lambda: False,
    connect_s: float = CONNECT_S,
) -> list[ItemOutcome]:
    """Does what ``run_batch`` does, with one task for each item. Another worker repeats a lost worker's item.

    scheduler: its address, like tcp://10.0.0.1:8786. The workers stop when a file in the output folder is
    gone. Raises ClusterError when the batch cannot begin.
    """
    items = [dataclasses.replace(item, input=item.input.absolute()) for item in items]
    batch = dataclasses.replace(batch, output=batch.output.absolute(), settings=_absolute(batch.settings))
    outcomes = [ItemOutcome("waiting")] * len(items)
    go_on = batch.output / f"batch-{batch.id}.part"
    with _connected(scheduler, connect_s) as client:
        _create(go_on)
        try:
            needed = [item.input for item in items if item.input.exists()]
            _check_workers(client, scheduler, [*needed, batch.settings.model, go_on])
            futures = [
                client.submit(analyse_on_worker, item, batch, go_on, pure=False, retries=RETRIES)
                for item in items
            ]
            for position in _ended(futures, go_on, should_stop):
                outcomes[position] = _outcome(futures[position], items[position])
                if outcomes[position].state != "waiting":
                    on_outcome(position, outcomes[position])
        finally:
            go_on.unlink(missing_ok=True)
    return outcomes


def _absolute(settings: PipelineSettings) -> PipelineSettings:
    detector = settings.detector_model
    return dataclasses.replace(
        settings,
        model=settings.model.absolute(),
        detector_model=None if detector is None else detector.absolute(),
    )


def _connected(scheduler: str, timeout_s: float) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(
            "A Dask cluster needs one more package: pip install 'fer-desktop[cluster]', on its workers too"
        ) from None
    try:
        return Client(scheduler, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"{scheduler}: no Dask scheduler answers there; check the address and that it is running"
        ) from error


def _create(go_on: Path) -> None:
    try:
        go_on.parent.mkdir(parents=True, exist_ok=True)
        go_on.touch()
    except OSError as error:
        raise output_error(go_on.parent, error) from error


def _check_workers(client: Client, scheduler: str, paths: Sequence[Path]) -> None:
    """Raises ClusterError if there is no worker, or a worker does not see one of these paths."""
    if not client.nthreads():
        raise ClusterError(f"{scheduler}: the Dask cluster has no workers; start some and try again")
    try:
        missing_at: dict[str, list[Path]] = client.run(missing, list(paths))
    except ImportError as error:
        raise ClusterError(
            f"{scheduler}: FER Desktop is not installed on the workers ({error}); "
            "pip install 'fer-desktop[cluster]' there, in the same version"
        ) from error
    for worker, gone in missing_at.items():
        if gone:
            path = gone[0].parent if gone[0] == paths[-1] else gone[0]
            raise ClusterError(
                f"{path}: the worker {worker} does not see it; put inputs, model and output "
                "folder on a disk that all machines see under the same path"
            )


def _ended(futures: Sequence[Future], go_on: Path, should_stop: Callable[[], bool]) -> Iterator[int]:
    """Positions of the tasks, in the order in which they end. A request to stop ends them soon."""
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    for position, future in enumerate(futures):
        future.add_done_callback(lambda _, position=position: ended.put(position))
    count = 0
    while count < len(futures):
        if should_stop():
            go_on.unlink(missing_ok=True)
        try:
            position = ended.get(timeout=POLL_S)
        except queue.Empty:
            continue
        count += 1
        yield position


def _outcome(future: Future, item: BatchItem) -> ItemOutcome:
    try:
        outcome: ItemOutcome = future.result()
    except Exception as error:  # of the cluster: lost workers, a lost scheduler
        return ItemOutcome("failed", error=f"{item.input}: {type(error).__name__}: {error}")
    return outcome


# On the workers.

_own = threading.local()


def missing(paths: Sequence[Path]) -> list[Path]:
    """The paths that do not exist on this machine."""
    return [path for path in paths if not path.exists()]


def analyse_on_worker(item: BatchItem, batch: Batch, go_on: Path) -> ItemOutcome:
    """Analyses one item in one thread of a worker."""
    if not go_on.exists():
        return ItemOutcome("waiting")
    cv2.setNumThreads(1)
    asked_at = time.monotonic()
    is_stopped = False

    def should_stop() -> bool:
        nonlocal asked_at, is_stopped
        if time.monotonic() - asked_at >= POLL_S:
            asked_at, is_stopped = time.monotonic(), not go_on.exists()
        return is_stopped

    try:
        pipeline = _pipeline(batch.settings)
    except FerDesktopError as error:
        return ItemOutcome("failed", error=str(error))
    return analyse_item(item, batch, pipeline, should_stop=should_stop)


def _pipeline(settings: PipelineSettings) -> Pipeline:
    """The pipeline of this thread, loaded once for the same settings."""
    if getattr(_own, "settings", None) != settings:
        _own.pipeline, _own.settings = build_pipeline(settings, threads=1), settings
    pipeline: Pipeline = _own.pipeline
    return pipeline
