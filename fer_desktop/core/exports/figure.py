"""Draws the timeline as a picture for print: a lane for each person, the seven emotions, the markers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fer_desktop.core import emotions
from fer_desktop.core.emotions import UNCERTAIN
from fer_desktop.core.exports.episodes import FrameSpans, frame_spans
from fer_desktop.core.exports.figure_axis import clock, tick_step
from fer_desktop.core.exports.figure_series import series
from fer_desktop.core.files import write_whole
from fer_desktop.core.plain_text import one_line
from fer_desktop.core.results import Marker, Person, StoredAnalysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN, LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN, GAP_IN = 12.0, 0.65, 0.35, 0.95, 0.45, 0.34
MARKER_ROWS, MARKER_ROW_IN = 3, 0.17
DPI = 150
BINS = 800
"""A lane is about 1,650 pixels wide. Each part of the time has two values."""

MOST_LANES = 30
"""The largest number of lanes. Of more people, those in the most frames are drawn."""

MARKER_COLOUR, FAINT = "#54278f", "#dddddd"
BAND = 0.09
"""The height of the band of labels below the curves, in units of probability."""

OTHER_SCRIPTS = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Noto Sans Arabic", "Arial Unicode MS")
"""Fonts for names in letters that DejaVu Sans lacks. Only installed fonts are used."""


def write_timeline(stored: StoredAnalysis, path: Path) -> None:
    """Writes a PNG or SVG file, by the ending of its name. Raises OutputError."""
    write_whole(path, draw_timeline(stored, "svg" if path.suffix.lower() == ".svg" else "png"))


def draw_timeline(stored: StoredAnalysis, kind: Literal["png", "svg"]) -> bytes:
    """Returns the content of a picture file."""
    import matplotlib
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    fonts = ["DejaVu Sans", *(name for name in OTHER_SCRIPTS if name in installed)]
    content = io.BytesIO()
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": "fer-desktop", "font.size": 9, "font.family": fonts}
    with matplotlib.rc_context(style):
        figure = timeline_figure(stored)
        no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type")) if kind == "svg" else None
        figure.savefig(content, format=kind, dpi=DPI, metadata=no_metadata)
    return content.getvalue()


def timeline_figure(stored: StoredAnalysis) -> Figure:
    """Returns the figure itself, which belongs to no window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    span_s = (0.0, stored.end_s or 1.0)
    times = frame_spans(stored)
    people = _most_seen(stored)
    lane_in = min(max(20 / max(len(people), 1), 0.7), 1.4)
    height_in = TOP_IN + BOTTOM_IN + max(len(people), 1) * (lane_in + GAP_IN)
    height_in += MARKER_ROWS * MARKER_ROW_IN if stored.markers else 0.0
    figure = Figure(figsize=(WIDTH_IN, height_in), facecolor="white")
    FigureCanvasAgg(figure)
    bottom_in = height_in - TOP_IN - (MARKER_ROWS * MARKER_ROW_IN if stored.markers else 0.0)
    lanes = []
    for _ in range(max(len(people), 1)):
        bottom_in -= lane_in + GAP_IN
        width = 1 - (LEFT_IN + RIGHT_IN) / WIDTH_IN
        area = (LEFT_IN / WIDTH_IN, (bottom_in + GAP_IN / 2) / height_in, width, lane_in / height_in)
        lanes.append(figure.add_axes(area, xlim=span_s))
    for lane, person in zip(lanes, people, strict=False):
        _draw_lane(lane, stored, person, times, span_s)
    if not people:
        lanes[0].text(0.5, 0.5, "No face was found", ha="center", va="center", transform=lanes[0].transAxes)
        lanes[0].set_yticks([])
    _draw_axis(lanes, span_s)
    _draw_markers(lanes, [marker for marker in stored.markers if _is_in(marker, span_s)], span_s, lane_in)
    _draw_head(figure, stored, span_s, height_in)
    return figure


def _most_seen(stored: StoredAnalysis) -> list[Person]:
    people = stored.shown_people
    if len(people) > MOST_LANES:
        frames = {person.id: (stored.person_id == person.id).sum() for person in people}
        people = tuple(sorted(people, key=lambda person: frames[person.id], reverse=True)[:MOST_LANES])
    return sorted(people, key=lambda person: person.id)


