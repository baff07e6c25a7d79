from __future__ import annotations

import dataclasses
import logging
import queue
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from fer_desktop.core.errors import ModelError
from fer_desktop.core.live.feed import LiveFeed
from fer_desktop.core.live.inference import (
    MAX_FAILURES,
    InferenceThread,
    PipelineLoader,
)
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.types import Frame, FrameResult
from tests.support.sources import plain_picture
from tests.ui.fakes import SETTINGS, WAIT_S, FakePipeline, Gate


def make_frame(index: int) -> Frame:
    return Frame(index, index / 30, plain_picture(index, (64, 48)), time.time(), time.monotonic())


class Driver:
    """An inference thread, and queues of what it says."""

    def __init__(self) -> None:
        self.feed = LiveFeed()
        self.results: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.failures: queue.SimpleQueue[tuple[LiveFeed, Exception, bool]] = queue.SimpleQueue()
        self.thread = InferenceThread(
            lambda: self.results.put(None), lambda *failure: self.failures.put(failure)
        )
        self.thread.start()

    def offer(self, index: int) -> None:
        self.feed.pending.put(make_frame(index))
        self.thread.wake()

    def offer_one_by_one(self, indices: Iterable[int], pipeline: FakePipeline) -> None:
        for index in indices:
            self.offer(index)
            assert pipeline.taken.acquire(timeout=WAIT_S)

    def next_result(self) -> FrameResult:
        self.results.get(timeout=WAIT_S)
        result = self.feed.results.take()
        assert result is not None
        return result


@pytest.fixture
def driver() -> Iterator[Driver]:
    driver = Driver()
    yield driver
    driver.thread.stop()
    driver.thread.join(WAIT_S)


def test_a_frame_waits_for_the_pipeline(driver: Driver) -> None:
    driver.thread.follow(driver.feed)
    driver.offer(0)
    driver.offer(1)
    pipeline = FakePipeline()
    driver.thread.use(pipeline)
    assert driver.next_result().index == 1
    assert pipeline.processed == [1]
    assert driver.feed.stats().dropped == 0


def test_only_the_newest_frame_is_analysed_and_the_others_are_counted(driver: Driver) -> None:
    gate = Gate()
    pipeline = FakePipeline(gate=gate)
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer(0)
    gate.wait_until_reached()
    for index in range(1, 10):
        driver.offer(index)
    gate.open()
    while driver.next_result().index != 9:
        pass
    assert pipeline.processed == [0, 9]
    assert driver.feed.stats().dropped == 8


def test_a_new_feed_resets_the_pipeline_and_gets_the_results(driver: Driver) -> None:
    pipeline = FakePipeline()
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer(5)
    driver.next_result()
    resets = pipeline.resets
    old, driver.feed = driver.feed, LiveFeed()
    driver.thread.follow(driver.feed)
    driver.offer(0)
    assert driver.next_result().index == 0
    assert pipeline.resets == resets + 1
    assert old.results.is_empty


def test_a_result_of_a_feed_that_was_left_stays_in_it(driver: Driver) -> None:
    gate = Gate()
    driver.thread.use(FakePipeline(gate=gate))
    driver.thread.follow(driver.feed)
    driver.offer(5)
    gate.wait_until_reached()
    driver.feed = LiveFeed()
    driver.thread.follow(driver.feed)
    gate.open()
    driver.results.get(timeout=WAIT_S)
    driver.offer(0)
    assert driver.next_result().index == 0


def test_the_last_frame_can_be_analysed_again(driver: Driver) -> None:
    pipeline = FakePipeline()
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer(3)
    driver.next_result()
    resets = pipeline.resets
    driver.thread.repeat()
    assert driver.next_result().index == 3
    assert pipeline.processed == [3, 3]
    assert pipeline.resets == resets + 1  # nothing of the first time is left in the smoothing


