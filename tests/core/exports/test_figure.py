from __future__ import annotations

import io
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex

from fer_desktop.core import emotions
from fer_desktop.core.exports.episodes import frame_spans
from fer_desktop.core.exports.figure import MOST_LANES, draw_timeline, timeline_figure, write_timeline
from fer_desktop.core.exports.figure_axis import clock, tick_step
from fer_desktop.core.exports.figure_series import series
from fer_desktop.core.results.markers import Marker
from tests.support.tracks import stored_of

MARKERS = (Marker(1, 0.2, None, "a $x$ & <b>"), Marker(2, 0.1, 0.4, "span"))


def test_each_person_has_a_lane_with_seven_coloured_curves() -> None:
    figure = timeline_figure(stored_of("hhssuu", " nn   ", names={2: "Jo $1$"}))
    assert [lane.get_title(loc="left") for lane in figure.axes] == ["Person 1", "Jo $1$"]
    for lane in figure.axes:
        curves = lane.get_lines()[:7]
        assert [to_hex(line.get_color()).upper() for line in curves] == [
            emotion.colour for emotion in emotions.ALL
        ]


def test_curves_stop_where_there_was_no_face() -> None:
    stored = stored_of("hh  s")
    lines = series(stored, 1, frame_spans(stored), (0.0, 0.5), bins=100)
    happiness = emotions.EMOTIONS.index("happiness")
    np.testing.assert_allclose(lines.time_s, [0, 0.1, 0.2, 0.2, 0.4, 0.5, 0.5])
    np.testing.assert_allclose(
        lines.values[:, happiness], [0.7, 0.7, 0.7, np.nan, 0.05, 0.05, np.nan], rtol=1e-5
    )


def test_many_frames_become_their_extremes() -> None:
    stored = stored_of("hs" * 500 + " " * 500 + "h" * 500, pts_s=[index / 100 for index in range(2000)])
    lines = series(stored, 1, frame_spans(stored), (0.0, 20.0), bins=20)
    happiness = lines.values[:, emotions.EMOTIONS.index("happiness")]
    assert len(happiness) == 40
    np.testing.assert_allclose(happiness[:20], [0.05, 0.7] * 10, rtol=1e-5)
    assert np.isnan(happiness[20:30]).all()
    np.testing.assert_allclose(happiness[30:], 0.7)
    assert (np.diff(lines.time_s) >= 0).all()


def test_stretches_of_a_label_are_where_it_was() -> None:
    stored = stored_of("hhuu  hh")
    spans = series(stored, 1, frame_spans(stored), (0.0, 0.8), bins=80).spans
    np.testing.assert_allclose(spans["happiness"], [(0, 0.2), (0.6, 0.2)], atol=0.011)
    np.testing.assert_allclose(spans["uncertain"], [(0.2, 0.2)], atol=0.011)
    assert spans["anger"] == []


def test_a_part_of_the_time_shows_only_that() -> None:
    stored = stored_of("hhhhhssss ")
    lines = series(stored, 1, frame_spans(stored), (0.5, 0.9), bins=100)
    assert lines.time_s.min() == 0.5
    assert lines.spans["happiness"] == []


def test_a_png_shows_the_colours(tmp_path: Path) -> None:
    write_timeline(stored_of("hhssnn", markers=MARKERS), tmp_path / "t.png")
    image = cv2.imread(str(tmp_path / "t.png"))
    assert image is not None
    assert (image[0, 0] == 255).all()
    for name in ("happiness", "sadness", "neutral"):
        assert (image == emotions.by_name(name).bgr).all(axis=2).sum() > 500, name


def test_an_svg_holds_names_and_markers_as_text(tmp_path: Path) -> None:
    write_timeline(
        stored_of("hhssnn", names={1: "Ädä <O'Neil> \x07 $a"}, markers=MARKERS), tmp_path / "t.svg"
    )
    root = ET.parse(tmp_path / "t.svg").getroot()
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"talk.mp4", "Ädä <O'Neil> $a", "a $x$ & <b>", "span", "uncertain", *emotions.EMOTIONS} <= texts


def test_the_same_results_give_the_same_picture() -> None:
    stored = stored_of("hhssnn", markers=MARKERS)
    assert draw_timeline(stored, "svg") == draw_timeline(stored, "svg")


@pytest.mark.parametrize("track", ["", "    "])
def test_without_faces_it_says_so(track: str) -> None:
    svg = ET.parse(io.BytesIO(draw_timeline(stored_of(track), "svg")))
    assert "No face was found" in {element.text for element in svg.iter()}


def test_of_very_many_people_the_rarest_are_left_out_and_counted() -> None:
    tracks = ["hh" if number != 5 else "h " for number in range(MOST_LANES + 1)]
    figure = timeline_figure(stored_of(*tracks))
    assert len(figure.axes) == MOST_LANES
    assert "Person 6" not in {lane.get_title(loc="left") for lane in figure.axes}
    assert any("1 more people" in text.get_text() for text in figure.texts)


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(mpl.rcParams)
    draw_timeline(stored_of("h"), "svg")
    assert dict(mpl.rcParams) == before
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize(
    ("seconds", "tenths", "text"),
    [
        (0, False, "0:00"),
        (59.6, False, "1:00"),
        (3599.96, True, "1:00:00.0"),
        (3723, False, "1:02:03"),
        (9.95, True, "0:10.0"),
    ],
)
def test_times_read_as_on_a_clock(seconds: float, tenths: bool, text: str) -> None:
    assert clock(seconds, tenths=tenths) == text


@pytest.mark.parametrize(("length", "step"), [(4, 0.5), (10, 1), (60, 5), (3600, 300), (1e6, 1e6 / 12)])
def test_ticks_are_at_round_times(length: float, step: float) -> None:
    assert tick_step(length) == step
