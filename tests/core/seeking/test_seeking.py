"""Any frame of a recording in any order: the same pictures and times as reading it from the beginning."""

from __future__ import annotations

import dataclasses
import functools
import logging
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fer_desktop.core.errors import SourceError
from fer_desktop.core.seeking import video as seekable_video
from fer_desktop.core.seeking.images import SeekableImages
from fer_desktop.core.seeking.opening import open_seekable
from fer_desktop.core.seeking.video import SeekableVideo
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.types import Frame, Image
from fer_desktop.core.video.decoding import VideoDecoder
from fer_desktop.core.video.file import open_container
from fer_desktop.core.video.index import VideoIndex, index_video
from tests.support.media import shared_media
from tests.support.videos import damage_packets, write_video

FPS = 25.0
B_FRAMES = {"preset": "medium", "bf": "3", "g": "20"}
SPARSE = {"preset": "veryfast", "bf": "3", "g": "250", "x264-params": "scenecut=0"}
OPEN_GOP = B_FRAMES | {"x264-params": "open-gop=1:scenecut=0"}


def picture(index: int, size: tuple[int, int] = (64, 48)) -> Image:
    """A bar that moves over a background that changes, so that no two pictures are alike."""
    image = np.full((size[1], size[0], 3), 20 + 3 * (index % 70), np.uint8)
    image[:, (2 * index) % 60 : (2 * index) % 60 + 4] = 255
    return image


def write_gif(path: Path) -> None:
    first, *others = (PIL.Image.fromarray(picture(index)) for index in range(24))
    first.save(path, save_all=True, append_images=others, duration=[100, 200, 100] * 8)


def video(frames: int = 60, **options: object) -> Callable[[Path], None]:
    return lambda path: write_video(path, map(picture, range(frames)), fps=FPS, **options)  # type: ignore[arg-type]


def uneven(frames: int = 50) -> list[float]:
    gaps = random.Random(0).choices([0.011, 0.04, 0.2, 3.0], k=frames - 1)
    return [round(sum(gaps[:index]), 3) for index in range(frames)]


VIDEOS: dict[str, Callable[[Path], None]] = {
    "even.mp4": video(),
    "uneven.mp4": video(50, pts=uneven(), options=B_FRAMES),
    "b_frames.mp4": video(options=B_FRAMES),
    "open_gop.mp4": video(options=OPEN_GOP),
    "sparse.mp4": video(280, options=SPARSE),
    "turned.mp4": video(30, rotation=90, hflip=True, options=B_FRAMES),
    "b_frames.ts": video(options=B_FRAMES),
    "late.ts": video(30, pts=[10 + index / FPS for index in range(30)], options=B_FRAMES),
    "b_frames.mkv": video(options=OPEN_GOP),
    "jpeg.avi": video(30, codec="mjpeg", pix_fmt="yuvj420p"),
    "mpeg4.avi": video(codec="mpeg4", options={"bf": "2", "g": "12"}),
    "h264.avi": video(options=B_FRAMES),
    "stream.mpg": video(codec="mpeg2video", options={"bf": "2", "g": "10"}),
    "mpeg2.ts": video(codec="mpeg2video", options={"bf": "2", "g": "10"}),
    "vp9.webm": video(30, codec="libvpx-vp9", options={"g": "12"}),
    "raw.h264": video(30),
    "moving.gif": write_gif,
}
FROM_THE_START = {"h264.avi", "stream.mpg", "raw.h264"}
"""Their packets do not say when a picture is shown."""


@pytest.fixture(scope="module")
def sequential(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, list[Frame]]]:
    """The file of a name in VIDEOS, and what VideoSource reads from it."""
    folder = tmp_path_factory.mktemp("videos")

    @functools.cache
    def make(name: str) -> tuple[Path, list[Frame]]:
        VIDEOS[name](folder / name)
        return folder / name, read(folder / name)

    return make


Sequential = Callable[[str], tuple[Path, list[Frame]]]


def read(path: Path) -> list[Frame]:
    with VideoSource(path) as source:
        return list(source)


