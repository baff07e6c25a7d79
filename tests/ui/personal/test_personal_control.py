from __future__ import annotations

import dataclasses
import logging

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import OutputError
from fer_desktop.core.pipeline.personal import PersonalCalibration
from fer_desktop.ui.personal.chip import PersonalChip
from fer_desktop.ui.personal.personal_actions import PersonalActions
from fer_desktop.ui.personal.personal_control import NO_CAMERA, OTHER_MODEL, SEVERAL_FACES
from tests.ui.personal.conftest import CARD, FACE, OTHER, Rig, calibration

OTHER_CARD = dataclasses.replace(CARD, name="other")


@pytest.fixture
def chip(qtbot: QtBot, rig: Rig) -> PersonalChip:
    chip = PersonalChip(rig.control)
    qtbot.addWidget(chip)
    return chip


def test_on_and_off_hold_from_the_next_picture_on_without_loading(rig: Rig, chip: PersonalChip) -> None:
    rig.start_camera()
    assert rig.next_labels() == ["sadness"]
    rig.control.use(calibration(), remember=False)
    assert rig.next_labels() == ["neutral"]
    assert chip.isChecked()
    chip.click()
    assert chip.text() == "Personal calibration off"
    assert rig.next_labels() == ["sadness"]
    chip.click()
    assert rig.next_labels() == ["neutral"]
    assert {face.id for result in rig.viewer.results for face in result.faces} == {1}
    assert len(rig.built) == 1


def test_a_paused_picture_is_corrected_too(qtbot: QtBot, rig: Rig) -> None:
    rig.start_camera()
    rig.next_result()
    rig.session.pause()
    rig.control.use(calibration(), remember=False)
    qtbot.waitUntil(lambda: rig.viewer.results[-1].faces[0].label == "neutral")


def test_several_faces_pause_it(rig: Rig, chip: PersonalChip) -> None:
    rig.start_camera()
    rig.control.use(calibration(), remember=False)
    rig.detector.found = [FACE, OTHER]
    assert rig.next_labels() == ["sadness", "sadness"]
    assert rig.control.pause == SEVERAL_FACES
    assert chip.text() == "Personal calibration paused: several faces"
    assert "which face is yours" in chip.toolTip()
    rig.detector.found = [FACE]
    corrected = [rig.next_labels() == ["neutral"] for _ in range(40)]
    assert corrected[0] is False
    assert corrected[-1] is True
    assert rig.control.pause is None
    assert chip.text() == "Personal calibration on"


def test_another_model_is_not_corrected_and_the_chip_says_why(rig: Rig, chip: PersonalChip) -> None:
    rig.start_camera()
    rig.control.use(calibration(), remember=False)
    rig.use_model(OTHER_CARD)
    assert rig.next_labels() == ["sadness"]
    assert rig.control.pause == OTHER_MODEL
    assert chip.text() == "Personal calibration paused: other model"
    assert "another model" in chip.toolTip()
    rig.use_model(CARD)
    assert rig.next_labels() == ["neutral"]


def test_a_file_in_the_live_view_is_never_corrected(rig: Rig, chip: PersonalChip) -> None:
    rig.start_camera()
    rig.control.use(calibration(), remember=False)
    assert rig.next_labels() == ["neutral"]
    rig.viewer.results.clear()
    assert [face.label for face in rig.show_file().faces] == ["sadness"]
    assert rig.control.pause == NO_CAMERA
    assert chip.text() == "Personal calibration paused: not a camera"
    rig.start_camera()
    assert rig.next_labels() == ["neutral"]


def test_what_analyses_get_never_carries_it(rig: Rig) -> None:
    rig.start_camera()
    before = rig.pipeline.settings
    rig.control.use(calibration(), remember=True)
    rig.pipeline.change("tau", 0.1)
    assert rig.pipeline.settings == dataclasses.replace(before, tau=0.1)
    assert rig.built == [before]
    assert rig.next_labels() == ["neutral"]  # and the live view keeps it


# What is stored


def test_for_now_stores_nothing(rig: Rig) -> None:
    rig.start_camera()
    rig.control.use(calibration(), remember=False)
    rig.control.set_enabled(False)
    rig.control.set_enabled(True)
    rig.next_result()
    assert rig.stored() == rig.stored_before
    assert rig.new_control().calibration is None


def test_what_is_remembered_is_there_at_the_next_start_with_its_switch(rig: Rig) -> None:
    rig.control.use(calibration(), remember=True)
    assert PersonalCalibration.load(rig.settings.personal_file) == calibration()
    again = rig.new_control()
    assert (again.calibration, again.is_enabled) == (calibration(), True)
    again.set_enabled(False)
    assert not rig.new_control().is_enabled


def test_forgetting_leaves_nothing(rig: Rig, chip: PersonalChip) -> None:
    rig.start_camera()
    rig.control.use(calibration(), remember=True)
    assert rig.stored() != rig.stored_before
    rig.control.forget()
    assert rig.stored().keys() == rig.stored_before.keys()
    assert b"personal" not in b"".join(rig.stored().values())
    assert rig.next_labels() == ["sadness"]
    assert not chip.isVisibleTo(None)
    assert not rig.control.has_anything


def test_a_damaged_file_is_named_and_can_be_forgotten(
    qtbot: QtBot, rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.settings.personal_file.write_text("{")
    with caplog.at_level(logging.WARNING):
        control = rig.new_control()
    assert str(rig.settings.personal_file) in caplog.text
    said: list[str] = []
    control.said.connect(lambda text, folder: said.append(text))
    qtbot.waitUntil(lambda: bool(said))
    assert "damaged" in said[0]
    assert control.calibration is None
    assert control.has_anything
    control.forget()
    assert not rig.settings.personal_file.exists()


def test_a_place_that_cannot_be_written_leaves_it_in_use(rig: Rig) -> None:
    rig.settings.personal_file.mkdir()
    rig.start_camera()
    with pytest.raises(OutputError):
        rig.control.use(calibration(), remember=True)
    assert rig.next_labels() == ["neutral"]
    rig.control.set_enabled(False)
    assert rig.settings.personal_enabled is None


# The menus


def test_the_actions_follow(qtbot: QtBot, rig: Rig) -> None:
    window = PersonalChip(rig.control)
    qtbot.addWidget(window)
    actions = PersonalActions(rig.control, window)
    assert [action.isEnabled() for action in actions.all()] == [True, False, False]
    rig.control.use(calibration(), remember=False)
    assert [action.isEnabled() for action in actions.all()] == [True, True, True]
    assert actions.enabled.isChecked()
    actions.enabled.trigger()
    assert not rig.control.is_enabled
    actions.forget.trigger()
    assert rig.control.calibration is None
    assert not actions.enabled.isChecked()
    actions.calibrate.trigger()
    assert actions.panel is not None
    assert actions.panel.isVisible()
    assert not actions.panel.isModal()
