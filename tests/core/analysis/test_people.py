"""Who is who in the results of generated videos: real faces whose places are known in every frame."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.analysis.loop import analyse
from fer_desktop.core.pipeline.pipeline import Pipeline, build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.sink import ResultSink
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.types import Box
from tests.support.models import write_tiny_model
from tests.support.videos import heads_picture, write_video

SIZE = (640, 360)
SIDE = 76.0
"""Of the faces in heads_picture, about, in pixels."""

FPS = 25.0

Scene = Callable[[float], list[tuple[float, float]]]
"""The centres of the faces that are in the picture at a time in seconds, always in the same order."""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return build_pipeline(PipelineSettings(write_tiny_model(tmp_path_factory.mktemp("model")), device="cpu"))


class Filmed:
    """A scene as a video, analysed into a results file. ``boxes``: of the faces, for each frame."""

    def __init__(self, scene: Scene, times: list[float], folder: Path, pipeline: Pipeline) -> None:
        made = [heads_picture(SIZE, scene(time_s)) for time_s in times]
        write_video(folder / "scene.mp4", [picture for picture, _ in made], pts=times, fps=FPS)
        self.boxes = [boxes for _, boxes in made]
        analyse(VideoSource(folder / "scene.mp4"), pipeline, [ResultSink(folder / "scene.ferx", {})])
        self.table: FaceTable = StoredAnalysis.load(folder / "scene.ferx").table

    def ids(self) -> list[list[int]]:
        """Of all faces found, for each frame."""
        table = self.table
        return [table.face_id[first:after].tolist() for first, after in pairwise(table.first_face.tolist())]

    def id_at(self, frame: int, number: int) -> int | None:
        """The id that was given to the face of this number in the scene; None where it was not found."""
        for face in self.table.result(frame).faces:
            if face.box.iou(self.boxes[frame][number]) > 0.4:
                return face.id
        return None

    def overlaps(self) -> list[float]:
        """The IoU of every face found with the known face that it fits best."""
        return [
            max((face.box.iou(box) for box in boxes), default=0.0)
            for frame, boxes in enumerate(self.boxes)
            for face in self.table.result(frame).faces
        ]


def even(seconds: float) -> list[float]:
    return [index / FPS for index in range(round(seconds * FPS))]


def walking(speed: float, gap: tuple[float, float] = (0.0, 0.0)) -> Scene:
    """One face that goes to the right at so many sides a second and is not in the picture in the gap."""
    return lambda time_s: [] if gap[0] <= time_s < gap[1] else [(120 + speed * SIDE * time_s, 170)]


def passing(speed: float, rise: float) -> Scene:
    """Two faces that meet after a second; the first, hidden by the second, is so many sides higher."""
    middle = SIZE[0] / 2

    def scene(time_s: float) -> list[tuple[float, float]]:
        way = speed * SIDE * (time_s - 1)
        return [(middle + way, 180 - rise * SIDE / 2), (middle - way, 180 + rise * SIDE / 2)]

    return scene


def test_a_moving_face_has_one_id_and_its_box_on_it(tmp_path: Path, pipeline: Pipeline) -> None:
    filmed = Filmed(walking(2.0), even(2), tmp_path, pipeline)
    assert filmed.ids() == [[1]] * 50
    overlaps = filmed.overlaps()
    assert min(overlaps) > 0.55
    assert np.mean(overlaps) > 0.65, "the detector's square is not quite the known box"
    found = np.array([Box(*box.tolist()).centre for box in filmed.table.box])
    known = np.array([boxes[0].centre for boxes in filmed.boxes])
    off = found - known
    assert np.abs(off - np.median(off, axis=0)).max() < 0.15 * SIDE, "it moves along"


@pytest.mark.parametrize("speed", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("begin_s", [0.8, 0.84, 0.88])
def test_an_id_stays_through_half_a_second_without_the_face(
    speed: float, begin_s: float, tmp_path: Path, pipeline: Pipeline
) -> None:
    """Always up to 0.5 s, and never from 0.7 s on; between it depends on when faces are looked for."""
    filmed = Filmed(walking(speed, (begin_s, begin_s + 0.5)), even(1.8), tmp_path, pipeline)
    ids = filmed.ids()
    assert {tuple(found) for found in ids} == {(1,), ()}
    assert ids[-1] == [1]
    unseen = [frame for frame, found in enumerate(ids) if not found]
    assert unseen == list(range(unseen[0], unseen[-1] + 1))
    assert filmed.table.pts_s[unseen[0]] == pytest.approx(begin_s, abs=0.12)
    assert filmed.table.pts_s[unseen[-1]] == pytest.approx(begin_s + 0.5, abs=0.12)


def test_a_face_that_was_away_for_longer_is_a_new_one(tmp_path: Path, pipeline: Pipeline) -> None:
    filmed = Filmed(walking(0.0, (0.6, 1.4)), even(2), tmp_path, pipeline)
    assert (filmed.ids()[0], filmed.ids()[-1]) == ([1], [2])


@pytest.mark.parametrize("speed", [1.0, 2.0, 3.0])
def test_faces_that_pass_each_other_at_different_heights_keep_their_ids(
    speed: float, tmp_path: Path, pipeline: Pipeline
) -> None:
    filmed = Filmed(passing(speed, rise=1.6), even(2), tmp_path, pipeline)
    first, other = filmed.id_at(0, 0), filmed.id_at(0, 1)
    assert {first, other} == {1, 2}
    for frame in range(50):
        assert filmed.id_at(frame, 0) in (first, None)
        assert filmed.id_at(frame, 1) in (other, None)
    assert (filmed.id_at(49, 0), filmed.id_at(49, 1)) == (first, other)


@pytest.mark.parametrize("speed", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("rise", [0.0, 0.4])
def test_of_faces_that_hide_each_other_none_takes_the_others_id(
    speed: float, rise: float, tmp_path: Path, pipeline: Pipeline
) -> None:
    """The one in front keeps its id; the one behind comes back under its own or, after long, a new one."""
    filmed = Filmed(passing(speed, rise), even(2), tmp_path, pipeline)
    behind, front = filmed.id_at(0, 0), filmed.id_at(0, 1)
    assert {behind, front} == {1, 2}
    assert filmed.id_at(49, 1) == front
    assert filmed.id_at(49, 0) in (behind, 3)


def test_ids_and_times_are_right_where_frames_come_unevenly(tmp_path: Path, pipeline: Pipeline) -> None:
    generator = np.random.default_rng(0)
    times = np.round(np.concatenate([[0.0], generator.uniform(0.01, 0.25, 24).cumsum()]), 3).tolist()
    filmed = Filmed(walking(1.5), times, tmp_path, pipeline)
    assert filmed.table.pts_s == pytest.approx(times, abs=1e-3)
    assert filmed.ids() == [[1]] * 25
    assert min(filmed.overlaps()) > 0.5