def test_the_first_failure_is_reported_and_the_next_frames_are_analysed(
    driver: Driver, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = FakePipeline(error=lambda index: ValueError("odd") if index in (0, 2) else None)
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer(0)
    feed, error, final = driver.failures.get(timeout=WAIT_S)
    assert feed is driver.feed
    assert isinstance(error, ValueError)
    assert not final
    assert "Traceback" in caplog.text
    driver.offer(1)
    assert driver.next_result().index == 1
    driver.thread.repeat()
    driver.next_result()
    driver.offer(2)
    driver.offer(3)
    assert driver.next_result().index == 3
    assert driver.failures.empty()


def test_many_failures_in_a_row_are_final(driver: Driver) -> None:
    pipeline = FakePipeline(error=lambda index: RuntimeError("no memory"))
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer_one_by_one(range(MAX_FAILURES), pipeline)
    reports = [driver.failures.get(timeout=WAIT_S) for _ in range(2)]
    assert [final for _, _, final in reports] == [False, True]


def test_failures_with_a_success_between_are_not_final(driver: Driver) -> None:
    pipeline = FakePipeline(error=lambda index: None if index % 5 == 0 else RuntimeError("now and then"))
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer_one_by_one(range(3 * MAX_FAILURES), pipeline)
    assert driver.failures.get(timeout=WAIT_S)[2] is False
    assert driver.failures.empty()


def test_a_new_feed_is_told_its_own_first_failure(driver: Driver) -> None:
    pipeline = FakePipeline(error=lambda index: RuntimeError("always"))
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer(0)
    assert driver.failures.get(timeout=WAIT_S)[0] is driver.feed
    driver.feed = LiveFeed()
    driver.thread.follow(driver.feed)
    driver.offer(0)
    assert driver.failures.get(timeout=WAIT_S)[0] is driver.feed


def test_stopping_during_an_analysis_ends_the_thread_after_it(driver: Driver) -> None:
    gate = Gate()
    pipeline = FakePipeline(gate=gate)
    driver.thread.use(pipeline)
    driver.thread.follow(driver.feed)
    driver.offer(0)
    gate.wait_until_reached()
    driver.offer(1)
    driver.thread.stop()
    gate.open()
    driver.thread.join(WAIT_S)
    assert not driver.thread.is_alive()
    assert pipeline.processed == [0]


# Loading


class Loading:
    """A loader whose builds pass a gate, and a queue of its outcomes."""

    def __init__(self, outcome: Callable[[PipelineSettings], FakePipeline]) -> None:
        self.gate = Gate()
        self.built: list[PipelineSettings] = []
        self.outcomes: queue.SimpleQueue[tuple[PipelineSettings, object]] = queue.SimpleQueue()
        self.loader = PipelineLoader(self._build, lambda *outcome: self.outcomes.put(outcome))
        self._outcome = outcome

    def _build(self, settings: PipelineSettings) -> FakePipeline:
        self.built.append(settings)
        self.gate.pass_through()
        return self._outcome(settings)

    def end(self) -> None:
        self.loader.stop()
        self.loader.join(WAIT_S)


def with_device(device: str) -> PipelineSettings:
    return dataclasses.replace(SETTINGS, device=device)


def test_of_several_requests_during_a_build_only_the_newest_is_built() -> None:
    loading = Loading(lambda settings: FakePipeline(device=settings.device))
    loading.loader.start()
    loading.loader.request(with_device("cpu"))
    loading.gate.wait_until_reached()
    loading.loader.request(with_device("mps"))
    loading.loader.request(with_device("cuda"))
    loading.gate.open()
    outcomes = [loading.outcomes.get(timeout=WAIT_S) for _ in range(2)]
    loading.end()
    assert [settings.device for settings, _ in outcomes] == ["cpu", "cuda"]
    assert [settings.device for settings in loading.built] == ["cpu", "cuda"]


@pytest.mark.parametrize(
    ("error", "has_traceback"),
    [(ModelError("model.json: damaged"), False), (ImportError("no torch"), True)],
)
def test_an_error_is_an_outcome_and_the_loader_goes_on(
    error: Exception, has_traceback: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def build(settings: PipelineSettings) -> FakePipeline:
        if settings.device == "cuda":
            raise error
        return FakePipeline()

    loading = Loading(build)
    loading.gate.open()
    loading.loader.start()
    with caplog.at_level(logging.ERROR):
        loading.loader.request(with_device("cuda"))
        assert loading.outcomes.get(timeout=WAIT_S)[1] is error
    loading.loader.request(with_device("cpu"))
    assert isinstance(loading.outcomes.get(timeout=WAIT_S)[1], FakePipeline)
    loading.end()
    assert str(error) in caplog.text
    assert ("Traceback" in caplog.text) is has_traceback
