"""Finds the stored results of a frame: those to draw, and those to hide its faces with."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from fer_desktop.core.results import StoredAnalysis
from fer_desktop.core.types import Box, Face, Frame, FrameResult

MAX_AGE_PERIODS = 3
MAX_AGE_S = 1.0
"""Older results are not drawn, unless the analysis itself skipped frames."""

MAX_BLUR_GAP_S = 0.5
"""A face could come and go unseen between results further apart than this."""

SAME_S = 1e-6


class StoredOverlay:
    """Finds the results of a stored analysis for any frame of its recording."""

    def __init__(self, stored: StoredAnalysis) -> None:
        self._stored = stored

    @cached_property
    def names(self) -> dict[int, str]:
        """The titles of people by person id."""
        return {person.id: person.title for person in self._stored.people.people}

    def drawn(self, frame: Frame) -> FrameResult | None:
        """Returns the newest result at or before a frame, or None if it is too old."""
        position = self._stored.table.at(frame.pts_s)
        if position is None or frame.pts_s - self._stored.table.pts_s[position] > self._max_age_s:
            return None
        return _moved(self._stored.result(position), frame)

    def hidden(self, frame: Frame) -> FrameResult | None:
        """Returns all faces that may be in a frame, also of ignored people, or None if they are not known.

        Between two results a face can be anywhere between its two places.
        """
        table = self._stored.table
        position = table.at(frame.pts_s)
        if position is None:
            return None
        before = table.result(position)
        if frame.pts_s - before.pts_s <= SAME_S:
            return _moved(before, frame)
        if position + 1 == table.frames or table.pts_s[position + 1] - before.pts_s > MAX_BLUR_GAP_S:
            return None
        after = table.result(position + 1)
        return _moved(replace(before, faces=_ways(before.faces, after.faces)), frame)

    @cached_property
    def _max_age_s(self) -> float:
        times = self._stored.table.pts_s
        period_s = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
        return min(MAX_AGE_PERIODS * period_s, max(MAX_AGE_S, period_s)) + SAME_S


def _moved(result: FrameResult, frame: Frame) -> FrameResult:
    return replace(result, index=frame.index, pts_s=frame.pts_s)


def _ways(before: tuple[Face, ...], after: tuple[Face, ...]) -> tuple[Face, ...]:
    """Returns each face with a box that covers its places in both results."""
    faces = {face.id: face for face in before}
    for face in after:
        known = faces.get(face.id)
        faces[face.id] = face if known is None else replace(face, box=_around(known.box, face.box))
    return tuple(faces.values())


def _around(first: Box, second: Box) -> Box:
    x, y = min(first.x, second.x), min(first.y, second.y)
    right = max(first.x + first.width, second.x + second.width)
    bottom = max(first.y + first.height, second.y + second.height)
    return Box(x, y, right - x, bottom - y)
