from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.types import Box, Image
from fer_desktop.ui.common import theme
from fer_desktop.ui.common.picture import MAX_BLUR_LAG_FRAMES, MAX_RESULT_AGE_S
from fer_desktop.ui.common.video_view import VideoView
from tests.ui.desk import face, frame, result

PLAIN = OverlayStyle(boxes=False, labels=False, bars=False)


@pytest.fixture
def view(qtbot: QtBot) -> VideoView:
    view = VideoView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.set_style(PLAIN)
    return view


def painted(view: VideoView) -> QImage:
    return view.grab().toImage()


def halves(left: int = 40, right: int = 200, size: tuple[int, int] = (64, 48)) -> Image:
    """A picture whose left and right halves are grey in two shades."""
    width, height = size
    image = np.full((height, width, 3), left, np.uint8)
    image[:, width // 2 :] = right
    return image


def checks(size: tuple[int, int] = (64, 48)) -> Image:
    """Black and white pixels in turn, which any blur turns grey."""
    width, height = size
    pattern = (np.indices((height, width)).sum(axis=0) % 2 * 255).astype(np.uint8)
    return np.repeat(pattern[:, :, None], 3, axis=2)


def contrast_in(image: QImage, x: int, y: int, size: int = 8) -> int:
    values = [image.pixelColor(x + i, y + j).red() for i in range(size) for j in range(size)]
    return max(values) - min(values)


def test_colours_and_aspect_are_kept_and_the_rest_is_the_window(view: VideoView) -> None:
    blue = np.zeros((30, 60, 3), np.uint8)
    blue[:] = (250, 10, 20)  # BGR
    view.show_frame(frame(blue))

    image = painted(view)

    assert image.pixelColor(200, 150) == QColor(20, 10, 250)
    assert image.pixelColor(2, 51) == QColor(20, 10, 250)
    background = view.palette().color(view.backgroundRole())
    assert image.pixelColor(200, 48) == background
    assert image.pixelColor(200, 252) == background


def test_the_picture_is_mirrored(view: VideoView) -> None:
    view.show_frame(frame(halves()))
    before = painted(view)
    view.set_mirrored(True)
    after = painted(view)
    assert before.pixelColor(100, 150).red() == after.pixelColor(300, 150).red() == 40
    assert before.pixelColor(300, 150).red() == after.pixelColor(100, 150).red() == 200


def test_a_picture_whose_rows_are_not_contiguous_is_shown(view: VideoView) -> None:
    view.show_frame(frame(halves()[:, ::-1]))
    assert painted(view).pixelColor(100, 150).red() == 200


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_box_is_drawn_around_the_face(view: VideoView, mirrored: bool) -> None:
    view.set_style(dataclasses.replace(PLAIN, boxes=True))
    view.set_mirrored(mirrored)
    view.show_frame(frame(halves(0, 0, (80, 60))))
    view.show_result(result(face(label="happiness", box=Box(10, 20, 20, 20)), size=(80, 60)))

    image = painted(view)

    left = 400 - 150 if mirrored else 50
    yellow = theme.emotion_colour("happiness")
    assert image.pixelColor(left + 50, 102) == yellow  # the middle of its upper edge
    assert image.pixelColor(left + 2, 150) == yellow
    assert image.pixelColor(left + 50, 150) == QColor(0, 0, 0)


def colours_of(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_an_uncertain_face_has_a_dashed_grey_box(view: VideoView) -> None:
    view.set_style(dataclasses.replace(PLAIN, boxes=True))
    view.show_frame(frame(halves(0, 0, (80, 60))))
    view.show_result(result(face(label=None, box=Box(10, 20, 40, 20)), size=(80, 60)))
    image = painted(view)
    edge = [image.pixelColor(x, 102).red() for x in range(60, 240)]
    assert max(edge) > 150
    assert min(edge) < 50


@pytest.mark.parametrize(
    "box", [Box(0, 0, 30, 30), Box(50, 30, 30, 30), Box(-20, -20, 60, 60), Box(0, 0, 80, 60)]
)
def test_nothing_is_drawn_outside_the_picture(view: VideoView, box: Box) -> None:
    view.resize(500, 300)  # the picture is 400 wide, 50 are free on both sides
    view.show_frame(frame(halves(0, 0, (80, 60))))
    bare = painted(view)
    view.set_style(OverlayStyle())
    view.show_result(result(face(box=box), size=(80, 60)))

    image = painted(view)

    assert image != bare
    for side in (range(49), range(451, 500)):
        strip = {image.pixelColor(x, y).name() for x in side for y in range(300)}
        assert strip == {view.palette().color(view.backgroundRole()).name()}


@pytest.mark.parametrize("part", ["boxes", "labels", "bars"])
def test_each_part_can_be_shown_on_its_own(view: VideoView, part: str) -> None:
    view.show_frame(frame(halves(0, 0)))
    view.show_result(result(face(label="surprise", box=Box(20, 20, 12, 12))))
    bare = colours_of(painted(view))
    view.set_style(dataclasses.replace(PLAIN, **{part: True}))
    shown = colours_of(painted(view))
    blue = theme.emotion_colour("surprise").name()
    assert blue not in bare
    assert blue in shown


def test_faces_found_long_ago_are_not_drawn_over_a_new_frame(view: VideoView) -> None:
    view.set_style(dataclasses.replace(PLAIN, boxes=True))
    view.show_frame(frame(halves()))
    view.show_result(result(face()))
    with_box = painted(view)
    view.show_frame(frame(halves(), index=1, pts_s=MAX_RESULT_AGE_S))
    assert painted(view) == with_box
    view.show_frame(frame(halves(), index=2, pts_s=MAX_RESULT_AGE_S + 0.01))
    assert painted(view) != with_box


def test_each_frame_and_result_is_told_once_when_it_was_painted(view: VideoView) -> None:
    told: list[object] = []
    view.displayed.connect(told.append)
    shown, found = frame(halves()), result(face())
    view.show_frame(shown)
    view.show_result(found)
    assert told == []
    painted(view)
    painted(view)
    assert told == [shown, found]


def test_a_click_on_a_face_tells_which_and_the_smaller_one_goes_first(view: VideoView, qtbot: QtBot) -> None:
    view.set_mirrored(True)
    view.show_frame(frame(halves(size=(80, 60))))
    view.show_result(result(face(1, box=Box(0, 0, 40, 40)), face(2, box=Box(10, 10, 10, 10)), size=(80, 60)))
    clicked: list[int] = []
    view.face_clicked.connect(clicked.append)
    for x, y in ((400 - 5 * 5, 5 * 5), (400 - 15 * 5, 15 * 5), (5, 290)):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    assert clicked == [1, 2]


# Blur.


@pytest.fixture
def blurred(view: VideoView) -> VideoView:
    view.set_style(dataclasses.replace(PLAIN, blur=True))
    view.resize(640, 480)
    return view


SMALL = face(box=Box(10, 10, 8, 8))


def test_the_face_is_blurred_and_the_rest_is_not(blurred: VideoView) -> None:
    blurred.show_result(result(SMALL))
    blurred.show_frame(frame(checks()))
    blurred.show_result(result(SMALL))
    image = painted(blurred)
    assert contrast_in(image, 130, 130) < 100
    assert contrast_in(image, 500, 400, 20) > 200


def test_without_results_the_whole_picture_is_unrecognisable(blurred: VideoView) -> None:
    blurred.show_frame(frame(checks()))
    image = painted(blurred)
    assert max(contrast_in(image, x, y) for x in range(0, 600, 50) for y in range(0, 450, 50)) < 100


def test_a_frame_waits_for_its_own_result(blurred: VideoView) -> None:
    blurred.show_frame(frame(checks()))
    blurred.show_result(result(SMALL))
    before = painted(blurred)

    blurred.show_frame(frame(halves(), index=1, pts_s=0.1))
    assert painted(blurred) == before

    blurred.show_result(result(SMALL, index=1, pts_s=0.1))
    assert painted(blurred) != before


def test_a_frame_is_never_blurred_with_the_faces_of_another_moment(blurred: VideoView) -> None:
    """The picture before stays: its own frame has gone by unseen, and the one at hand is too old."""
    blurred.show_frame(frame(checks()))
    blurred.show_result(result(SMALL))
    before = painted(blurred)
    blurred.show_frame(frame(halves(), index=1, pts_s=0.1))
    late = 1 + MAX_BLUR_LAG_FRAMES + 1
    blurred.show_result(result(SMALL, index=late, pts_s=0.2))
    assert painted(blurred) == before


def test_when_results_stop_coming_everything_is_hidden(blurred: VideoView) -> None:
    blurred.show_frame(frame(checks()))
    blurred.show_result(result(SMALL))
    blurred.show_frame(frame(checks(), index=50, pts_s=MAX_RESULT_AGE_S + 0.1))
    assert contrast_in(painted(blurred), 500, 400, 20) < 100


def test_a_still_picture_is_blurred_when_asked_later(view: VideoView) -> None:
    view.resize(640, 480)
    view.show_frame(frame(checks()))
    view.show_result(result(SMALL))
    assert contrast_in(painted(view), 130, 130, 20) > 200
    view.set_style(dataclasses.replace(PLAIN, blur=True))
    assert contrast_in(painted(view), 130, 130) < 100
    assert contrast_in(painted(view), 500, 400, 20) > 200


# Snapshot.


def test_a_snapshot_has_the_size_of_the_frame_and_what_is_drawn(view: VideoView) -> None:
    view.set_style(OverlayStyle())
    view.set_note("Paused")
    view.show_frame(frame(halves(0, 0, (160, 120))))
    view.show_result(result(face(box=Box(40, 40, 40, 40)), size=(160, 120)))
    shot = view.snapshot()
    assert shot.size().toTuple() == (160, 120)
    assert shot.pixelColor(155, 115) == QColor(0, 0, 0)
    edge = [shot.pixelColor(x, 60) for x in range(38, 44)]
    assert any(colour.green() > 100 > colour.blue() for colour in edge)


def test_without_a_picture_there_is_no_snapshot(view: VideoView) -> None:
    assert view.snapshot().isNull()
    view.show_frame(frame(halves()))
    view.clear()
    assert view.snapshot().isNull()
