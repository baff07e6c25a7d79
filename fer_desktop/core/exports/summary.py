"""Sums up each person in a few figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_desktop.core.csv_file import write_csv
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.exports.episodes import (
    LABELS,
    Episode,
    FrameSpans,
    episodes,
    frame_spans,
    rows_of_person,
)
from fer_desktop.core.plain_text import spreadsheet_safe
from fer_desktop.core.results import Person, StoredAnalysis

SUMMARY_COLUMNS: tuple[str, ...] = (
    "person_id",
    "person",
    "first_seen_s",
    "seconds",
    "frames",
    *(f"share_{label}" for label in LABELS),
    *(f"episodes_{label}" for label in LABELS),
    *(f"mean_episode_s_{label}" for label in LABELS),
    *(f"first_s_{label}" for label in LABELS),
    *(f"mean_probability_{name}" for name in EMOTIONS),
)


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """One label of one person: an emotion or "uncertain".

    share: of the person's seconds in the picture, 0 to 1. episodes: their number. mean_episode_s: their mean
    length; None without episodes. first_s: the start of the first episode, in seconds of the source; None
    without episodes. mean_probability: over the person's frames, before smoothing, 0 to 1; None for
    "uncertain".
    """

    label: str
    share: float
    episodes: int
    mean_episode_s: float | None
    first_s: float | None
    mean_probability: float | None


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """The figures of one person.

    first_seen_s: in seconds of the source. seconds, frames: in the picture. labels: as in LABELS.
    """

    person: Person
    first_seen_s: float
    seconds: float
    frames: int
    labels: tuple[LabelSummary, ...]


def summarise(stored: StoredAnalysis) -> tuple[PersonSummary, ...]:
    """Returns the figures of everybody who is not ignored, by id."""
    spans = frame_spans(stored)
    return tuple(_summary(stored, person, spans) for person in stored.shown_people)


def write_summary(stored: StoredAnalysis, path: Path) -> None:
    """Writes a CSV file with a row for each person and the columns SUMMARY_COLUMNS. Raises OutputError."""
    write_csv(path, SUMMARY_COLUMNS, [_row(summary) for summary in summarise(stored)])


def _summary(stored: StoredAnalysis, person: Person, spans: FrameSpans) -> PersonSummary:
    runs = episodes(stored, person.id, spans)
    probabilities = stored.table.probabilities[rows_of_person(stored, person.id)].mean(axis=0).tolist()
    seconds = sum(run.duration_s for run in runs)
    return PersonSummary(
        person=person,
        first_seen_s=runs[0].start_s,
        seconds=seconds,
        frames=sum(run.frames for run in runs),
        labels=tuple(
            _label_summary(label, [run for run in runs if run.label == label], seconds, probability)
            for label, probability in zip(LABELS, [*probabilities, None], strict=True)
        ),
    )


def _label_summary(
    label: str, runs: Sequence[Episode], seconds: float, probability: float | None
) -> LabelSummary:
    total_s = sum(run.duration_s for run in runs)
    return LabelSummary(
        label=label,
        share=total_s / seconds,
        episodes=len(runs),
        mean_episode_s=total_s / len(runs) if runs else None,
        first_s=runs[0].start_s if runs else None,
        mean_probability=probability,
    )


def _row(summary: PersonSummary) -> list[str | int]:
    labels = summary.labels
    return [
        summary.person.id,
        spreadsheet_safe(summary.person.title),
        f"{summary.first_seen_s:.3f}",
        f"{summary.seconds:.3f}",
        summary.frames,
        *(f"{item.share:.5f}" for item in labels),
        *(item.episodes for item in labels),
        *(_number(item.mean_episode_s, 3) for item in labels),
        *(_number(item.first_s, 3) for item in labels),
        *(_number(item.mean_probability, 5) for item in labels[: len(EMOTIONS)]),
    ]


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
