"""Reading a camera, and everything that cameras do wrong, with a stand-in for OpenCV's."""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.core.errors import CameraUnavailableError
from fer_desktop.core.sources import camera as camera_module
from fer_desktop.core.sources.camera import FIRST_PICTURE_S, NEXT_PICTURE_S, CameraSource, fourcc_name
from fer_desktop.core.sources.discovery import CameraInfo
from tests.support.sources import FakeCapture, FakeClock, plain_picture

SIZE = (640, 360)
MJPG = cv2.VideoWriter.fourcc(*"MJPG")
YUYV = cv2.VideoWriter.fourcc(*"YUYV")


@pytest.fixture
def camera(tmp_path: Path) -> CameraInfo:
    """A camera on Linux whose node the test can remove."""
    node = tmp_path / "video0"
    node.touch()
    return CameraInfo("key", "Webcam", str(node), 3, cv2.CAP_V4L2)


def pictures(count: int) -> list[object]:
    return [plain_picture(index, SIZE) for index in range(count)]


def test_it_is_opened_by_index_and_backend(camera: CameraInfo) -> None:
    capture = FakeCapture(pictures(1))
    with CameraSource(camera, open_capture=capture):
        pass

    assert capture.calls[0] == ("open", 3, cv2.CAP_V4L2)


def test_nothing_is_opened_before_it_is_entered(camera: CameraInfo) -> None:
    capture = FakeCapture(pictures(1))
    source = CameraSource(camera, open_capture=capture)

    assert capture.calls == []
    assert (source.info.name, source.info.kind, source.info.path) == ("Webcam", "camera", None)


def test_motion_jpeg_is_asked_for_before_size_and_rate_and_before_the_first_read(camera: CameraInfo) -> None:
    capture = FakeCapture(pictures(1))
    with CameraSource(camera, size=(800, 600), fps=25, open_capture=capture):
        pass

    assert capture.calls[1:] == [
        ("set", cv2.CAP_PROP_FOURCC, MJPG),
        ("set", cv2.CAP_PROP_FRAME_WIDTH, 800),
        ("set", cv2.CAP_PROP_FRAME_HEIGHT, 600),
        ("set", cv2.CAP_PROP_FPS, 25),
        ("read",),
    ]


def test_info_is_what_the_camera_does_not_what_was_asked(camera: CameraInfo) -> None:
    stubborn = FakeCapture(pictures(1), properties={cv2.CAP_PROP_FPS: 15, cv2.CAP_PROP_FOURCC: YUYV})
    with CameraSource(camera, size=(1280, 720), fps=30, open_capture=stubborn) as source:
        assert (source.info.size, source.info.fps, source.info.fourcc) == (SIZE, 15, "YUYV")

    willing = FakeCapture(pictures(1), accepts=[cv2.CAP_PROP_FPS, cv2.CAP_PROP_FOURCC])
    with CameraSource(camera, fps=30, open_capture=willing) as source:
        assert (source.info.fps, source.info.fourcc) == (30, "MJPG")

    silent = FakeCapture(pictures(1))
    with CameraSource(camera, open_capture=silent) as source:
        assert (source.info.fps, source.info.fourcc) == (None, None)


def test_times_count_from_the_first_frame_on_the_clock(camera: CameraInfo) -> None:
    clock = FakeClock(500.0)
    capture = FakeCapture(pictures(4), clock=clock, read_s=0.25)
    with CameraSource(camera, open_capture=capture, clock=clock) as source:
        frames = list(itertools.islice(source, 4))

    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert [frame.pts_s for frame in frames] == [0, 0.25, 0.5, 0.75]
    assert [frame.captured_at for frame in frames] == [500.25, 500.5, 500.75, 501]


def test_frames_are_read_only_and_keep_what_they_show(camera: CameraInfo) -> None:
    with CameraSource(camera, open_capture=FakeCapture(pictures(3))) as source:
        frames = list(itertools.islice(source, 3))

    assert [int(frame.image[0, 0, 0]) for frame in frames] == [20, 21, 22]
    assert not any(frame.image.flags.writeable for frame in frames)


def test_a_size_that_changes_is_followed(camera: CameraInfo) -> None:
    capture = FakeCapture([plain_picture(0, (640, 360)), plain_picture(1, (320, 240))])
    with CameraSource(camera, open_capture=capture) as source:
        frames = iter(source)
        assert [next(frames).size, next(frames).size] == [(640, 360), (320, 240)]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        cv2.error("damaged JPEG"),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((4, 4), np.uint8),
    ],
    ids=["none", "error", "empty", "raw"],
)
def test_a_picture_that_cannot_be_read_is_left_out(camera: CameraInfo, bad: object) -> None:
    capture = FakeCapture([bad, plain_picture(0, SIZE), bad, bad, plain_picture(1, SIZE)])
    with CameraSource(camera, open_capture=capture, clock=FakeClock()) as source:
        frames = iter(source)
        assert [int(next(frames).image[0, 0, 0]) for _ in range(2)] == [20, 21]


def test_a_camera_may_take_seconds_to_begin(camera: CameraInfo) -> None:
    clock = FakeClock()
    capture = FakeCapture([None, None, plain_picture(0, SIZE)], clock=clock, read_s=FIRST_PICTURE_S / 3)
    with CameraSource(camera, open_capture=capture, clock=clock) as source:
        assert next(iter(source)).index == 0


def entering_fails(source: CameraSource) -> str:
    with pytest.raises(CameraUnavailableError) as error:
        source.__enter__()
    return str(error.value)


