"""The positions of the markers' flags on the time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFontMetricsF

from fer_desktop.core.results import Marker, in_order
from fer_desktop.ui.analysis.timeline_axis import TimeAxis
from fer_desktop.ui.common import theme

REACH_PX = 4.0
"""How far from a marker's line a click still hits it, in pixels."""


@dataclass(frozen=True, slots=True)
class Flag:
    """left, right: of a marker's flag. start, end: of the marked time. All in pixels."""

    marker: Marker
    left: float
    right: float
    start: float
    end: float


def flags_of(markers: Sequence[Marker], axis: TimeAxis, metrics: QFontMetricsF) -> list[Flag]:
    """Returns the flags in view, in order. A flag ends where the next one begins."""
    places = [
        (marker, axis.x_of(marker.start_s), axis.x_of(marker.start_s + marker.duration_s))
        for marker in in_order(tuple(markers))
    ]
    limit = axis.left + axis.width
    places = [place for place in places if place[2] >= axis.left and place[1] <= limit]
    flags = []
    for number, (marker, start, end) in enumerate(places):
        left = max(start, axis.left)
        wanted = max(metrics.horizontalAdvance(marker.text) + theme.GRID, min(end, limit) - left, theme.GRID)
        room = (places[number + 1][1] if number + 1 < len(places) else limit) - left
        flags.append(Flag(marker, left, left + max(min(wanted, room), 1.0), start, end))
    return flags


def flag_at(flags: Sequence[Flag], x: float) -> Flag | None:
    """Returns the flag at a pixel of the strip of flags."""
    return next((flag for flag in reversed(flags) if flag.left <= x <= flag.right), None)


def line_at(flags: Sequence[Flag], x: float) -> Flag | None:
    """Returns the flag whose start or end line is near."""
    near = [
        (min(abs(flag.start - x), abs(flag.end - x)), number, flag)
        for number, flag in enumerate(flags)
        if min(abs(flag.start - x), abs(flag.end - x)) <= REACH_PX
    ]
    return min(near)[2] if near else None
