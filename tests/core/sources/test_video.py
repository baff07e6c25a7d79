"""Video files: times, orientation, ranges."""

from __future__ import annotations

import gc
import io
from pathlib import Path

import av
import cv2
import numpy as np
import PIL.Image
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.types import Image
from tests.support.clips import FPS, number_of, numbered, read, write_clip
from tests.support.media import shared_media
from tests.support.videos import write_face_video, write_video


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


def test_every_frame_comes_in_order_with_its_time(clip: Path) -> None:
    frames = read(clip)

    assert [number_of(frame) for frame in frames] == list(range(25))
    assert [frame.index for frame in frames] == list(range(25))
    assert [frame.pts_s for frame in frames] == pytest.approx([index / FPS for index in range(25)])


def test_info_is_complete_once_it_is_open(clip: Path) -> None:
    with VideoSource(clip) as source:
        assert source.info.size == (64, 48)
        assert source.info.fps == pytest.approx(25)
        assert source.info.duration_s == pytest.approx(1.0)


def test_a_frame_is_contiguous_read_only_and_its_own(clip: Path) -> None:
    with VideoSource(clip) as source:
        frames = iter(source)
        first = next(frames)
        before = first.image.copy()
        second = next(frames)

    assert first.image.dtype == np.uint8
    assert first.image.shape == (48, 64, 3)
    assert first.image.flags.c_contiguous
    assert not first.image.flags.writeable
    assert not np.shares_memory(first.image, second.image)
    assert np.array_equal(first.image, before)


def test_pictures_are_in_the_order_blue_green_red(tmp_path: Path) -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:] = (200, 40, 40)
    write_video(tmp_path / "blue.mp4", [picture] * 3)

    blue, green, red = read(tmp_path / "blue.mp4")[0].image.mean(axis=(0, 1))

    assert blue > 150
    assert max(green, red) < 90


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times = [0.0, 0.033, 0.2, 0.21, 1.5, 4.0]
    write_face_video(tmp_path / "uneven.mp4", pts=times, size=(64, 48))

    assert [frame.pts_s for frame in read(tmp_path / "uneven.mp4")] == pytest.approx(times, abs=1e-4)


@pytest.mark.parametrize("name", ["late.ts", "late.mkv"])
def test_times_count_from_the_streams_start(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    times = [index / FPS for index in range(10)]
    write_video(path, [numbered(index) for index in range(10)], pts=[10 + time_s for time_s in times])
    with av.open(str(path)) as container:
        assert container.start_time == pytest.approx(10e6, abs=1e5)

    assert [frame.pts_s for frame in read(path)] == pytest.approx(times, abs=1e-4)
    assert [number_of(frame) for frame in read(path, start_s=0.2, end_s=0.3)] == [5, 6, 7]


def test_a_stream_without_times_runs_at_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "raw.h264"
    write_video(path, [numbered(index) for index in range(10)], fps=FPS)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).pts is None

    assert [frame.pts_s for frame in read(path)] == pytest.approx([index / FPS for index in range(10)])
    assert [number_of(frame) for frame in read(path, start_s=0.2)] == [5, 6, 7, 8, 9]
    with VideoSource(path) as source:
        assert source.info.duration_s is None


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.ts", "clip.avi", "clip.mpg"])
@pytest.mark.parametrize("start_s", [0.0, 0.2, 0.5, 0.96])
def test_a_range_begins_exactly_at_its_first_frame(tmp_path: Path, name: str, start_s: float) -> None:
    path = tmp_path / name
    codec = "mpeg2video" if name == "clip.mpg" else "libx264"
    write_video(path, [numbered(index) for index in range(25)], fps=FPS, codec=codec, options={"bf": "0"})
    whole = {number_of(frame): frame.pts_s for frame in read(path)}

    frames = read(path, start_s=start_s, end_s=start_s + 0.2)

    expected = [number for number, pts_s in whole.items() if start_s - 1e-6 <= pts_s < start_s + 0.2 - 1e-6]
    assert [number_of(frame) for frame in frames] == expected
    assert [frame.pts_s for frame in frames] == pytest.approx([whole[number] for number in expected])
    assert [frame.index for frame in frames] == list(range(len(expected)))


