"""Durations and amounts in words."""

from __future__ import annotations

import math

LONGEST_S = 1000 * 24 * 3600.0


def duration(seconds: float) -> str:
    """Returns 45.2 as 45 s, 750 as 12 min 30 s, 8100 as 2 h 15 min, 200000 as 2 d 8 h. NaN is 'unknown'."""
    if not math.isfinite(seconds) or not 0 <= seconds < LONGEST_S:
        return "unknown"
    if seconds < 1:
        return "under 1 s"
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    whole = round(seconds)
    first = next(index for index, (_, length) in enumerate(units) if whole >= length)
    parts = []
    for name, length in units[first : first + 2]:
        count, whole = divmod(whole, length)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts)


def amount(byte_count: float) -> str:
    """Returns 1610612736 as 1.5 GiB, and 250000000 as 238 MiB."""
    gib = byte_count / 2**30
    return f"{gib:.1f} GiB" if gib >= 1 else f"{byte_count / 2**20:.0f} MiB"
