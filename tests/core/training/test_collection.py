from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import OutputError
from fer_desktop.core.models.preprocessing import crop_face
from fer_desktop.core.training import collection
from fer_desktop.core.training.collection import (
    LARGEST_SIDE,
    Burst,
    BurstOptions,
    Crop,
    count_crops,
    largest_face,
    take_crop,
    write_crops,
)
from fer_desktop.core.types import Box, Face, Frame, FrameResult, Timings

NOON = time.mktime((2026, 3, 4, 12, 0, 0, 0, 0, -1))


def frame(at_s: float, width: int = 160, height: int = 120) -> Frame:
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Frame(0, at_s, image, NOON + at_s, at_s)


def face(x: float = 40, y: float = 30, side: float = 50) -> Face:
    shares = (1 / 7,) * 7
    return Face(1, Box(x, y, side, side), 0.9, shares, shares, None)


def taken_at(burst: Burst, times: np.ndarray, seen: bool | np.ndarray = True) -> list[float]:
    """The times of the frames that a crop was taken of; with seen, whether a face is in view in each."""
    visible = np.broadcast_to(seen, times.shape)
    taken = []
    for moment, there in zip(times, visible, strict=True):
        if burst.is_over:
            break
        before = len(burst.crops)
        burst.note(frame(float(moment)), face() if there else None)
        if len(burst.crops) > before:
            taken.append(float(moment))
    return taken


def test_a_burst_counts_down_then_spreads_its_crops() -> None:
    burst = Burst(BurstOptions(countdown_s=3, count=5, duration_s=2))
    assert burst.countdown_s == 3
    times = 100 + np.arange(200) / 32
    taken = taken_at(burst, times)
    assert taken == [103.0, 103.40625, 103.8125, 104.21875, 104.625]
    assert burst.is_over
    assert burst.countdown_s == 0


def test_the_countdown_stands_still_while_no_picture_comes() -> None:
    burst = Burst(BurstOptions(countdown_s=3, count=1, duration_s=1))
    burst.note(frame(10.0), face())
    assert burst.countdown_s == 3
    burst.note(frame(11.5), face())
    assert burst.countdown_s == 1.5
    assert not burst.is_over


def test_without_a_face_the_burst_ends_with_its_time() -> None:
    burst = Burst(BurstOptions(countdown_s=0, count=4, duration_s=2))
    times = np.arange(100) / 16
    taken = taken_at(burst, times, times < 0.5)
    assert taken == [0.0]
    assert burst.is_over


def test_a_slow_camera_gives_one_crop_a_frame() -> None:
    burst = Burst(BurstOptions(countdown_s=0, count=50, duration_s=1))
    assert taken_at(burst, np.arange(20) / 4) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_the_largest_face_is_taken() -> None:
    faces = (face(side=20), face(side=50), face(side=30))
    timings = Timings(0, 0, 0)
    assert largest_face(FrameResult(0, 0, 0, 0, (160, 120), faces, timings)) is faces[1]
    assert largest_face(FrameResult(0, 0, 0, 0, (160, 120), (), timings)) is None


def test_a_crop_has_the_pictures_own_resolution() -> None:
    source = frame(2.0)
    crop = take_crop(source, face())
    assert np.array_equal(crop.image, crop_face(source.image, face().box, 0.1))
    assert crop.image.shape == (60, 60, 3)
    assert crop.image.base is None  # the frame is not kept alive
    assert crop.wall_time == NOON + 2.0


def test_a_large_crop_is_reduced() -> None:
    crop = take_crop(frame(0, 1600, 1200), face(300, 100, 900))
    assert crop.image.shape == (LARGEST_SIDE, LARGEST_SIDE, 3)


def crops(count: int) -> list[Crop]:
    generator = np.random.default_rng(2)
    return [Crop(generator.integers(0, 256, (40, 40, 3), dtype=np.uint8), NOON) for _ in range(count)]


def test_crops_become_numbered_files_of_a_class_folder(tmp_path: Path) -> None:
    taken = crops(3)
    paths = write_crops(tmp_path, "fear", taken)
    assert [str(path.relative_to(tmp_path)) for path in paths] == [
        str(Path("train", "fear", f"20260304-120000-00{number}.png")) for number in (1, 2, 3)
    ]
    for path, crop in zip(paths, taken, strict=True):
        assert np.array_equal(cv2.imread(str(path)), crop.image)


def test_no_file_is_replaced(tmp_path: Path) -> None:
    first = write_crops(tmp_path, "fear", crops(2))
    before = [path.read_bytes() for path in first]
    second = write_crops(tmp_path, "fear", crops(2))
    assert not set(first) & set(second)
    assert [path.read_bytes() for path in first] == before
    assert count_crops(tmp_path) == {name: 4 if name == "fear" else 0 for name in EMOTIONS}


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert set(count_crops(tmp_path / "none").values()) == {0}


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = collection._png
    written = []

    def fills(image: np.ndarray) -> bytes:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(image)
        return encode(image)

    monkeypatch.setattr(collection, "_png", fills)
    write = crops(4)
    with pytest.raises(OutputError, match="No space left"):
        write_crops(tmp_path, "fear", write)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
