from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.core.errors import OutputError, SourceError
from fer_desktop.core.exports.annotated import write_annotated
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.people import People
from fer_desktop.core.results.recording_identity import source_facts
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.sources.opening import open_source
from fer_desktop.core.types import Box, Image
from tests.core.sinks.test_video import pictures, sound_packets, video_times
from tests.support.results import make_face, make_result
from tests.support.videos import face_picture, write_face_video

FPS = 10.0
SIZE = (320, 240)


def stored_for(
    recording: Path,
    known: list[list[Box]],
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    every: int = 1,
    state: str = "complete",
) -> StoredAnalysis:
    """As if the recording, with these boxes of faces, had been analysed."""
    results = []
    with open_source(recording, start_s=start_s, end_s=end_s) as source:
        for frame in source:
            if frame.index % every == 0:
                place = frame.index if source.info.kind == "images" else round(frame.pts_s * FPS)
                faces = [make_face(box, id=number) for number, box in enumerate(known[place], 1)]
                results.append(make_result(faces, index=frame.index, pts_s=frame.pts_s, size=frame.size))
    table = FaceTable.of(results)
    path = recording.parent / "talk.ferx"
    facts = {
        "source": source_facts(source.info, path),
        "state": state,
        "settings": {"every": every, "start_s": start_s, "end_s": end_s},
    }
    return StoredAnalysis(path, facts, table, People().with_faces(np.unique(table.face_id)))


@pytest.fixture
def recording(tmp_path: Path) -> tuple[Path, list[list[Box]]]:
    path = tmp_path / "talk.mp4"
    return path, write_face_video(path, seconds=2, fps=FPS, size=SIZE, audio=True)


def region(image: Image, box: Box) -> Image:
    return image[round(box.y) : round(box.y + box.height), round(box.x) : round(box.x + box.width)]


def likeness(image: Image, plain: Image, box: Box) -> float:
    """Correlation of the fine detail in a box with that of the recording: 1 the same, 0 nothing of it."""
    details = []
    for picture in (image, plain):
        grey = cv2.cvtColor(region(picture, box), cv2.COLOR_BGR2GRAY).astype(float)
        details.append((grey - cv2.GaussianBlur(grey, (0, 0), 3)).ravel())
    return float(np.corrcoef(*details)[0, 1])


def has_box(image: Image, plain: Image, box: Box) -> bool:
    """Whether the upper edge of a box is drawn: bright on a dark line."""
    edge = Box(box.x + 8, box.y - 1, box.width - 16, 5)
    changes = np.abs(region(image, edge).astype(int) - region(plain, edge)).max(axis=(0, 2))
    return bool(np.median(changes) > 60)


def test_times_and_sound_are_those_of_the_recording(
    recording: tuple[Path, list[list[Box]]], tmp_path: Path
) -> None:
    path, known = recording
    told: list[float] = []
    out = tmp_path / "out.mp4"
    written, warnings = write_annotated(stored_for(path, known), out, on_progress=told.append)
    assert (written, warnings) == (out, ())
    assert video_times(out) == video_times(path)
    assert sound_packets(out) == sound_packets(path)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.mp4", "talk.mp4"]


def test_the_stored_boxes_are_drawn(recording: tuple[Path, list[list[Box]]], tmp_path: Path) -> None:
    path, known = recording
    write_annotated(stored_for(path, known), tmp_path / "out.mp4")
    for image, plain, (box,) in zip(pictures(tmp_path / "out.mp4"), pictures(path), known, strict=True):
        assert has_box(image, plain, box)
        assert likeness(image, plain, box) > 0.25


@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize("ignored", [False, True])
def test_blurred_faces_are_hidden_in_every_frame(
    recording: tuple[Path, list[list[Box]]], tmp_path: Path, every: int, ignored: bool
) -> None:
    """Also in those that were not analysed, and faces of people who are ignored."""
    path, known = recording
    stored = stored_for(path, known, every=every)
    stored = stored.with_people(stored.people.ignoring(1, ignored))
    write_annotated(stored, tmp_path / "out.mp4", blur=True)
    frames = list(zip(pictures(tmp_path / "out.mp4"), pictures(path), known, strict=True))
    assert len(frames) == 20
    for image, plain, (box,) in frames:
        assert likeness(image, plain, box) < 0.2


