"""The processes that train one network together when ``torchrun`` starts them. Otherwise there is one."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from trainer.config import ConfigError
from trainer.process.control import ControlRequest

# The other processes wait while the first one validates.
PATIENCE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Processes:
    """Which of the processes this one is.

    rank: the number of this process, 0 to count - 1. The first process leads: it alone reports, validates and
    writes files.
    """

    rank: int = 0
    count: int = 1

    @classmethod
    def of_environment(cls) -> Processes:
        """Reads the variables that ``torchrun`` sets."""
        return cls(int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1)))

    @property
    def leads(self) -> bool:
        return self.rank == 0

    @contextmanager
    def joined(self, device: torch.device) -> Iterator[None]:
        """Connects the processes for as long as the context lasts."""
        if self.count == 1:
            yield
            return
        backend = "nccl" if device.type == "cuda" else "gloo"
        torch.distributed.init_process_group(backend, timeout=PATIENCE)
        try:
            yield
        finally:
            torch.distributed.destroy_process_group()

    def share(self, network: nn.Module, device: torch.device) -> nn.Module:
        """Returns the network with gradients averaged over the processes."""
        if self.count == 1:
            return network
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of another name for broadcast_buffers
            return DistributedDataParallel(
                network,
                device_ids=[device.index] if device.type == "cuda" else None,
                # Batch statistics serve validation only, which the first process does alone.
                broadcast_buffers=False,
                gradient_as_bucket_view=True,
            )

    def agree(self, loss: torch.Tensor, request: ControlRequest) -> tuple[float, ControlRequest]:
        """Returns the mean loss of all processes, and the highest of their requests.

        loss: a tensor without dimensions.
        """
        if self.count == 1:
            return float(loss), request
        own = torch.stack([loss.detach().float(), torch.full_like(loss, float(request)).float()])
        values = [torch.empty_like(own) for _ in range(self.count)]
        torch.distributed.all_gather(values, own)
        losses, requests = torch.stack(values).T.tolist()
        return sum(losses) / self.count, ControlRequest(int(max(requests)))

    def all_equal(self, value: int) -> bool:
        """Returns whether all processes hold the same number."""
        if self.count == 1:
            return True
        values: list[Any] = [None] * self.count
        torch.distributed.all_gather_object(values, value)
        return len(set(values)) == 1

    def wait_for_leader(self) -> None:
        """Returns when all processes have come here."""
        if self.count > 1:
            torch.distributed.barrier()


def choose_device(wanted: str) -> torch.device:
    """Returns the device to train on. Raises ConfigError when torch cannot use it here.

    wanted: as in ``TrainConfig.device``; 'auto' prefers CUDA, then MPS. Several processes take the GPUs in
    turn.
    """
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        wanted = next(name for name in ("cuda", "mps", "cpu") if present[name])
    if not present[wanted]:
        raise ConfigError(f"--device {wanted}: this computer has no such device that torch can use")
    if wanted == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)) % torch.cuda.device_count())
        torch.cuda.set_device(device)
        return device
    return torch.device(wanted)
