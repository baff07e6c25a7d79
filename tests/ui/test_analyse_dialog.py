from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fer_desktop.core.analysis import AnalysisSummary, IncompleteAnalysisError, Progress
from fer_desktop.core.frame_source import SourceInfo
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui import analyse_dialog
from fer_desktop.ui.analyse_dialog import AnalyseDialog, progress_text
from fer_desktop.ui.jobs import Job, JobRunner
from fer_desktop.ui.settings import Settings
from tests.support.models import write_tiny_model
from tests.support.videos import write_face_video
from tests.ui.fakes import WAIT_S


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def dialog(qtbot: QtBot, settings: Settings) -> Iterator[AnalyseDialog]:
    jobs = JobRunner()
    dialog = AnalyseDialog(jobs, settings)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    jobs.shutdown()


@pytest.fixture
def pipeline(tmp_path: Path) -> PipelineSettings:
    return PipelineSettings(model=write_tiny_model(tmp_path / "model"), device="cpu")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "talk.mp4"
    write_face_video(path, seconds=0.4)
    return path


def summary(*outputs: Path, complete: bool = True) -> AnalysisSummary:
    return AnalysisSummary(
        source=SourceInfo("talk.mp4", "video"),
        complete=complete,
        frames_read=9,
        frames_analysed=8,
        frames_with_faces=7,
        faces=7,
        ids=1,
        first_pts_s=0.0,
        last_pts_s=1.0,
        elapsed_s=75.0,
        timings={},
        outputs=outputs,
        warnings=(),
    )


class FakeRun:
    """Stands in for the analysis: reports what it is given, then waits until it is let go or cancelled."""

    def __init__(self, outcome: AnalysisSummary | Exception) -> None:
        self.outcome = outcome
        self.go_on = threading.Event()
        self.asked: list[Any] = []

    def __call__(self, options: Any, settings: PipelineSettings, job: Job) -> AnalysisSummary:
        self.asked.append(options)
        job.report(Progress(frames_read=50, frames_analysed=50, pts_s=1.0, elapsed_s=2.0, fraction=0.25))
        while not job.should_stop() and not self.go_on.wait(0.01):
            pass
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def prepare(dialog: AnalyseDialog, pipeline: PipelineSettings, source: Path, output: Path) -> None:
    dialog.offer(source, pipeline)
    dialog.form.output.setText(str(output))


def start_and_wait(dialog: AnalyseDialog, qtbot: QtBot) -> str:
    with qtbot.waitSignal(dialog.ended, timeout=int(WAIT_S * 1000)) as signal:
        dialog.start.click()
    assert signal.args is not None
    return str(signal.args[0])


def test_a_video_is_analysed_and_the_result_is_named(
    dialog: AnalyseDialog, qtbot: QtBot, pipeline: PipelineSettings, video: Path, tmp_path: Path
) -> None:
    prepare(dialog, pipeline, video, tmp_path / "results")
    dialog.form.video.click()

    text = start_and_wait(dialog, qtbot)

    assert text.startswith("Finished: 10 pictures analysed")
    written = {path.name for path in (tmp_path / "results").iterdir()}
    assert written == {"talk.csv", "talk.json", "talk.mp4"}
    assert all(name in text for name in written)
    assert dialog.status.text() == text
    assert not dialog.is_running


