"""Slow work in the background, with progress and outcome on the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QObject
from shiboken6 import isValid

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.live import Mailbox
from fer_desktop.ui.common.gui_queue import GuiQueue
from fer_desktop.ui.common.threads import join_threads

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job ended. value: the return value, also after a cancel. error: the exception."""

    status: Literal["success", "error", "cancelled"]
    value: Any = None
    error: Exception | None = None


class Job:
    """One piece of slow work. Its function gets the job as its only argument."""

    def __init__(self, post: Callable[[Job], None]) -> None:
        self._post = post
        self._cancelled = threading.Event()
        self.progress: Mailbox[Any] = Mailbox()

    def cancel(self) -> None:
        """Asks the function to end. May be called from any thread."""
        self._cancelled.set()

    def should_stop(self) -> bool:
        """Returns whether the function is to end."""
        return self._cancelled.is_set()

    def report(self, progress: Any) -> None:
        """Reports progress. May be called often. The GUI thread gets the newest report."""
        if self.progress.put(progress):
            self._post(self)


@dataclass(frozen=True, slots=True)
class _Started:
    job: Job
    thread: threading.Thread
    on_progress: Callable[[Any], None] | None
    on_success: Callable[[Any], None] | None
    on_error: Callable[[Exception], None] | None
    on_cancelled: Callable[[Any], None] | None
    owner: QObject | None

    @property
    def is_awaited(self) -> bool:
        return self.owner is None or isValid(self.owner)


class JobRunner(QObject):
    """Runs each job on its own thread and calls back on the GUI thread. For use by the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._started: dict[Job, _Started] = {}
        self._events = GuiQueue(self, on_event=self._on_event)

    def start(
        self,
        function: Callable[[Job], Any],
        *,
        name: str = "job",
        on_progress: Callable[[Any], None] | None = None,
        on_success: Callable[[Any], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        on_cancelled: Callable[[Any], None] | None = None,
        owner: QObject | None = None,
    ) -> Job:
        """Starts a function in the background. At the end, one of the last three callbacks is called.

        on_progress: with the newest value that the function gave to `job.report`.
        on_success: with the return value. on_error: with the exception. A FerDesktopError has a text for
        users. on_cancelled: with the return value after `job.cancel`.
        owner: no callback is called after Qt has deleted it.
        """
        job = Job(self._events.post)
        thread = threading.Thread(target=self._run, args=(job, function, name), name=name, daemon=True)
        self._started[job] = _Started(job, thread, on_progress, on_success, on_error, on_cancelled, owner)
        thread.start()
        return job

    @property
    def is_busy(self) -> bool:
        return bool(self._started)

    def begin_shutdown(self) -> list[threading.Thread]:
        """Cancels every job and returns their threads. No callback is called afterwards."""
        self._events.close()
        for job in self._started:
            job.cancel()
        return [started.thread for started in self._started.values()]

    def shutdown(self, timeout_s: float = 2.0) -> bool:
        """Cancels every job and waits for them. Returns False if one still runs after the timeout."""
        return join_threads(self.begin_shutdown(), timeout_s)

    # On the job's thread.

    def _run(self, job: Job, function: Callable[[Job], Any], name: str) -> None:
        try:
            value = function(job)
        except Exception as error:
            log.error("%s failed: %s", name, error, exc_info=not isinstance(error, FerDesktopError))
            outcome = JobOutcome("error", error=error)
        else:
            outcome = JobOutcome("cancelled" if job.should_stop() else "success", value)
        self._events.post((job, outcome))

    # Back on the GUI thread.

    def _on_event(self, event: Job | tuple[Job, JobOutcome]) -> None:
        match event:
            case Job() as job if job in self._started:
                self._show_progress(self._started[job])
            case job, outcome:
                started = self._started.pop(job)
                started.thread.join()
                if started.is_awaited:
                    self._finish(started, outcome)

    @staticmethod
    def _show_progress(started: _Started) -> None:
        progress = started.job.progress.take()
        if progress is not None and started.on_progress is not None and started.is_awaited:
            started.on_progress(progress)

    @staticmethod
    def _finish(started: _Started, outcome: JobOutcome) -> None:
        if outcome.status == "error":
            if started.on_error is not None and outcome.error is not None:
                started.on_error(outcome.error)
            return
        callback = started.on_success if outcome.status == "success" else started.on_cancelled
        if callback is not None:
            callback(outcome.value)
