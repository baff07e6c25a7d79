from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import ModelError
from fer_desktop.core.live.capture import SessionPhase
from fer_desktop.core.live.inference import MAX_FAILURES, ModelStatus
from fer_desktop.core.pipeline.pipeline import build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from tests.support.models import write_tiny_model
from tests.support.sources import SyntheticSource
from tests.ui.fakes import SETTINGS, WAIT_S, FakePipeline, Gate, camera_of, file_of
from tests.ui.viewer import MakeSession, Viewer, gated_camera, settings_with, start_ready, wait_for_phase

# The model


def test_the_status_says_what_runs_where(qtbot: QtBot, make_session: MakeSession) -> None:
    pipeline = FakePipeline(device="cpu")
    pipeline.classifier.notice = "There is no GPU."
    session = make_session(build=lambda settings: pipeline)
    assert session.model_status == ModelStatus("loading")
    start_ready(qtbot, session)
    assert session.model_status == ModelStatus(
        "ready", card=pipeline.classifier.card, device="cpu", notice="There is no GPU."
    )


def test_a_damaged_model_is_an_error_and_the_preview_goes_on(
    qtbot: QtBot, make_session: MakeSession, tmp_path
) -> None:
    card = write_tiny_model(tmp_path)
    weights = card.with_suffix(".onnx")
    weights.write_bytes(weights.read_bytes()[:-100])
    session = make_session(build=build_pipeline)
    session.configure(settings_with(model=card))
    viewer = Viewer(session)
    session.start_model()
    session.open(file_of(SyntheticSource(5, fps=1000)))
    qtbot.waitUntil(lambda: session.model_status.phase == "error")
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    assert weights.name in session.model_status.message
    assert session.model_status.card is None
    assert viewer.frames[-1].index == 4
    assert viewer.results == []


def test_the_model_can_be_tried_again(qtbot: QtBot, make_session: MakeSession) -> None:
    outcomes = iter([ModelError("damaged"), FakePipeline()])

    def build(settings: PipelineSettings) -> FakePipeline:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    session = make_session(build=build)
    session.start_model()
    qtbot.waitUntil(lambda: session.model_status.phase == "error")
    start_ready(qtbot, session)
    assert session.model_status.message is None


def test_a_real_pipeline_analyses_a_source(qtbot: QtBot, make_session: MakeSession, tmp_path) -> None:
    session = make_session(build=build_pipeline)
    viewer = Viewer(session)
    session.configure(settings_with(model=write_tiny_model(tmp_path), device="cpu"))
    session.start_model()
    session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: viewer.newest_result == 0, timeout=WAIT_S * 1000)
    assert session.model_status.card.name == "tiny"


# Settings


class Builder:
    """Builds a pipeline for each device; every build but the first passes a gate. None for one that fails."""

    def __init__(self) -> None:
        self.built: list[PipelineSettings] = []
        self.pipelines: list[FakePipeline] = []
        self.gate = Gate()
        self.error: Exception | None = None

    def __call__(self, settings: PipelineSettings) -> FakePipeline:
        self.built.append(settings)
        if len(self.built) > 1:
            self.gate.pass_through()
            if self.error is not None:
                raise self.error
        self.pipelines.append(FakePipeline(device=settings.device))
        return self.pipelines[-1]


@pytest.fixture
def builder() -> Builder:
    return Builder()


def test_tau_holds_at_once(qtbot: QtBot, make_session: MakeSession, builder: Builder) -> None:
    session = make_session(build=builder)
    start_ready(qtbot, session)
    assert builder.pipelines[0].classifier.tau == SETTINGS.tau
    session.configure(settings_with(tau=0.2))
    assert builder.pipelines[0].classifier.tau == 0.2
    assert session.model_status.phase == "ready"
    assert len(builder.built) == 1


def test_smoothing_is_switched_without_loading(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    session.configure(settings_with(smoothing=False))
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 1)
    assert len(builder.built) == 1
    assert builder.pipelines[0].processed == [0]  # the second frame went through its successor


