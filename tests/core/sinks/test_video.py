from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fer_desktop.core.errors import OutputError
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.sinks.video import VideoSink
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.types import Box, Image
from tests.core.sinks.test_tables import file_size_limit
from tests.support.media import shared_media
from tests.support.results import make_face, make_frame, make_result
from tests.support.sources import SyntheticSource
from tests.support.videos import write_face_video, write_video


def annotate(
    source: Path,
    target: Path,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    stop_after: int | None = None,
    style: OverlayStyle | None = None,
) -> VideoSink:
    """Sends the frames of a video through a sink, without faces."""
    sink = VideoSink(target, start_s=start_s, end_s=end_s, **({"style": style} if style else {}))
    with VideoSource(source, start_s=start_s, end_s=end_s) as frames:
        sink.open(frames.info)
        for frame in frames:
            sink.write(frame, make_result(index=frame.index, pts_s=frame.pts_s, size=frame.size))
            if frame.index + 1 == stop_after:
                break
    assert sink.close(complete=stop_after is None) == target
    assert [path.name for path in target.parent.iterdir() if path.suffix == ".part"] == []
    return sink


def video_times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [frame.pts * stream.time_base for frame in container.decode(stream)]


def sound_packets(path: Path) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return [
            (float(packet.pts * stream.time_base), bytes(packet))
            for packet in container.demux(stream)
            if packet.pts is not None
        ]


def pictures(path: Path) -> list[Image]:
    with VideoSource(path) as source:
        return [frame.image for frame in source]


def test_presentation_times_of_a_variable_frame_rate_are_kept_exactly(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.041, 0.2, 0.9, 1.0, 2.5]
    write_face_video(tmp_path / "in.mp4", pts=times, size=(96, 64))
    annotate(tmp_path / "in.mp4", tmp_path / "out.mp4")
    assert video_times(tmp_path / "out.mp4") == video_times(tmp_path / "in.mp4")
    assert [float(time) for time in video_times(tmp_path / "out.mp4")] == pytest.approx(times, abs=1e-4)


def test_the_sound_is_copied_packet_by_packet(tmp_path: Path) -> None:
    write_face_video(tmp_path / "in.mp4", seconds=1, size=(96, 64), audio=True)
    sink = annotate(tmp_path / "in.mp4", tmp_path / "out.mp4")
    assert sound_packets(tmp_path / "out.mp4") == sound_packets(tmp_path / "in.mp4")
    assert sink.warnings == []


@pytest.mark.parametrize("name", ["face_noface.mov", "single_face.mp4"])
def test_real_recordings_keep_times_and_sound(name: str, tmp_path: Path) -> None:
    source = shared_media(name)
    annotate(source, tmp_path / "out.mp4")
    assert video_times(tmp_path / "out.mp4") == video_times(source)
    assert sound_packets(tmp_path / "out.mp4") == sound_packets(source)


def test_a_part_begins_at_zero_and_its_sound_with_it(tmp_path: Path) -> None:
    write_face_video(tmp_path / "in.mp4", seconds=3, size=(96, 64), audio=True)
    annotate(tmp_path / "in.mp4", tmp_path / "out.mp4", start_s=1.6, end_s=2.6)
    times = video_times(tmp_path / "out.mp4")
    assert (times[0], len(times)) == (0, 25)
    sound = dict(sound_packets(tmp_path / "out.mp4"))
    original = {data: time for time, data in sound_packets(tmp_path / "in.mp4")}
    assert max(sound) == pytest.approx(1, abs=0.03)
    assert all(original[data] == pytest.approx(time + 1.6, abs=1e-3) for time, data in sound.items())


def test_the_sound_ends_where_the_analysis_was_stopped(tmp_path: Path) -> None:
    write_face_video(tmp_path / "in.mp4", seconds=2, size=(96, 64), audio=True)
    annotate(tmp_path / "in.mp4", tmp_path / "out.mp4", stop_after=10)
    assert len(video_times(tmp_path / "out.mp4")) == 10
    assert max(time for time, _ in sound_packets(tmp_path / "out.mp4")) == pytest.approx(0.36, abs=0.03)


