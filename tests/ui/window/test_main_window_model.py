from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import ModelError
from tests.ui.desk import (
    INTEGRATED,
    FindingPipeline,
    NewDesk,
    button,
    face,
    shows_picture,
)
from tests.ui.fakes import FakePipeline, Gate

# The model.


def test_a_damaged_model_leaves_the_preview_and_offers_the_bundled_one(
    desk: NewDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    def build(settings: Any) -> FakePipeline:
        if settings.model == tmp_path / "mine.json":
            raise ModelError("mine.onnx is damaged.")
        return FindingPipeline(face())

    new = desk(build=build, camera_key=INTEGRATED.key, model=tmp_path / "mine.json")
    new.window.begin()
    shows_picture(qtbot, new)
    qtbot.waitUntil(new.page.model_banner.isVisible)
    assert new.page.model_banner.message is not None
    assert "mine.onnx is damaged." in new.page.model_banner.message.text
    assert new.page.panel.cards == []

    button(new, "Use the bundled model").click()

    qtbot.waitUntil(lambda: len(new.page.panel.cards) == 1)
    assert not new.page.model_banner.isVisible()
    assert new.settings.model is None


def test_a_detector_that_cannot_be_used_offers_the_standard_one(desk: NewDesk, qtbot: QtBot) -> None:
    def build(settings: Any) -> FakePipeline:
        if settings.detector == "yunet":
            raise ModelError("It is not installed.")
        return FakePipeline()

    new = desk(build=build, detector="yunet")
    new.window.begin()
    qtbot.waitUntil(new.page.model_banner.isVisible)

    button(new, "Use the standard face detector").click()

    qtbot.waitUntil(lambda: not new.page.model_banner.isVisible())
    assert new.settings.detector == "cascade"


def test_the_bundled_model_can_be_loaded_again(desk: NewDesk, qtbot: QtBot) -> None:
    outcomes = [ModelError("It is missing."), None]

    def build(settings: Any) -> FakePipeline:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return FakePipeline()

    new = desk(build=build)
    new.window.begin()
    qtbot.waitUntil(new.page.model_banner.isVisible)
    button(new, "Load again").click()
    qtbot.waitUntil(lambda: not new.page.model_banner.isVisible())


def test_another_device_than_asked_for_is_told_until_dismissed(desk: NewDesk, qtbot: QtBot) -> None:
    def build(settings: Any) -> FakePipeline:
        pipeline = FakePipeline()
        pipeline.classifier.notice = "The GPU is not used."
        return pipeline

    new = desk(build=build, device="cuda")
    new.window.begin()
    qtbot.waitUntil(new.page.model_banner.isVisible)
    assert new.page.model_banner.message is not None
    assert new.page.model_banner.message.title == "The GPU is not used."
    button(new, "Dismiss").click()
    assert not new.page.model_banner.isVisible()


def test_the_preview_runs_while_the_model_is_loading(desk: NewDesk, qtbot: QtBot) -> None:
    gate = Gate()

    def build(settings: Any) -> FakePipeline:
        gate.pass_through()
        return FindingPipeline(face())

    new = desk(build=build, camera_key=INTEGRATED.key)
    new.window.begin()
    shows_picture(qtbot, new)
    assert new.page.view.note == "Loading the model…"

    gate.open()
    qtbot.waitUntil(lambda: len(new.page.panel.cards) == 1)
    assert new.page.view.note == ""


def test_settings_of_the_pipeline_apply_at_once_and_are_remembered(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk()
    new.window.begin()
    qtbot.waitUntil(lambda: new.session.model_status.phase == "ready")

    new.window.settings_commands.preferences.balance.setValue(20)
    new.window.settings_commands.preferences.smoothing.click()
    cpu = next(
        action for action in new.window.settings_commands.device_menu.actions() if action.data() == "cpu"
    )
    cpu.trigger()

    qtbot.waitUntil(lambda: len(new.built) == 2)
    assert (new.built[-1].tau, new.built[-1].smoothing, new.built[-1].device) == (0.0, False, "cpu")
    assert (new.settings.tau, new.settings.smoothing, new.settings.device) == (0.0, False, "cpu")
    assert not new.commands.smoothing.isChecked()


def test_restoring_the_defaults_undoes_every_change(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(detector="yunet", tau=0.1, smoothing=False, device="cpu")
    before = new.window.pipeline.settings
    new.window.settings_commands.preferences.restore.click()
    after = new.window.pipeline.settings
    assert (before.detector, after.detector) == ("yunet", "cascade")
    assert (after.tau, after.smoothing, after.device) == (1.0, True, "auto")
    assert new.window.settings_commands.preferences.device.currentData() == "auto"


@pytest.mark.development
def test_the_threshold_for_uncertain_comes_from_the_settings_and_from_an_evaluation(
    desk: NewDesk, qtbot: QtBot
) -> None:
    new = desk()
    new.window.begin()
    qtbot.waitUntil(lambda: new.session.model_status.phase == "ready")
    new.window.settings_commands.preferences.uncertain.setValue(55)
    assert new.window.pipeline.settings.uncertain_below == 0.55
    new.window.training.show_evaluate()
    new.window.training.evaluate.threshold_requested.emit(0.3)
    assert new.window.pipeline.settings.uncertain_below == 0.3
    assert new.window.settings_commands.preferences.uncertain.value() == 30
    assert len(new.built) == 1  # without loading the model again