@given(span=st.tuples(st.integers(0, 24), st.integers(1, 25)).filter(lambda span: span[0] < span[1]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_range_is_the_same_as_that_part_of_the_whole(clip: Path, span: tuple[int, int]) -> None:
    start, end = span

    assert [number_of(frame) for frame in read(clip, start_s=start / FPS, end_s=end / FPS)] == list(
        range(start, end)
    )


def test_a_long_recording_without_an_index_is_not_read_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.ts"
    write_video(path, [numbered(index % 25) for index in range(240)], fps=2)
    decoded: list[float] = []
    pictures = VideoSource._pictures

    def counted(self: VideoSource, *arguments: object) -> object:
        for picture, pts_s in pictures(self, *arguments):  # type: ignore[arg-type]
            decoded.append(pts_s)
            yield picture, pts_s

    monkeypatch.setattr(VideoSource, "_pictures", counted)

    assert read(path, start_s=100, end_s=101)[0].pts_s == pytest.approx(100)
    assert min(decoded) > 30


def test_closing_on_the_way_to_the_start_ends_without_an_error(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = VideoSource(clip, start_s=0.36)
    decoded: list[float] = []
    pictures = source._pictures

    def closed_after_five(*arguments: object) -> object:
        for picture, pts_s in pictures(*arguments):  # type: ignore[arg-type]
            decoded.append(pts_s)
            if len(decoded) == 5:
                source.close()
            yield picture, pts_s

    monkeypatch.setattr(source, "_pictures", closed_after_five)

    with source:
        assert list(source) == []
    assert len(decoded) == 5
    assert open_files(clip) == 0


@pytest.mark.parametrize(("start_s", "end_s"), [(0.5, 0.5), (0.5, 0.2), (-1.0, None)])
def test_a_range_that_is_none_is_refused(clip: Path, start_s: float, end_s: float | None) -> None:
    with pytest.raises(SourceError, match=r"clip\.mp4: .*not a range of time"):
        VideoSource(clip, start_s=start_s, end_s=end_s).__enter__()


def test_a_range_behind_the_end_says_how_long_the_video_is(clip: Path) -> None:
    with pytest.raises(SourceError, match=r"no picture from 7 s to the end; it is about 1\.0 s long"):
        VideoSource(clip, start_s=7).__enter__()


def corners() -> Image:
    """A picture with four corners of different colours, wider than high."""
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24, :32], image[:24, 32:], image[24:, :32] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return image


@pytest.mark.parametrize("hflip", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, -90])
def test_turned_and_mirrored_videos_come_upright(tmp_path: Path, rotation: int, hflip: bool) -> None:
    path = tmp_path / "phone.mp4"
    write_video(path, [corners()] * 3, rotation=rotation, hflip=hflip)

    with VideoSource(path) as source:
        assert source.info.size == (64, 48)
        frame = next(iter(source))

    assert frame.size == (64, 48)
    assert np.abs(frame.image.astype(int) - corners()).mean() < 12


def test_the_known_faces_are_where_they_should_be_in_a_turned_video(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    known = write_face_video(path, seconds=0.2, size=(320, 240), rotation=90)
    straight = tmp_path / "straight.mp4"
    write_face_video(straight, seconds=0.2, size=(320, 240))

    for turned, plain, boxes in zip(read(path), read(straight), known, strict=True):
        assert len(boxes) == 1
        assert turned.size == plain.size == (320, 240)
        assert np.abs(turned.image.astype(int) - plain.image).mean() < 4


def test_motion_jpeg_with_exif_is_turned_though_pyav_does_not_know_its_side_data(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by 90 degrees
    file = io.BytesIO()
    stored = np.rot90(corners()[:, :, ::-1])
    PIL.Image.fromarray(stored).save(file, "JPEG", exif=exif, quality=95, subsampling=0)
    (tmp_path / "clip.mjpeg").write_bytes(file.getvalue() * 3)

    frames = read(tmp_path / "clip.mjpeg")

    assert len(frames) == 3
    assert np.abs(frames[0].image.astype(int) - corners()).mean() < 6


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "size"),
    [
        ("ten_bit.mp4", "libx264", "yuv420p10le", (64, 48)),
        ("full_chroma.mp4", "libx264", "yuv444p", (64, 48)),
        ("odd.mkv", "ffv1", "bgr0", (53, 37)),
        ("grey.mkv", "ffv1", "gray", (64, 48)),
        ("vp9.webm", "libvpx-vp9", "yuv420p", (53, 37)),
    ],
)
def test_formats_of_pixels_and_odd_sizes(
    tmp_path: Path, name: str, codec: str, pix_fmt: str, size: tuple[int, int]
) -> None:
    path = tmp_path / name
    write_video(path, [numbered(index, size) for index in range(5)], codec=codec, pix_fmt=pix_fmt)

    frames = read(path)

    assert [frame.size for frame in frames] == [size] * 5
    assert [number_of(frame) for frame in frames] == list(range(5))
    assert all(frame.image.flags.c_contiguous for frame in frames)


def test_an_animated_gif_is_a_video(tmp_path: Path) -> None:
    pictures = [PIL.Image.fromarray(numbered(index)) for index in range(6)]
    path = tmp_path / "moving.gif"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=[100, 200, 100, 100, 500, 100])

    frames = read(path)

    assert [frame.pts_s for frame in frames] == pytest.approx([0, 0.1, 0.3, 0.4, 0.5, 1.0])
    assert [number_of(frame) for frame in frames] == list(range(6))


