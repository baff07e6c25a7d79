"""Moments and spans of a recording that somebody has named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker for a moment or a span.

    start_s, end_s: seconds of the source. end_s is None for a moment, and at least start_s for a span.
    """

    id: int
    start_s: float
    end_s: float | None
    text: str

    @property
    def duration_s(self) -> float:
        return 0.0 if self.end_s is None else self.end_s - self.start_s


def in_order(markers: tuple[Marker, ...]) -> tuple[Marker, ...]:
    """Returns markers by the time of their start. Of markers with one start, those that end first come
    first."""
    return tuple(
        sorted(markers, key=lambda marker: (marker.start_s, marker.end_s or marker.start_s, marker.id))
    )
