from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.csv_file import write_csv
from fer_desktop.core.exports.drawn_names import drawn_name
from fer_desktop.core.plain_text import one_line, spreadsheet_safe, without_controls
from fer_desktop.core.results.people import Person

ANY = st.text(st.characters())


@given(ANY)
def test_any_text_survives_xml(text: str) -> None:
    element = ET.Element("text")
    element.text = without_controls(text)
    assert (ET.fromstring(ET.tostring(element, encoding="utf-8")).text or "") == element.text


@given(ANY)
def test_a_line_is_one(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert len(one_line(text, 10)) <= 10


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1", "\n=1", "\x00=1"])
def test_formulas_are_only_text(text: str) -> None:
    assert spreadsheet_safe(text).startswith("'")


@pytest.mark.parametrize("text", ["Jo", "", "a=1", "'=1", "Ädä"])
def test_other_text_stays(text: str) -> None:
    assert spreadsheet_safe(text) == text


def test_csv_takes_any_text(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["text", "number"], [['a,"b"\nc', 1], ["", 2]])
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["text", "number"], ['a,"b"\nc', "1"], ["", "2"]]


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("", "Person 7"),
        ("Ädä Størmeß", "Ada Stormess"),
        ("王芳", "#7"),
        ("Jo\nX", "Jo X"),
        ("A very long name indeed", "A very long name in..."),
    ],
)
def test_names_are_drawn_in_ascii(name: str, drawn: str) -> None:
    assert drawn_name(Person(7, name)) == drawn