def test_the_old_model_serves_until_the_new_one_is_ready(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    session.configure(settings_with(device="cuda"))
    builder.gate.wait_until_reached()
    assert session.model_status.phase == "loading"
    assert session.model_status.device == "auto"
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    assert builder.pipelines[0].processed == [0]
    builder.gate.open()
    qtbot.waitUntil(lambda: session.model_status.phase == "ready")
    assert session.model_status.device == "cuda"
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 1)
    assert builder.pipelines[1].processed == [1]


def test_the_old_model_stays_when_the_new_one_fails(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    builder.error = ModelError("other.json is damaged.")
    builder.gate.open()
    session.configure(settings_with(device="cuda"))
    qtbot.waitUntil(lambda: session.model_status.phase == "error")
    assert session.model_status.message == "other.json is damaged."
    assert session.model_status.device == "auto"
    session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    session.configure(SETTINGS)
    assert session.model_status.phase == "ready"


def test_a_model_that_is_no_longer_wanted_is_not_used(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    session.configure(settings_with(device="cuda"))
    builder.gate.wait_until_reached()
    session.configure(SETTINGS)
    assert session.model_status.phase == "ready"
    builder.gate.open()
    qtbot.waitUntil(lambda: len(builder.pipelines) == 2)
    session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    assert builder.pipelines[1].processed == []
    assert session.model_status.device == "auto"


def test_tau_changed_during_a_load_holds_for_both_models_and_loads_once(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    start_ready(qtbot, session)
    session.configure(settings_with(device="cuda"))
    builder.gate.wait_until_reached()
    session.configure(settings_with(device="cuda", tau=0.1))
    assert builder.pipelines[0].classifier.tau == 0.1
    builder.gate.open()
    qtbot.waitUntil(lambda: session.model_status.device == "cuda")
    assert builder.pipelines[1].classifier.tau == 0.1
    assert len(builder.built) == 2


@pytest.mark.parametrize("phase", [SessionPhase.PAUSED, SessionPhase.FINISHED])
def test_a_still_picture_follows_the_settings(
    phase: SessionPhase, qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    if phase is SessionPhase.PAUSED:
        source, frames = gated_camera()
        session.open(camera_of(source))
        frames.release()
    else:
        session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: len(viewer.results) == 1 and session.state.phase is not SessionPhase.OPENING)
    if phase is SessionPhase.PAUSED:
        session.pause()
    wait_for_phase(qtbot, session, phase)
    session.configure(settings_with(tau=0.1))
    qtbot.waitUntil(lambda: len(viewer.results) == 2)
    assert viewer.results[1].index == 0
    session.note_displayed(viewer.results[1])
    assert session.stats().latency_ms is None


# Failures of the pipeline


def test_one_failure_is_told_once_and_the_view_goes_on(qtbot: QtBot, make_session: MakeSession) -> None:
    pipeline = FakePipeline(error=lambda index: ValueError("odd picture") if index < 2 else None)
    session = make_session(build=lambda settings: pipeline)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    for index in range(3):
        frames.release()
        qtbot.waitUntil(lambda index=index: len(pipeline.processed) == index + 1)
    qtbot.waitUntil(lambda: viewer.newest_result == 2)
    told = [status for status in viewer.models if status.message is not None]
    assert [status.phase for status in told] == ["ready"]
    assert "odd picture" in told[0].message
    assert session.state.phase is SessionPhase.RUNNING


def test_many_failures_in_a_row_end_the_view_with_an_error(qtbot: QtBot, make_session: MakeSession) -> None:
    pipeline = FakePipeline(error=lambda index: RuntimeError("out of memory"))
    session = make_session(build=lambda settings: pipeline)
    start_ready(qtbot, session)
    source = SyntheticSource(None, live=True, fps=500)
    session.open(camera_of(source))
    wait_for_phase(qtbot, session, SessionPhase.ERROR)
    assert "out of memory" in session.state.message
    assert session.state.advice
    assert len(pipeline.processed) >= MAX_FAILURES
    qtbot.waitUntil(lambda: source.released)
