"""The messages for the states of the live view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction

from fer_desktop.core.live import ModelStatus, SessionPhase, SessionState
from fer_desktop.ui.common import Message
from fer_desktop.ui.window.actions import Actions


def source_page(
    state: SessionState, actions: Actions, cameras: Sequence[QAction] | None, *, live: bool, last_source: str
) -> Message:
    """Returns the page in place of the picture.

    cameras: an action for each camera, None before the cameras are known.
    live: whether the present source is a camera. last_source: name of the source that `actions.toggle` opens.
    """
    match state.phase:
        case SessionPhase.IDLE:
            return _idle_page(actions, cameras, last_source)
        case SessionPhase.RECONNECTING:
            attempt = "Trying now…"
            if state.retry_in_s is not None:
                attempt = f"Next attempt in {max(1, round(state.retry_in_s))} s."
            return Message(
                "camera-off",
                f"{state.name} is not available",
                _paragraphs(state.message, state.advice, attempt),
                (actions.toggle, *_others(cameras), actions.open_files, actions.stop),
            )
        case SessionPhase.ERROR:
            return Message(
                "camera-off" if live else "file-broken",
                f"{state.name} cannot be shown",
                _paragraphs(state.message, state.advice),
                (actions.open_files, actions.toggle, *(cameras or ())),
            )
        case _:
            return Message("camera" if live else "open", f"Opening {state.name}…", "", (actions.stop,))


def finished_banner(state: SessionState, actions: Actions) -> Message:
    return Message(
        "done", f"{state.name} has ended.", "", (actions.toggle, actions.analyse, actions.open_files)
    )


def model_banner(
    status: ModelStatus, actions: Actions, *, custom_model: bool, custom_detector: bool
) -> Message | None:
    """Returns why there are no emotions, or why another device is used than the chosen one."""
    if status.phase == "error":
        ways_out = [actions.bundled_model] if custom_model else []
        ways_out += [actions.default_detector] if custom_detector else []
        serving = (
            "The previous model stays in use." if status.card else "The picture is shown without emotions."
        )
        return Message(
            "warning",
            "The model cannot be used.",
            f"{status.message}\n{serving}",
            (*ways_out, actions.reload_model, actions.preferences),
        )
    if status.phase == "ready" and (status.message or status.notice):
        return Message(
            "info", status.message or status.notice or "", "", (actions.dismiss, actions.preferences)
        )
    return None


def _idle_page(actions: Actions, cameras: Sequence[QAction] | None, last_source: str) -> Message:
    if last_source:
        return Message(
            "camera",
            "Stopped",
            f"{last_source} is closed. Nothing is analysed now.",
            (actions.toggle, *_others(cameras), actions.open_files),
        )
    if cameras is None:
        return Message("camera", "Looking for cameras…", "", (actions.open_files,))
    if not cameras:
        return Message(
            "camera-off",
            "No camera was found",
            "Plug in a camera, and it appears here. "
            "You can also open a video or pictures, or drop them onto this window.",
            (actions.open_files, actions.open_sample, actions.refresh_cameras),
        )
    return Message(
        "camera",
        "Choose a camera",
        "You can also drop a video or pictures onto this window.",
        (*cameras, actions.open_files),
    )


def _others(cameras: Sequence[QAction] | None) -> list[QAction]:
    """Returns all cameras except the one in use or used last."""
    return [camera for camera in cameras or () if not camera.isChecked()]


def _paragraphs(*texts: str | None) -> str:
    return "\n\n".join(filter(None, texts))


def is_one_picture(state: SessionState) -> bool:
    """Returns whether the source is a single picture, which has no end."""
    source = state.source
    return source is not None and source.kind == "images" and (source.duration_s or 0) <= 1
