from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.pipeline.personal import PersonalCalibration
from fer_desktop.core.types import Face
from fer_desktop.ui.personal.calibration_panel import (
    MODEL_CHANGED,
    NO_CAMERA,
    NO_REFERENCE,
    CalibrationPanel,
)
from fer_desktop.ui.personal.calibration_session import COUNTDOWN_S, SEVERAL_FACES
from fer_desktop.ui.personal.wording import doubt, finding, summary
from tests.support.sources import FakeClock
from tests.ui.desk import result
from tests.ui.personal.conftest import CARD, Rig, calibration, resting_face


class Sitting:
    """The panel beside a running camera, and a face before it."""

    def __init__(self, qtbot: QtBot, rig: Rig) -> None:
        self.rig = rig
        self.clock = FakeClock()
        self.panel = CalibrationPanel(rig.control, clock=self.clock)
        qtbot.addWidget(self.panel)
        self.panel.show()

    @property
    def page(self) -> object:
        return self.panel.pages.currentWidget()

    def show(self, *faces: Face, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)
            self.rig.control.note_result(result(*faces, pts_s=self.clock.now))

    def measure(self, face: Face) -> None:
        """The whole of it, to the page of the result."""
        self.panel.intro.start.click()
        self.show(face, seconds=COUNTDOWN_S + 31)
        assert self.page is self.panel.found


@pytest.fixture
def sitting(qtbot: QtBot, rig: Rig) -> Sitting:
    rig.start_camera()
    return Sitting(qtbot, rig)


def test_it_needs_a_camera_and_says_so(qtbot: QtBot, rig: Rig) -> None:
    sitting = Sitting(qtbot, rig)
    assert not sitting.panel.intro.start.isEnabled()
    assert sitting.panel.intro.message.text() == NO_CAMERA
    rig.start_camera()
    assert sitting.panel.intro.start.isEnabled()
    assert not sitting.panel.intro.message.isVisible()


def test_it_needs_a_model_whose_card_knows_neutral_faces(sitting: Sitting) -> None:
    sitting.rig.use_model(dataclasses.replace(CARD, name="foreign", neutral_reference=None))
    assert not sitting.panel.intro.start.isEnabled()
    assert sitting.panel.intro.message.text() == NO_REFERENCE


def test_a_sad_looking_face_is_measured_shown_and_used(sitting: Sitting) -> None:
    sitting.measure(resting_face())
    found = sitting.panel.found
    assert found.finding.text() == "Your neutral face looks 55% sad to the model. This will be corrected."
    assert "sadness 55%" in found.before.accessibleName()
    assert "neutral 42%" in found.before.accessibleName()
    assert "neutral 8" in found.after.accessibleName()
    assert sitting.rig.next_labels() == ["sadness"]  # not used before the user says so
    found.use.click()
    assert not sitting.panel.isVisible()
    assert sitting.rig.next_labels() == ["neutral"]


def test_only_the_remember_button_stores(sitting: Sitting) -> None:
    rig, panel = sitting.rig, sitting.panel
    sitting.measure(resting_face())
    panel.found.discard.click()
    assert rig.control.calibration is None
    for press in (panel.found.use, panel.found.remember):
        assert rig.stored() == rig.stored_before
        panel.show()
        sitting.measure(resting_face())
        press.click()
    assert PersonalCalibration.load(rig.settings.personal_file) == rig.control.calibration


def test_a_place_that_cannot_be_written_is_said(sitting: Sitting) -> None:
    sitting.rig.settings.personal_file.mkdir()
    sitting.measure(resting_face())
    sitting.panel.found.remember.click()
    assert sitting.page is sitting.panel.found
    assert str(sitting.rig.settings.personal_file) in sitting.panel.found.error.text()
    assert sitting.panel.found.error.isVisible()
    assert sitting.rig.next_labels() == ["neutral"]


