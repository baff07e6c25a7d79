"""The values of a person at a moment, in words and numbers."""

from __future__ import annotations

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.results import UNCERTAIN_INDEX
from fer_desktop.ui.analysis.lane_track import Track
from fer_desktop.ui.common import fine_clock


def reading(track: Track, title: str, pts_s: float, smoothed: bool) -> tuple[str, list[float]]:
    """Returns time, person and label in words, and the shares of the seven emotions, empty in a gap."""
    row = track.at(pts_s)
    if row is None:
        said, shares = "no face", []
    else:
        label = int(track.label[row])
        said = "uncertain" if label == UNCERTAIN_INDEX else EMOTIONS[label]
        shares = track.shares(smoothed)[:, row].tolist()
    return f"{fine_clock(pts_s, 2)}  {title}  {said}", shares
