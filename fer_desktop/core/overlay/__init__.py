"""Draws results into pictures, and makes faces unrecognisable."""

from fer_desktop.core.overlay.drawing import DEFAULT_STYLE, OverlayStyle, blur_boxes, blur_faces, draw_result

__all__ = ["DEFAULT_STYLE", "OverlayStyle", "blur_boxes", "blur_faces", "draw_result"]
