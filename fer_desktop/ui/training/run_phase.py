"""The states of a run as the window shows them."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Values: the words for it."""

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
        """Something goes on whose length is not known."""
        return self in (Phase.LOADING, Phase.STARTING, Phase.STOPPING, Phase.DISCARDING)


OF_STATE = {
    "completed": Phase.COMPLETED,
    "stopped": Phase.STOPPED,
    "failed": Phase.FAILED,
    "crashed": Phase.INTERRUPTED,
    "killed": Phase.INTERRUPTED,
    "interrupted": Phase.INTERRUPTED,
    "running": Phase.RUNNING,
    "paused": Phase.PAUSED,
}
"""Of `RunHistory.state` and `RunOutcome.kind`."""
