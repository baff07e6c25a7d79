from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fer_desktop.core.analysis.options import AnalysisOptions
from fer_desktop.core.paths import default_paths
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.ui.analysis.running import AnalysisRequest
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.window.analyse_dialog import AnalyseDialog
from fer_desktop.ui.window.analyse_form import A_SECOND, ALL, ONE_IN

PIPELINE = PipelineSettings(model=default_paths().default_model, device="cpu", min_face=0.2, tau=0.5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def dialog(qtbot: QtBot, settings: Settings) -> AnalyseDialog:
    dialog = AnalyseDialog(settings, default_paths())
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def started(dialog: AnalyseDialog, qtbot: QtBot) -> tuple[AnalysisRequest, PipelineSettings]:
    with qtbot.waitSignal(dialog.start_requested) as signal:
        dialog.start.click()
    assert signal.args is not None
    return signal.args[0], signal.args[1]


def test_a_file_is_analysed_with_the_settings_in_use(
    dialog: AnalyseDialog, settings: Settings, qtbot: QtBot
) -> None:
    dialog.offer(Path("/data/talk.mp4"), PIPELINE)
    models = [dialog.form.model.itemText(index) for index in range(dialog.form.model.count())]
    assert models == ["fer7 (bundled)", "fer7-original (bundled)"]
    options, pipeline = started(dialog, qtbot)
    assert options == AnalysisRequest(Path("/data/talk.mp4"), Path("/data/FER Desktop"))
    assert pipeline == PIPELINE
    assert settings.analysis_folder == Path("/data/FER Desktop")
    assert not dialog.isVisible()


def test_the_folder_used_last_is_offered_again(dialog: AnalyseDialog, settings: Settings) -> None:
    settings.analysis_folder = Path("/results")
    dialog.offer(Path("/data/talk.mp4"), PIPELINE)
    assert dialog.form.output.text() == str(Path("/results"))


def test_options_are_passed_on(dialog: AnalyseDialog, qtbot: QtBot) -> None:
    dialog.offer(Path("/data/talk.mp4"), PIPELINE)
    form = dialog.form
    form.output.setText("/results")
    form.part.click()
    form.start_time.setValue(1.5)
    form.end_time.setValue(4.0)
    form.pictures.setCurrentIndex(A_SECOND)
    form.rate.setValue(2.5)
    form.detector.setCurrentIndex(form.detector.findData("yunet"))
    form.min_face.setValue(5)
    form.interval.setValue(0.5)
    form.smoothing.click()
    form.model.setCurrentIndex(form.model.findText("fer7-original (bundled)"))
    options, pipeline = started(dialog, qtbot)
    assert options == AnalysisRequest(
        Path("/data/talk.mp4"), Path("/results"), AnalysisOptions(rate=2.5, start_s=1.5, end_s=4.0)
    )
    model = default_paths().bundled_models / "fer7-original.json"
    assert pipeline == dataclasses.replace(
        PIPELINE, detector="yunet", min_face=0.05, detection_interval_s=0.5, smoothing=False, model=model
    )


def test_which_pictures(dialog: AnalyseDialog) -> None:
    dialog.offer(Path("/data/talk.mp4"), PIPELINE)
    form = dialog.form
    form.every.setValue(7)
    found = []
    for which in (ALL, ONE_IN, A_SECOND):
        form.pictures.setCurrentIndex(which)
        request = form.request()
        assert request is not None
        options = request.options
        found.append((options.every, options.rate, form.every.isVisible(), form.rate.isVisible()))
    assert found == [(1, None, False, False), (7, None, True, False), (1, 5.0, False, True)]


def test_another_detector_does_not_take_the_model_file_of_the_first(dialog: AnalyseDialog) -> None:
    dialog.offer(Path("talk.mp4"), dataclasses.replace(PIPELINE, detector_model=Path("/my/cascade.xml")))
    pipeline = dialog.form.pipeline()
    assert pipeline is not None
    assert pipeline.detector_model == Path("/my/cascade.xml")
    dialog.form.detector.setCurrentIndex(dialog.form.detector.findData("yunet"))
    pipeline = dialog.form.pipeline()
    assert pipeline is not None
    assert pipeline.detector_model is None


def test_it_starts_only_with_what_fits_together(dialog: AnalyseDialog) -> None:
    dialog.offer(None, PIPELINE)
    assert not dialog.start.isEnabled()
    dialog.offer(Path("talk.mp4"), PIPELINE)
    assert dialog.start.isEnabled()
    dialog.form.part.click()
    dialog.form.start_time.setValue(5)
    dialog.form.end_time.setValue(4)
    assert not dialog.start.isEnabled()
    dialog.form.end_time.setValue(0)
    assert dialog.start.isEnabled()


def test_files_and_folders_are_chosen(
    dialog: AnalyseDialog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dialog.offer(None, PIPELINE)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "talk.mp4"), ""))
    dialog.form.choose_file.click()
    assert dialog.form.input.text() == str(tmp_path / "talk.mp4")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    dialog.form.choose_folder.click()
    dialog.form.choose_output.click()
    assert dialog.form.input.text() == dialog.form.output.text() == str(tmp_path)
