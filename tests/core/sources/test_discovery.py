"""Which cameras there are, and keys that find them again."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from cv2_enumerate_cameras.camera_info import CameraInfo as FoundCamera

from fer_desktop.core.sources import discovery as cameras
from fer_desktop.core.sources.discovery import CameraInfo, describe, find_camera, lasting_links, list_cameras


def found(index: int, name: str | None, path: str | None, backend: int = cv2.CAP_V4L2) -> FoundCamera:
    return FoundCamera(index, name, path, None, None, backend)  # type: ignore[arg-type]


class System:
    """A computer whose cameras the test decides."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.by_backend: dict[int, list[FoundCamera]] = {}
        self.links: dict[str, str] = {}
        monkeypatch.setattr(cameras.platform, "system", lambda: name)
        monkeypatch.setattr(cameras, "enumerate_cameras", lambda backend: self.by_backend.get(backend, []))
        monkeypatch.setattr(cameras, "lasting_links", lambda: self.links)


def test_linux_lists_video4linux_once_in_the_order_of_the_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, "Linux")
    system.by_backend = {
        cv2.CAP_V4L2: [found(10, "C920", "/dev/video10"), found(2, "Built-in", "/dev/video2")],
        cv2.CAP_GSTREAMER: [found(2, "Built-in", "/dev/video2", cv2.CAP_GSTREAMER)],
    }
    system.links = {"/dev/video10": "/dev/v4l/by-id/usb-C920"}

    assert list_cameras() == (
        CameraInfo("Built-in", "Built-in", "/dev/video2", 2, cv2.CAP_V4L2),
        CameraInfo("/dev/v4l/by-id/usb-C920", "C920", "/dev/video10", 10, cv2.CAP_V4L2),
    )


def test_a_camera_keeps_its_key_when_it_comes_back_as_another_node(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, "Linux")
    system.by_backend = {cv2.CAP_V4L2: [found(0, "C920", "/dev/video0"), found(2, "C270", "/dev/video2")]}
    system.links = {"/dev/video0": "/dev/v4l/by-id/usb-C920", "/dev/video2": "/dev/v4l/by-id/usb-C270"}
    key = list_cameras()[0].key

    system.by_backend = {cv2.CAP_V4L2: [found(0, "C270", "/dev/video0"), found(4, "C920", "/dev/video4")]}
    system.links = {"/dev/video4": "/dev/v4l/by-id/usb-C920", "/dev/video0": "/dev/v4l/by-id/usb-C270"}

    again = find_camera(key)
    assert again is not None
    assert (again.name, again.index, again.path) == ("C920", 4, "/dev/video4")


def test_the_link_by_id_wins_over_the_link_by_path(tmp_path: Path) -> None:
    node, other = tmp_path / "video0", tmp_path / "video2"
    by_id, by_path = tmp_path / "by-id", tmp_path / "by-path"
    for folder in (by_id, by_path):
        folder.mkdir()
    for file in (node, other):
        file.touch()
    (by_id / "usb-C920-index0").symlink_to("../video0")
    (by_path / "pci-usb-1-index0").symlink_to("../video0")
    (by_path / "pci-usb-2-index0").symlink_to("../video2")

    assert lasting_links((by_id, by_path, tmp_path / "absent")) == {
        str(node): str(by_id / "usb-C920-index0"),
        str(other): str(by_path / "pci-usb-2-index0"),
    }


def test_windows_adds_what_only_directshow_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, "Windows")
    system.by_backend = {
        cv2.CAP_MSMF: [found(0, "HD Webcam", r"\\?\usb#1#{e532}", cv2.CAP_MSMF)],
        cv2.CAP_DSHOW: [
            found(0, "HD Webcam", r"\\?\usb#1#{65e8}", cv2.CAP_DSHOW),
            found(1, "OBS Virtual Camera", "", cv2.CAP_DSHOW),
        ],
    }

    assert list_cameras() == (
        CameraInfo(r"\\?\usb#1#{e532}", "HD Webcam", r"\\?\usb#1#{e532}", 0, cv2.CAP_MSMF),
        CameraInfo("OBS Virtual Camera", "OBS Virtual Camera", "", 1, cv2.CAP_DSHOW),
    )


def test_macos_uses_the_lasting_id_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, "Darwin")
    system.by_backend = {cv2.CAP_AVFOUNDATION: [found(0, "FaceTime", "0x1420000", cv2.CAP_AVFOUNDATION)]}

    assert [camera.key for camera in list_cameras()] == ["0x1420000"]


def test_an_unknown_system_has_no_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    System(monkeypatch, "Plan 9")

    assert list_cameras() == ()


def test_cameras_of_one_name_are_told_apart() -> None:
    listed = describe([found(0, "Cam", "/dev/video0"), found(2, "Cam", "/dev/video2")], {})

    assert [camera.name for camera in listed] == ["Cam", "Cam (2)"]
    assert len({camera.key for camera in listed}) == 2


def test_a_camera_without_a_name_is_called_by_its_path() -> None:
    assert [camera.name for camera in describe([found(0, None, "/dev/video0")], {})] == ["/dev/video0"]


@pytest.mark.parametrize("wanted", ["/dev/v4l/by-id/usb-C920", "/dev/video4", "C920"])
def test_a_camera_is_found_by_key_path_or_name(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    system = System(monkeypatch, "Linux")
    system.by_backend = {cv2.CAP_V4L2: [found(0, "Other", "/dev/video0"), found(4, "C920", "/dev/video4")]}
    system.links = {"/dev/video4": "/dev/v4l/by-id/usb-C920"}

    camera = find_camera(wanted)

    assert camera is not None
    assert camera.index == 4


@pytest.mark.parametrize("wanted", ["", "0", "4", "Absent"])
def test_no_camera_is_found_by_a_bare_index_or_another_word(
    monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    system = System(monkeypatch, "Linux")
    system.by_backend = {cv2.CAP_V4L2: [found(0, "Other", "/dev/video0"), found(4, "C920", "/dev/video4")]}

    assert find_camera(wanted) is None


def test_listing_the_real_cameras_gives_different_keys() -> None:
    listed = list_cameras()

    assert len({camera.key for camera in listed}) == len(listed)