def assert_same(frame: Frame | None, expected: Frame) -> None:
    assert frame is not None
    assert (frame.index, frame.pts_s) == (expected.index, expected.pts_s)
    assert np.array_equal(frame.image, expected.image)


def shown_at(frames: list[Frame], pts_s: float) -> Frame:
    return next((frame for frame in reversed(frames) if frame.pts_s <= pts_s + 1e-6), frames[0])


def index_of(path: Path) -> VideoIndex | None:
    decoder = VideoDecoder(open_container(path), path)
    try:
        return index_video(decoder, lambda: False)
    finally:
        decoder.close()


@pytest.mark.parametrize("cache_bytes", [0, 20_000, 2**28])
@pytest.mark.parametrize("name", VIDEOS)
def test_random_seeks_and_steps_equal_reading_from_the_beginning(
    sequential: Sequential, name: str, cache_bytes: int
) -> None:
    path, frames = sequential(name)
    choices = random.Random(name)
    with SeekableVideo(path, cache_bytes=cache_bytes) as source:
        for _ in range(6):
            wanted = choices.randrange(1, len(frames) - 1)
            between = choices.uniform(frames[wanted].pts_s, frames[wanted + 1].pts_s - 1e-4)
            assert_same(source.frame_at(between), frames[wanted])
            assert_same(source.previous(), frames[wanted - 1])
            assert_same(source.next(), frames[wanted])
            assert_same(source.next(), frames[wanted + 1])


@pytest.mark.parametrize("name", VIDEOS)
def test_every_frame_forward_and_back(sequential: Sequential, name: str) -> None:
    path, frames = sequential(name)
    with SeekableVideo(path, cache_bytes=100_000) as source:
        assert_same(source.frame_at(-5.0), frames[0])
        assert source.previous() is None
        for frame in frames[1:]:
            assert_same(source.next(), frame)
        assert source.next() is None
        assert_same(source.frame_at(1e6), frames[-1])
        for frame in reversed(frames[:-1]):
            assert_same(source.previous(), frame)
        assert source.previous() is None


@pytest.mark.parametrize("name", VIDEOS)
def test_the_packets_say_where_each_picture_is_or_nothing(sequential: Sequential, name: str) -> None:
    path, frames = sequential(name)
    index = index_of(path)
    if name in FROM_THE_START:
        assert index is None
    else:
        assert index is not None
        assert len(index.pts) == len(frames)


request = st.one_of(
    st.tuples(st.just("at"), st.floats(-1, 12)),
    st.tuples(st.sampled_from(["next", "previous"]), st.integers(1, 5)),
)


@pytest.mark.parametrize("name", ["sparse.mp4", "open_gop.mp4", "uneven.mp4", "b_frames.ts", "mpeg4.avi"])
@given(requests=st.lists(request, min_size=1, max_size=8), cache_bytes=st.sampled_from([0, 30_000, 2**28]))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_requests_in_any_order(
    sequential: Sequential, name: str, requests: list[tuple[str, float]], cache_bytes: int
) -> None:
    path, frames = sequential(name)
    at = frames[0]
    with SeekableVideo(path, cache_bytes=cache_bytes) as source:
        for kind, value in requests:
            if kind == "at":
                at = shown_at(frames, value)
                assert_same(source.frame_at(value), at)
                continue
            for _ in range(int(value)):
                frame = source.next() if kind == "next" else source.previous()
                wanted = at.index + (1 if kind == "next" else -1)
                if 0 <= wanted < len(frames):
                    at = frames[wanted]
                    assert_same(frame, at)
                else:
                    assert frame is None


def test_info_is_complete_once_it_is_open(sequential: Sequential) -> None:
    path, _ = sequential("turned.mp4")
    with SeekableVideo(path) as source, VideoSource(path) as other:
        assert source.info == other.info


