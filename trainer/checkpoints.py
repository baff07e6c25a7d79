"""The state of a run on disk, from which it goes on as if it had never stopped."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from fer_desktop.core.errors import FerDesktopError, OutputError
from fer_desktop.core.files import whole_file

_DAMAGE = (
    OSError,
    EOFError,
    RuntimeError,
    KeyError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
)


class CheckpointError(FerDesktopError):
    """A checkpoint is damaged or of another run."""


@dataclass(slots=True)
class RunState:
    """epoch, batch: the next one to train, from 0. loss_sum: over the finished batches of this epoch.

    start_weights: where the run's weights came from.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0
    start_weights: str = ""
    best_score: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)

    def next_epoch(self) -> None:
        self.epoch, self.batch, self.loss_sum = self.epoch + 1, 0, 0.0


def save_checkpoint(path: Path, state: RunState, config: dict[str, Any], **parts: Any) -> None:
    """Writes tensors and plain values to a temporary name, then renames. parts: objects with state_dict().

    Raises CheckpointError when it cannot be written.
    """
    content = {
        "state": asdict(state),
        "config": config,
        **{name: part.state_dict() for name, part in parts.items()},
    }
    try:
        with whole_file(path) as temporary:
            torch.save(content, temporary)
    except (OutputError, RuntimeError) as error:  # torch reports a full disk as RuntimeError
        raise CheckpointError(
            f"{path}: the checkpoint cannot be written ({_reason(error)}); the one before is kept"
        ) from error


def load_checkpoint(path: Path, config: dict[str, Any], **parts: Any) -> RunState:
    """Puts the parts back. Raises CheckpointError that says what is wrong."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        differing = sorted(
            name
            for name in config.keys() | content["config"].keys()
            if config.get(name) != content["config"].get(name)
        )
        if differing:
            raise CheckpointError(
                f"{path}: the checkpoint belongs to a run with another {', '.join(differing)}; "
                "resume with the same options, or start a new run in another folder"
            )
        for name, part in parts.items():
            part.load_state_dict(content[name])
        return RunState(**content["state"])
    except _DAMAGE as error:
        raise CheckpointError(f"{path}: the checkpoint cannot be read ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
