"""A run at work: its state, its checkpoints, and the requests that it gets. Pause and stop are here."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import torch

from fer_desktop.core.training import Checkpoint, Continued, Paused, RunMessage, Step
from trainer.process import ControlRequest, StoppedError
from trainer.run.best_weights import BestWeights
from trainer.run.checkpoints import Checkpoints, RunState
from trainer.run.prepare import PreparedRun
from trainer.run.stopwatch import Stopwatch
from trainer.run.validation import TrainingError

BEST_WEIGHTS = "best.safetensors"
STEP_MESSAGE_SECONDS = 1.0
PAUSE_SECONDS = 0.2


class Session:
    """state: the place in the training; it is that of the checkpoint in a resumed run.

    The methods that return iterators yield messages on the way.
    """

    def __init__(
        self,
        run: PreparedRun,
        folder: Path,
        checkpoints: Checkpoints,
        control: Callable[[], ControlRequest],
    ) -> None:
        """Restores the checkpoint of a resumed run.

        control: returns the newest request. Raises CheckpointError, and TrainingError when the processes see
        different checkpoints.
        """
        self.best = BestWeights(folder / BEST_WEIGHTS)
        self._run, self._checkpoints, self._control = run, checkpoints, control
        self._parts = {
            "network": run.network,
            "average": run.average,
            "optimiser": run.optimiser,
            "best": self.best,
        }
        self._identity = run.identity
        if run.resumes:
            self.state = checkpoints.load(self._identity, **self._parts)
            if run.processes.leads:
                self.best.write()
        else:
            self.state = RunState(start_weights=run.start_weights)
        if not run.processes.all_equal(self.state.step):
            raise TrainingError(
                f"{folder}: the processes do not see the same checkpoint; use a shared folder"
            )
        self._watch = Stopwatch(self.state.seconds)
        self._saved_at = self._reported_at = self._watch.seconds
        self._reported_step = self.state.step
        self._total_steps = run.config.epochs * run.steps_per_epoch
        self._no_loss = torch.zeros((), device=run.device)

    def agree(self, loss: torch.Tensor | None = None) -> tuple[float, ControlRequest]:
        """Returns the mean loss of all processes and the highest of their requests."""
        return self._run.processes.agree(self._no_loss if loss is None else loss, self._control())

    def report_step(self, loss: float, rate: float, rows: int) -> Iterator[Step]:
        """Yields a message about the newest step, at most once a second. rows: those of the step."""
        state, now = self.state, self._watch.seconds
        seconds = now - self._reported_at
        if seconds >= STEP_MESSAGE_SECONDS:
            pace = (state.step - self._reported_step) / seconds
            left = (self._total_steps - state.step) / pace
            yield Step(state.step, state.epoch + 1, loss, rate, pace * rows, left)
            self._reported_at, self._reported_step = now, state.step

    def checkpoint(self) -> Iterator[Checkpoint]:
        """Writes a checkpoint. Raises CheckpointError."""
        self.state.seconds = self._saved_at = self._watch.seconds
        if self._run.processes.leads:
            self._checkpoints.save(self.state, self._identity, **self._parts)
            yield Checkpoint(self.state.step, str(self._checkpoints.newest))

    def checkpoint_when_due(self) -> Iterator[Checkpoint]:
        if self._watch.seconds - self._saved_at >= 60 * self._run.config.checkpoint_minutes:
            yield from self.checkpoint()

    def obey(self, request: ControlRequest) -> Iterator[RunMessage]:
        """Waits while a pause is requested. Raises StoppedError, after a checkpoint, for a stop.

        All processes call it with the same request.
        """
        if request is ControlRequest.PAUSE:
            request = yield from self._pause()
        if request is ControlRequest.STOP:
            yield from self.checkpoint()
            raise StoppedError(self.state.step, self.state.seconds)

    def obey_alone(self) -> Generator[RunMessage, None, ControlRequest]:
        """Obeys the newest request while the first process works alone, and returns STOP or CONTINUE.

        A stop is only returned, since the other processes must hear of it first. Several processes pause
        together, after their next step.
        """
        request = self._control()
        if request is ControlRequest.PAUSE and self._run.processes.count == 1:
            request = yield from self._pause()
        return ControlRequest.STOP if request is ControlRequest.STOP else ControlRequest.CONTINUE

    def share(self, request: ControlRequest) -> ControlRequest:
        """Returns the highest of the requests that the processes pass in."""
        return self._run.processes.agree(self._no_loss, request)[1]

    def _pause(self) -> Generator[RunMessage, None, ControlRequest]:
        """Sleeps until the request is another one, and returns that."""
        yield from self.checkpoint()
        yield Paused(self.state.step)
        request = ControlRequest.PAUSE
        with self._watch.held():
            while request is ControlRequest.PAUSE:
                time.sleep(PAUSE_SECONDS)
                _, request = self.agree()
        if request is ControlRequest.CONTINUE:
            yield Continued(self.state.step)
        return request
