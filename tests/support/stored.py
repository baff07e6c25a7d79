"""Small stored analyses that are made up."""

from __future__ import annotations

from pathlib import Path

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile
from fer_desktop.core.results.recording_identity import source_facts
from fer_desktop.core.sources.base import SourceInfo
from fer_desktop.core.types import Box, FrameResult
from tests.support.results import make_face, make_result

LEFT, RIGHT = Box(10, 20, 30, 30), Box(80, 20, 30, 30)


def two_people(seconds: float = 4.0, fps: float = 10.0) -> list[FrameResult]:
    """Face 1 all along: happiness, then from the half on sadness; face 2 in the second quarter, uncertain."""
    results = []
    for index in range(round(seconds * fps)):
        share = index / (seconds * fps)
        faces = [make_face(LEFT, id=1, emotion="happiness" if share < 0.5 else "sadness")]
        if 0.25 <= share < 0.5:
            faces.append(make_face(RIGHT, id=2, emotion="fear", share=0.3, label=None))
        results.append(make_result(faces, index=index, pts_s=index / fps, size=(160, 90)))
    return results


def write_ferx(path: Path, table: FaceTable, recording: Path) -> Path:
    """A results file of a recording, 160 x 90 at 10 frames a second for 4 s, that need not be there."""
    info = SourceInfo(recording.name, "video", recording, (160, 90), 10.0, 4.0)
    facts = {
        "source": source_facts(info, path),
        "state": "complete",
        "model": {"name": "fake"},
        "settings": {},
    }
    with ResultFile.create(path, facts) as file:
        file.append(table)
    return path
