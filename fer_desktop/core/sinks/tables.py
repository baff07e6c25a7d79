"""The CSV and JSON lines sinks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import IO

from fer_desktop.core.emotions import EMOTIONS, UNCERTAIN
from fer_desktop.core.errors import OutputError
from fer_desktop.core.files import discard, finish, output_error, part_path
from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Face, Frame, FrameResult

CSV_COLUMNS: tuple[str, ...] = (
    "frame",
    "pts_s",
    "face_id",
    "x",
    "y",
    "width",
    "height",
    "detection_score",
    "label",
    "confidence",
    *EMOTIONS,
    *(f"smoothed_{name}" for name in EMOTIONS),
)


class LineSink:
    """Writes complete lines of UTF-8 text without a buffer. What was written survives a killed process.

    lines: returns the text for one result; each line ends with ``\\n``. header: the text before the first
    result.
    """

    def __init__(self, path: Path, lines: Callable[[FrameResult], str], *, header: str = "") -> None:
        self._path = path
        self._lines = lines
        self._header = header
        self._whole = 0
        self.warnings: list[str] = []

    def open(self, info: SourceInfo) -> None:
        try:
            self._file: IO[bytes] = part_path(self._path).open("wb", buffering=0)
        except OSError as error:
            raise output_error(self._path, error) from error
        try:
            self._append(self._header)
        except OutputError:
            self._file.close()
            discard(self._path)
            raise
        self._begin = self._whole

    def write(self, frame: Frame, result: FrameResult) -> None:
        self._append(self._lines(result))

    def close(self, *, complete: bool) -> Path | None:
        self._file.close()
        if self._whole == self._begin and not complete:
            part_path(self._path).unlink()
            return None
        return finish(self._path)

    def _append(self, text: str) -> None:
        data = text.encode()
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            self._file.truncate(self._whole)
            raise output_error(self._path, error) from error
        self._whole = self._file.tell()


def csv_sink(path: Path) -> LineSink:
    """Returns a sink for a CSV file with the columns CSV_COLUMNS, see ``csv_rows``."""
    return LineSink(path, csv_rows, header=",".join(CSV_COLUMNS) + "\n")


def jsonl_sink(path: Path) -> LineSink:
    """Returns a sink for a file of JSON lines, see ``json_line``."""
    return LineSink(path, json_line)


def csv_rows(result: FrameResult) -> str:
    """Returns one row for each face, or one with empty face fields without faces. Boxes are in pixels."""
    moment = f"{result.index},{result.pts_s:.6f},"
    if not result.faces:
        return moment + "," * (len(CSV_COLUMNS) - 3) + "\n"
    return "".join(moment + _csv_fields(face) + "\n" for face in result.faces)


def _csv_fields(face: Face) -> str:
    box = face.box
    return ",".join(
        (
            str(face.id),
            *(f"{value:.1f}" for value in (box.x, box.y, box.width, box.height)),
            f"{face.detection_score:.4f}",
            face.label or UNCERTAIN,
            f"{face.confidence:.5f}",
            *(f"{value:.5f}" for value in face.probabilities),
            *(f"{value:.5f}" for value in face.smoothed),
        )
    )


def json_line(result: FrameResult) -> str:
    """Returns one JSON object with the values of the CSV; ``faces`` is empty without faces."""
    content = {
        "frame": result.index,
        "pts_s": round(result.pts_s, 6),
        "faces": [_json_fields(face) for face in result.faces],
    }
    return json.dumps(content) + "\n"


def _json_fields(face: Face) -> dict[str, object]:
    box = face.box
    return {
        "id": face.id,
        "box": [round(value, 1) for value in (box.x, box.y, box.width, box.height)],
        "detection_score": round(face.detection_score, 4),
        "label": face.label or UNCERTAIN,
        "confidence": round(face.confidence, 5),
        "probabilities": _by_name(face.probabilities),
        "smoothed": _by_name(face.smoothed),
    }


def _by_name(shares: tuple[float, ...]) -> dict[str, float]:
    return {name: round(share, 5) for name, share in zip(EMOTIONS, shares, strict=True)}
