from __future__ import annotations

import cv2
import numpy as np
from skimage.data import astronaut

from fer_desktop.core.detection.detector import create_detector
from fer_desktop.core.overlay.blur import blur_faces
from tests.support.results import make_face, make_result


def test_a_blurred_face_is_found_no_more_and_the_rest_stays() -> None:
    image = np.ascontiguousarray(astronaut()[:, :, ::-1])
    detector = create_detector()
    (face,) = detector.detect(image)
    result = make_result([make_face(face.box)])
    blurred = blur_faces(image, result)
    assert detector.detect(blurred) == []
    np.testing.assert_array_equal(blurred[300:], image[300:])
    box = face.box
    inside = np.s_[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)]
    detail_before, detail_after = (
        cv2.Laplacian(picture[inside], cv2.CV_64F).var() for picture in (image, blurred)
    )
    assert detail_after < detail_before / 100
