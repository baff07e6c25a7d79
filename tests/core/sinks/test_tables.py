from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.core.analysis.report import write_report
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import OutputError
from fer_desktop.core.sinks.images import PictureSink
from fer_desktop.core.sinks.tables import CSV_COLUMNS, csv_rows, csv_sink, json_line, jsonl_sink
from fer_desktop.core.sources.base import SourceInfo
from fer_desktop.core.sources.images import ImageSource
from fer_desktop.core.types import Box
from tests.support.results import make_face, make_frame, make_result, shares
from tests.support.videos import face_picture

INFO = SourceInfo(name="talk.mp4", kind="video")
FACE = make_face(Box(10.04, 20.06, 99.96, 100), id=3, emotion="fear", share=0.55)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_those_of_the_documentation() -> None:
    documented = (
        "frame,pts_s,face_id,x,y,width,height,detection_score,label,confidence,"
        "anger,disgust,fear,happiness,sadness,surprise,neutral,"
        "smoothed_anger,smoothed_disgust,smoothed_fear,smoothed_happiness,smoothed_sadness,smoothed_surprise,"
        "smoothed_neutral"
    )
    assert ",".join(CSV_COLUMNS) == documented


def test_a_row_for_each_face_and_one_for_a_frame_without(tmp_path: Path) -> None:
    sink = csv_sink(tmp_path / "talk.csv")
    sink.open(INFO)
    sink.write(
        make_frame(), make_result([FACE, make_face(Box(1, 2, 3, 4), id=4, label=None)], index=7, pts_s=1 / 3)
    )
    sink.write(make_frame(), make_result(index=8, pts_s=0.4))
    assert sink.close(complete=True) == tmp_path / "talk.csv"

    first, second, empty = rows_of(tmp_path / "talk.csv")
    assert (first["frame"], first["pts_s"], first["face_id"]) == ("7", "0.333333", "3")
    assert [first[name] for name in ("x", "y", "width", "height")] == ["10.0", "20.1", "100.0", "100.0"]
    assert (first["label"], first["confidence"], first["fear"]) == ("fear", "0.55000", "0.55000")
    assert (second["face_id"], second["label"]) == ("4", "uncertain")
    assert (empty.pop("frame"), empty.pop("pts_s")) == ("8", "0.400000")
    assert set(empty.values()) == {""}


def test_rounded_probabilities_still_sum_to_one() -> None:
    generator = np.random.default_rng(1)
    for values in generator.dirichlet(np.full(7, 0.3), size=200):
        face = make_face(Box(0, 0, 1, 1))
        face = type(face)(1, face.box, 0.9, tuple(values), tuple(values), None)
        fields = csv_rows(make_result([face])).rstrip("\n").split(",")
        for first in ("anger", "smoothed_anger"):
            start = CSV_COLUMNS.index(first)
            assert sum(map(float, fields[start : start + len(EMOTIONS)])) == pytest.approx(1, abs=1e-4)


def test_lines_end_alike_on_every_system(tmp_path: Path) -> None:
    sink = csv_sink(tmp_path / "talk.csv")
    sink.open(INFO)
    sink.write(make_frame(), make_result())
    sink.close(complete=True)
    content = (tmp_path / "talk.csv").read_bytes()
    assert b"\r" not in content
    assert content.count(b"\n") == 2


def test_a_json_line_has_the_values_of_the_csv() -> None:
    content = json.loads(json_line(make_result([FACE], index=7, pts_s=1 / 3)))
    assert (content["frame"], content["pts_s"]) == (7, 0.333333)
    (face,) = content["faces"]
    assert (face["id"], face["box"], face["label"]) == (3, [10.0, 20.1, 100.0, 100.0], "fear")
    assert face["smoothed"] == pytest.approx(dict(zip(EMOTIONS, shares("fear", 0.55), strict=True)), abs=1e-5)
    assert json.loads(json_line(make_result()))["faces"] == []


