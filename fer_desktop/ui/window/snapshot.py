"""Saves the picture as a PNG file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QByteArray, QStandardPaths
from PySide6.QtGui import QImage, QImageWriter

from fer_desktop.core.errors import OutputError


def default_folder() -> Path:
    """Returns the program's folder in the user's pictures."""
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(pictures) / "FER Desktop"


def save(image: QImage, folder: Path, moment: datetime) -> Path:
    """Writes a PNG file named after the moment and returns its path. Raises OutputError."""
    path = folder / f"FER {moment:%Y-%m-%d %H-%M-%S}.{moment.microsecond // 1000:03d}.png"
    temporary = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not QImageWriter(str(temporary), QByteArray(b"PNG")).write(image):
            raise OutputError(
                f"{path}: the picture cannot be written. The folder may be read-only, or the disk full."
            )
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: the picture cannot be written ({error.strerror or error}).") from error
    return path
