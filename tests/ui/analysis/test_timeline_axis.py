from __future__ import annotations

import pytest

from fer_desktop.ui.analysis.timeline_axis import TimeAxis
from fer_desktop.ui.common.formats import fine_clock


def test_zooming_keeps_the_time_and_stays_within_the_recording() -> None:
    axis = TimeAxis()
    axis.set_duration(100.0)
    axis.place(50, 1000)
    axis.zoom(0.5, 30.0)
    assert (axis.start_s, axis.end_s) == (15.0, 65.0)
    axis.zoom(0.01, 30.0)
    assert axis.x_of(30.0) == pytest.approx(350)
    axis.zoom(1000, 30.0)
    assert (axis.start_s, axis.end_s) == (0.0, 100.0)
    axis.zoom(0.0001, 99.9)
    assert axis.span_s == 0.5


@pytest.mark.parametrize("span", [0.6, 7.0, 95.0, 3600.0, 20000.0])
def test_ticks_have_room_and_round_times(span: float) -> None:
    axis = TimeAxis()
    axis.set_duration(span)
    axis.place(0, 800)
    step, times = axis.ticks(80)
    assert step / span * 800 >= 80
    assert len(times) >= 2
    assert times[0] == 0.0


@pytest.mark.parametrize(
    ("seconds", "digits", "text"), [(75.25, 2, "1:15.25"), (59.999, 2, "1:00.00"), (3675, 0, "1:01:15")]
)
def test_times_read_well(seconds: float, digits: int, text: str) -> None:
    assert fine_clock(seconds, digits) == text
