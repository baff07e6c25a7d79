"""Markers and episodes for ELAN, Praat and as CSV."""

from __future__ import annotations

import csv
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.exports.elan import write_elan
from fer_desktop.core.exports.marker_table import MARKER_COLUMNS, write_markers
from fer_desktop.core.exports.praat import write_praat
from fer_desktop.core.exports.tiers import marker_tiers
from fer_desktop.core.results.markers import Marker
from fer_desktop.core.results.stored import StoredAnalysis
from tests.support.tracks import stored_of

MARKERS = (
    Marker(1, 0.05, None, 'says "no" <&>\x07'),
    Marker(2, 0.1, 0.4, "task\nA"),
    Marker(3, 0.3, 0.5, "overlaps"),
    Marker(4, 0.4, 0.45, "-fits again"),
)


@pytest.fixture
def stored() -> StoredAnalysis:
    return stored_of("hhs uu", "    nn", names={1: "Jo <1>", 2: "Markers"}, markers=MARKERS)


def elan(stored: StoredAnalysis, folder: Path) -> ET.Element:
    write_elan(stored, folder / "talk.eaf")
    return ET.parse(folder / "talk.eaf").getroot()


def spans_of(root: ET.Element, tier: str) -> list[tuple[int, int, str | None]]:
    times = {slot.attrib["TIME_SLOT_ID"]: int(slot.attrib["TIME_VALUE"]) for slot in root.iter("TIME_SLOT")}
    return [
        (
            times[item.attrib["TIME_SLOT_REF1"]],
            times[item.attrib["TIME_SLOT_REF2"]],
            item.findtext("ANNOTATION_VALUE"),
        )
        for item in root.findall(f"TIER[@TIER_ID='{tier}']/ANNOTATION/ALIGNABLE_ANNOTATION")
    ]


def test_elan_has_the_elements_of_its_schema_in_order(stored: StoredAnalysis, tmp_path: Path) -> None:
    root = elan(stored, tmp_path)
    assert root.tag == "ANNOTATION_DOCUMENT"
    assert root.attrib.keys() >= {"AUTHOR", "DATE", "FORMAT", "VERSION"}
    assert [child.tag for child in root] == ["HEADER", "TIME_ORDER", *["TIER"] * 4, "LINGUISTIC_TYPE"]
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    assert media is not None
    assert media.attrib == {"MEDIA_URL": "file:///nowhere/talk.mp4", "MIME_TYPE": "video/mp4"}
    values = [int(slot.attrib["TIME_VALUE"]) for slot in root.iter("TIME_SLOT")]
    assert values == sorted(values)
    for tag, key in (("TIME_SLOT", "TIME_SLOT_ID"), ("ALIGNABLE_ANNOTATION", "ANNOTATION_ID")):
        ids = [element.attrib[key] for element in root.iter(tag)]
        assert ids
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in ids), "xsd:ID"
    types = {element.attrib["LINGUISTIC_TYPE_ID"] for element in root.iter("LINGUISTIC_TYPE")}
    assert {tier.attrib["LINGUISTIC_TYPE_REF"] for tier in root.iter("TIER")} == types


def test_elan_tiers_hold_markers_and_episodes(stored: StoredAnalysis, tmp_path: Path) -> None:
    root = elan(stored, tmp_path)
    tiers = [tier.attrib["TIER_ID"] for tier in root.iter("TIER")]
    assert tiers == ["Markers", "Markers 2", "Jo <1>", "Markers #2"]
    assert spans_of(root, "Markers") == [
        (50, 51, 'says "no" <&>'),
        (100, 400, "task\nA"),
        (400, 450, "-fits again"),
    ]
    assert spans_of(root, "Markers 2") == [(300, 500, "overlaps")]
    assert spans_of(root, "Jo <1>") == [
        (0, 200, "happiness"),
        (200, 300, "sadness"),
        (400, 600, "uncertain"),
    ]
    assert spans_of(root, "Markers #2") == [(400, 600, "neutral")]


def test_elan_without_markers_has_an_empty_tier_for_them(tmp_path: Path) -> None:
    root = elan(stored_of("h"), tmp_path)
    assert [tier.attrib["TIER_ID"] for tier in root.iter("TIER")] == ["Markers", "Person 1"]


