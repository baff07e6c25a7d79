"""Finds the cameras of this computer and gives each a lasting key."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
from cv2_enumerate_cameras import enumerate_cameras
from cv2_enumerate_cameras.camera_info import CameraInfo as FoundCamera

BACKENDS: dict[str, tuple[int, ...]] = {
    "Linux": (cv2.CAP_V4L2,),
    "Windows": (cv2.CAP_MSMF, cv2.CAP_DSHOW),
    "Darwin": (cv2.CAP_AVFOUNDATION,),
}
"""The backends to search, best first. DirectShow finds virtual cameras that Media Foundation does not."""

LINK_FOLDERS = (Path("/dev/v4l/by-id"), Path("/dev/v4l/by-path"))
"""Folders with lasting names on Linux, best first: by maker and serial number, then by the socket."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that is connected now.

    key: stays the same after restarts and replugging, for settings and the command line.
    name: for people, different for each camera. path: of the device, valid now; empty where there is none.
    index, backend: for ``cv2.VideoCapture``, valid now.
    """

    key: str
    name: str
    path: str
    index: int
    backend: int


def list_cameras() -> tuple[CameraInfo, ...]:
    """Returns the cameras that can deliver pictures. The system takes some tenths of a second to answer."""
    system = platform.system()
    found = [camera for backend in BACKENDS.get(system, ()) for camera in enumerate_cameras(backend)]
    if system == "Linux":
        found.sort(key=lambda camera: camera.index)
        return describe(found, lasting_links())
    return describe(found, {camera.path: camera.path for camera in found if camera.path})


def find_camera(key: str) -> CameraInfo | None:
    """Returns the connected camera with this key, else with this path, else with this name; else None."""
    cameras = list_cameras()
    for attribute in ("key", "path", "name"):
        for camera in cameras:
            if getattr(camera, attribute) == key:
                return camera
    return None


def describe(found: Iterable[FoundCamera], keys: Mapping[str, str]) -> tuple[CameraInfo, ...]:
    """Returns each camera once, with its own name and key.

    found: the cameras of one backend after the other. A later backend adds only cameras with new names,
    because a device has the same name in all backends but different paths. keys: the key for a path; a camera
    without one has its name as the key.
    """
    cameras: list[CameraInfo] = []
    backend_of: dict[str, int] = {}
    same_name: Counter[str] = Counter()
    for camera in found:
        path = camera.path or ""
        name = camera.name or path or "Camera"
        if backend_of.setdefault(name, camera.backend) != camera.backend:
            continue
        same_name[name] += 1
        shown = name if same_name[name] == 1 else f"{name} ({same_name[name]})"
        cameras.append(CameraInfo(keys.get(path, shown), shown, path, camera.index, camera.backend))
    return tuple(cameras)


def lasting_links(folders: Iterable[Path] = LINK_FOLDERS) -> dict[str, str]:
    """Returns the lasting udev link for the path of each device node. The first folder wins."""
    links: dict[str, str] = {}
    for folder in folders:
        for link in sorted(folder.iterdir()) if folder.is_dir() else ():
            links.setdefault(str(link.resolve()), str(link))
    return links
