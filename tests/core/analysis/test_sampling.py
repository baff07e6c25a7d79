from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from fer_desktop.core.analysis.loop import analyse
from fer_desktop.core.analysis.options import AnalysisOptions
from fer_desktop.core.analysis.sampling import frame_sampler
from fer_desktop.core.sources.opening import open_source
from tests.support.results import FakePipeline, make_frame
from tests.support.videos import write_face_video


def chosen(times: Sequence[float], **how: float) -> list[float]:
    is_sampled = frame_sampler(**how)  # type: ignore[arg-type]
    return [time_s for time_s in times if is_sampled(make_frame(pts_s=time_s))]


def test_all_frames_unless_asked_otherwise() -> None:
    assert chosen([0.0, 0.1, 0.2]) == [0.0, 0.1, 0.2]


def test_every_nth_from_the_first() -> None:
    assert chosen([5.0, 5.1, 5.2, 5.3, 5.4], every=2) == [5.0, 5.2, 5.4]


def test_a_rate_takes_the_first_frame_of_each_period() -> None:
    assert chosen([index / 25 for index in range(12)], rate=10) == [0.0, 0.12, 0.2, 0.32, 0.4]


@pytest.mark.parametrize("fps", [24, 30000 / 1001, 50, 240])
def test_over_time_the_rate_is_the_one_asked_for(fps: float) -> None:
    assert len(chosen([index / fps for index in range(round(60 * fps))], rate=10)) == pytest.approx(
        600, abs=2
    )


def test_a_source_that_is_slower_is_taken_whole() -> None:
    assert chosen([0.0, 1.0, 2.0, 7.5], rate=10) == [0.0, 1.0, 2.0, 7.5]


@pytest.mark.parametrize("ticks", [1000, 90_000])
def test_times_in_whole_ticks_count_for_the_moment_that_they_stand_for(ticks: int) -> None:
    times = [int(index / 30 * ticks) / ticks for index in range(30)]
    assert len(chosen(times, rate=30)) == 30
    assert chosen(times, rate=15) == times[::2]


def test_the_periods_begin_at_the_first_frame() -> None:
    assert chosen([0.95, 1.0, 1.4, 1.5, 1.96], rate=1) == [0.95, 1.96]


@pytest.mark.parametrize(
    ("every", "rate", "problem"),
    [
        (2, 10.0, "exclude each other"),
        (0, None, "at least 1"),
        (1, 0.0, "positive"),
        (1, float("inf"), "positive"),
    ],
)
def test_what_makes_no_sense_is_refused(every: int, rate: float | None, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        frame_sampler(every=every, rate=rate)


def test_an_uneven_video_is_analysed_evenly(tmp_path: Path) -> None:
    """Quick at first, then slow, then with a gap."""
    times = [*(index * 0.02 for index in range(25)), 0.5, 0.75, 1.0, 2.05, 2.1]
    write_face_video(tmp_path / "talk.mp4", pts=times, size=(64, 48))
    pipeline = FakePipeline()
    summary = analyse(open_source(tmp_path / "talk.mp4"), pipeline, [], AnalysisOptions(rate=5))  # type: ignore[arg-type]
    assert [times[index] for index in pipeline.processed] == pytest.approx([0.0, 0.2, 0.4, 0.75, 1.0, 2.05])
    assert (summary.frames_read, summary.frames_analysed) == (30, 6)
