"""A lane's columns as an image of colour numbers, drawn by numpy.

Each kind of stroke has a number. A higher number covers a lower one, so painting takes a maximum. Qt's
painter is slower for bars and much slower for polylines (docs/decisions/006-timeline.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.results import UNCERTAIN_INDEX
from fer_desktop.ui.analysis.lane_columns import Columns

KINDS = len(EMOTIONS)
CLEAR = 0
RANGES = range(1, KINDS + 1)
EDGES = range(KINDS + 1, 3 * KINDS + 1, 2)
FILLS = range(KINDS + 2, 3 * KINDS + 2, 2)
"""Numbers of each emotion's range, edge and colour. An edge covers all earlier lines, but not its own."""
PLAIN, HATCH = 3 * KINDS + 1, 3 * KINDS + 2
"""Numbers of the two shades of an uncertain stretch."""
NUMBERS = 3 * KINDS + 3

LINE = 2.0
EDGE = 0.5
HATCH_STEP = 6


class LaneRaster:
    """numbers: (H, W) uint8. fine: its rows in a pixel that is independent of the device, for line widths."""

    def __init__(self, height: int, width: int, fine: float) -> None:
        self.numbers = np.zeros((height, width), np.uint8)
        self._fine = fine

    def draw_curves(self, columns: Columns, top: float, bottom: float, edged: NDArray[np.intp]) -> None:
        """Draws a line through the means in front of the paler range from lowest to highest.

        top, bottom: heights of shares of 1 and 0. edged: the emotions whose line needs an edge.
        """
        lowest, highest = _heights(columns.low, top, bottom), _heights(columns.high, top, bottom)
        upper, lower = _line(_heights(columns.mean, top, bottom), columns.joined)
        half, edge = LINE / 2 * self._fine, EDGE * self._fine
        self._bars(highest, lowest, RANGES)
        self._bars(upper[edged] - half - edge, lower[edged] + half + edge, [EDGES[kind] for kind in edged])
        self._bars(upper - half, lower + half, FILLS)

    def draw_stack(self, columns: Columns, top: float, bottom: float) -> None:
        """Draws the means on top of each other, in the order of the emotions from the top."""
        borders = _heights(1 - stacked(columns.mean), top, bottom)
        self._bars(borders[:-1], borders[1:], FILLS)

    def draw_labels(self, columns: Columns, top: int) -> None:
        """Draws a strip at the bottom in the colour of the label, hatched if the label is uncertain."""
        strip, edge_rows = self.numbers[top:], max(1, round(self._fine))
        # UNCERTAIN_INDEX and ABSENT are -1 and -2, so they index the last two colours.
        fills, edges = (np.array([*kinds, CLEAR, PLAIN], np.uint8)[columns.label] for kinds in (FILLS, EDGES))
        strip[:] = fills
        strip[:edge_rows] = strip[-edge_rows:] = edges
        rows, places = np.ogrid[: strip.shape[0], : strip.shape[1]]
        step = max(2, round(HATCH_STEP * self._fine))
        lines = (rows + 2 * places) % step < max(1, step // 4)  # about two rows are as wide as a column
        strip[lines & (columns.label == UNCERTAIN_INDEX)] = HATCH

    def _bars(self, tops: NDArray[np.float64], bottoms: NDArray[np.float64], numbers: Sequence[int]) -> None:
        """Draws one bar a column for each number, at least a pixel high. NaN draws nothing."""
        height = len(self.numbers)
        there = np.isfinite(tops)
        first = np.where(there, np.rint(tops), height).astype(np.int16)
        last = np.where(there, np.maximum(np.rint(bottoms), first + 1), 0).astype(np.int16)
        rows = np.arange(height, dtype=np.int16)[:, None]
        for number, start, end in zip(numbers, first, last, strict=True):
            above, below = max(int(start.min()), 0), min(int(end.max()), height)
            if above < below:
                inside = ((rows[above:below] >= start) & (rows[above:below] < end)).view(np.uint8)
                inside *= np.uint8(number)
                part = self.numbers[above:below]
                np.maximum(part, inside, out=part)


def coloured(numbers: NDArray[np.uint8], colours: NDArray[np.uint32], *, halve: bool) -> NDArray[np.uint32]:
    """Returns an image of numbers in colours (NUMBERS,). halve: averages each two rows."""
    pixels = colours.take(numbers)
    return _average(pixels[0::2], pixels[1::2]) if halve else pixels


def stacked(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns (8, W) cumulative sums, from 0 to 1, of the shares (7, W)."""
    sums = np.cumsum(shares, axis=0)
    return np.concatenate([np.where(np.isnan(sums[:1]), np.nan, 0.0), sums / sums[-1:]])


def runs(label: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Returns for each stretch with one label its first column, the column after its last, and the label."""
    starts = np.append(0, np.flatnonzero(np.diff(label)) + 1)
    ends = np.append(starts[1:], len(label))
    return list(zip(starts.tolist(), ends.tolist(), label[starts].tolist(), strict=True))


def _heights(shares: NDArray[np.float64], top: float, bottom: float) -> NDArray[np.float64]:
    return bottom - shares * (bottom - top)


def _line(
    heights: NDArray[np.float64], joined: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns top and bottom, in each column, of lines through the heights (7, W)."""
    middle = np.full((len(heights), heights.shape[1] + 1), np.nan)
    middle[:, 1:-1] = np.where(joined[1:-1], (heights[:, :-1] + heights[:, 1:]) / 2, np.nan)
    left, right = middle[:, :-1], middle[:, 1:]
    return np.fmin(heights, np.fmin(left, right)), np.fmax(heights, np.fmax(left, right))


def _average(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Returns the average of the four bytes of each pixel, rounded down, without overflow."""
    return (first & second) + (((first ^ second) & np.uint32(0xFEFEFEFE)) >> np.uint32(1))
