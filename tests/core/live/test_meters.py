from __future__ import annotations

import pytest

from fer_desktop.core.live.meters import LatencyMeter, RateMeter
from tests.support.sources import FakeClock

INTERVAL_S = 0.125  # exact in binary


def tick_steadily(meter: RateMeter, clock: FakeClock, count: int) -> None:
    for _ in range(count):
        clock.advance(INTERVAL_S)
        meter.tick()


def test_a_steady_rate_is_exact_before_and_after_the_window_is_full() -> None:
    clock = FakeClock()
    meter = RateMeter(clock)
    clock.advance(60)  # the first event may come long after the meter was made
    tick_steadily(meter, clock, 3)
    assert meter.rate() == 8
    tick_steadily(meter, clock, 100)
    assert meter.rate() == 8


def test_one_event_is_no_rate() -> None:
    meter = RateMeter(FakeClock())
    assert meter.rate() == 0
    meter.tick()
    assert meter.rate() == 0


def test_the_rate_forgets_what_is_older_than_the_window() -> None:
    clock = FakeClock()
    meter = RateMeter(clock)
    tick_steadily(meter, clock, 50)
    for _ in range(4):
        clock.advance(0.5)
        meter.tick()
    assert meter.rate() == 2


def test_the_rate_falls_to_nothing_during_a_stall_and_is_right_soon_after_it() -> None:
    clock = FakeClock()
    meter = RateMeter(clock)
    tick_steadily(meter, clock, 30)
    rates = []
    for _ in range(4):
        clock.advance(0.5)
        rates.append(meter.rate())
    assert rates == [6, 4, 2, 0]
    clock.advance(100)
    tick_steadily(meter, clock, 3)
    assert meter.rate() == 8


def test_bursts_do_not_count_too_high() -> None:
    clock = FakeClock()
    meter = RateMeter(clock)
    rates = []
    for step in range(160):
        if step % 4 == 0:
            for _ in range(3):
                meter.tick()
        rates.append(meter.rate())
        clock.advance(INTERVAL_S / 4)
    assert rates[-80:] == [24] * 80


def test_latency_is_the_median_of_the_window() -> None:
    clock = FakeClock()
    meter = LatencyMeter(clock)
    assert meter.median_s() is None
    for latency in (0.01, 0.02, 0.9):
        meter.note_since(clock() - latency)
    assert meter.median_s() == pytest.approx(0.02)
    clock.advance(2.5)
    assert meter.median_s() is None
