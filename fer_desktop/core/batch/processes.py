"""A batch on several processes. When one dies, its item fails and a new process takes its place."""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from logging.handlers import QueueHandler
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext

import cv2

from fer_desktop.core.analysis import AnalysisProgress
from fer_desktop.core.batch.run import (
    Batch,
    BatchItem,
    ItemOutcome,
    OnItemOutcome,
    OnItemProgress,
    analyse_item,
)
from fer_desktop.core.pipeline import Pipeline, PipelineSettings, build_pipeline

Build = Callable[[PipelineSettings, int], Pipeline]

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""A terminal sends them to all processes; only the parent handles them."""

POLL_S = 0.2
"""Time between two questions whether to stop."""

REPORT_S = 0.1
"""Shortest time between two progress messages of a process."""

END_S = 5.0
"""Time for a process without work to end by itself."""


def run_in_processes(
    items: Sequence[BatchItem],
    batch: Batch,
    jobs: int,
    *,
    build: Build = build_pipeline,
    on_progress: OnItemProgress = lambda position, progress: None,
    on_outcome: OnItemOutcome = lambda position, outcome: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[ItemOutcome]:
    """As ``run_batch``, on ``jobs`` processes that share the processor's cores. All calls are on this thread.

    build: makes the pipeline of a process, from settings and a number of threads; a function of a module.
    An exception here, such as a KeyboardInterrupt, kills the processes.
    """
    outcomes = [ItemOutcome("waiting")] * len(items)
    waiting = deque(range(len(items)))
    context = multiprocessing.get_context("spawn")
    resource_tracker.ensure_running()  # which lets signals through while it starts
    threads = max(1, min(2, (os.cpu_count() or 1) // jobs))
    workers: list[_Worker] = []
    is_stopping = False

    def give_work(worker: _Worker | None = None) -> None:
        if waiting:
            worker = worker or _Worker(context, batch, threads, build)
            workers.append(worker)
            worker.give(waiting[0], items[waiting.popleft()])
        elif worker is not None:
            worker.end()

    try:
        for _ in range(min(jobs, len(items))):
            give_work()
        while workers:
            for connection in wait([worker.connection for worker in workers], POLL_S):
                worker = next(worker for worker in workers if worker.connection is connection)
                position, message = worker.position, worker.receive()
                if isinstance(message, logging.LogRecord):
                    logging.getLogger(message.name).handle(message)
                elif isinstance(message, AnalysisProgress):
                    on_progress(position, message)
                else:
                    is_dead = message is None
                    outcomes[position] = message or ItemOutcome(
                        "failed", error=f"{items[position].input}: {worker.obituary()}"
                    )
                    on_outcome(position, outcomes[position])
                    workers.remove(worker)
                    give_work(None if is_dead else worker)
            if not is_stopping and should_stop():
                is_stopping = True
                waiting.clear()
                for worker in workers:
                    worker.stop()
    finally:
        for worker in workers:
            worker.kill()
    return outcomes


class _Worker:
    """A process, and the item that it has."""

    def __init__(self, context: SpawnContext, batch: Batch, threads: int, build: Build) -> None:
        self.connection, other_end = context.Pipe()
        self.position = -1
        self._process = context.Process(
            target=_serve, args=(other_end, batch, threads, build), name="analysis", daemon=True
        )
        with _signals_held():
            self._process.start()
        other_end.close()

    def give(self, position: int, item: BatchItem) -> None:
        self.position = position
        self._send(item)

    def stop(self) -> None:
        """Asks it to end with whole files."""
        self._send(None)

    def receive(self) -> AnalysisProgress | ItemOutcome | logging.LogRecord | None:
        """The next message of the process; None when it died."""
        try:
            message: AnalysisProgress | ItemOutcome | logging.LogRecord = self.connection.recv()
        except (EOFError, OSError):
            return None
        return message

    def obituary(self) -> str:
        self.connection.close()
        self._process.join()
        code = self._process.exitcode or 0
        if code >= 0:
            return f"its process ended by itself (exit code {code})"
        reason = ", perhaps because memory ran out" if code == -signal.SIGKILL else ""
        return f"its process was ended by {signal.Signals(-code).name}{reason}"

    def end(self) -> None:
        self.connection.close()
        self._process.join(END_S)
        self.kill()

    def kill(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()

    def _send(self, message: BatchItem | None) -> None:
        with suppress(OSError):  # it is dead, as ``receive`` is about to find
            self.connection.send(message)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Holds signals back while a process starts, until that process can ignore them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


# In the process.


def _serve(connection: Connection, batch: Batch, threads: int, build: Build) -> None:
    """Analyses the items that it receives until the other end is closed."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    logging.getLogger().addHandler(_ToParent(connection))
    logging.getLogger().setLevel(logging.INFO)
    cv2.setNumThreads(1)
    pipeline = build(batch.settings, threads)
    told_at = 0.0

    def tell(progress: AnalysisProgress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= REPORT_S:
            told_at = time.monotonic()
            _send(connection, progress)

    while (item := _receive(connection)) is not None:
        told_at = 0.0
        outcome = analyse_item(
            item,
            batch,
            pipeline,
            on_progress=tell,
            should_stop=lambda: connection.poll() and _receive(connection) is None,
        )
        _send(connection, outcome)


class _ToParent(QueueHandler):
    """Sends the log to the parent, which knows where it goes."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(queue.SimpleQueue())
        self._connection = connection

    def enqueue(self, record: logging.LogRecord) -> None:
        _send(self._connection, record)


def _receive(connection: Connection) -> BatchItem | None:
    try:
        item: BatchItem | None = connection.recv()
    except (EOFError, OSError):
        _die()
    return item


def _send(connection: Connection, message: AnalysisProgress | ItemOutcome | logging.LogRecord) -> None:
    try:
        connection.send(message)
    except OSError:
        _die()


def _die() -> None:
    """Without a parent: at once, since another run may be about to write the same files."""
    os._exit(1)
