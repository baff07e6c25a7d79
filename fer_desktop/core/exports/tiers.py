"""Makes named tiers of labelled spans for annotation programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fer_desktop.core.exports.episodes import episodes, frame_spans
from fer_desktop.core.plain_text import one_line
from fer_desktop.core.results import StoredAnalysis, in_order


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled span in whole milliseconds of the source. end_ms is after start_ms."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """A name and spans by time, without overlap."""

    name: str
    spans: tuple[Span, ...]


def person_tiers(stored: StoredAnalysis) -> list[Tier]:
    """Returns the episodes of each person who is not ignored. People of one name get their number added."""
    titles = [one_line(person.title) for person in stored.shown_people]
    times = frame_spans(stored)
    tiers = []
    for person, title in zip(stored.shown_people, titles, strict=True):
        name = title if titles.count(title) == 1 else f"{title} ({person.id})"
        runs = episodes(stored, person.id, times)
        spans = (Span(_ms(run.start_s), _ms(run.end_s), run.label) for run in runs)
        tiers.append(Tier(name, tuple(span for span in spans if span.end_ms > span.start_ms)))
    return tiers


def marker_tiers(stored: StoredAnalysis, *, with_moments: bool) -> list[Tier]:
    """Returns the markers with a length, in several tiers where they overlap.

    with_moments: adds the markers for moments, as spans of a millisecond.
    """
    spans = [
        Span(_ms(marker.start_s), max(_ms(marker.end_s or 0.0), _ms(marker.start_s) + 1), marker.text)
        for marker in in_order(stored.markers)
        if with_moments or marker.end_s is not None
    ]
    return [
        Tier("Markers" if number == 1 else f"Markers {number}", tuple(layer))
        for number, layer in enumerate(_layers(spans), 1)
    ]


def moments(stored: StoredAnalysis) -> list[tuple[int, str]]:
    """Returns time in milliseconds and text of the markers for moments."""
    return [(_ms(marker.start_s), marker.text) for marker in in_order(stored.markers) if marker.end_s is None]


def _layers(spans: Iterable[Span]) -> list[list[Span]]:
    layers: list[list[Span]] = []
    for span in spans:
        free = next((layer for layer in layers if layer[-1].end_ms <= span.start_ms), None)
        if free is None:
            layers.append([span])
        else:
            free.append(span)
    return layers


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
