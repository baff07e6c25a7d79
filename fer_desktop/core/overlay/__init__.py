"""Draws results into pictures, and makes faces unrecognisable.

`layout` says where boxes, labels and bars go. `drawing` draws them with OpenCV, the window with Qt.
"""

from fer_desktop.core.overlay.blur import blur_boxes, blur_faces
from fer_desktop.core.overlay.drawing import draw_result
from fer_desktop.core.overlay.layout import (
    LabelSpot,
    LayoutRules,
    MeasuredFace,
    Placement,
    lay_out,
)
from fer_desktop.core.overlay.rectangle import Rectangle, Size
from fer_desktop.core.overlay.style import DEFAULT_STYLE, OverlayStyle

__all__ = [
    "DEFAULT_STYLE",
    "LabelSpot",
    "LayoutRules",
    "MeasuredFace",
    "OverlayStyle",
    "Placement",
    "Rectangle",
    "Size",
    "blur_boxes",
    "blur_faces",
    "draw_result",
    "lay_out",
]