# How it gets there.


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times of all pictures that are decoded."""
    times: list[float] = []
    pictures = VideoDecoder.pictures

    def counted(self: VideoDecoder, packets: object = None) -> object:
        for item in pictures(self, packets):  # type: ignore[arg-type]
            times.append(item[1])
            yield item

    monkeypatch.setattr(VideoDecoder, "pictures", counted)
    return times


def test_a_seek_decodes_from_the_key_frame_before(sequential: Sequential, decoded: list[float]) -> None:
    path, frames = sequential("sparse.mp4")
    with SeekableVideo(path) as source:
        decoded.clear()
        source.frame_at(frames[260].pts_s)
    assert min(decoded) >= frames[250].pts_s
    assert len(decoded) < 15


@pytest.mark.parametrize("name", ["b_frames.ts", "b_frames.mkv", "b_frames.mp4", "mpeg4.avi"])
def test_each_format_is_sought_without_decoding_from_the_start(
    sequential: Sequential, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, frames = sequential(name)
    monkeypatch.setattr(seekable_video, "NEAR_S", 0.0)
    monkeypatch.setattr(seekable_video, "SEEK_COST_PICTURES", 0)
    with SeekableVideo(path, cache_bytes=0) as source:
        monkeypatch.setattr(source, "_begin", lambda: pytest.fail("began at the start"))
        for frame in (frames[55], frames[30], frames[45]):
            assert_same(source.frame_at(frame.pts_s), frame)


@pytest.mark.parametrize("name", ["open_gop.mp4", "b_frames.mkv", "mpeg2.ts", "mpeg4.avi"])
def test_the_frame_before_a_key_frame_is_whole(sequential: Sequential, name: str) -> None:
    """Frames that are stored behind a key frame and shown before it need others before it."""
    path, frames = sequential(name)
    index = index_of(path)
    assert index is not None
    assert len(index.key_pts) > 2
    for position in map(index.position, index.key_pts[1:]):
        with SeekableVideo(path) as source:
            source.prepare()
            assert source._decoder is not None
            source._begin_at(source._decoder, int(index.pts[position]), frames[position].pts_s)
            assert_same(source.frame_at(frames[position].pts_s), frames[position])
            assert_same(source.previous(), frames[position - 1])


def test_playing_decodes_each_picture_once(sequential: Sequential, decoded: list[float]) -> None:
    path, frames = sequential("b_frames.mp4")
    with SeekableVideo(path) as source:
        for frame in frames[::3]:
            assert_same(source.frame_at(frame.pts_s + 0.001), frame)
    assert decoded == [frame.pts_s for frame in frames[: len(decoded)]]


def test_going_back_is_served_from_what_was_decoded(sequential: Sequential, decoded: list[float]) -> None:
    path, frames = sequential("sparse.mp4")
    with SeekableVideo(path) as source:
        source.frame_at(frames[200].pts_s)
        decoded.clear()
        for frame in reversed(frames[:200]):
            assert_same(source.previous(), frame)
    assert decoded == []


def test_the_cache_is_bounded(sequential: Sequential) -> None:
    path, frames = sequential("sparse.mp4")
    limit = 20 * (64 * 48 * 3 // 2 + 2048)
    with SeekableVideo(path, cache_bytes=limit) as source:
        for _ in frames:
            source.next()
            assert source._window.size_bytes <= limit
        assert len(source._window) >= 10


def test_times_that_turn_out_to_be_others_are_not_trusted(
    sequential: Sequential, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a file says one thing in its packets and another in its pictures."""
    path, frames = sequential("h264.avi")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
    keys = [packet.pts for packet in packets if packet.is_keyframe]
    index = VideoIndex(np.array([packet.pts for packet in packets]), np.array(keys))
    monkeypatch.setattr(seekable_video, "index_video", lambda decoder, should_stop: index)
    with SeekableVideo(path, cache_bytes=0) as source:
        for position in (50, 10, 40):
            assert_same(source.frame_at(frames[position].pts_s), frames[position])


# Damage.