@pytest.mark.parametrize(("channels", "rate"), [("mono", 44_100), ("stereo", 96_000), ("5.1", 48_000)])
def test_sound_that_mp4_cannot_hold_becomes_aac(channels: str, rate: int, tmp_path: Path) -> None:
    write_face_video(tmp_path / "silent.mp4", seconds=1, size=(96, 64))
    add_pcm(tmp_path / "silent.mp4", tmp_path / "in.mkv", channels, rate)
    annotate(tmp_path / "in.mkv", tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name == "aac"
        assert stream.channels == (1 if channels == "mono" else 2)
        samples = sum(frame.samples for frame in container.decode(stream))
        assert samples / stream.rate == pytest.approx(1, abs=0.1)


def add_pcm(video: Path, target: Path, layout: str, rate: int) -> None:
    """The same video with one second of uncompressed sound."""
    with av.open(str(video)) as source, av.open(str(target), "w") as output:
        copied = output.add_stream_from_template(source.streams.video[0])
        sound = output.add_stream("pcm_s16le", rate=rate, layout=layout)
        channels = sound.codec_context.channels
        samples = (8000 * np.sin(np.arange(rate) / 20)).astype(np.int16).repeat(channels)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
        frame.sample_rate = rate
        frame.pts = 0
        output.mux(sound.encode(frame))
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = copied
                output.mux(packet)
        output.mux(sound.encode(None))


def test_a_video_without_sound_stays_without(tmp_path: Path) -> None:
    write_face_video(tmp_path / "in.mp4", seconds=0.2, size=(96, 64))
    sink = annotate(tmp_path / "in.mp4", tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert not container.streams.audio
    assert sink.warnings == []


def test_a_turned_video_is_written_upright(tmp_path: Path) -> None:
    write_face_video(tmp_path / "in.mp4", seconds=0.2, size=(96, 64), rotation=90)
    annotate(tmp_path / "in.mp4", tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (96, 64)
    first, second = pictures(tmp_path / "in.mp4")[0], pictures(tmp_path / "out.mp4")[0]
    assert np.abs(first.astype(int) - second).mean() < 4


def test_odd_sides_get_one_more_line(tmp_path: Path) -> None:
    images = [np.full((49, 65, 3), 40 * number, np.uint8) for number in range(4)]
    write_through(SyntheticSource(images, size=(65, 49)), tmp_path / "out.mp4")
    written = pictures(tmp_path / "out.mp4")
    assert written[0].shape == (50, 66, 3)
    assert np.abs(written[3].astype(int) - 120).max() < 4


def test_a_frame_of_another_size_is_scaled_to_the_first(tmp_path: Path) -> None:
    images = [np.full((48, 64, 3), 50, np.uint8), np.full((96, 32, 3), 200, np.uint8)]
    write_through(SyntheticSource(images), tmp_path / "out.mp4")
    first, second = pictures(tmp_path / "out.mp4")
    assert first.shape == second.shape == (48, 64, 3)
    assert second.mean() == pytest.approx(200, abs=4)


def write_through(source: SyntheticSource, target: Path) -> None:
    sink = VideoSink(target)
    with source:
        sink.open(source.info)
        for frame in source:
            sink.write(frame, make_result(pts_s=frame.pts_s))
    sink.close(complete=True)


def test_colours_survive(tmp_path: Path) -> None:
    colours: Sequence[tuple[int, int, int]] = [(200, 40, 30), (30, 180, 60), (40, 60, 210)]
    write_video(tmp_path / "in.mp4", [np.full((64, 96, 3), colour, np.uint8) for colour in colours])
    annotate(tmp_path / "in.mp4", tmp_path / "out.mp4")
    for before, after in zip(pictures(tmp_path / "in.mp4"), pictures(tmp_path / "out.mp4"), strict=True):
        assert np.abs(before.astype(int) - after).max() < 8


def test_faces_are_drawn_or_hidden(tmp_path: Path) -> None:
    ((box,), *_) = write_face_video(tmp_path / "in.mp4", seconds=0.2)
    plain = pictures(tmp_path / "in.mp4")[0]
    face = np.s_[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)]
    drawn = {}
    for blur in (False, True):
        style = OverlayStyle(boxes=False, labels=False, bars=False, blur=blur)
        sink = VideoSink(tmp_path / f"{blur}.mp4", style=style)
        with VideoSource(tmp_path / "in.mp4") as source:
            sink.open(source.info)
            for frame in source:
                sink.write(frame, make_result([make_face(box)], pts_s=frame.pts_s))
        sink.close(complete=True)
        drawn[blur] = pictures(tmp_path / f"{blur}.mp4")[0]
    assert np.abs(drawn[False][face].astype(int) - plain[face]).mean() < 4
    assert np.abs(drawn[True][face].astype(int) - plain[face]).mean() > 12


def test_a_face_that_is_missed_for_a_moment_stays_hidden(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    noise = cv2.resize(generator.integers(0, 255, (24, 32, 3), dtype=np.uint8), (320, 240))
    nothing = OverlayStyle(boxes=False, labels=False, bars=False, blur=True)
    sink = VideoSink(tmp_path / "out.mp4", style=nothing)
    with SyntheticSource(1) as source:
        sink.open(source.info)
    for pts_s in (0.0, 0.5, 3.0):
        faces = [make_face(Box(120, 80, 80, 80))] if pts_s == 0 else []
        sink.write(make_frame(noise, pts_s=pts_s), make_result(faces, pts_s=pts_s))
    sink.close(complete=True)
    found, missed, gone = (
        float(cv2.Laplacian(picture[80:160, 120:200], cv2.CV_64F).var())
        for picture in pictures(tmp_path / "out.mp4")
    )
    assert missed == pytest.approx(found, rel=0.5)
    assert gone > 3 * missed


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are a thing of POSIX")
def test_a_full_disk_is_an_error_and_leaves_no_broken_video(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    sink = VideoSink(tmp_path / "out.mp4")
    with SyntheticSource(1) as source:
        sink.open(source.info)

    def write_all() -> None:
        for index in range(200):
            noise = generator.integers(0, 255, (240, 320, 3), dtype=np.uint8)
            sink.write(make_frame(noise, pts_s=index / 30), make_result())

    with file_size_limit(50_000), pytest.raises(OutputError, match=r"out\.mp4: cannot be written"):
        write_all()
    assert sink.close(complete=False) is None
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_without_a_frame(tmp_path: Path) -> None:
    sink = VideoSink(tmp_path / "out.mp4")
    with SyntheticSource(1) as source:
        sink.open(source.info)
    assert sink.close(complete=True) is None
    assert list(tmp_path.iterdir()) == []
