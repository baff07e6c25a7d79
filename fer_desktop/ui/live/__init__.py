"""The live view: the session with its threads, the picture, the face cards and the rolling timeline."""

from fer_desktop.ui.live.camera_menu import CameraMenu
from fer_desktop.ui.live.camera_watch import CameraWatcher
from fer_desktop.ui.live.page import LivePage
from fer_desktop.ui.live.pipeline_control import PipelineControl
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.live.source_control import SourceControl

__all__ = [
    "CameraMenu",
    "CameraWatcher",
    "LivePage",
    "LiveSession",
    "PipelineControl",
    "SourceControl",
]