def _draw_lane(
    lane: Axes, stored: StoredAnalysis, person: Person, times: FrameSpans, span_s: tuple[float, float]
) -> None:
    from matplotlib.patheffects import Normal, Stroke

    lines = series(stored, person.id, times, span_s, bins=BINS)
    for position, emotion in enumerate(emotions.ALL):
        (line,) = lane.plot(lines.time_s, lines.values[:, position], color=emotion.colour, linewidth=1.1)
        if min(emotion.rgb[:2]) > 220:  # yellow needs an edge on white
            line.set_path_effects([Stroke(linewidth=1.9, foreground="#6b6b3a"), Normal()])
        lane.broken_barh(lines.spans[emotion.name], (-1.6 * BAND, BAND), facecolor=emotion.colour)
    _draw_uncertain(lane, lines.spans[UNCERTAIN])
    lane.set(ylim=(-1.9 * BAND, 1.03), yticks=(0, 0.5, 1), yticklabels=("0", "50", "100 %"))
    lane.grid(color=FAINT, linewidth=0.6)
    lane.set_axisbelow(True)
    lane.set_title(
        one_line(person.title, 60), loc="left", fontsize=9, fontweight="bold", pad=3, parse_math=False
    )


def _draw_uncertain(lane: Axes, spans: list[tuple[float, float]]) -> None:
    lane.broken_barh(spans, (0, 1.03), facecolor="#f1f1f1", zorder=0)
    lane.broken_barh(
        spans, (-1.6 * BAND, BAND), facecolor="white", edgecolor="#777777", hatch="//////", linewidth=0
    )


def _draw_axis(lanes: list[Axes], span_s: tuple[float, float]) -> None:
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    step = tick_step(span_s[1] - span_s[0])
    for lane in lanes:
        lane.xaxis.set_major_locator(MultipleLocator(step))
        lane.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value, tenths=step < 1)))
        lane.tick_params(labelbottom=lane is lanes[-1], length=3, color="#888888", labelsize=8)
        for side in ("top", "right", "left"):
            lane.spines[side].set_visible(False)
        lane.spines["bottom"].set_color("#888888")
    lanes[-1].set_xlabel("time in the recording (m:ss)", labelpad=3)


def _is_in(marker: Marker, span_s: tuple[float, float]) -> bool:
    end_s = marker.start_s if marker.end_s is None else marker.end_s
    return end_s >= span_s[0] and marker.start_s <= span_s[1]


def _draw_markers(
    lanes: list[Axes], markers: list[Marker], span_s: tuple[float, float], lane_in: float
) -> None:
    """Draws lines and spans through all lanes, and the text above them where there is room."""
    row_ends = [float("-inf")] * MARKER_ROWS
    letter_s = 0.075 * (span_s[1] - span_s[0]) / (WIDTH_IN - LEFT_IN - RIGHT_IN)
    for marker in markers:
        for lane in lanes:
            lane.axvline(marker.start_s, color=MARKER_COLOUR, linewidth=0.9, linestyle=(0, (4, 2)))
            if marker.end_s is not None:
                lane.axvspan(marker.start_s, marker.end_s, color=MARKER_COLOUR, alpha=0.1, linewidth=0)
        text = one_line(marker.text, 28)
        row = next((row for row, end in enumerate(row_ends) if end <= marker.start_s), None)
        if row is None or not text:  # the line stays
            continue
        left = max(min(marker.start_s, span_s[1] - letter_s * len(text)), span_s[0])
        row_ends[row] = left + letter_s * (len(text) + 2)
        above = 1 + (0.24 + MARKER_ROW_IN * row) / lane_in
        label = lanes[0].text(left, above, text, transform=lanes[0].get_xaxis_transform(), fontsize=7.5)
        label.set(color=MARKER_COLOUR, parse_math=False, clip_on=False)


def _draw_head(figure: Figure, stored: StoredAnalysis, span_s: tuple[float, float], height_in: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    tenths = span_s[1] - span_s[0] < 10
    left = LEFT_IN / WIDTH_IN
    part = f"{clock(span_s[0], tenths=tenths)} to {clock(span_s[1], tenths=tenths)}"
    hidden = len(stored.shown_people) - MOST_LANES
    more = f"; {hidden} more people are seldom in the picture and not drawn" if hidden > 0 else ""
    title = figure.text(left, 1 - 0.28 / height_in, one_line(stored.name, 80), fontsize=13, fontweight="bold")
    title.set_parse_math(False)
    figure.text(left, 1 - 0.5 / height_in, f"{part}, probabilities smoothed{more}", color="#555555")
    handles: list[Any] = [Line2D([], [], color=emotion.colour, linewidth=3) for emotion in emotions.ALL]
    handles.append(Patch(facecolor="white", edgecolor="#777777", hatch="//////", linewidth=0))
    figure.legend(
        handles,
        [*emotions.EMOTIONS, UNCERTAIN],
        loc="upper left",
        bbox_to_anchor=(left - 0.005, 1 - 0.52 / height_in),
        ncols=8,
        frameon=False,
        handlelength=1.4,
        columnspacing=1.4,
    )
