"""The colours of the numbers in a lane's raster."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPalette

from fer_desktop.core import emotions
from fer_desktop.ui.analysis.lane_raster import EDGES, FILLS, HATCH, NUMBERS, PLAIN, RANGES
from fer_desktop.ui.common import theme

PALE = 0.75


def lane_colours(palette: QPalette) -> NDArray[np.uint32]:
    """Returns (NUMBERS,) pixels in Qt's format. The clear one is transparent."""
    return _colours(palette.color(QPalette.ColorRole.Base).rgb())


def edged_lines(palette: QPalette) -> NDArray[np.intp]:
    """Returns the emotions whose colour needs an edge to stand out from the background."""
    colours = lane_colours(palette)
    return np.flatnonzero(colours[list(EDGES)] != colours[list(FILLS)])


@lru_cache(maxsize=8)
def _colours(background_rgb: int) -> NDArray[np.uint32]:
    background = QColor.fromRgb(background_rgb)
    ink = theme.ink_on(background)
    colours = np.zeros(NUMBERS, np.uint32)
    for emotion, pale, edge, fill in zip(emotions.ALL, RANGES, EDGES, FILLS, strict=True):
        colour = QColor(emotion.colour)
        colours[pale] = theme.mix(colour, background, PALE).rgba()
        colours[edge] = (theme.edge(colour, background) or colour).rgba()
        colours[fill] = colour.rgba()
    colours[PLAIN] = theme.mix(background, ink, 0.12).rgba()
    colours[HATCH] = theme.mix(background, ink, 0.45).rgba()
    return colours