@pytest.mark.parametrize("name", ["Überraschung 驚き 😮.mp4", "100%d.mp4", "http:clip.mp4", "a'b & c.mp4"])
def test_any_file_name_is_only_a_name(clip: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(clip.read_bytes())

    assert len(read(path)) == 25


def test_metadata_that_is_not_utf8_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "old.avi"
    write_video(path, [numbered(0)] * 3)
    data = path.read_bytes()
    assert b"Lavf" in data
    path.write_bytes(data.replace(b"Lavf", b"\xe9\xff\xfe\xfc", 1))

    assert len(read(path)) == 3


def test_the_picture_of_a_sound_file_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    cover = cv2.imencode(".png", corners())[1].tobytes()
    with av.open(io.BytesIO(cover)) as picture, av.open(str(path), "w") as container:
        sound = container.add_stream("libmp3lame", rate=44_100, layout="mono")
        template = picture.streams.video[0]
        attached = container.add_stream_from_template(template)
        attached.disposition = av.stream.Disposition.attached_pic
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 44_100), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 44_100
        container.mux(sound.encode(silence))
        container.mux(sound.encode())
        for packet in picture.demux(template):
            if packet.size:
                packet.stream = attached
                container.mux(packet)

    with pytest.raises(SourceError, match="no video in this file, only sound"):
        VideoSource(path).__enter__()


def open_files(path: Path) -> int:
    return sum(file.path == str(path) for file in psutil.Process().open_files())


def test_the_file_is_closed_on_every_way_out(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with VideoSource(clip) as source:
        assert open_files(clip) == 1
        assert len(list(source)) == 25
        assert open_files(clip) == 0, "at the end, before the with block is left"

    with VideoSource(clip) as source:
        next(iter(source))
    assert open_files(clip) == 0, "after an early exit"

    with VideoSource(clip, start_s=0.5) as source:
        assert open_files(clip) == 1, "seeking opens it again"
        source.close()
        assert open_files(clip) == 0, "after close"
        assert list(source) == []

    with pytest.raises(SourceError):
        VideoSource(clip, start_s=9).__enter__()
    assert open_files(clip) == 0, "after an error"


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """With the garbage collector off, since it comes too late for pictures of megabytes."""
    path = tmp_path / "long.mp4"
    size = (640, 480)
    write_video(path, (numbered(index % 25, size) for index in range(400)))
    process = psutil.Process()

    gc.disable()
    try:
        with VideoSource(path) as source:
            sizes = [process.memory_info().rss for _ in source]
    finally:
        gc.enable()

    decoded_picture = 640 * 480 * 3 // 2
    assert len(sizes) == 400
    assert sizes[-1] - sizes[100] < 100 * decoded_picture, "300 kept pictures would be three times that"


def test_a_real_phone_recording(request: pytest.FixtureRequest) -> None:
    path = shared_media("single_face.mp4")

    frames = read(path)

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [
            float((frame.pts - stream.start_time) * stream.time_base) for frame in container.decode(stream)
        ]
    assert [frame.pts_s for frame in frames] == pytest.approx(times)
