"""The state of a run on disk, from which it goes on as if it had never stopped."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from fer_desktop.core.errors import FerDesktopError


class CheckpointError(FerDesktopError):
    """A checkpoint is damaged or of another run."""


@dataclass(slots=True)
class RunState:
    """epoch, batch: the next one to train, from 0. loss_sum: over the finished batches of this epoch."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0
    best_score: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)


def save_checkpoint(path: Path, state: RunState, config: dict[str, Any], **parts: Any) -> None:
    """Writes tensors and plain values to a temporary name, then renames. parts: objects with state_dict()."""
    content = {
        "state": asdict(state),
        "config": config,
        "random": _random_state(),
        **{name: part.state_dict() for name, part in parts.items()},
    }
    temporary = path.with_name(path.name + ".part")
    torch.save(content, temporary)
    temporary.replace(path)


def load_checkpoint(path: Path, config: dict[str, Any], **parts: Any) -> RunState:
    """Puts the parts and the random state back. Raises CheckpointError that says what is wrong."""
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
        _set_random_state(content["random"])
        return RunState(**content["state"])
    except (
        OSError,
        RuntimeError,
        KeyError,
        TypeError,
        ValueError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ) as error:
        raise CheckpointError(
            f"{path}: the checkpoint cannot be read ({str(error).splitlines()[0]})"
        ) from error


def _random_state() -> dict[str, Any]:
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def _set_random_state(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["cpu"])
    if state["cuda"] and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
