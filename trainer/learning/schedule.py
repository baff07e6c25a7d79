"""The learning rate over a run."""

from __future__ import annotations

import math

from trainer.config import TrainConfig


def learning_rate(config: TrainConfig, step: int, total_steps: int) -> float:
    """Returns the learning rate at a step, counted from 0."""
    return config.learning_rate * learning_rate_factor(config, step, total_steps)


def learning_rate_factor(config: TrainConfig, step: int, total_steps: int) -> float:
    """Share of the peak learning rate at a step, 0 to 1.

    'one-cycle' (Smith and Topin 2018): cosine up over the warm-up, cosine down to almost nothing; 'cosine':
    linear warm-up, then half a cosine; 'constant': linear warm-up, then the peak, so that only the averaged
    weights come to rest (Izmailov et al. 2018), or with a cool-down, in which it falls linearly to almost
    nothing (Hägele et al. 2024).
    """
    position = (step + 1) / total_steps
    if position < config.warmup:
        rise = position / config.warmup
        return 0.04 + 0.96 * (1 - math.cos(math.pi * rise)) / 2 if config.schedule == "one-cycle" else rise
    if config.schedule == "constant":
        return max(1e-5, min(1.0, (1 - position) / config.cooldown)) if config.cooldown else 1.0
    fall = (position - config.warmup) / (1 - config.warmup)
    return max(1e-5, (1 + math.cos(math.pi * fall)) / 2)
