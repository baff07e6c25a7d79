"""Choosing a source for a path, and opening, reading and closing any source, from any thread."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fer_desktop.core.errors import CameraUnavailableError, SourceError
from fer_desktop.core.sources.base import FrameSource
from fer_desktop.core.sources.images import ImageSource
from fer_desktop.core.sources.opening import open_source
from fer_desktop.core.sources.video import VideoSource
from tests.support.sources import Fault, FaultySource, SyntheticSource


def test_open_source_chooses_by_what_is_at_the_path(tmp_path: Path) -> None:
    for name in ("clip.mp4", "PHOTO.JPG", "no_ending"):
        (tmp_path / name).write_bytes(b"x")

    assert isinstance(open_source(tmp_path / "clip.mp4"), VideoSource)
    assert isinstance(open_source(tmp_path / "no_ending"), VideoSource)
    assert isinstance(open_source(tmp_path / "PHOTO.JPG"), ImageSource)
    assert isinstance(open_source(tmp_path), ImageSource)


def test_open_source_describes_the_source_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")

    info = open_source(path).info

    assert (info.name, info.kind, info.path, info.size) == ("clip.mp4", "video", path, None)


def test_open_source_names_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.mp4: there is no such file"):
        open_source(tmp_path / "absent.mp4")


def test_open_source_refuses_a_part_in_time_of_pictures(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"x")

    for path in (tmp_path / "photo.png", tmp_path):
        with pytest.raises(SourceError, match="for a video, not for pictures"):
            open_source(path, start_s=1)


def test_a_source_gives_its_frames_once_and_is_released_at_their_end() -> None:
    source = SyntheticSource(frames=3)
    with source:
        assert [frame.index for frame in source] == [0, 1, 2]
        assert source.released
        assert list(source) == []


def test_leaving_a_source_early_releases_it() -> None:
    source = SyntheticSource(frames=None)
    with source:
        next(iter(source))
        assert not source.released

    assert source.released


def test_a_source_closed_before_it_is_entered_is_never_opened() -> None:
    source = SyntheticSource()
    source.close()
    source.close()

    with source:
        assert list(source) == []
    assert source.opened == 0


def test_a_source_that_fails_to_open_is_released() -> None:
    source = FaultySource(open_error=CameraUnavailableError("busy"))

    with pytest.raises(CameraUnavailableError, match="busy"):
        source.__enter__()
    assert source.released


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.UNPLUG, CameraUnavailableError),
        (Fault.READ_FAILURE, SourceError),
        (Fault.CRASH, RuntimeError),
    ],
)
def test_an_error_while_reading_reaches_the_reader_after_the_frames_before_it(
    fault: Fault, error: type[Exception]
) -> None:
    with FaultySource({2: fault}) as source:
        frames = iter(source)
        assert [next(frames).index, next(frames).index] == [0, 1]
        with pytest.raises(error):
            next(frames)

    assert source.released


class ReaderThread(threading.Thread):
    """Enters and reads a source to its end."""

    def __init__(self, source: FrameSource) -> None:
        super().__init__()
        self.indices: list[int] = []
        self._source = source
        self.start()

    def run(self) -> None:
        with self._source:
            self.indices.extend(frame.index for frame in self._source)

    def joined(self) -> bool:
        self.join(10)
        return not self.is_alive()


def test_closing_from_another_thread_ends_a_stalled_read_and_the_reader_releases() -> None:
    source = FaultySource({2: Fault.STALL})
    reader = ReaderThread(source)
    assert source.blocked.wait(10)
    assert not source.released

    source.close()

    assert reader.joined()
    assert reader.indices == [0, 1]
    assert source.released


def test_closing_from_another_thread_ends_a_slow_opening() -> None:
    source = FaultySource(slow_open=True)
    reader = ReaderThread(source)
    assert source.blocked.wait(10)

    source.close()

    assert reader.joined()
    assert reader.indices == []
    assert source.released


def test_close_does_not_wait_for_a_read_that_never_returns() -> None:
    source = FaultySource({0: Fault.STALL})
    reader = ReaderThread(source)
    assert source.blocked.wait(10)

    super(FaultySource, source).close()  # as a driver that does not notice

    assert not source.released, "the reader is still inside the driver"
    source.resume.set()
    assert reader.joined()
    assert source.released


def test_a_stall_that_ends_goes_on_with_every_frame() -> None:
    source = FaultySource({1: Fault.STALL}, frames=4)
    reader = ReaderThread(source)
    assert source.blocked.wait(10)

    source.resume.set()

    assert reader.joined()
    assert reader.indices == [0, 1, 2, 3]


def test_lost_frames_leave_their_index_and_time_out() -> None:
    with FaultySource({1: Fault.NO_FRAME, 2: Fault.NO_FRAME}, frames=5, fps=10) as source:
        frames = list(source)

    assert [frame.index for frame in frames] == [0, 3, 4]
    assert [frame.pts_s for frame in frames] == pytest.approx([0, 0.3, 0.4])


def test_a_size_change_lasts() -> None:
    with FaultySource({2: Fault.SIZE_CHANGE}, frames=4, size=(64, 48)) as source:
        assert [frame.size for frame in source] == [(64, 48), (64, 48), (32, 96), (32, 96)]


def test_a_gate_lets_one_frame_through_at_a_time() -> None:
    gate = threading.Semaphore(2)
    source = SyntheticSource(frames=None, live=True, gate=gate)
    with source:
        frames = iter(source)
        assert [next(frames).index, next(frames).index] == [0, 1]
        assert not gate.acquire(blocking=False)
        gate.release()
        assert next(frames).index == 2