def test_frames_that_were_not_analysed_show_the_last_results(
    recording: tuple[Path, list[list[Box]]], tmp_path: Path
) -> None:
    path, known = recording
    write_annotated(stored_for(path, known, every=10), tmp_path / "out.mp4")
    images = pictures(tmp_path / "out.mp4")
    assert len(images) == 20
    for index, (image, plain) in enumerate(zip(images, pictures(path), strict=True)):
        assert has_box(image, plain, known[index // 10 * 10][0])


@pytest.mark.parametrize("every", [1, 6])
def test_only_the_part_that_was_analysed_is_written(
    recording: tuple[Path, list[list[Box]]], tmp_path: Path, every: int
) -> None:
    path, known = recording
    write_annotated(stored_for(path, known, start_s=0.5, end_s=1.2, every=every), tmp_path / "out.mp4")
    assert [float(time) for time in video_times(tmp_path / "out.mp4")] == pytest.approx(
        [index / FPS for index in range(7)], abs=1e-4
    )
    assert max(time for time, _ in sound_packets(tmp_path / "out.mp4")) < 0.75


def test_of_a_stopped_analysis_the_rest_is_left_out(
    recording: tuple[Path, list[list[Box]]], tmp_path: Path
) -> None:
    path, known = recording
    write_annotated(stored_for(path, known, end_s=0.8, state="stopped"), tmp_path / "out.mp4")
    assert len(video_times(tmp_path / "out.mp4")) == 8


def test_stopping_leaves_a_whole_file(recording: tuple[Path, list[list[Box]]], tmp_path: Path) -> None:
    path, known = recording
    asked = iter([False, False, False, True])
    written, _ = write_annotated(
        stored_for(path, known), tmp_path / "out.mp4", should_stop=lambda: next(asked)
    )
    assert written == tmp_path / "out.mp4"
    assert len(video_times(tmp_path / "out.mp4")) == 3


def label_pixels(stored: StoredAnalysis, target: Path) -> Image:
    write_annotated(stored, target)
    return pictures(target)[0]


def test_names_are_in_the_labels(recording: tuple[Path, list[list[Box]]], tmp_path: Path) -> None:
    path, known = recording
    stored = stored_for(path, known)
    unnamed = label_pixels(stored, tmp_path / "a.mp4")
    named = label_pixels(stored.with_people(stored.people.renamed(1, "Jo")), tmp_path / "b.mp4")
    assert (np.abs(unnamed.astype(int) - named).max(axis=2) > 60).sum() > 50


def test_pictures_become_annotated_copies(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    known = []
    for number in range(3):
        image, boxes = face_picture(SIZE, phase=number / 3)
        cv2.imwrite(str(folder / f"{number}.png"), image)
        known.append(boxes)
    stored = stored_for(folder, known, every=2)
    written, _ = write_annotated(stored, tmp_path / "out", blur=True)
    assert written == tmp_path / "out"
    assert sorted(path.name for path in written.iterdir()) == ["0.png", "2.png"]
    plain, blurred = (cv2.imread(str(place / "2.png")) for place in (folder, written))
    assert likeness(blurred, plain, known[2][0]) < 0.2
    cv2.imwrite(str(folder / "0b.png"), image)
    with pytest.raises(SourceError, match="not those that were analysed"):
        write_annotated(stored, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def remove(path: Path) -> None:
    path.unlink()


def replace_with_another(path: Path) -> None:
    write_face_video(path, seconds=0.5, fps=FPS, size=SIZE)


@pytest.mark.parametrize("change", [remove, replace_with_another])
def test_a_recording_that_is_gone_is_named(
    recording: tuple[Path, list[list[Box]]], tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path, known = recording
    stored = stored_for(path, known)
    change(path)
    with pytest.raises(SourceError, match=r"talk\.ferx: its recording 'talk\.mp4' is not found"):
        write_annotated(stored, tmp_path / "out.mp4")


def test_without_frames_there_is_nothing_to_draw_into(
    recording: tuple[Path, list[list[Box]]], tmp_path: Path
) -> None:
    path, _ = recording
    stored = stored_for(path, [[]] * 20, end_s=0.1)
    empty = StoredAnalysis(stored.path, stored.facts, FaceTable.of([]), People())
    with pytest.raises(OutputError, match="no frame was analysed"):
        write_annotated(empty, tmp_path / "out.mp4")
