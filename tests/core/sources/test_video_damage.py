"""Video files that are damaged, or no videos at all."""

from __future__ import annotations

import itertools
import logging
import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources import video
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.video.file import open_container
from tests.support.clips import FPS, number_of, numbered, read, write_clip
from tests.support.videos import damage_packets, write_video


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


def make_absent(path: Path) -> None:
    pass


def make_empty(path: Path) -> None:
    path.write_bytes(b"")


def make_folder(path: Path) -> None:
    path.mkdir()


def make_noise(path: Path) -> None:
    path.write_bytes(random.Random(0).randbytes(50_000))


def make_text(path: Path) -> None:
    path.write_text("The quick brown fox jumps over the lazy dog.\n" * 500)


def make_playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/part.ts\n")


def make_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        samples = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        samples.sample_rate = 8000
        container.mux(stream.encode(samples))
        container.mux(stream.encode())


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("absent.mp4", make_absent, "no such file"),
        ("empty.mp4", make_empty, "the file is empty"),
        ("folder.mp4", make_folder, "this is a folder"),
        ("noise.mp4", make_noise, "not a video that can be read"),
        ("noise.bin", make_noise, "not a video that can be read"),
        ("notes.txt", make_text, "not a video that can be read"),
        ("stream.m3u8", make_playlist, "not a video that can be read"),
        ("sound.wav", make_sound, "no video in this file, only sound"),
    ],
)
def test_what_is_no_video_is_refused_with_the_reason(
    tmp_path: Path, name: str, make: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / name
    make(path)

    with pytest.raises(SourceError, match=reason) as error:
        VideoSource(path).__enter__()
    assert str(error.value).startswith(f"{path}: ")


def test_a_file_that_may_not_be_read_says_so(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise av.error.PermissionError(13, "Permission denied")

    monkeypatch.setattr(av, "open", refuse)

    with pytest.raises(SourceError, match=r"clip\.mp4: you are not allowed to read this file"):
        VideoSource(clip).__enter__()


def test_a_truncated_recording_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "cut.mkv"
    noise = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    write_video(path, list(noise))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    frames = read(path)

    assert 10 <= len(frames) < 40
    assert [frame.pts_s for frame in frames] == pytest.approx(
        [index / FPS for index in range(len(frames))], abs=2e-3
    )


def test_a_file_cut_off_behind_its_index_is_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cut.mp4"
    noise = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    write_video(path, list(noise), fps=10)
    read(path)
    assert not caplog.records
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    frames = read(path)

    assert f"{path}: the pictures end at {frames[-1].pts_s:.1f} s of 4.0 s" in caplog.text
    caplog.clear()
    read(path, end_s=1.0)
    assert not caplog.records


def test_damage_in_the_middle_is_left_out_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "damaged.mp4"
    write_video(path, [numbered(index) for index in range(25)])
    damage_packets(path, 8, 12)

    with caplog.at_level(logging.WARNING, "fer_desktop"):
        frames = read(path)

    times = {round(frame.pts_s * FPS) for frame in frames}
    assert set(range(8)) <= times
    assert set(range(20, 25)) <= times
    assert not {8, 9, 10, 11} <= times
    assert "damaged.mp4: 4 damaged packets could not be decoded" in caplog.text


def test_a_video_whose_every_packet_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    write_video(path, [numbered(index) for index in range(5)])
    damage_packets(path)

    with pytest.raises(SourceError, match="nothing in this video can be decoded"):
        VideoSource(path).__enter__()


class EndsEarly:
    """A container whose packets end with an error."""

    def __init__(self, container: InputContainer, after: int, error: Exception) -> None:
        self._container = container
        self._after = after
        self._error = error

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)

    def demux(self, stream: VideoStream) -> Iterator[Packet]:
        yield from itertools.islice(self._container.demux(stream), self._after)
        raise self._error


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (av.error.FFmpegError(5, "Input/output error"), "the rest of the file cannot be read"),
        (IndexError("list index out of range"), ""),  # PyAV, where another stream appeared late
    ],
)
def test_a_disk_that_fails_ends_the_video_after_what_was_read(
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    logged: str,
) -> None:
    monkeypatch.setattr(video, "open_container", lambda path: EndsEarly(open_container(path), 12, error))

    with caplog.at_level(logging.WARNING, "fer_desktop"):
        frames = read(clip)

    assert [number_of(frame) for frame in frames] == list(range(12))
    assert logged in caplog.text


def assert_only_frames_or_a_source_error(path: Path) -> None:
    try:
        frames = read(path)
    except SourceError as error:
        assert str(path) in str(error)  # noqa: PT017
        return
    assert frames
    assert all(frame.image.ndim == 3 and frame.image.dtype == np.uint8 for frame in frames)
    assert all(earlier.pts_s < later.pts_s for earlier, later in pairwise(frames))


@given(share=st.floats(0, 1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_video_cut_anywhere_gives_frames_or_a_source_error(clip: Path, share: float) -> None:
    path = clip.with_name("cut.mp4")
    data = clip.read_bytes()
    path.write_bytes(data[: round(share * len(data))])

    assert_only_frames_or_a_source_error(path)


@given(
    damage=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=64)), min_size=1, max_size=8)
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_video_damaged_anywhere_gives_frames_or_a_source_error(
    clip: Path, damage: list[tuple[float, bytes]]
) -> None:
    path = clip.with_name("damaged.mp4")
    data = bytearray(clip.read_bytes())
    for share, content in damage:
        position = round(share * (len(data) - len(content)))
        data[position : position + len(content)] = content
    path.write_bytes(data)

    assert_only_frames_or_a_source_error(path)


def test_a_header_that_claims_a_giant_picture_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "giant.gif"
    PIL.Image.fromarray(numbered(1)).save(path)
    assert len(read(path)) == 1
    data = bytearray(path.read_bytes())
    data[6:10] = (10_000).to_bytes(2, "little") * 2
    path.write_bytes(data)

    with pytest.raises(SourceError, match="nothing in this video can be decoded"):
        VideoSource(path).__enter__()
