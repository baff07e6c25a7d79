from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.exports.episodes import LABELS
from fer_desktop.core.exports.summary import SUMMARY_COLUMNS, summarise, write_summary
from fer_desktop.core.results.people import Assignment, People, Person
from tests.support.tracks import stored_of


def test_the_figures_of_a_small_case() -> None:
    """Ten frames a second: happy 0.2 s, sad 0.1 s, away 0.1 s, uncertain 0.1 s, happy 0.4 s: 0.8 s in all."""
    (summary,) = summarise(stored_of("hhs uhhhh"))
    labels = {item.label: item for item in summary.labels}
    assert tuple(labels) == LABELS
    assert (summary.person.id, summary.frames, summary.first_seen_s) == (1, 8, 0.0)
    assert summary.seconds == pytest.approx(0.8)
    happy = labels["happiness"]
    assert happy.share == pytest.approx(0.6 / 0.8)
    assert (happy.episodes, happy.first_s) == (2, 0.0)
    assert happy.mean_episode_s == pytest.approx(0.3)
    assert happy.mean_probability == pytest.approx((6 * 0.7 + 0.05 + 0.7 / 6) / 8)
    assert (labels["uncertain"].episodes, labels["uncertain"].mean_probability) == (1, None)
    assert labels["uncertain"].first_s == pytest.approx(0.4)
    anger = labels["anger"]
    assert (anger.share, anger.episodes, anger.mean_episode_s, anger.first_s) == (0, 0, None, None)
    assert sum(item.share for item in summary.labels) == pytest.approx(1)


def test_ignored_people_are_left_out() -> None:
    stored = stored_of("hhh", " ss")
    stored = stored.with_people(stored.people.ignoring(1, True))
    assert [(summary.person.id, summary.first_seen_s) for summary in summarise(stored)] == [(2, 0.1)]


def test_a_person_put_together_of_two_counts_once_in_a_frame() -> None:
    stored = stored_of("hhh", "sss")
    people = People((Person(1),), (Assignment(1, -np.inf, 1), Assignment(2, -np.inf, 1)))
    (summary,) = summarise(replace(stored, people=people))
    assert (summary.frames, round(summary.seconds, 6)) == (3, 0.3)


def test_the_table_has_a_row_for_each_person(tmp_path: Path) -> None:
    path = tmp_path / "talk-people.csv"
    write_summary(stored_of("hh", "u ", names={1: '=HYPERLINK("x"), Jo'}), path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == SUMMARY_COLUMNS
    assert [row["person"] for row in rows] == ['\'=HYPERLINK("x"), Jo', "Person 2"]
    assert rows[0]["share_happiness"] == "1.00000"
    assert (rows[0]["first_s_sadness"], rows[0]["mean_episode_s_sadness"]) == ("", "")
    assert (rows[1]["seconds"], rows[1]["share_uncertain"], rows[1]["episodes_uncertain"]) == (
        "0.100",
        "1.00000",
        "1",
    )


def test_without_faces_the_table_is_a_header(tmp_path: Path) -> None:
    write_summary(stored_of("  "), tmp_path / "people.csv")
    assert (tmp_path / "people.csv").read_text() == ",".join(SUMMARY_COLUMNS) + "\n"
