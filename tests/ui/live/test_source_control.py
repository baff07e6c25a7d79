from __future__ import annotations

from pathlib import Path

import pytest

from fer_desktop.core.errors import CameraUnavailableError, SourceError
from fer_desktop.core.sources import discovery as cameras
from fer_desktop.core.sources.camera import CameraSource
from fer_desktop.core.sources.images import ImageSource
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.ui.common.file_types import OPEN_FILTER, to_open
from fer_desktop.ui.live.source_control import open_camera, open_files
from tests.ui.desk import EXTERNAL


def test_a_camera_is_found_by_its_key_each_time_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "find_camera", lambda key: EXTERNAL if key == EXTERNAL.key else None)
    source = open_camera(EXTERNAL.key, "as it was called")
    assert isinstance(source, CameraSource)
    assert source.info.name == EXTERNAL.name


def test_a_camera_that_is_not_there_may_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "find_camera", lambda key: None)
    with pytest.raises(CameraUnavailableError, match="External: this camera is not plugged in"):
        open_camera(EXTERNAL.key, EXTERNAL.name)


def test_a_video_a_picture_a_folder_and_several_pictures(tmp_path: Path) -> None:
    for name in ("talk.mp4", "a.png", "b.png"):
        (tmp_path / name).touch()
    assert isinstance(open_files([tmp_path / "talk.mp4"]), VideoSource)
    assert isinstance(open_files([tmp_path / "a.png"]), ImageSource)
    assert isinstance(open_files([tmp_path]), ImageSource)
    several = open_files([tmp_path / "a.png", tmp_path / "b.png"])
    assert isinstance(several, ImageSource)
    assert several.info.name == "2 pictures"


def test_a_file_that_is_gone_is_an_error_for_the_user(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        open_files([tmp_path / "gone.mp4"])


@pytest.mark.parametrize(
    ("chosen", "opened"),
    [
        ([], []),
        (["a.PNG", "b.jpg", "talk.mp4"], ["a.PNG", "b.jpg"]),
        (["talk.mp4", "a.png"], ["talk.mp4"]),
        (["folder", "other"], ["folder"]),
    ],
)
def test_only_pictures_are_shown_together(chosen: list[str], opened: list[str]) -> None:
    assert to_open(Path(name) for name in chosen) == tuple(Path(name) for name in opened)


def test_the_file_dialog_offers_what_can_be_read() -> None:
    for pattern in ("*.mp4", "*.mkv", "*.jpg", "*.png", "(*)"):
        assert pattern in OPEN_FILTER
