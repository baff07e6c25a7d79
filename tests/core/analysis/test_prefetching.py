"""Reading ahead: order, errors in their turn, and no thread left behind."""

from __future__ import annotations

import threading

import pytest

from fer_desktop.core.analysis.prefetching import AHEAD, Prefetcher
from fer_desktop.core.analysis.sampling import frame_sampler
from fer_desktop.core.errors import SourceError
from tests.support.results import FakePipeline
from tests.support.sources import Fault, FaultySource, SyntheticSource


def ahead_of(source: SyntheticSource, *, every: int = 1) -> Prefetcher:
    return Prefetcher(source, FakePipeline(), frame_sampler(every=every))  # type: ignore[arg-type]


def test_frames_come_in_order_and_those_not_chosen_without_places() -> None:
    with SyntheticSource(50, fps=10) as source, ahead_of(source, every=3) as ahead:
        frames = list(ahead)
    assert [frame.pts_s for frame in frames] == [index / 10 for index in range(50)]
    assert [index for index, frame in enumerate(frames) if frame.tracked] == list(range(0, 50, 3))


def test_an_error_comes_after_the_frames_before_it() -> None:
    seen: list[float] = []
    with FaultySource({3: Fault.READ_FAILURE}) as source, ahead_of(source) as ahead:
        frames = iter(ahead)
        seen += [next(frames).pts_s for _ in range(3)]
        with pytest.raises(SourceError, match="cannot be read any further"):
            next(frames)
    assert len(seen) == 3


def test_it_reads_a_few_frames_ahead_and_no_more() -> None:
    gate = threading.Semaphore(0)
    with SyntheticSource(None, gate=gate) as source, ahead_of(source) as ahead:
        gate.release(10 * AHEAD)
        next(iter(ahead))
    # What is taken, what waits, what waits for room, and one that is being read.
    assert 10 * AHEAD - gate._value <= AHEAD + 3


def test_leaving_early_leaves_no_thread() -> None:
    before = threading.active_count()
    with SyntheticSource(None) as source, ahead_of(source) as ahead:
        next(iter(ahead))
    assert threading.active_count() == before
