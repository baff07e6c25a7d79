"""The live loop without Qt: capture and inference threads, and the mailboxes between them."""

from fer_desktop.core.live.capture import BACKOFF_S, CaptureThread, SessionPhase, SessionState, SourceRequest
from fer_desktop.core.live.feed import LiveFeed
from fer_desktop.core.live.inference import (
    InferenceThread,
    ModelPhase,
    ModelStatus,
    PipelineLoader,
)
from fer_desktop.core.live.loop import LiveLoop
from fer_desktop.core.live.mailbox import Mailbox
from fer_desktop.core.live.meters import Clock, Stats

__all__ = [
    "BACKOFF_S",
    "CaptureThread",
    "Clock",
    "InferenceThread",
    "LiveFeed",
    "LiveLoop",
    "Mailbox",
    "ModelPhase",
    "ModelStatus",
    "PipelineLoader",
    "SessionPhase",
    "SessionState",
    "SourceRequest",
    "Stats",
]