def test_nothing_is_corrected_while_it_measures(sitting: Sitting) -> None:
    sitting.rig.control.use(calibration(), remember=False)
    sitting.panel.intro.start.click()
    assert sitting.rig.next_labels() == ["sadness"]
    sitting.panel.measuring.cancel.click()
    assert sitting.rig.next_labels() == ["neutral"]
    assert sitting.page is sitting.panel.intro


def test_progress_and_hints_are_shown(qtbot: QtBot, sitting: Sitting) -> None:
    measuring = sitting.panel.measuring
    sitting.panel.intro.start.click()
    assert measuring.title.text() == "Starting in 3"
    sitting.show(resting_face(), seconds=COUNTDOWN_S + 15)
    qtbot.waitUntil(lambda: measuring.title.text() == "Measuring")
    assert measuring.progress.value() == pytest.approx(150, abs=2)
    sitting.show(resting_face(), resting_face(2), seconds=0.1)
    qtbot.waitUntil(lambda: measuring.title.text() == "Paused")
    assert measuring.hint.text() == SEVERAL_FACES


def test_closing_it_cancels(qtbot: QtBot, sitting: Sitting) -> None:
    sitting.panel.intro.start.click()
    sitting.show(resting_face(), seconds=10)
    qtbot.keyClick(sitting.panel, Qt.Key.Key_Escape)
    assert not sitting.panel.isVisible()
    assert not sitting.panel.timer.isActive()
    sitting.show(resting_face(), seconds=60)
    assert sitting.page is sitting.panel.intro
    assert sitting.rig.control.calibration is None


def test_another_model_in_the_middle_starts_over(sitting: Sitting) -> None:
    sitting.panel.intro.start.click()
    sitting.show(resting_face(), seconds=10)
    sitting.rig.use_model(dataclasses.replace(CARD, name="other"))
    sitting.show(resting_face(), seconds=0.1)
    assert sitting.page is sitting.panel.intro
    assert sitting.panel.intro.message.text() == MODEL_CHANGED
    sitting.measure(resting_face())


def test_a_neutral_face_has_nothing_to_correct(sitting: Sitting) -> None:
    sitting.measure(resting_face(neutral=0.97))
    found = sitting.panel.found
    assert "nothing to correct" in found.finding.text()
    assert not found.use.isVisible()
    assert not found.remember.isVisible()
    assert found.discard.text() == "&Close"


# Words


def shares(**values: float) -> list[float]:
    rest = (1 - sum(values.values())) / (7 - len(values))
    return [values.get(name, rest) for name in EMOTIONS]


def lowering(*names: str, by: float = 1.0) -> PersonalCalibration:
    shift = tuple(-by if name in names else 0.0 for name in EMOTIONS)
    return dataclasses.replace(calibration(), log_shift=shift)


def test_the_finding_names_what_is_lowered_the_most_first() -> None:
    words = finding(shares(anger=0.2, sadness=0.4, neutral=0.3), lowering("anger", "sadness"))
    assert words == "Your neutral face looks 40% sad and 20% angry to the model. This will be corrected."
    faint = finding(shares(fear=0.03, neutral=0.9), lowering("fear"))
    assert faint == "Your neutral face looks 90% neutral to the model. The small error will be corrected."


def test_a_face_that_was_hardly_at_rest_is_doubted() -> None:
    assert doubt(shares(happiness=0.2, neutral=0.7), lowering("happiness")) == ""
    smile = shares(happiness=0.95, neutral=0.02)
    assert "discard the result" in doubt(smile, lowering("happiness"))
    assert "cannot be corrected completely" in doubt(smile, lowering("happiness", by=2.9))


def test_the_summary_says_what_it_does_and_since_when() -> None:
    assert summary(lowering("sadness", "fear", "anger")) == (
        "Lowers anger, fear and sadness. Measured on 2026-11-25 14:30 with fake."
    )
    assert summary(lowering()).startswith("Changes almost nothing")
