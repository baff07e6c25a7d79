"""The progress of an analysis, and its summary at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fer_desktop.core.durations import Durations, DurationSummary
from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import FrameResult

STAGES = ("read", "detect", "classify", "process", "write")


@dataclass(frozen=True, slots=True)
class AnalysisProgress:
    """The progress of an analysis.

    pts_s: time of the last frame read, in seconds of the source. elapsed_s: time since the analysis began.
    fraction: estimate, 0 to 1; None when the length of the source is unknown.
    """

    frames_read: int
    frames_analysed: int
    pts_s: float
    elapsed_s: float
    fraction: float | None


@dataclass(frozen=True, slots=True)
class AnalysisSummary:
    """What an analysis did.

    complete: the source was read to its end, or to the end that was asked for.
    faces: over all frames. ids: different faces, as far as the tracker can tell.
    first_pts_s, last_pts_s: times of the first and last frame analysed, None without any.
    timings: of each stage that ran, by its name in STAGES: read is decoding, process is detection,
        tracking and classification together, write is all sinks together.
    outputs: the files that were written.
    """

    source: SourceInfo
    complete: bool
    frames_read: int
    frames_analysed: int
    frames_with_faces: int
    faces: int
    ids: int
    first_pts_s: float | None
    last_pts_s: float | None
    elapsed_s: float
    timings: dict[str, DurationSummary]
    outputs: tuple[Path, ...]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts while an analysis runs. Its size is fixed, apart from the set of ids."""

    frames_read: int = 0
    frames_analysed: int = 0
    frames_with_faces: int = 0
    faces: int = 0
    ids: set[int] = field(default_factory=set)
    first_pts_s: float | None = None
    last_pts_s: float | None = None
    durations: dict[str, Durations] = field(default_factory=lambda: {name: Durations() for name in STAGES})

    def add(self, result: FrameResult) -> None:
        self.frames_analysed += 1
        self.frames_with_faces += bool(result.faces)
        self.faces += len(result.faces)
        self.ids.update(face.id for face in result.faces)
        if self.first_pts_s is None:
            self.first_pts_s = result.pts_s
        self.last_pts_s = result.pts_s
        if result.timings.detect_s is not None:
            self.durations["detect"].add(result.timings.detect_s)
        self.durations["classify"].add(result.timings.classify_s)
        self.durations["process"].add(result.timings.total_s)

    def timings(self) -> dict[str, DurationSummary]:
        summaries = ((name, durations.summary()) for name, durations in self.durations.items())
        return {name: summary for name, summary in summaries if summary is not None}