def test_the_final_name_appears_when_the_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    sink = jsonl_sink(path)
    sink.open(INFO)
    sink.write(make_frame(), make_result([FACE]))
    assert not path.exists()
    assert (tmp_path / "talk.jsonl.part").read_text() == json_line(make_result([FACE])), (
        "nothing is held back"
    )
    sink.close(complete=False)
    assert [entry.name for entry in tmp_path.iterdir()] == ["talk.jsonl"]


def test_nothing_is_left_when_it_ends_before_the_first_result(tmp_path: Path) -> None:
    sink = csv_sink(tmp_path / "talk.csv")
    sink.open(INFO)
    assert sink.close(complete=False) is None
    assert list(tmp_path.iterdir()) == []


def test_an_analysed_source_without_a_frame_gives_a_header(tmp_path: Path) -> None:
    sink = csv_sink(tmp_path / "talk.csv")
    sink.open(INFO)
    sink.close(complete=True)
    assert rows_of(tmp_path / "talk.csv") == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"missing.talk\.csv: cannot be written"):
        csv_sink(tmp_path / "missing" / "talk.csv").open(INFO)


def test_a_file_that_cannot_be_replaced_leaves_the_result_beside_it(tmp_path: Path) -> None:
    (tmp_path / "talk.csv" / "inside").mkdir(parents=True)
    sink = csv_sink(tmp_path / "talk.csv")
    sink.open(INFO)
    sink.write(make_frame(), make_result())
    with pytest.raises(OutputError, match=r"the result is in .*talk\.csv\.part"):
        sink.close(complete=True)
    assert len(rows_of(tmp_path / "talk.csv.part")) == 1


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process can grow beyond a size, as on a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are a thing of POSIX")
def test_a_full_disk_leaves_whole_rows(tmp_path: Path) -> None:
    sink = csv_sink(tmp_path / "talk.csv")
    sink.open(INFO)

    def write_all() -> None:
        for index in range(100):
            sink.write(make_frame(), make_result([FACE], index=index))

    with file_size_limit(1000), pytest.raises(OutputError, match=r"talk\.csv: cannot be written"):
        write_all()
    sink.close(complete=False)
    rows = rows_of(tmp_path / "talk.csv")
    assert 1 <= len(rows) < 20
    assert [row["frame"] for row in rows] == [str(index) for index in range(len(rows))]
    assert all(row["smoothed_neutral"] == "0.07500" for row in rows)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are a thing of POSIX")
def test_a_full_disk_leaves_no_empty_part_files(tmp_path: Path) -> None:
    with file_size_limit(10):
        with pytest.raises(OutputError, match=r"talk\.csv: cannot be written"):
            csv_sink(tmp_path / "talk.csv").open(INFO)
        with pytest.raises(OutputError, match=r"talk\.json: cannot be written"):
            write_report(tmp_path / "talk.json", {"error": "longer than the limit"})
    assert list(tmp_path.iterdir()) == []


def test_a_picture_in_a_format_without_colour_becomes_a_png(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.pgm"), np.zeros((48, 64), np.uint8))
    with ImageSource(tmp_path / "grey.pgm") as source:
        sink = PictureSink(tmp_path / "out", source)
        sink.open(source.info)
        for frame in source:
            sink.write(frame, make_result([FACE], index=frame.index))
        assert sink.close(complete=True) == tmp_path / "out"
    (copy,) = (tmp_path / "out").iterdir()
    assert copy.name == "grey.pgm.png"
    assert cv2.imread(str(copy)).shape == (48, 64, 3)


def test_pictures_are_annotated_under_their_own_names(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    image, (box,) = face_picture((160, 120))
    for name in ("b.png", "a.png"):
        cv2.imwrite(str(tmp_path / "in" / name), image)
    source = ImageSource(tmp_path / "in")
    sink = PictureSink(tmp_path / "out", source)
    with source:
        sink.open(source.info)
        for frame in source:
            sink.write(frame, make_result([make_face(box)] if frame.index == 0 else []))
    assert sink.close(complete=True) == tmp_path / "out"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]
    assert (cv2.imread(str(tmp_path / "out" / "a.png")) != image).any()
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "out" / "b.png")), image)
