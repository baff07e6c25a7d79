"""The ticks of a time axis and their text."""

from __future__ import annotations

STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
MOST_TICKS = 12


def tick_step(length_s: float) -> float:
    """Returns the smallest usual step that gives no more than MOST_TICKS."""
    return next((step for step in STEPS_S if length_s / step <= MOST_TICKS), length_s / MOST_TICKS)


def clock(seconds: float, *, tenths: bool = False) -> str:
    """Returns a time as m:ss, or as h:mm:ss from an hour on; with tenths of a second if wanted."""
    ticks = round(seconds * 10) if tenths else round(seconds) * 10
    minutes, rest = divmod(ticks, 600)
    second = f"{rest / 10:04.1f}" if tenths else f"{rest // 10:02d}"
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second}" if hours else f"{minute}:{second}"
