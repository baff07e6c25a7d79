"""Finds where faces are hidden when the results before and after each moment are known."""

from __future__ import annotations

import numpy as np

from fer_desktop.core.results import FaceTable
from fer_desktop.core.types import Box

HIDDEN_S = 1.0
"""A face is also hidden for this long before and after it was found, since it may have been missed there."""

SAME_S = 1e-6


def boxes_to_hide(table: FaceTable, pts_s: float) -> list[Box]:
    """Returns the boxes to hide at a time of the recording, also those of ignored people.

    A face without a box at exactly this time is hidden where it was last, where it is next, and between. The
    frames that were analysed just before and after count, however far away they are.
    """
    if not table.frames:
        return []
    newest = int(np.searchsorted(table.pts_s, pts_s + SAME_S, side="right")) - 1
    first = min(int(np.searchsorted(table.pts_s, pts_s - HIDDEN_S)), max(newest, 0))
    last = max(
        int(np.searchsorted(table.pts_s, pts_s + HIDDEN_S, side="right")), min(newest + 2, table.frames)
    )
    here, begin, end = (int(table.first_face[position]) for position in (newest + 1, first, last))
    ids = table.face_id[begin:end].tolist()
    before = {ids[row - begin]: row for row in range(begin, here)}
    after = {ids[row - begin]: row for row in reversed(range(here, end))}
    times = dict(
        enumerate(np.repeat(table.pts_s[first:last], np.diff(table.first_face[first : last + 1])), begin)
    )
    boxes: list[Box] = []
    for face_id in before.keys() | after.keys():
        rows = [row[face_id] for row in (before, after) if face_id in row]
        if abs(times[rows[0]] - pts_s) <= SAME_S:
            del rows[1:]
        corners = [table.box[row] for row in rows]
        if len(rows) == 2:
            share = (pts_s - times[rows[0]]) / (times[rows[1]] - times[rows[0]])
            corners.append(corners[0] + share * (corners[1] - corners[0]))
        boxes += [Box(*corner.tolist()) for corner in corners]
    return boxes
