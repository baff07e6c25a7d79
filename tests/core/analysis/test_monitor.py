from __future__ import annotations

import threading

from fer_desktop.core.analysis.monitor import AnalysisMonitor
from tests.support.results import make_frame, make_result
from tests.support.sources import FakeClock


def test_results_are_kept_and_of_the_pictures_the_newest() -> None:
    feed = AnalysisMonitor()
    for index in range(3):
        feed.write(make_frame(index=index), make_result(index=index))
    results, newest = feed.take()
    assert [result.index for result in results] == [0, 1, 2]
    assert newest is not None
    assert (newest[0].index, newest[1].index) == (2, 2)
    assert feed.take() == ([], None)


def test_a_held_analysis_waits_until_it_may_go_on() -> None:
    clock = FakeClock()
    feed = AnalysisMonitor(clock)
    feed.hold()
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(feed.wait_while_held(lambda: False)))
    thread.start()
    clock.advance(5)
    assert feed.held_s == 5
    assert answers == []
    feed.go_on()
    thread.join(10)
    assert answers == [False]
    clock.advance(5)
    assert feed.held_s == 5


def test_a_held_analysis_can_be_stopped() -> None:
    feed = AnalysisMonitor()
    feed.hold()
    stop = threading.Event()
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(feed.wait_while_held(stop.is_set)))
    thread.start()
    stop.set()
    thread.join(10)
    assert answers == [True]
