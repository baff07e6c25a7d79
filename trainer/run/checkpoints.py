"""Checkpoints: the state of a run on disk. A resumed run equals one that was never stopped."""

from __future__ import annotations

import logging
import pickle
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import torch

from fer_desktop.core.errors import FerDesktopError, OutputError
from fer_desktop.core.files import flush_to_disk, whole_file
from trainer.config import MACHINE_OPTIONS, TrainConfig

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
PREVIOUS = "checkpoint.previous.pt"
MAY_DIFFER = MACHINE_OPTIONS | {"soup"}
"""The options that may change when a run is resumed. The soup is needed at its end only."""
LATER_PARTS = frozenset({"best"})
_DAMAGE = (
    OSError,
    EOFError,
    RuntimeError,
    KeyError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    safetensors.SafetensorError,
)


class CheckpointError(FerDesktopError):
    """A checkpoint cannot be written, is damaged, or belongs to another run."""


class _DamageError(CheckpointError):
    pass


@dataclass(slots=True)
class RunState:
    """epoch, batch: the next ones to train, counted from 0. step: number of finished steps.

    loss_sum: sum of the losses of the finished batches in this epoch. seconds: how long the run has worked.
    start_weights: the source of the run's weights. best_score: the highest score of an epoch. history: one
    entry for each finished epoch.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0
    start_weights: str = ""
    best_score: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)

    def note_score(self, figures: dict[str, Any]) -> bool:
        """Returns whether an epoch is the best so far, by the mean of accuracy and balanced macro recall."""
        score = (figures["accuracy"] + figures["balanced"]["macro_recall"]) / 2
        is_best = bool(score > self.best_score)
        self.best_score = max(score, self.best_score)
        return is_best

    def next_batch(self, loss: float) -> None:
        self.step, self.batch, self.loss_sum = self.step + 1, self.batch + 1, self.loss_sum + loss

    def next_epoch(self) -> None:
        self.epoch, self.batch, self.loss_sum = self.epoch + 1, 0, 0.0


class Checkpoints:
    """The newest checkpoint of a run, and the one before it, in case a power cut damages the newest.

    parts: objects with ``state_dict()`` and ``load_state_dict()``. identity: plain values by name, which must
    be the same to resume the run.
    """

    def __init__(self, folder: Path) -> None:
        self.newest = folder / CHECKPOINT
        self.previous = folder / PREVIOUS
        self._newest_is_damaged = False

    @property
    def exist(self) -> bool:
        return self.newest.exists() or self.previous.exists()

    def save(self, state: RunState, identity: dict[str, Any], **parts: Any) -> None:
        """Raises CheckpointError when it cannot be written. The earlier checkpoints are kept then."""
        content = {
            "state": asdict(state),
            "config": identity,
            **{name: part.state_dict() for name, part in parts.items()},
        }
        try:
            with whole_file(self.newest) as temporary:
                with temporary.open("wb") as file:
                    torch.save(content, file)
                flush_to_disk(temporary)
                if self.newest.exists() and not self._newest_is_damaged:
                    self.newest.replace(self.previous)
            flush_to_disk(self.newest.parent)
        except (OSError, OutputError, RuntimeError) as error:
            # torch turns the error of a full disk into a RuntimeError that does not mention the disk.
            cause = error.__context__ if isinstance(error.__context__, OSError) else error
            raise CheckpointError(
                f"{self.newest}: the checkpoint cannot be written ({_reason(cause)}); the one before is kept"
            ) from error
        self._newest_is_damaged = False

    def load(self, identity: dict[str, Any], **parts: Any) -> RunState:
        """Restores the parts from the newest checkpoint that is not damaged. Raises CheckpointError."""
        try:
            return _load(self.newest, identity, parts)
        except _DamageError as error:
            if not self.previous.exists():
                raise
            state = _load(self.previous, identity, parts)
            self._newest_is_damaged = self.newest.exists()
            if self._newest_is_damaged:
                logger.warning("%s; the run is resumed from the one before, step %d", error, state.step)
            return state


def _load(path: Path, identity: dict[str, Any], parts: dict[str, Any]) -> RunState:
    try:
        with zipfile.ZipFile(path) as archive:  # torch does not look at the checksums
            if (name := archive.testzip()) is not None:
                raise zipfile.BadZipFile(f"{name} has changed")
        content = torch.load(path, map_location="cpu", weights_only=True)
        _check_identity(path, content["config"], identity)
        for name, part in parts.items():
            part.load_state_dict(content.get(name) if name in LATER_PARTS else content[name])
        return RunState(**content["state"])
    except _DAMAGE as error:
        raise _DamageError(f"{path}: the checkpoint cannot be read ({_reason(error)})") from error


def _check_identity(path: Path, saved: dict[str, Any], identity: dict[str, Any]) -> None:
    """Raises CheckpointError for another run. A checkpoint without a newer option has its default."""
    defaults = TrainConfig().to_dict()
    begun = {name: defaults[name] for name in identity.keys() & defaults.keys()} | saved
    differing = sorted(name for name in begun.keys() - MAY_DIFFER if begun[name] != identity.get(name))
    if differing:
        raise CheckpointError(
            f"{path}: the checkpoint belongs to a run with another {', '.join(differing)}; "
            "resume with the same options and data, or start a new run in another folder"
        )


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0]
