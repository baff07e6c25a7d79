from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.types import Box
from fer_desktop.ui.common import theme
from fer_desktop.ui.common.formats import clock
from fer_desktop.ui.live.rolling_history import (
    BRIDGED_S,
    COLUMNS,
    LARGEST,
    LIVE_SPAN_S,
    MAX_TRACKS,
    RollingHistory,
)
from fer_desktop.ui.live.rolling_timeline import RollingTimeline
from tests.ui.desk import face, result

HAPPINESS = index_of("happiness")


def feed(history: RollingHistory, start: float, end: float, *faces: object, step: float = 0.1) -> None:
    for moment in np.arange(start, end, step):
        history.add(result(*faces, pts_s=float(moment)))  # type: ignore[arg-type]


def stretches(history: RollingHistory, face_id: int = LARGEST) -> list[tuple[float, float]]:
    return [(float(times[0]), float(times[-1])) for times, _ in history.curves(face_id)]


def test_a_curve_has_the_shares_of_the_face_at_its_times() -> None:
    history = RollingHistory()
    feed(history, 0, 5, face(share=0.4))
    feed(history, 5, 10, face(share=0.8))
    ((times, shares),) = history.curves()
    assert shares.shape == (len(times), len(EMOTIONS))
    assert times[0] == pytest.approx(0.1)
    assert times[-1] == pytest.approx(9.9)
    np.testing.assert_allclose(shares[times < 4.9, HAPPINESS], 0.4)
    np.testing.assert_allclose(shares[times > 5.1, HAPPINESS], 0.8)


def test_where_there_was_no_face_there_is_a_gap() -> None:
    history = RollingHistory()
    feed(history, 0, 2, face())
    feed(history, 2, 4)
    feed(history, 4, 6, face())
    assert stretches(history) == [pytest.approx((0.1, 1.9)), pytest.approx((4.1, 5.9))]


def test_a_slow_analysis_makes_no_gaps_but_a_pause_does() -> None:
    history = RollingHistory()
    feed(history, 0, 4, face(), step=BRIDGED_S * 0.9)
    assert len(stretches(history)) == 1
    history.add(result(face(), pts_s=8.0))
    assert len(stretches(history)) == 2


def test_a_live_history_keeps_the_last_minute() -> None:
    history = RollingHistory()
    feed(history, 0, 100, face(), step=0.2)
    assert history.start_s == pytest.approx(100 - LIVE_SPAN_S, abs=0.3)
    ((first, last),) = stretches(history)
    assert first >= history.start_s
    assert last - first == pytest.approx(LIVE_SPAN_S, abs=0.5)


def test_a_long_pause_leaves_nothing_old_in_a_live_history() -> None:
    history = RollingHistory()
    feed(history, 0, 60, face())
    history.add(result(face(), pts_s=1000.0))
    assert len(stretches(history)) == 1


def test_a_file_has_its_whole_length_and_grows_where_the_estimate_was_short() -> None:
    history = RollingHistory(live=False, span_s=10)
    feed(history, 0, 33, face(share=0.4), step=0.05)
    assert history.span_s == 40
    ((times, shares),) = history.curves()
    assert (times[0], times[-1]) == (pytest.approx(0, abs=0.2), pytest.approx(33, abs=0.2))
    np.testing.assert_allclose(shares[:, HAPPINESS], 0.4)


def test_a_growing_history_keeps_its_gaps() -> None:
    history = RollingHistory(live=False, span_s=10)
    feed(history, 0, 4, face())
    feed(history, 4, 8)
    feed(history, 8, 15, face())
    assert [tuple(np.round(item)) for item in stretches(history)] == [(0, 4), (8, 15)]


def test_the_largest_face_and_each_face_have_curves_of_their_own() -> None:
    history = RollingHistory()
    small, large = face(1, share=0.3, box=Box(0, 0, 5, 5)), face(2, share=0.9, box=Box(0, 0, 9, 9))
    feed(history, 0, 2, small)
    feed(history, 2, 4, small, large)
    assert stretches(history, 1) == [pytest.approx((0.1, 3.9))]
    assert stretches(history, 2) == [pytest.approx((2.1, 3.9))]
    ((times, shares),) = history.curves(LARGEST)
    np.testing.assert_allclose(shares[:, HAPPINESS], np.where(times < 2, 0.3, 0.9))
    assert stretches(history, 99) == []


