"""The plates beside a face, drawn with OpenCV: its label, and its bars."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fer_desktop.core import emotions
from fer_desktop.core.overlay.pixels import region
from fer_desktop.core.overlay.rectangle import Rectangle, Size
from fer_desktop.core.overlay.text import WHITE, Lettering
from fer_desktop.core.types import Face, Image

Colour = tuple[int, int, int]

PLATE, TRACK = (32, 32, 32), (64, 64, 64)
PLATE_OPACITY = 0.62

# Heights of capital letters: the frame's shorter side sets the range, the face the place within it.
CAPITAL_OF_FRAME = (0.019, 0.045)
CAPITAL_OF_FACE = 0.11
SMALLEST_CAPITAL = 6


def colour_of(face: Face) -> Colour:
    """The BGR colour of the face's label, white while it is uncertain."""
    return WHITE if face.label is None else emotions.by_name(face.label).bgr


@dataclass(frozen=True, slots=True)
class LabelPlate:
    """Name, emotion and confidence of a face behind a swatch of the emotion's colour."""

    face: Face
    words: str
    text: Lettering

    @classmethod
    def of(cls, image: Image, face: Face, box: Rectangle, name: str) -> LabelPlate:
        """The label as large as it fits into the picture."""
        words = f"{name} uncertain"
        if face.label is not None:
            words = f"{name} {face.label} {face.confidence:.0%}"
        text = _lettering(image, box)
        while text.capital > 3 and text.width(words) + 3 * text.padding > image.shape[1]:
            text = Lettering(text.capital - 1)
        return cls(face, words, text)

    @property
    def size(self) -> Size:
        swatch = padding = self.text.padding
        return Size(swatch + self.text.width(self.words) + 2 * padding, self.text.capital + 2 * padding)

    def draw(self, image: Image, plate: Rectangle) -> None:
        swatch = padding = self.text.padding
        _shade(image, plate)
        _fill(image, Rectangle(plate.left, plate.top, swatch, plate.height), colour_of(self.face))
        left, baseline = plate.left + swatch + padding, plate.top + padding + self.text.capital
        self.text.draw(image, self.words, int(left), int(baseline))


@dataclass(frozen=True, slots=True)
class BarsPlate:
    """The smoothed probabilities of a face as seven named bars. names: pixels of the longest name."""

    face: Face
    text: Lettering
    names: int

    @classmethod
    def of(cls, image: Image, face: Face, box: Rectangle) -> BarsPlate:
        text = Lettering(max(SMALLEST_CAPITAL, round(_lettering(image, box).capital * 0.75)))
        return cls(face, text, max(text.width(name) for name in emotions.EMOTIONS))

    @property
    def row(self) -> int:
        return round(self.text.capital * 1.7)

    @property
    def track(self) -> int:
        return self.text.capital * 7

    @property
    def size(self) -> Size:
        padding = self.text.padding
        return Size(self.names + self.track + 3 * padding, self.row * len(emotions.ALL) + padding)

    @property
    def gap(self) -> float:
        return max(2, self.size.height // 40)

    def draw(self, image: Image, plate: Rectangle) -> None:
        text = self.text
        _shade(image, plate)
        for position, (emotion, share) in enumerate(zip(emotions.ALL, self.face.smoothed, strict=True)):
            top = int(plate.top) + text.padding // 2 + position * self.row
            baseline = top + (self.row + text.capital) // 2
            text.draw(image, emotion.name, int(plate.left) + text.padding, baseline)
            left, height = plate.left + 2 * text.padding + self.names, text.capital + 1
            _fill(image, Rectangle(left, baseline - text.capital, self.track, height), TRACK)
            filled = round(self.track * share)
            _fill(image, Rectangle(left, baseline - text.capital, filled, height), emotion.bgr)


def _lettering(image: Image, box: Rectangle) -> Lettering:
    shorter = min(image.shape[:2])
    smallest, largest = (share * shorter for share in CAPITAL_OF_FRAME)
    capital = min(max(CAPITAL_OF_FACE * max(box.width, box.height), smallest), largest)
    return Lettering(max(SMALLEST_CAPITAL, round(capital)))


def _shade(image: Image, plate: Rectangle) -> None:
    pixels = region(image, plate)
    colour = np.full_like(pixels, PLATE)
    pixels[:] = cv2.addWeighted(pixels, 1 - PLATE_OPACITY, colour, PLATE_OPACITY, 0)


def _fill(image: Image, area: Rectangle, colour: Colour) -> None:
    region(image, area)[:] = colour
