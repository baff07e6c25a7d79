"""Writes a report on stored results as one HTML file without scripts and without network access."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

from fer_desktop.core import emotions
from fer_desktop.core.emotions import UNCERTAIN
from fer_desktop.core.exports.figure import draw_timeline
from fer_desktop.core.exports.figure_axis import clock
from fer_desktop.core.exports.report_facts import facts_rows, notes
from fer_desktop.core.exports.report_style import CSS
from fer_desktop.core.exports.summary import LabelSummary, PersonSummary, summarise
from fer_desktop.core.files import write_whole
from fer_desktop.core.plain_text import one_line, without_controls
from fer_desktop.core.results import StoredAnalysis

MOST_SVG_BYTES = 2_000_000
"""A timeline drawing of more bytes becomes a PNG picture."""

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""With this policy a browser loads nothing from elsewhere and runs no script, whatever the file holds."""

BLUR_CELLS = 6
COLOURS = {emotion.name: emotion.colour for emotion in emotions.ALL}
HEADINGS = ("label", "share of time", "episodes", "mean length", "first at", "mean probability")


def write_report(stored: StoredAnalysis, path: Path, *, blur: bool = False) -> None:
    """Writes the report. blur: makes the pictures of people unrecognisable. Raises OutputError."""
    write_whole(path, report(stored, blur=blur).encode())


def report(stored: StoredAnalysis, *, blur: bool = False) -> str:
    """Returns the report's text."""
    name = escape(one_line(stored.name))
    people = "".join(_person(stored, summary, blur) for summary in summarise(stored))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{name}: facial expressions</title>
<style>{CSS}</style>
</head>
<body>
<h1>{name}</h1>
<p class="lead">Facial expressions, estimated by FER Desktop.</p>
<section class="notes"><h2>How to read this</h2>
<ul>{"".join(f"<li>{escape(note)}</li>" for note in notes(stored))}</ul></section>
<section><h2>Timeline</h2><div class="figure">{_timeline(stored)}</div></section>
<section><h2>People</h2>{people or "<p>No face was found.</p>"}</section>
<section><h2>Markers</h2>{_markers(stored)}</section>
<section><h2>What was analysed, with what</h2>{_table(("", ""), facts_rows(stored))}</section>
</body>
</html>
"""


def _timeline(stored: StoredAnalysis) -> str:
    drawing = draw_timeline(stored, "svg")
    if len(drawing) > MOST_SVG_BYTES:
        picture = _data_uri("image/png", draw_timeline(stored, "png"))
        return f'<img alt="The timeline of everybody" src="{picture}">'
    text = drawing.decode()
    text = text[text.index("<svg") :]
    for namespace in ("xmlns:xlink", "xmlns"):  # an HTML parser knows both
        before, _, rest = text.partition(f' {namespace}="')
        text = before + rest.partition('"')[2]
    return text.replace("<svg", '<svg role="img" aria-label="The timeline of everybody"', 1)


def _person(stored: StoredAnalysis, summary: PersonSummary, blur: bool) -> str:
    jpeg = stored.thumbnail(summary.person.id)
    picture = "" if jpeg is None else _thumbnail(jpeg, blur)
    rows = [_label_row(item) for item in summary.labels]
    return f"""<article>
<header>{picture}<div><h3>{escape(one_line(summary.person.title))}</h3>
<p>{clock(summary.seconds, tenths=True)} in the picture, {summary.frames} frames,
first at {clock(summary.first_seen_s, tenths=True)}</p></div></header>
{_bar(summary.labels)}
{_table(HEADINGS, rows)}
</article>
"""


def _thumbnail(jpeg: bytes, blur: bool) -> str:
    if blur:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            return ""
        cells = cv2.resize(image, (BLUR_CELLS, BLUR_CELLS), interpolation=cv2.INTER_AREA)
        image = cv2.resize(cells, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    return f'<img class="face" alt="" src="{_data_uri("image/jpeg", jpeg)}">'


def _bar(labels: Sequence[LabelSummary]) -> str:
    words = ", ".join(f"{item.label} {item.share:.0%}" for item in labels if item.episodes)
    parts = "".join(
        f'<i class="{"uncertain" if item.label == UNCERTAIN else ""}" title="{item.label} {item.share:.1%}" '
        f'style="width:{item.share:.4%};background-color:{COLOURS.get(item.label, "#ffffff")}"></i>'
        for item in labels
        if item.episodes
    )
    return f'<div class="bar" role="img" aria-label="Share of time: {words}">{parts}</div>'


def _label_row(item: LabelSummary) -> tuple[str, ...]:
    return (
        item.label,
        f"{item.share:.1%}",
        str(item.episodes),
        "" if item.mean_episode_s is None else f"{item.mean_episode_s:.2f} s",
        "never" if item.first_s is None else clock(item.first_s, tenths=True),
        "" if item.mean_probability is None else f"{item.mean_probability:.1%}",
    )


def _markers(stored: StoredAnalysis) -> str:
    if not stored.markers:
        return "<p>There are none.</p>"
    rows = [
        (
            clock(marker.start_s, tenths=True),
            "" if marker.end_s is None else clock(marker.end_s, tenths=True),
            without_controls(marker.text),
        )
        for marker in stored.markers
    ]
    return _table(("from", "to", "text"), rows)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table. The first cell of a row is its heading; a label's row shows the label's colour
    there."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings) if any(headings) else ""
    lines = []
    for first, *others in rows:
        colour = f'<b class="dot" style="background:{COLOURS[first]}"></b>' if first in COLOURS else ""
        cells = "".join(f"<td>{escape(text)}</td>" for text in others)
        lines.append(f'<tr><th scope="row">{colour}{escape(first)}</th>{cells}</tr>')
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f'<div class="wide"><table>{top}<tbody>{"".join(lines)}</tbody></table></div>'


def _data_uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
