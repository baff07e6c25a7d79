from __future__ import annotations

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.core.exports import report_html
from fer_desktop.core.exports.report_facts import macro_recall
from fer_desktop.core.exports.report_html import report, write_report
from fer_desktop.core.results.markers import Marker
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.types import Image
from tests.support.tracks import SOURCE, stored_of

ATTACK = "<script>alert('x')</script>\"&"
METRICS = {
    "validation": {"macro_recall": 0.71, "balanced": {"tau": 1.0, "macro_recall": 0.84}},
}
FACTS = {
    "source": {**SOURCE, "name": f"{ATTACK}.mp4"},
    "model": {"name": "fer7", "sha256": "ab12", "metrics": METRICS},
    "settings": {"tau": 1.0, "model": "/models/<fer7>.json", "detector_model": None},
    "versions": {"fer-desktop": "9.9"},
}
VOID = frozenset({"meta", "img", "br", "hr", "link", "input"})


def picture(seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (96, 96, 3), np.uint8)


@pytest.fixture
def stored() -> StoredAnalysis:
    markers = [Marker(1, 0.1, None, ATTACK), Marker(2, 0.2, 0.4, "task")]
    stored = stored_of("hhs uu", "    nn", names={1: ATTACK}, markers=markers, facts=FACTS)
    jpeg = cv2.imencode(".jpg", picture())[1].tobytes()
    return replace(stored, thumbnails={1: jpeg})


class Page(HTMLParser):
    """What is in a report: its tags with their attributes, its text; every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def pictures(self) -> list[str]:
        return [values["src"] or "" for tag, values in self.elements if tag == "img"]


@pytest.fixture
def page(stored: StoredAnalysis) -> Page:
    return Page(report(stored))


def test_it_needs_nothing_from_elsewhere(stored: StoredAnalysis, page: Page) -> None:
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "link", "iframe", "object", "embed", "base", "form"})
    for _, values in page.elements:
        assert not any(name.startswith("on") for name in values)
        for name, value in values.items():
            if name in ("src", "href", "xlink:href"):
                assert (value or "").startswith(("data:image/", "#"))
    text = report(stored)
    assert not re.search(r"https?://|@import|javascript:", text)
    assert set(re.findall(r"url\((.)", text)) == {"#"}


def test_what_people_typed_is_text(stored: StoredAnalysis, page: Page) -> None:
    assert page.text.count(ATTACK) >= 4, "title, heading, person, marker"
    assert "<script>" not in report(stored)


def test_it_says_who_showed_what(page: Page) -> None:
    assert "Person 2" in page.text
    labels = [values["aria-label"] for _, values in page.elements if values.get("class") == "bar"]
    assert labels == [
        "Share of time: happiness 40%, sadness 20%, uncertain 40%",
        "Share of time: neutral 100%",
    ]
    assert "never" in page.text


def test_it_says_how_the_figures_came_about(page: Page) -> None:
    assert "not of what a person feels" in page.text
    assert "recognised 84% of each emotion" in page.text
    for value in ("fer7", "ab12", "/models/<fer7>.json", "9.9", "160 × 90 pixels"):
        assert value in page.text


def test_a_stopped_analysis_is_called_so(stored: StoredAnalysis) -> None:
    unfinished = replace(stored, facts={**stored.facts, "state": "stopped"})
    assert "The analysis was not finished. It ends at 0:00.5." in Page(report(unfinished)).text


@pytest.mark.parametrize(("tau", "recall"), [(0.0, 0.71), (1.0, 0.84), (0.5, None), (None, None)])
def test_the_recall_is_that_of_the_tau_used(tau: float | None, recall: float | None) -> None:
    assert macro_recall({"model": {"metrics": METRICS}, "settings": {"tau": tau}}) == recall


def test_the_recall_is_that_of_test_rows_where_the_model_has_them(stored: StoredAnalysis) -> None:
    test = {"macro_recall": 0.6, "balanced": {"tau": 1.0, "macro_recall": 0.79}}
    facts = {**stored.facts, "model": {**stored.facts["model"], "metrics": {**METRICS, "test": test}}}
    assert macro_recall(facts) == 0.79
    text = Page(report(replace(stored, facts=facts))).text
    assert "kept apart until the model was finished, it recognised 79% of each emotion" in text


def test_without_figures_of_the_model_nothing_is_claimed() -> None:
    assert macro_recall({}) is None
    assert "macro recall" not in Page(report(stored_of("h"))).text


def embedded(uri: str) -> Image:
    data = base64.b64decode(uri.partition(",")[2])
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def test_pictures_of_people_are_inside_and_can_be_hidden(stored: StoredAnalysis, page: Page) -> None:
    (plain,) = page.pictures()
    (blurred,) = Page(report(stored, blur=True)).pictures()
    assert np.abs(embedded(plain).astype(int) - picture()).mean() < 60
    assert embedded(plain).std() > 40
    detail = np.abs(np.diff(embedded(blurred).astype(int), axis=1))
    assert np.median(detail) <= 1, "flat cells"
    assert plain not in report(stored, blur=True)


def test_a_large_drawing_becomes_a_picture(stored: StoredAnalysis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_html, "MOST_SVG_BYTES", 1000)
    page = Page(report(stored))
    assert "svg" not in {tag for tag, _ in page.elements}
    assert embedded(page.pictures()[0]).shape[1] == 1800


def test_without_faces_and_markers_it_is_a_report_still(tmp_path: Path) -> None:
    write_report(stored_of("  "), tmp_path / "r.html")
    text = Page((tmp_path / "r.html").read_text(encoding="utf-8")).text
    assert "No face was found." in text
    assert "There are none." in text
