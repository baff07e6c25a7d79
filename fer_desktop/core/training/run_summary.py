"""Sums up runs for a list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fer_desktop.core.training.run_folder import RunError, RunFolder, RunInfo, list_runs
from fer_desktop.core.training.run_history import RunHistory, RunStatus

_Stamp = tuple[float, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class RunSummary:
    """A run in a list.

    info: None where run.json cannot be read; ``problem`` then says why. card: of the finished model.
    """

    run: RunFolder
    info: RunInfo | None
    history: RunHistory
    state: RunStatus
    card: Path | None
    problem: str = ""

    @property
    def title(self) -> str:
        return self.info.title if self.info is not None and self.info.title else self.run.path.name

    @property
    def is_alive(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def can_resume(self) -> bool:
        return self.info is not None and not self.is_alive and self.state != "completed"


class RunsReader:
    """Reads the runs below a folder. It reads a run again only if the run has changed.

    For one thread at a time.
    """

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._known: dict[Path, tuple[_Stamp, RunHistory]] = {}

    def read(self) -> list[RunSummary]:
        """Returns the runs, the newest first. A run that cannot be read is in the list with its problem."""
        found = [self._summary(run) for run in list_runs(self._runs)]
        self._known = {
            run.run.path: self._known[run.run.path] for run in found if run.run.path in self._known
        }
        return found

    def _summary(self, run: RunFolder) -> RunSummary:
        is_alive = run.is_alive
        info, history, problem = None, RunHistory(), ""
        try:
            info = run.read_info()
            history = self._history(run)
        except RunError as error:
            problem = str(error)
        return RunSummary(run, info, history, history.state(is_alive), run.card_file, problem)

    def _history(self, run: RunFolder) -> RunHistory:
        stamp = _stamp(run.messages_file)
        known = self._known.get(run.path)
        if known is not None and known[0] == stamp:
            return known[1]
        history = RunHistory.of(run.messages())
        self._known[run.path] = stamp, history
        return history


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime, status.st_size
