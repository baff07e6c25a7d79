"""Stored analyses from a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.markers import Marker
from fer_desktop.core.results.people import People
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.types import Box
from tests.support.results import make_face, make_result

LETTERS = {"h": "happiness", "s": "sadness", "f": "fear", "n": "neutral", "u": None}
SOURCE = {
    "name": "talk.mp4",
    "kind": "video",
    "path": "/nowhere/talk.mp4",
    "relative_path": None,
    "fingerprint": "0" * 64,
    "width": 160,
    "height": 90,
    "fps": 10.0,
    "duration_s": None,
}


def stored_of(
    *tracks: str,
    pts_s: Sequence[float] | None = None,
    names: Mapping[int, str] | None = None,
    markers: Sequence[Marker] = (),
    facts: Mapping[str, Any] | None = None,
    path: Path = Path("/nowhere/talk.ferx"),
) -> StoredAnalysis:
    """One track for each person, from 1 on: a letter of LETTERS for each frame, a space without a face.

    pts_s: the frames' times; 10 a second if not given.
    """
    results = []
    for index in range(len(tracks[0])):
        faces = [
            make_face(
                Box(20.0 * number, 10, 16, 16),
                id=number,
                emotion=LETTERS[track[index]] or "fear",
                share=0.3 if track[index] == "u" else 0.7,
                label=LETTERS[track[index]],
            )
            for number, track in enumerate(tracks, 1)
            if track[index] != " "
        ]
        time_s = index / 10 if pts_s is None else pts_s[index]
        results.append(make_result(faces, index=index, pts_s=time_s, size=(160, 90)))
    table = FaceTable.of(results)
    people = People().with_faces(sorted(set(table.face_id.tolist())))
    for person_id, name in (names or {}).items():
        people = people.renamed(person_id, name)
    return StoredAnalysis(
        path,
        {"source": SOURCE, "state": "complete", "settings": {}, **(facts or {})},
        table,
        people,
        tuple(markers),
    )
