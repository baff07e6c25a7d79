"""Pictures and folders of pictures."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources.images import ImageSource, natural_order
from fer_desktop.core.types import Frame, Image


def corners() -> Image:
    """A picture with four corners of different colours, wider than high."""
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24, :32], image[:24, 32:], image[24:, :32] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return image


def save(path: Path, value: int = 128, size: tuple[int, int] = (64, 48)) -> Path:
    PIL.Image.fromarray(np.full((size[1], size[0], 3), value, np.uint8)).save(path)
    return path


def read(source: ImageSource) -> list[Frame]:
    with source:
        return list(source)


def test_one_picture_is_one_frame(tmp_path: Path) -> None:
    path = save(tmp_path / "photo.png", 200)

    source = ImageSource(path)
    (frame,) = read(source)

    assert (frame.index, frame.pts_s, frame.size) == (0, 0.0, (64, 48))
    assert (frame.image == 200).all()
    assert not frame.image.flags.writeable
    info = source.info
    assert (info.name, info.kind, info.path, info.size) == ("photo.png", "images", path, (64, 48))


def test_pictures_are_in_the_order_blue_green_red(tmp_path: Path) -> None:
    PIL.Image.fromarray(corners()).save(tmp_path / "rgb.png")

    (frame,) = read(ImageSource(tmp_path / "rgb.png"))

    assert np.array_equal(frame.image, corners()[:, :, ::-1])


def test_a_folder_is_read_in_natural_order_without_what_is_no_picture(tmp_path: Path) -> None:
    for number in (10, 9, 1, 100, 2):
        save(tmp_path / f"photo{number}.png", number)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_bytes(b"no picture")
    (tmp_path / "more").mkdir()
    save(tmp_path / "more" / "photo3.png")

    source = ImageSource(tmp_path)
    frames = read(source)

    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 2, 9, 10, 100]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.pts_s for frame in frames] == [0, 1, 2, 3, 4]
    assert [path.name for path in source.paths][-1] == "photo100.png"
    assert (source.info.name, source.info.duration_s, source.info.fps) == (tmp_path.name, 5, 1)


def test_a_list_keeps_its_order_and_sizes_may_differ(tmp_path: Path) -> None:
    paths = [save(tmp_path / "b.png", size=(30, 20)), save(tmp_path / "a.jpg", size=(20, 30))]

    source = ImageSource(paths)

    assert [frame.size for frame in read(source)] == [(30, 20), (20, 30)]
    assert source.info.name == "2 pictures"


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_orientation_is_honoured(tmp_path: Path, ending: str, orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"phone.{ending}"
    PIL.Image.fromarray(corners()).save(path, exif=exif)
    upright = PIL.ImageOps.exif_transpose(PIL.Image.open(path)).convert("RGB")

    (frame,) = read(ImageSource(path))

    assert frame.size == upright.size
    assert np.abs(frame.image.astype(int) - np.asarray(upright)[:, :, ::-1]).mean() < 2


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixel_comes_as_three_channels(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.png"
    if mode == "I;16":
        PIL.Image.fromarray(np.full((48, 64), 153 * 257, np.uint16)).save(path)
    else:
        PIL.Image.new("RGB", (64, 48), (153, 153, 153)).convert(mode).save(path)

    (frame,) = read(ImageSource(path))

    assert frame.image.shape == (48, 64, 3)
    assert frame.image.dtype == np.uint8
    assert np.abs(frame.image.astype(int) - 153).max() <= 1


def test_a_name_with_any_letters(tmp_path: Path) -> None:
    path = save(tmp_path / "Überraschung 驚き 😮.PNG")

    assert len(read(ImageSource(path))) == 1


def test_an_unreadable_picture_in_a_folder_is_left_out_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save(tmp_path / "1.png", 10)
    (tmp_path / "2.png").write_bytes(b"no picture")
    (tmp_path / "3.png").write_bytes(b"")
    (tmp_path / "4.png").mkdir()
    save(tmp_path / "5.png", 50)

    with caplog.at_level(logging.WARNING, "fer_desktop"):
        frames = read(ImageSource(tmp_path))

    assert [frame.index for frame in frames] == [0, 4]
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [10, 50]
    for name in ("2.png", "3.png", "4.png"):
        assert f"{tmp_path / name}: " in caplog.text


def test_a_single_unreadable_picture_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(save(tmp_path / "whole.png").read_bytes()[:40])

    with pytest.raises(SourceError, match=r"broken\.png: this is not a picture that can be read"):
        ImageSource(path).__enter__()


def test_a_picture_of_absurd_size_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "giant.jpg"
    jpeg = bytearray(cv2.imencode(".jpg", corners())[1].tobytes())
    size_at = jpeg.index(b"\xff\xc0") + 5
    jpeg[size_at : size_at + 4] = (65_000).to_bytes(2, "big") * 2
    path.write_bytes(jpeg)

    with pytest.raises(SourceError, match=r"giant\.jpg: "):
        ImageSource(path).__enter__()


def test_an_absent_picture_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.png: .*No such file"):
        ImageSource(tmp_path / "absent.png").__enter__()


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")

    with pytest.raises(SourceError, match="there is no picture in this folder"):
        ImageSource(tmp_path).__enter__()


def test_a_folder_with_only_unreadable_pictures_is_an_error(tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(b"no picture")

    with pytest.raises(SourceError, match="none of the pictures can be read"):
        ImageSource(tmp_path).__enter__()


def test_an_empty_list_is_an_error() -> None:
    with pytest.raises(SourceError, match="none of the pictures"):
        ImageSource([]).__enter__()


def test_a_picture_is_read_when_it_is_its_turn(tmp_path: Path) -> None:
    """A folder of thousands never lies in memory."""
    paths = [save(tmp_path / f"{number}.png") for number in range(3)]
    with ImageSource(tmp_path) as source:
        paths[2].unlink()

        assert [frame.index for frame in source] == [0, 1]


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True))
def test_natural_order_sorts_numbers_by_value(numbers: list[int]) -> None:
    names = [f"Photo {number} of 9.jpg" for number in numbers]

    assert sorted(names, key=natural_order) == [f"Photo {number} of 9.jpg" for number in sorted(numbers)]


@given(st.text(max_size=8), st.text(max_size=8))
def test_natural_order_puts_any_two_names_in_one_order(first: str, second: str) -> None:
    assert (natural_order(first) <= natural_order(second)) or (natural_order(second) <= natural_order(first))
