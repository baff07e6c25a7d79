"""Rectangles and sizes on a drawing surface, in the surface's units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """width, height: at least 0."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle; y grows downwards. width, height: at least 0."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def overlap(self, other: Rectangle) -> float:
        """The area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def united(self, other: Rectangle) -> Rectangle:
        """The smallest rectangle that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right, bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        return Rectangle(left, top, right - left, bottom - top)

    def moved_inside(self, area: Rectangle) -> Rectangle:
        """The same size at the nearest place inside an area; at the area's top left where it is too large."""
        left = max(min(self.right, area.right) - self.width, area.left)
        top = max(min(self.bottom, area.bottom) - self.height, area.top)
        return Rectangle(left, top, self.width, self.height)

    def on_pixels(self) -> Rectangle:
        """The rectangle whose edges are the nearest whole numbers."""
        left, top = round(self.left), round(self.top)
        return Rectangle(left, top, round(self.right) - left, round(self.bottom) - top)