def test_memory_does_not_grow_with_the_number_of_faces_or_the_length() -> None:
    history = RollingHistory(live=False, span_s=1)
    for number in range(1, 3 * MAX_TRACKS):
        history.add(result(face(number), pts_s=float(number)))
    kept = [number for number in range(3 * MAX_TRACKS) if stretches(history, number)]
    assert len(kept) == MAX_TRACKS
    assert kept[0] == LARGEST
    assert all(len(times) <= COLUMNS for times, _ in history.curves(LARGEST))


@pytest.fixture
def timeline(qtbot: QtBot) -> RollingTimeline:
    timeline = RollingTimeline()
    qtbot.addWidget(timeline)
    timeline.resize(800, 200)
    return timeline


def pixels_of(image: QImage, emotion: str) -> list[tuple[int, int]]:
    """Where the plot has an emotion's colour, below the legend."""
    colour = theme.emotion_colour(emotion).rgb()
    return [
        (x, y) for y in range(40, image.height()) for x in range(image.width()) if image.pixel(x, y) == colour
    ]


def test_the_curve_is_drawn_at_its_height_on_the_right_while_live(timeline: RollingTimeline) -> None:
    for moment in np.arange(0, 6, 0.1):
        timeline.show_result(result(face(label="anger", share=0.8), pts_s=float(moment)))
    places = pixels_of(timeline.grab().toImage(), "anger")
    assert min(x for x, _ in places) > 600
    assert max(y for _, y in places) < 100


def test_a_file_is_drawn_from_the_left(timeline: RollingTimeline) -> None:
    timeline.start_file(60.0)
    for moment in np.arange(0, 6, 0.1):
        timeline.show_result(result(face(label="anger", share=0.8), pts_s=float(moment)))
    places = pixels_of(timeline.grab().toImage(), "anger")
    assert max(x for x, _ in places) < 200


def test_starting_anew_forgets_the_curves(timeline: RollingTimeline) -> None:
    empty = timeline.grab().toImage()
    timeline.show_result(result(face(label="anger", share=0.9)))
    assert timeline.grab().toImage() != empty
    timeline.start_live()
    assert timeline.grab().toImage() == empty


def test_many_results_are_one_repaint(timeline: RollingTimeline, qtbot: QtBot) -> None:
    timeline.show()
    qtbot.waitExposed(timeline)
    for number in range(100):
        timeline.show_result(result(face(), pts_s=number / 30))
    assert timeline.is_waiting_to_repaint
    qtbot.waitUntil(lambda: not timeline.is_waiting_to_repaint)


@pytest.mark.parametrize("width", [100, 300, 3000])
@pytest.mark.parametrize("height", [20, 100, 800])
def test_it_paints_at_any_size(timeline: RollingTimeline, width: int, height: int) -> None:
    timeline.resize(width, height)
    timeline.show_result(result(face()))
    assert not timeline.grab().isNull()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (75.2, "1:15"), (3675, "1:01:15")]
)
def test_times_are_read_like_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_the_largest_face_stays_the_same_while_another_is_not_clearly_larger() -> None:
    def at(side: float, face_id: int, share: float) -> object:
        return face(face_id, share=share, box=Box(0, 0, side, side))

    history = RollingHistory()
    feed(history, 0, 2, at(100, 1, 0.8))
    feed(history, 2, 4, at(100, 1, 0.8), at(130, 2, 0.3))
    feed(history, 4, 6, at(100, 1, 0.8), at(150, 2, 0.3))
    feed(history, 6, 8, at(100, 1, 0.8))
    ((times, shares),) = history.curves()
    happiness = shares[:, HAPPINESS]
    np.testing.assert_allclose(happiness[(times < 3.9) | (times > 6.1)], 0.8)
    np.testing.assert_allclose(happiness[(times > 4.1) & (times < 5.9)], 0.3)
