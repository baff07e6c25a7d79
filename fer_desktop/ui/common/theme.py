"""Colours that follow the palette, and the measures shared by all widgets."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from fer_desktop.core import emotions

GRID = 8
"""Margins and gaps are multiples of this many device-independent pixels."""

MIN_CONTRAST = 3.0
"""The contrast of graphics that WCAG 2.2 (1.4.11) requires."""


def apply(application: QApplication) -> None:
    """Applies Qt's Fusion style, which follows the platform's light or dark scheme."""
    application.setStyle("Fusion")


def quiet(palette: QPalette) -> QColor:
    """Returns the colour of secondary text, readable on the window's background."""
    return mix(palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), 0.35)


def line(palette: QPalette) -> QColor:
    """Returns the colour of borders and grids."""
    return mix(palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), 0.8)


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """Mixes a share, 0 to 1, of the second colour into the first."""
    return QColor.fromRgbF(
        *(
            start + share * (end - start)
            for start, end in zip(_channels(first), _channels(second), strict=True)
        )
    )


def emotion_colour(name: str | None) -> QColor:
    """Returns the colour of an emotion, grey for None (an uncertain face)."""
    return QColor("#bbbbbb" if name is None else emotions.by_name(name).colour)


def contrast(first: QColor, second: QColor) -> float:
    """Returns the contrast ratio of WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((_luminance(first.rgb()), _luminance(second.rgb())), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def edge(colour: QColor, background: QColor) -> QColor | None:
    """Returns the outline that a colour needs to stand out from the background, or None."""
    if contrast(colour, background) >= MIN_CONTRAST:
        return None
    on_light = _luminance(background.rgb()) > 0.4
    return next(
        (
            shade
            for factor in (125, 150, 200, 300)
            if contrast(shade := colour.darker(factor) if on_light else colour.lighter(factor), background)
            >= MIN_CONTRAST
        ),
        ink_on(background),
    )


def ink_on(background: QColor) -> QColor:
    """Returns black or white, whichever has more contrast."""
    black, white = QColor("black"), QColor("white")
    return black if contrast(black, background) > contrast(white, background) else white


def _channels(colour: QColor) -> tuple[float, float, float]:
    """Returns red, green and blue, 0 to 1."""
    return colour.redF(), colour.greenF(), colour.blueF()


@lru_cache(maxsize=256)
def _luminance(rgb: int) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(value) for value in _channels(QColor.fromRgb(rgb)))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
