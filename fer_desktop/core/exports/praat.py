"""Markers and episodes for Praat (TextGrid, https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fer_desktop.core.exports.tiers import Span, Tier, marker_tiers, moments, person_tiers
from fer_desktop.core.files import write_whole
from fer_desktop.core.plain_text import one_line
from fer_desktop.core.results import StoredAnalysis


def write_praat(stored: StoredAnalysis, path: Path) -> None:
    """Writes a TextGrid in the long text format, UTF-8, from 0 to the end of the recording.

    Markers with a length are in interval tiers, in several where they overlap. Markers for moments are in a
    point tier. The episodes of each person are in an interval tier. Raises OutputError.
    """
    points = moments(stored)
    tiers = [*marker_tiers(stored, with_moments=False), *person_tiers(stored)]
    ends = [span.end_ms for tier in tiers for span in tier.spans] + [time_ms for time_ms, _ in points]
    end_ms = max([round(stored.end_s * 1000), 1, *ends])
    blocks = [_interval_tier(tier, end_ms) for tier in tiers]
    if points:
        blocks.insert(0, _point_tier(points, end_ms))
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {_seconds(end_ms)}",
        "tiers? <exists>" if blocks else "tiers? <absent>",
    ]
    if blocks:
        lines += [f"size = {len(blocks)}", "item []:"]
    for number, block in enumerate(blocks, 1):
        lines += [f"    item [{number}]:", *(f"        {line}" for line in block)]
    write_whole(path, ("\n".join(lines) + "\n").encode())


def _interval_tier(tier: Tier, end_ms: int) -> list[str]:
    spans = list(_filled(tier.spans, end_ms))
    lines = [*_head("IntervalTier", tier.name, end_ms), f"intervals: size = {len(spans)}"]
    for number, span in enumerate(spans, 1):
        lines += [
            f"intervals [{number}]:",
            f"    xmin = {_seconds(span.start_ms)}",
            f"    xmax = {_seconds(span.end_ms)}",
            f"    text = {_quoted(span.text)}",
        ]
    return lines


def _point_tier(points: list[tuple[int, str]], end_ms: int) -> list[str]:
    """Returns a tier of points. Praat allows one point at a time, so that texts at one time are joined."""
    texts: dict[int, str] = {}
    for time_ms, text in points:
        texts[time_ms] = f"{texts[time_ms]}; {text}" if time_ms in texts else text
    lines = [*_head("TextTier", "Moments", end_ms), f"points: size = {len(texts)}"]
    for number, (time_ms, text) in enumerate(texts.items(), 1):
        lines += [
            f"points [{number}]:",
            f"    number = {_seconds(time_ms)}",
            f"    mark = {_quoted(text)}",
        ]
    return lines


def _head(kind: str, name: str, end_ms: int) -> list[str]:
    return [f'class = "{kind}"', f"name = {_quoted(name)}", "xmin = 0", f"xmax = {_seconds(end_ms)}"]


def _filled(spans: tuple[Span, ...], end_ms: int) -> Iterator[Span]:
    """Returns the spans with empty ones between, from 0 to the end. Praat's intervals leave no gap."""
    reached_ms = 0
    for span in spans:
        if span.start_ms > reached_ms:
            yield Span(reached_ms, span.start_ms, "")
        yield span
        reached_ms = span.end_ms
    if reached_ms < end_ms:
        yield Span(reached_ms, end_ms, "")


def _seconds(time_ms: int) -> str:
    return f"{time_ms / 1000:.3f}"


def _quoted(text: str) -> str:
    return '"' + one_line(text).replace('"', '""') + '"'
