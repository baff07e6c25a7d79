"""An analysis of which all that matters is who is there when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.markers import Marker
from fer_desktop.core.results.people import People
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.types import Box
from tests.support.results import make_face, make_result

LENGTH_S = 20.0
STEP_S = 0.1
BOX = Box(0, 0, 9, 9)
MARKERS = (Marker(1, 4.0, None, "Question"), Marker(2, 8.0, 12.0, "Film"))


def analysis(
    present: Sequence[tuple[int, float, float]] = ((1, 0.0, LENGTH_S), (2, 5.0, 10.0)),
    *,
    until: float = LENGTH_S,
    emotion: str = "happiness",
    label: str | None = "same",
    markers: tuple[Marker, ...] = (),
) -> StoredAnalysis:
    """present: face ids, each with the seconds from and until which it is there."""
    results = [
        make_result(
            [
                make_face(BOX, id=face_id, emotion=emotion, label=label)
                for face_id, start, end in present
                if start <= pts_s < end
            ],
            index=index,
            pts_s=float(pts_s),
        )
        for index, pts_s in enumerate(np.arange(0, until, STEP_S).round(3))
    ]
    table = FaceTable.of(results)
    people = People().with_faces(np.unique(table.face_id))
    facts = {"source": {"name": "a.mp4", "duration_s": LENGTH_S}, "state": "complete"}
    return StoredAnalysis(Path("a.ferx"), facts, table, people, markers)
