"""Numbers as people read them."""

from __future__ import annotations

import math

UNCERTAIN_TITLE = "Uncertain"
"""Shown in place of an emotion."""


def percentage(share: float) -> str:
    """Returns 0.87 as 87%."""
    return f"{share:.0%}"


def clock(seconds: float) -> str:
    """Returns 75.2 as 1:15, and 3675 as 1:01:15."""
    minutes, rest = divmod(math.floor(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def fine_clock(seconds: float, digits: int = 2) -> str:
    """Returns 75.2 as 1:15.20. digits: of the rounded fraction of a second."""
    if digits == 0:
        return clock(round(seconds))
    parts = round(seconds * 10**digits)
    return f"{clock(parts // 10**digits)}.{parts % 10**digits:0{digits}d}"
