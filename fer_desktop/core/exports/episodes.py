"""The time of each frame, and the episodes in which a person kept one label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS, UNCERTAIN
from fer_desktop.core.results import FaceTable, StoredAnalysis

LABELS = (*EMOTIONS, UNCERTAIN)
"""The column ``label`` as words. The index -1 is the last one."""

LONG_FRAMES = 3.0
LONG_FRAME_S = 0.5
"""A longer step to the next frame than this, and than LONG_FRAMES usual steps, is a gap."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameSpans:
    """The time of each frame. Spans do not overlap.

    start_s, end_s: (F,) float64, in seconds of the source.
    ends_in_gap: (F,) True where the next frame does not follow at once.
    """

    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    ends_in_gap: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Episode:
    """A run of analysed frames in which a person had one label. label: one of LABELS."""

    label: str
    start_s: float
    end_s: float
    frames: int

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def frame_spans(stored: StoredAnalysis) -> FrameSpans:
    """Returns the time of each frame.

    A frame lasts until the next analysed frame. Before a gap and at the end it lasts as long as usual. Usual
    is the median step; for a single frame it follows from the source's rate, or is one second.
    """
    start_s = stored.table.pts_s
    steps = np.diff(start_s)
    usual_s = float(np.median(steps)) if len(steps) else 1 / float(stored.facts["source"].get("fps") or 1.0)
    is_gap = steps > max(LONG_FRAMES * usual_s, LONG_FRAME_S)
    end_s = np.append(np.where(is_gap, start_s[:-1] + usual_s, start_s[1:]), start_s[-1:] + usual_s)
    return FrameSpans(start_s, end_s, np.append(is_gap, np.ones(len(start_s[-1:]), bool)))


def rows_of_person(stored: StoredAnalysis, person_id: int) -> NDArray[np.int64]:
    """Returns the rows of the table with this person, at most one for each frame.

    Two faces that were merged during the analysis may turn out to be in one frame. Then the first one counts.
    """
    rows = np.flatnonzero(stored.person_id == person_id)
    _, first = np.unique(frames_of(stored.table, rows), return_index=True)
    return rows[first]


def frames_of(table: FaceTable, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the position of the frame of each row."""
    return np.searchsorted(table.first_face, rows, side="right") - 1


def episodes(stored: StoredAnalysis, person_id: int, spans: FrameSpans) -> tuple[Episode, ...]:
    """Returns the episodes of one person by time.

    Another label, a frame without the person, or a gap in the frames ends an episode.
    """
    rows = rows_of_person(stored, person_id)
    if not len(rows):
        return ()
    frames, labels = frames_of(stored.table, rows), stored.table.label[rows]
    ends = (np.diff(frames) != 1) | (np.diff(labels) != 0) | spans.ends_in_gap[frames[:-1]]
    last = np.append(np.flatnonzero(ends), len(rows) - 1)
    first = np.append(0, last[:-1] + 1)
    return tuple(
        Episode(LABELS[label], start_s, end_s, count)
        for label, start_s, end_s, count in zip(
            labels[first].tolist(),
            spans.start_s[frames[first]].tolist(),
            spans.end_s[frames[last]].tolist(),
            (last - first + 1).tolist(),
            strict=True,
        )
    )
