"""The cameras of this computer, and keys for them that last."""

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
"""Where cameras are looked for, best first. DirectShow adds virtual cameras that Media Foundation lacks."""

LINK_FOLDERS = (Path("/dev/v4l/by-id"), Path("/dev/v4l/by-path"))
"""Lasting names on Linux, best first: by maker and serial number, and by the socket it is plugged into."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that is connected now.

    key: stays the same over restarts and replugging; for settings and the command line.
    name: for people, different for each camera. path: of the device, valid now; empty where there is none.
    index, backend: what ``cv2.VideoCapture`` opens it by, valid now.
    """

    key: str
    name: str
    path: str
    index: int
    backend: int


def list_cameras() -> tuple[CameraInfo, ...]:
    """The cameras that can deliver pictures. Asks the system, which may take some tenths of a second."""
    system = platform.system()
    found = [camera for backend in BACKENDS.get(system, ()) for camera in enumerate_cameras(backend)]
    if system == "Linux":
        found.sort(key=lambda camera: camera.index)
        return describe(found, lasting_links())
    return describe(found, {camera.path: camera.path for camera in found if camera.path})


def find_camera(key: str) -> CameraInfo | None:
    """The connected camera with this key, else with this path, else with this name; None without any."""
    cameras = list_cameras()
    for attribute in ("key", "path", "name"):
        for camera in cameras:
            if getattr(camera, attribute) == key:
                return camera
    return None


def describe(found: Iterable[FoundCamera], keys: Mapping[str, str]) -> tuple[CameraInfo, ...]:
    """Each camera once, with a name and a key of its own.

    found: one backend after the other. A later one adds only cameras whose name is new: one device has the
    same name in all of them, but other paths. keys: the key for a path; without one the name is the key.
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
    """For the path of a device node the udev link to it that stays the same; the first folder wins."""
    links: dict[str, str] = {}
    for folder in folders:
        for link in sorted(folder.iterdir()) if folder.is_dir() else ():
            links.setdefault(str(link.resolve()), str(link))
    return links
