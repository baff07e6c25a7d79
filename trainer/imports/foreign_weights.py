"""Reads weights that somebody else saved with torch, without running any code in the file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import torch

from fer_desktop.core.errors import ModelError

LARGEST_BYTES = 2 << 30
_PLACES = ("state_dict", "model_state_dict", "model")
_SHELL = "module."  # of DataParallel

State = dict[str, torch.Tensor]


def read_state(path: Path) -> State:
    """Returns the tensors of a file by ``torch.save``: a state dict, alone or under one of the usual names.

    Only tensors and plain containers are unpickled (``weights_only``). Raises ModelError that says what is
    wrong, also when a weight is not finite.
    """
    _check_file(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:  # the unpickler raises many types of errors for a damaged file
        raise ModelError(f"{path}: {_reason(error)}") from error
    state = _find_state(content)
    if state is None:
        raise ModelError(
            f"{path}: there is no state dict in it (it holds a {type(content).__name__}); needed is what "
            "torch.save(network.state_dict(), ...) writes"
        )
    prefix = _SHELL if all(name.startswith(_SHELL) for name in state) else ""
    state = {name.removeprefix(prefix): tensor for name, tensor in state.items()}
    for name, tensor in state.items():
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex():
            raise ModelError(f"{path}: '{name}' is no plain tensor ({tensor.layout}, {tensor.dtype})")
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise ModelError(f"{path}: '{name}' holds values that are not finite")
    return state


def _check_file(path: Path) -> None:
    if not path.exists():
        raise ModelError(f"{path}: there is no such file")
    if not path.is_file():
        raise ModelError(f"{path}: this is a folder; needed is a file of weights")
    size = path.stat().st_size
    if size == 0:
        raise ModelError(f"{path}: the file is empty")
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                size = max(size, sum(entry.file_size for entry in archive.infolist()))
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise ModelError(f"{path}: the file is damaged ({error})") from error
    if size > LARGEST_BYTES:
        raise ModelError(f"{path}: {size / (1 << 30):.1f} GiB; allowed are {LARGEST_BYTES >> 30} GiB")


def _reason(error: Exception) -> str:
    """Returns a text of our own: torch's advises to load the file without the protection."""
    if found := re.search(r"GLOBAL (\S+)", str(error)):
        return (
            f"opening the file would call {found[1].rstrip('.')}, which could run a program; it is refused, "
            "since needed is a state dict alone"
        )
    return "the file holds no weights that torch can read safely"


def _find_state(content: Any) -> State | None:
    candidates = [content]
    if isinstance(content, dict):
        candidates += [content.get(place) for place in _PLACES]
    return next((candidate for candidate in candidates if _is_state(candidate)), None)


def _is_state(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and bool(content)
        and all(isinstance(name, str) and isinstance(item, torch.Tensor) for name, item in content.items())
    )
