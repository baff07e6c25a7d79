"""The learning rate over a run."""

from __future__ import annotations

import math

from trainer.config import TrainConfig


def learning_rate(config: TrainConfig, step: int, total_steps: int) -> float:
    """Returns the learning rate at a step, counted from 0."""
    return config.learning_rate * learning_rate_factor(config, step, total_steps)


def learning_rate_factor(config: TrainConfig, step: int, total_steps: int) -> float:
    """Returns the share of the peak learning rate at a step, 0 to 1.

    It depends on nothing but the step, so a resumed run needs no state of a scheduler.

    one-cycle (Smith and Topin 2018): rises along a cosine in the warm-up, then falls along one to almost 0.
    cosine: rises linearly in the warm-up, then falls along a cosine to almost 0.
    constant: rises linearly in the warm-up, then stays, so that only the averaged weights come to rest
    (Izmailov et al. 2018). With a cool-down it falls linearly to almost 0 at the end (Hägele et al. 2024).

    Written by hand for the reasons in docs/decisions/009-learning-rate-schedules.md.
    """
    position = (step + 1) / total_steps
    if position < config.warmup:
        rise = position / config.warmup
        return 0.04 + 0.96 * (1 - math.cos(math.pi * rise)) / 2 if config.schedule == "one-cycle" else rise
    if config.schedule == "constant":
        return max(1e-5, min(1.0, (1 - position) / config.cooldown)) if config.cooldown else 1.0
    fall = (position - config.warmup) / (1 - config.warmup)
    return max(1e-5, (1 + math.cos(math.pi * fall)) / 2)