def test_a_camera_that_opens_but_sends_nothing_may_be_in_use(camera: CameraInfo) -> None:
    clock = FakeClock()
    capture = FakeCapture(clock=clock, read_s=2.0)

    message = entering_fails(CameraSource(camera, open_capture=capture, clock=clock))

    assert message.startswith("Webcam: the camera sends no pictures; another program may be using it: close")
    assert capture.released
    assert clock.now - 1000 < FIRST_PICTURE_S + 2.0


def test_a_camera_that_does_not_open_may_be_in_use(camera: CameraInfo) -> None:
    capture = FakeCapture(opens=False)

    message = entering_fails(CameraSource(camera, open_capture=capture))

    assert message.startswith("Webcam: the camera cannot be opened; another program may be using it: close")
    assert capture.released


def test_a_camera_that_is_not_there_has_to_be_plugged_in(camera: CameraInfo) -> None:
    Path(camera.path).unlink()

    message = entering_fails(CameraSource(camera, open_capture=FakeCapture(opens=False)))

    assert message == "Webcam: the camera cannot be opened; it is not connected, plug it in"


def test_a_camera_without_permission_says_what_to_do(
    camera: CameraInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_module.os, "access", lambda path, mode: False)

    message = entering_fails(CameraSource(camera, open_capture=FakeCapture(opens=False)))

    assert f"no permission for {camera.path}" in message
    assert "group video" in message


@pytest.mark.parametrize(
    ("system", "backend", "hint"),
    [
        ("Windows", cv2.CAP_MSMF, "let desktop apps access the camera"),
        ("Windows", cv2.CAP_DSHOW, "let desktop apps access the camera"),
        ("Darwin", cv2.CAP_AVFOUNDATION, "System Settings, Privacy & Security, Camera"),
    ],
)
def test_other_systems_say_where_the_permission_is(
    monkeypatch: pytest.MonkeyPatch, system: str, backend: int, hint: str
) -> None:
    monkeypatch.setattr(camera_module.platform, "system", lambda: system)
    source = CameraSource(CameraInfo("k", "Webcam", "id", 0, backend), open_capture=FakeCapture(opens=False))

    assert hint in entering_fails(source)


def test_an_unplugged_camera_is_noticed_at_once_by_its_node(camera: CameraInfo) -> None:
    clock = FakeClock()

    def unplug() -> None:
        Path(camera.path).unlink()

    capture = FakeCapture([plain_picture(0, SIZE), unplug], clock=clock)
    with CameraSource(camera, open_capture=capture, clock=clock) as source:
        frames = iter(source)
        next(frames)
        with pytest.raises(
            CameraUnavailableError, match="Webcam: the camera was unplugged; plug it in again"
        ):
            next(frames)
    assert capture.calls.count(("read",)) == 2
    assert capture.released


def test_a_camera_that_stops_is_given_up_after_two_seconds(camera: CameraInfo) -> None:
    clock = FakeClock()
    capture = FakeCapture(pictures(1), clock=clock, read_s=0.5)
    with CameraSource(camera, open_capture=capture, clock=clock) as source:
        frames = iter(source)
        next(frames)
        before = clock.now
        with pytest.raises(CameraUnavailableError, match="sends no pictures"):
            next(frames)

    assert clock.now - before == NEXT_PICTURE_S


def test_a_single_stalled_read_of_two_seconds_is_enough(camera: CameraInfo) -> None:
    """Video4Linux has waited the whole time itself."""
    clock = FakeClock()
    capture = FakeCapture(pictures(1), clock=clock, read_s=2.0)
    with CameraSource(camera, open_capture=capture, clock=clock) as source:
        frames = iter(source)
        next(frames)
        with pytest.raises(CameraUnavailableError):
            next(frames)

    assert capture.calls.count(("read",)) == 2


def test_closing_during_a_stalled_read_leaves_the_release_to_the_reader(camera: CameraInfo) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def stall() -> None:
        inside.set()
        assert go_on.wait(10)

    capture = FakeCapture([plain_picture(0, SIZE), stall])
    source = CameraSource(camera, open_capture=capture)
    seen: list[int] = []

    def read() -> None:
        with source:
            seen.extend(frame.index for frame in source)

    reader = threading.Thread(target=read)
    reader.start()
    assert inside.wait(10)

    source.close()
    assert not capture.released, "OpenCV crashes when a capture is released during a read"
    go_on.set()
    reader.join(10)

    assert not reader.is_alive()
    assert seen == [0]
    assert capture.released


def test_closing_during_opening_ends_without_an_error(camera: CameraInfo) -> None:
    source: CameraSource

    def close() -> None:
        source.close()

    capture = FakeCapture([close])
    source = CameraSource(camera, open_capture=capture)
    with source:
        assert list(source) == []

    assert capture.released


def test_every_way_out_releases_the_camera(camera: CameraInfo) -> None:
    capture = FakeCapture(pictures(2))
    with CameraSource(camera, open_capture=capture) as source:
        next(iter(source))
        assert not capture.released
    assert capture.released
    source.close()


def test_the_wait_for_video4linux_is_two_seconds() -> None:
    assert os.environ["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] == "2"


@pytest.mark.parametrize(
    ("value", "name"),
    [(MJPG, "MJPG"), (YUYV, "YUYV"), (0.0, None), (-1.0, None), (22.0, None), (2.0**40, None)],
)
def test_the_name_of_a_pixel_format(value: float, name: str | None) -> None:
    assert fourcc_name(value) == name


def test_opencv_itself_refuses_a_camera_that_does_not_exist(tmp_path: Path) -> None:
    absent = CameraInfo("key", "Webcam", str(tmp_path / "video99"), 99, cv2.CAP_V4L2)

    assert "not connected" in entering_fails(CameraSource(absent))
