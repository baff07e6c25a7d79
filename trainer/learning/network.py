"""Whether a network can be trained at all."""

from __future__ import annotations

import torch
from torch import nn

from trainer.config import ConfigError, TrainConfig


def check_input(network: nn.Module, config: TrainConfig) -> None:
    """Raises ConfigError when the architecture cannot take pictures of the input size.

    Some architectures take one size only.
    """
    size = config.input_size
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, config.channels, size, size))
    except (AssertionError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"{config.architecture} cannot take {size} x {size} pixels ({str(error).partition(chr(10))[0]}); "
            "choose another --input-size or --architecture"
        ) from error