def text_grid(path: Path) -> dict[str, tuple[str, list[tuple[str, ...]]]]:
    """The tiers of a TextGrid: class and items, as text."""
    text = path.read_text(encoding="utf-8")
    tiers = {}
    for block in re.split(r"\n    item \[\d+\]:\n", text)[1:]:
        (kind,) = re.findall(r'class = "(\w+)"', block)
        (name,) = re.findall(r'name = "(.*)"', block)
        _head, _, body = block.partition(": size = ")
        if kind == "IntervalTier":
            items = re.findall(r'xmin = (\S+)\s+xmax = (\S+)\s+text = "(.*)"', body)
        else:
            items = re.findall(r'number = (\S+)\s+mark = "(.*)"', body)
        assert int(body.split("\n", 1)[0]) == len(items)
        tiers[name] = (kind, items)
    assert f"size = {len(tiers)}\n" in text
    return tiers


def test_praat_intervals_leave_no_gap(stored: StoredAnalysis, tmp_path: Path) -> None:
    write_praat(stored, tmp_path / "talk.TextGrid")
    tiers = text_grid(tmp_path / "talk.TextGrid")
    assert tiers.pop("Moments") == ("TextTier", [("0.050", 'says ""no"" <&>')])
    assert [text for _, _, text in tiers["Jo <1>"][1]] == ["happiness", "sadness", "", "uncertain"]
    for kind, items in tiers.values():
        assert kind == "IntervalTier"
        assert (items[0][0], items[-1][1]) == ("0.000", "0.600")
        assert all(
            before[1] == after[0] and float(before[0]) < float(before[1])
            for before, after in itertools.pairwise(items)
        )


def test_praat_markers_overlap_in_tiers_of_their_own(stored: StoredAnalysis, tmp_path: Path) -> None:
    write_praat(stored.with_people(stored.people.renamed(2, "")), tmp_path / "t.TextGrid")
    tiers = text_grid(tmp_path / "t.TextGrid")
    assert list(tiers) == ["Moments", "Markers", "Markers 2", "Jo <1>", "Person 2"]
    assert [item for item in tiers["Markers"][1] if item[2]] == [
        ("0.100", "0.400", "task A"),
        ("0.400", "0.450", "-fits again"),
    ]
    assert [item for item in tiers["Markers 2"][1] if item[2]] == [("0.300", "0.500", "overlaps")]


def test_praat_takes_moments_at_one_time_together(tmp_path: Path) -> None:
    markers = [Marker(1, 0.1, None, "a"), Marker(2, 0.1, None, "b"), Marker(3, 7.0, None, "late")]
    write_praat(stored_of("hh", markers=markers), tmp_path / "t.TextGrid")
    tiers = text_grid(tmp_path / "t.TextGrid")
    assert tiers["Moments"][1] == [("0.100", "a; b"), ("7.000", "late")]
    assert tiers["Person 1"][1][-1][1] == "7.000"


def test_praat_without_anything_is_a_grid_without_tiers(tmp_path: Path) -> None:
    write_praat(stored_of("  "), tmp_path / "t.TextGrid")
    assert (tmp_path / "t.TextGrid").read_text().endswith("tiers? <absent>\n")


@given(st.lists(st.tuples(st.floats(0, 9), st.none() | st.floats(0, 3)), max_size=12))
def test_no_two_markers_of_a_tier_overlap(times: list[tuple[float, float | None]]) -> None:
    markers = [
        Marker(number, start, None if length is None else start + length, str(number))
        for number, (start, length) in enumerate(times)
    ]
    tiers = marker_tiers(stored_of("h", markers=markers), with_moments=True)
    assert sorted(span.text for tier in tiers for span in tier.spans) == sorted(m.text for m in markers)
    for tier in tiers:
        assert all(span.start_ms < span.end_ms for span in tier.spans)
        assert all(a.end_ms <= b.start_ms for a, b in zip(tier.spans, tier.spans[1:], strict=False))


def test_markers_as_csv(stored: StoredAnalysis, tmp_path: Path) -> None:
    write_markers(stored, tmp_path / "m.csv")
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == MARKER_COLUMNS
    assert rows[0] == ["0.050000", "", "0.000000", 'says "no" <&>']
    assert rows[1] == ["0.100000", "0.400000", "0.300000", "task\nA"]
    assert rows[3][3] == "'-fits again"
