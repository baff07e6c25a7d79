"""The averaged weights (EMA) of the best epoch so far."""

from __future__ import annotations

from pathlib import Path

import safetensors.torch
import torch
from torch import nn

from fer_desktop.core.files import whole_file


class BestWeights:
    """A file of float32 tensors, and the same tensors as part of a checkpoint.

    The file alone would not do: after a kill before the next checkpoint it is of an epoch that was lost.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tensors: dict[str, torch.Tensor] = {}

    def keep(self, network: nn.Module) -> None:
        """Copies the network's weights, and writes them. Raises OutputError."""
        self._tensors = {
            name: (tensor.float() if tensor.is_floating_point() else tensor)
            .detach()
            .to("cpu", copy=True)
            .contiguous()
            for name, tensor in network.state_dict().items()
        }
        self.write()

    def write(self) -> None:
        """Writes the file. Raises OutputError."""
        if self._tensors:
            with whole_file(self.path) as temporary:
                temporary.write_bytes(safetensors.torch.save(self._tensors))

    def state_dict(self) -> dict[str, torch.Tensor]:
        return self._tensors

    def load_state_dict(self, tensors: dict[str, torch.Tensor] | None) -> None:
        """tensors: None in a checkpoint of an older trainer; then they are read from the file."""
        if tensors is None:
            tensors = safetensors.torch.load_file(self.path) if self.path.exists() else {}
        self._tensors = tensors