def test_a_truncated_recording_shows_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "cut.mkv"
    noise = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    write_video(path, list(noise), options=B_FRAMES | {"g": "8"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    frames = read(path)

    with SeekableVideo(path, cache_bytes=0) as source:
        assert_same(source.frame_at(60.0), frames[-1])
        for position in (20, 3, len(frames) - 2):
            assert_same(source.frame_at(frames[position].pts_s), frames[position])


def test_damaged_pictures_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    write_video(path, [picture(index) for index in range(60)])
    damage_packets(path, 28, 34)  # with the key frame 30
    times = [frame.pts_s for frame in read(path)]

    with SeekableVideo(path, cache_bytes=0) as source:
        for pts_s in (2.0, 1.32, 1.2, 0.4, 1.0):
            frame = source.frame_at(pts_s)
            assert frame is not None
            assert frame.pts_s == max(time for time in times if time <= pts_s + 1e-6)


@given(share=st.floats(0, 1), wanted=st.lists(st.floats(0, 3), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_video_cut_anywhere_shows_frames_or_raises_a_source_error(
    sequential: Sequential, share: float, wanted: list[float]
) -> None:
    path, _ = sequential("b_frames.ts")
    cut = path.with_name("cut.ts")
    data = path.read_bytes()
    cut.write_bytes(data[: round(share * len(data))])
    try:
        with SeekableVideo(cut, cache_bytes=0) as source:
            assert all(source.frame_at(pts_s) is not None for pts_s in wanted)
    except SourceError as error:
        assert str(cut) in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp4", b"", "the file is empty"),
        ("noise.mp4", bytes(range(256)) * 40, "not a video that can be read"),
        ("noise.png", b"no picture", "this is not a picture"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason), open_seekable(tmp_path / name):
        pass


def test_once_closed_it_gives_nothing_more(sequential: Sequential) -> None:
    path, frames = sequential("sparse.mp4")
    with SeekableVideo(path) as source:
        source.close()
        assert source.frame_at(frames[200].pts_s) is None
        assert source.next() is None


# Pictures.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """p0 to p5 in shades of their number; p2 cannot be read."""
    for number in range(6):
        PIL.Image.fromarray(np.full((8, 8, 3), 10 * number, np.uint8)).save(tmp_path / f"p{number}.png")
    (tmp_path / "p2.png").write_bytes(b"no picture")
    return tmp_path


def test_pictures_have_the_times_of_the_image_source(folder: Path) -> None:
    with open_seekable(folder) as source:
        assert isinstance(source, SeekableImages)
        assert source.info.duration_s == 6
        shown = [source.frame_at(pts_s) for pts_s in (4.0, 1.5, 0.0, 2.0, 9.0, -1.0)]
    assert [(frame.index, frame.pts_s, int(frame.image[0, 0, 0])) for frame in shown if frame] == [
        (4, 4.0, 40), (1, 1.0, 10), (0, 0.0, 0), (1, 1.0, 10), (5, 5.0, 50), (0, 0.0, 0),
    ]  # fmt: skip


def test_steps_over_pictures_leave_out_what_cannot_be_read(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "fer_desktop"), open_seekable(folder) as source:
        steps = [source.frame_at(1.0), source.next(), source.previous(), source.previous(), source.previous()]
    assert [frame and frame.index for frame in steps] == [1, 3, 1, 0, None]
    assert caplog.text.count("p2.png") == 1


def test_a_single_picture_is_one_frame(folder: Path) -> None:
    with open_seekable(folder / "p3.png") as source:
        frame = source.frame_at(0.5)
        assert frame is not None
        assert dataclasses.astuple(frame)[:2] == (0, 0.0)
        assert source.next() is None
        assert source.previous() is None


@pytest.mark.parametrize("name", ["single_face.mp4", "face_noface.mov", "no_face.mp4"])
def test_real_recordings(name: str) -> None:
    path = shared_media(name)
    frames = read(path)[:120]
    choices = random.Random(0)
    with open_seekable(path) as source:
        for _ in range(8):
            wanted = choices.randrange(1, len(frames))
            assert_same(source.frame_at(frames[wanted].pts_s), frames[wanted])
            assert_same(source.previous(), frames[wanted - 1])
    assert all(earlier.pts_s < later.pts_s for earlier, later in pairwise(frames))