def test_the_folder_of_the_result_can_be_opened(
    dialog: AnalyseDialog, qtbot: QtBot, pipeline: PipelineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    fake = FakeRun(summary(Path("/results/talk.csv")))
    fake.go_on.set()
    monkeypatch.setattr(analyse_dialog, "run", fake)
    prepare(dialog, pipeline, Path("talk.mp4"), Path("/results"))
    assert not dialog.open_folder.isVisible()
    start_and_wait(dialog, qtbot)
    dialog.open_folder.click()
    assert opened == ["/results"]


def test_existing_results_are_kept_unless_they_may_be_replaced(
    dialog: AnalyseDialog, qtbot: QtBot, pipeline: PipelineSettings, video: Path, tmp_path: Path
) -> None:
    (tmp_path / "talk.csv").write_text("mine")
    prepare(dialog, pipeline, video, tmp_path)
    assert "exists already" in start_and_wait(dialog, qtbot)
    assert (tmp_path / "talk.csv").read_text() == "mine"

    dialog.form.overwrite.click()
    assert start_and_wait(dialog, qtbot).startswith("Finished")
    assert (tmp_path / "talk.csv").read_text().startswith("frame,")


def test_an_unreadable_file_says_why(
    dialog: AnalyseDialog, qtbot: QtBot, pipeline: PipelineSettings, tmp_path: Path
) -> None:
    (tmp_path / "talk.mp4").write_bytes(b"no video")
    prepare(dialog, pipeline, tmp_path / "talk.mp4", tmp_path / "results")
    assert start_and_wait(dialog, qtbot).startswith("The analysis failed.")
    assert not dialog.open_folder.isVisible()


def test_while_it_runs_it_says_how_far_and_can_be_cancelled(
    dialog: AnalyseDialog, qtbot: QtBot, pipeline: PipelineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeRun(summary(Path("/results/talk.csv"), complete=False))
    monkeypatch.setattr(analyse_dialog, "run", fake)
    prepare(dialog, pipeline, Path("talk.mp4"), Path("/results"))

    dialog.start.click()
    qtbot.waitUntil(lambda: dialog.status.text() == "50 pictures · 25.0 a second · 0:06 left")
    assert dialog.progress.isVisible()
    assert dialog.progress.value() == 250
    assert not dialog.form.isEnabled()
    assert not dialog.start.isEnabled()
    assert not dialog.isModal()

    with qtbot.waitSignal(dialog.ended):
        dialog.cancel.click()
    assert dialog.status.text().startswith("Cancelled: 8 pictures analysed, 7 with faces, in 1:15.")
    assert "talk.csv" in dialog.status.text()
    assert dialog.start.isEnabled()


def test_closing_the_dialog_lets_the_analysis_go_on(
    dialog: AnalyseDialog, qtbot: QtBot, pipeline: PipelineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeRun(summary(Path("/results/talk.csv")))
    monkeypatch.setattr(analyse_dialog, "run", fake)
    prepare(dialog, pipeline, Path("talk.mp4"), Path("/results"))
    dialog.start.click()
    dialog.close_button.click()
    assert dialog.is_running

    dialog.offer(Path("other.mp4"), pipeline)
    assert dialog.form.input.text() == "talk.mp4"
    with qtbot.waitSignal(dialog.ended) as signal:
        fake.go_on.set()
    assert signal.args is not None
    assert signal.args[1] == Path("/results")


def test_what_was_analysed_before_an_error_is_kept_and_told(
    dialog: AnalyseDialog, qtbot: QtBot, pipeline: PipelineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = IncompleteAnalysisError("The disk is full.", summary(Path("/results/talk.csv"), complete=False))
    fake = FakeRun(error)
    fake.go_on.set()
    monkeypatch.setattr(analyse_dialog, "run", fake)
    prepare(dialog, pipeline, Path("talk.mp4"), Path("/results"))
    text = start_and_wait(dialog, qtbot)
    assert "The disk is full." in text
    assert "kept" in text
    assert dialog.open_folder.isVisible()


def test_options_are_passed_on_and_the_folder_is_remembered(
    dialog: AnalyseDialog,
    qtbot: QtBot,
    pipeline: PipelineSettings,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    fake = FakeRun(summary())
    fake.go_on.set()
    monkeypatch.setattr(analyse_dialog, "run", fake)
    prepare(dialog, pipeline, Path("talk.mp4"), tmp_path)
    form = dialog.form
    form.every.setValue(5)
    form.part.click()
    form.start_time.setValue(1.5)
    form.end_time.setValue(9)
    form.video.click()
    form.blur.click()
    start_and_wait(dialog, qtbot)
    (options,) = fake.asked
    assert (options.every, options.start_s, options.end_s) == (5, 1.5, 9.0)
    assert (options.video, options.blur, options.overwrite) == (True, True, False)
    assert settings.analysis_folder == tmp_path


def test_it_starts_only_with_what_fits_together(dialog: AnalyseDialog, pipeline: PipelineSettings) -> None:
    dialog.offer(None, pipeline)
    assert not dialog.start.isEnabled()
    prepare(dialog, pipeline, Path("talk.mp4"), Path("/results"))
    assert dialog.start.isEnabled()
    dialog.form.part.click()
    dialog.form.start_time.setValue(5)
    assert dialog.start.isEnabled()
    dialog.form.end_time.setValue(4)
    assert not dialog.start.isEnabled()


def test_faces_can_be_blurred_only_in_a_video(dialog: AnalyseDialog, pipeline: PipelineSettings) -> None:
    prepare(dialog, pipeline, Path("talk.mp4"), Path("/results"))
    form = dialog.form
    assert not form.blur.isEnabled()
    form.video.click()
    form.blur.click()
    form.video.click()
    options = form.options()
    assert options is not None
    assert not options.blur


def test_files_and_folders_are_chosen(
    dialog: AnalyseDialog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(tmp_path / "talk.mp4"), ""))
    dialog.form.choose_file.click()
    assert dialog.form.input.text() == str(tmp_path / "talk.mp4")
    assert dialog.form.output.text() == str(tmp_path / "FER Desktop")

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path / "other"))
    dialog.form.choose_folder.click()
    dialog.form.choose_output.click()
    assert dialog.form.input.text() == dialog.form.output.text() == str(tmp_path / "other")


@pytest.mark.parametrize(
    ("fraction", "elapsed", "text"),
    [
        (None, 0.0, "50 pictures"),
        (None, 2.0, "50 pictures · 25.0 a second"),
        (0.0, 2.0, "50 pictures · 25.0 a second"),
        (0.5, 60.0, "50 pictures · 0.8 a second · 1:00 left"),
    ],
)
def test_progress_in_words(fraction: float | None, elapsed: float, text: str) -> None:
    assert progress_text(Progress(60, 50, 1.0, elapsed, fraction)) == text
