"""Where frames come from: cameras, video files and pictures behind one interface, ``FrameSource``."""

from fer_desktop.core.sources.base import FrameSource, SourceInfo
from fer_desktop.core.sources.discovery import CameraInfo, list_cameras
from fer_desktop.core.sources.images import (
    IMAGE_SUFFIXES,
    ImageSource,
    folder_images,
    natural_order,
    read_image,
)
from fer_desktop.core.sources.opening import open_source
from fer_desktop.core.sources.video import VideoSource

__all__ = [
    "IMAGE_SUFFIXES",
    "CameraInfo",
    "FrameSource",
    "ImageSource",
    "SourceInfo",
    "VideoSource",
    "folder_images",
    "list_cameras",
    "natural_order",
    "open_source",
    "read_image",
]
