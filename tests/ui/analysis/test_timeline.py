from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEvent, QPalette, QRegion, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import ALL, EMOTIONS, index_of
from fer_desktop.core.results.markers import Marker
from fer_desktop.ui.analysis.timeline import AnalysisTimeline
from fer_desktop.ui.analysis.timeline_markers import flags_of
from fer_desktop.ui.common import theme
from tests.support.timelines import LENGTH_S, MARKERS, analysis

HAPPINESS = index_of("happiness")


@pytest.fixture
def timeline(qtbot: QtBot) -> AnalysisTimeline:
    timeline = AnalysisTimeline()
    qtbot.addWidget(timeline)
    timeline.resize(900, 400)
    timeline.set_analysis(analysis(markers=MARKERS))
    timeline.set_duration(LENGTH_S)
    with qtbot.waitExposed(timeline):
        timeline.show()
    return timeline


def in_view(timeline: AnalysisTimeline) -> tuple[float, float]:
    """The first and the last second in view."""
    return timeline.axis.start_s, timeline.axis.end_s


def at(timeline: AnalysisTimeline, pts_s: float, y: int = 30) -> QPoint:
    return QPoint(round(timeline.axis.x_of(pts_s)), y)


def turn(
    timeline: AnalysisTimeline, pts_s: float, notches: int, modifiers: Qt.KeyboardModifier | None = None
) -> None:
    """The wheel over the lanes."""
    place = QPointF(at(timeline, pts_s))
    event = QWheelEvent(
        place,
        timeline.board.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers or Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(timeline.board, event)


def has(image: QImage, emotion: str) -> bool:
    """Whether the lanes, below the legend, have an emotion's colour."""
    colour = theme.emotion_colour(emotion).rgb()
    return any(
        image.pixel(x, y) == colour for y in range(90, image.height()) for x in range(0, image.width(), 3)
    )


def test_a_click_and_a_drag_seek_the_time_under_the_pointer(qtbot: QtBot, timeline: AnalysisTimeline) -> None:
    sought: list[float] = []
    timeline.seek_requested.connect(sought.append)
    qtbot.mousePress(timeline.board, Qt.MouseButton.LeftButton, pos=at(timeline, 7.5))
    qtbot.mouseMove(timeline.board, at(timeline, 9.0))
    qtbot.mouseRelease(timeline.board, Qt.MouseButton.LeftButton, pos=at(timeline, 9.0))
    qtbot.mouseMove(timeline.board, at(timeline, 3.0))
    pixel_s = timeline.axis.span_s / timeline.axis.width
    assert sought == [pytest.approx(7.5, abs=pixel_s), pytest.approx(9.0, abs=pixel_s)]


def test_beyond_the_ends_a_drag_seeks_the_ends(qtbot: QtBot, timeline: AnalysisTimeline) -> None:
    sought: list[float] = []
    timeline.seek_requested.connect(sought.append)
    qtbot.mousePress(timeline.ruler, Qt.MouseButton.LeftButton, pos=at(timeline, 7.5))
    for x in (-50, 5000):
        qtbot.mouseMove(timeline.ruler, QPoint(x, 30))
    qtbot.mouseRelease(timeline.ruler, Qt.MouseButton.LeftButton)
    assert sought[1:] == [0.0, LENGTH_S]


def test_the_wheel_keeps_the_time_under_the_pointer(timeline: AnalysisTimeline) -> None:
    place = at(timeline, 13.0)
    before = timeline.axis.time_at(place.x())
    turn(timeline, 13.0, 4)
    assert timeline.axis.span_s == pytest.approx(LENGTH_S / 1.25**4)
    assert timeline.axis.time_at(place.x()) == pytest.approx(before)


def test_shift_and_wheel_pan_and_so_does_another_button(qtbot: QtBot, timeline: AnalysisTimeline) -> None:
    timeline.zoom(0.25, 10.0)
    start, end = in_view(timeline)
    turn(timeline, 10.0, -2, Qt.KeyboardModifier.ShiftModifier)
    assert in_view(timeline) == (pytest.approx(start + 1), pytest.approx(end + 1))
    place = at(timeline, 11.0)
    qtbot.mousePress(timeline.board, Qt.MouseButton.MiddleButton, pos=place)
    qtbot.mouseMove(timeline.board, place + QPoint(100, 0))
    qtbot.mouseRelease(timeline.board, Qt.MouseButton.MiddleButton)
    assert timeline.axis.time_at(place.x() + 100) == pytest.approx(11.0, abs=0.02)


def test_the_keys_zoom_show_all_and_go_to_the_ends(qtbot: QtBot, timeline: AnalysisTimeline) -> None:
    sought: list[float] = []
    timeline.seek_requested.connect(sought.append)
    timeline.set_playhead(10.0)
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    assert timeline.axis.span_s == pytest.approx(LENGTH_S / 1.5)
    qtbot.keyClick(timeline, Qt.Key.Key_Minus)
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    qtbot.keyClick(timeline, Qt.Key.Key_End)
    assert in_view(timeline)[1] == LENGTH_S
    qtbot.keyClick(timeline, Qt.Key.Key_Home)
    assert in_view(timeline)[0] == 0.0
    qtbot.keyClick(timeline, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert in_view(timeline) == (0.0, LENGTH_S)
    assert sought == [LENGTH_S, 0.0]


def test_further_frames_keep_the_zoom_and_the_whole_stays_whole(timeline: AnalysisTimeline) -> None:
    timeline.set_duration(2 * LENGTH_S)
    assert in_view(timeline) == (0.0, 2 * LENGTH_S)
    timeline.zoom(0.25, 10.0)
    view = in_view(timeline)
    timeline.set_selected_person(2)
    timeline.set_analysis(analysis([(1, 0.0, 30.0), (2, 5.0, 30.0)], until=30.0))
    timeline.set_duration(3 * LENGTH_S)
    assert in_view(timeline) == view
    assert [header.isChecked() for header in timeline.board.headers.values()] == [False, True]


def test_the_playhead_stays_in_view_unless_the_user_looks_elsewhere(timeline: AnalysisTimeline) -> None:
    timeline.zoom(0.1, 10.0)
    timeline.set_playhead(17.0)
    assert timeline.axis.shows(17.0)
    turn(timeline, 17.0, 30, Qt.KeyboardModifier.ShiftModifier)
    timeline.set_playhead(17.1)
    assert not timeline.axis.shows(17.1)
    timeline.reveal(17.1)
    assert timeline.axis.shows(17.1)
    timeline.follow = False
    timeline.set_playhead(1.0)
    assert not timeline.axis.shows(1.0)


def test_those_ignored_have_no_lane_and_names_show(timeline: AnalysisTimeline) -> None:
    stored = analysis()
    assert list(timeline.board.lanes) == [1, 2]
    people = stored.people.renamed(2, "Ada").ignoring(1, True)
    timeline.set_analysis(stored.with_people(people))
    assert [header.text() for header in timeline.board.headers.values()] == ["Ada"]
    assert list(timeline.board.lanes) == [2]
    assert "Ada" in timeline.accessibleDescription()
    timeline.set_analysis(stored)
    assert list(timeline.board.lanes) == [1, 2]


def test_a_click_on_a_header_selects_the_person(qtbot: QtBot, timeline: AnalysisTimeline) -> None:
    with qtbot.waitSignal(timeline.person_selected) as selected:
        timeline.board.headers[2].click()
    assert selected.args == [2]
    assert timeline.board.headers[2].isChecked()
    timeline.set_selected_person(None)
    assert not timeline.board.headers[2].isChecked()


def test_more_lanes_than_fit_scroll_and_each_keeps_its_height(timeline: AnalysisTimeline) -> None:
    timeline.set_analysis(analysis([(number, 0.0, LENGTH_S) for number in range(1, 13)]))
    assert all(lane.height() >= 64 for lane in timeline.board.lanes.values())
    assert timeline.board.minimumHeight() > timeline.height()
    timeline.set_selected_person(12)
    assert not timeline.board.headers[12].visibleRegion().isEmpty()


def test_a_double_click_finds_a_marker_by_its_flag_and_by_its_line(
    qtbot: QtBot, timeline: AnalysisTimeline
) -> None:
    activated: list[int] = []
    timeline.marker_activated.connect(activated.append)
    for widget, place in (
        (timeline.ruler, at(timeline, 4.0, 5) + QPoint(10, 0)),
        (timeline.ruler, at(timeline, 10.0, 5)),
        (timeline.board, at(timeline, 12.0) + QPoint(2, 0)),
        (timeline.board, at(timeline, 15.0)),
    ):
        qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=place)
    assert activated == [1, 2, 2]


def test_a_click_on_a_flag_seeks_the_very_moment(qtbot: QtBot, timeline: AnalysisTimeline) -> None:
    with qtbot.waitSignal(timeline.seek_requested) as sought:
        qtbot.mouseClick(timeline.ruler, Qt.MouseButton.LeftButton, pos=at(timeline, 4.0, 5) + QPoint(12, 0))
    assert sought.args == [4.0]


def test_a_flag_ends_where_the_next_begins(timeline: AnalysisTimeline) -> None:
    markers = [
        Marker(1, 4.0, None, "a text of many letters"),
        Marker(2, 4.5, None, ""),
        Marker(3, 90.0, None, ""),
    ]
    first, second = flags_of(markers, timeline.axis, timeline.fontMetrics())  # type: ignore[arg-type]
    assert first.right <= second.left
    assert (first.marker.id, second.marker.id) == (1, 2)


def test_the_readout_says_who_what_and_how_much(qtbot: QtBot, timeline: AnalysisTimeline) -> None:
    first, second = (lane.geometry().center().y() for lane in timeline.board.lanes.values())
    qtbot.mouseMove(timeline.board, at(timeline, 7.0, second))
    assert timeline.legend.text.startswith("0:0")
    assert timeline.legend.text.endswith("Person 2  happiness")
    assert timeline.legend.values[HAPPINESS] == "70%"
    qtbot.mouseMove(timeline.board, at(timeline, 15.0, second))
    assert timeline.legend.text.endswith("Person 2  no face")
    assert set(timeline.legend.values) == {""}
    timeline.set_analysis(analysis(label=None))
    qtbot.mouseMove(timeline.board, at(timeline, 7.0, first))
    assert timeline.legend.text.endswith("uncertain")


def test_without_frames_or_faces_it_says_so(qtbot: QtBot) -> None:
    timeline = AnalysisTimeline()
    qtbot.addWidget(timeline)
    assert timeline.board.message.text() == "Nothing has been analysed yet"
    timeline.set_analysis(analysis([], until=0.0))
    assert timeline.board.message.text() == "Nothing has been analysed yet"
    timeline.set_analysis(analysis([]))
    assert timeline.board.message.text() == timeline.accessibleDescription() == "No face was found"
    timeline.set_analysis(analysis())
    assert timeline.board.message.isHidden()
    timeline.grab()


@pytest.mark.parametrize("mode", ["curves", "stacked"])
def test_the_lanes_have_the_colours_of_what_is_there(timeline: AnalysisTimeline, mode: str) -> None:
    timeline.set_mode(mode)  # type: ignore[arg-type]
    timeline.set_analysis(analysis([(1, 0.0, LENGTH_S)], emotion="anger"))
    image = timeline.grab().toImage()
    assert has(image, "anger")
    timeline.set_analysis(analysis([(1, 0.0, LENGTH_S)], emotion="anger", label=None))
    assert has(timeline.grab().toImage(), "anger")


def test_raw_and_smoothed_are_different_pictures(timeline: AnalysisTimeline) -> None:
    stored = analysis([(1, 0.0, LENGTH_S)])
    flat = np.full_like(stored.table.probabilities, 1 / len(EMOTIONS))
    timeline.set_analysis(
        replace(stored, path=Path("b.ferx"), table=replace(stored.table, probabilities=flat))
    )
    smoothed = timeline.board.lanes[1].grab().toImage()
    timeline.set_smoothed(False)
    assert timeline.board.lanes[1].grab().toImage() != smoothed


def test_only_the_playhead_is_drawn_when_it_moves(timeline: AnalysisTimeline) -> None:
    timeline.grab()
    pictures = [lane._picture for lane in timeline.board.lanes.values()]
    before = timeline.grab().toImage()
    timeline.set_playhead(10.0)
    timeline.set_pending_span(8.0)
    assert timeline.grab().toImage() != before
    assert [lane._picture for lane in timeline.board.lanes.values()] == pictures


class Repaints(QObject):
    """Keeps what a widget is asked to draw."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


@pytest.mark.parametrize("part", ["lanes", "ruler"])
def test_a_playhead_that_moves_repaints_where_it_was_and_where_it_is(
    qtbot: QtBot, timeline: AnalysisTimeline, part: str
) -> None:
    timeline.set_playhead(4.0)
    timeline.repaint()
    repaints = Repaints(timeline.board.overlay if part == "lanes" else timeline.ruler)
    timeline.set_playhead(16.0)
    qtbot.waitUntil(lambda: not repaints.region.isEmpty())
    seen = [repaints.region.contains(at(timeline, pts_s)) for pts_s in (4.0, 10.0, 16.0)]
    assert seen == [True, False, True]


def test_another_palette_is_followed_at_once(timeline: AnalysisTimeline) -> None:
    lane = timeline.board.lanes[1]
    place = QPoint(round(timeline.axis.x_of(11.03)) - lane.x(), 8)
    light = lane.grab().toImage().pixelColor(place)
    timeline.setPalette(QPalette(QColor("#323232"), QColor("#282828")))
    dark = lane.grab().toImage().pixelColor(place)
    assert light.lightness() > 200
    assert dark.lightness() < 60


def test_every_emotion_is_named_and_so_is_the_widget(timeline: AnalysisTimeline) -> None:
    names = {child.accessibleName() for child in timeline.legend.children() if child.isWidgetType()}  # type: ignore[attr-defined]
    assert {emotion.title for emotion in ALL} | {"Uncertain"} <= names
    assert timeline.accessibleName()
    assert "Person 1, Person 2" in timeline.accessibleDescription()
