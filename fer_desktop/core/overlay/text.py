"""Text in pictures, with the letters of OpenCV."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from fer_desktop.core.types import Image

FONT = cv2.FONT_HERSHEY_SIMPLEX
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Lettering:
    """Text of one size. capital: height of a capital letter in pixels."""

    capital: int

    @property
    def thickness(self) -> int:
        return max(1, round(self.capital / 14))

    @property
    def scale(self) -> float:
        return float(cv2.getFontScaleFromHeight(FONT, self.capital, self.thickness))

    @property
    def padding(self) -> int:
        return max(2, round(self.capital * 0.5))

    def width(self, text: str) -> int:
        return int(cv2.getTextSize(text, FONT, self.scale, self.thickness)[0][0])

    def draw(self, image: Image, text: str, left: int, baseline: int) -> None:
        """Draws white text with a dark outline, which is readable on any background."""
        outline = self.thickness + 2 * max(1, round(self.capital / 16))
        for colour, thickness in ((BLACK, outline), (WHITE, self.thickness)):
            cv2.putText(image, text, (left, baseline), FONT, self.scale, colour, thickness, cv2.LINE_AA)
