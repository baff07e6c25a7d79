"""The states of a run as the window shows them."""

from __future__ import annotations

from enum import Enum


class RunPhase(Enum):
    """The state of a run. The values are the texts."""

    LOADING = "Opening the run…"
    STARTING = "Starting: reading the data…"
    RUNNING = "Running"
    PAUSED = "Paused"
    STOPPING = "Stopping: writing a checkpoint…"
    STOPPED = "Stopped"
    COMPLETED = "Finished"
    FAILED = "Failed"
    INTERRUPTED = "Interrupted"
    DISCARDING = "Moving to the trash…"

    @property
    def is_busy(self) -> bool:
        """Whether it does something of unknown length."""
        return self in (RunPhase.LOADING, RunPhase.STARTING, RunPhase.STOPPING, RunPhase.DISCARDING)


OF_STATE = {
    "completed": RunPhase.COMPLETED,
    "stopped": RunPhase.STOPPED,
    "failed": RunPhase.FAILED,
    "crashed": RunPhase.INTERRUPTED,
    "killed": RunPhase.INTERRUPTED,
    "interrupted": RunPhase.INTERRUPTED,
    "running": RunPhase.RUNNING,
    "paused": RunPhase.PAUSED,
}
"""The phase for each `RunHistory.state` and `RunOutcome.kind`."""
