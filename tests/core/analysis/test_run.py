from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import pytest

from fer_desktop import __version__
from fer_desktop.core.analysis.loop import IncompleteAnalysisError, analyse
from fer_desktop.core.analysis.options import AnalysisOptions, Destination, default_name
from fer_desktop.core.analysis.run import run_analysis
from fer_desktop.core.analysis.summary import AnalysisProgress, AnalysisSummary
from fer_desktop.core.errors import ModelError, OutputError, SourceError
from fer_desktop.core.models.card import sha256
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.sources.base import SourceInfo
from fer_desktop.core.types import Frame, FrameResult
from tests.support.models import write_tiny_model
from tests.support.results import FakePipeline
from tests.support.sources import Fault, FaultySource, SyntheticSource
from tests.support.videos import face_picture, write_face_video


class MemorySink:
    """Remembers what it was told; fails where it is asked to."""

    def __init__(self, *, fail_at: int | None = None, fail_to_open: bool = False) -> None:
        self.written: list[int] = []
        self.closed_as: list[bool] = []
        self.warnings = ["something is left out"]
        self._fail_at = fail_at
        self._fail_to_open = fail_to_open

    def open(self, info: SourceInfo) -> None:
        if self._fail_to_open:
            raise OutputError("cannot be made")

    def write(self, frame: Frame, result: FrameResult) -> None:
        if frame.index == self._fail_at:
            raise OutputError("the disk is full")
        self.written.append(frame.index)

    def close(self, *, complete: bool) -> Path | None:
        self.closed_as.append(complete)
        return Path("made") if self.written else None


def test_every_frame_goes_through_the_pipeline_into_every_sink() -> None:
    pipeline, sinks = FakePipeline(), [MemorySink(), MemorySink()]
    summary = analyse(SyntheticSource(10, fps=10), pipeline, sinks)
    assert pipeline.processed == sinks[0].written == sinks[1].written == list(range(10))
    assert sinks[0].closed_as == [True]
    assert summary.complete
    assert (summary.frames_read, summary.frames_analysed, summary.frames_with_faces) == (10, 10, 10)
    assert (summary.faces, summary.ids) == (10, 1)
    assert (summary.first_pts_s, summary.last_pts_s) == (0.0, 0.9)
    assert summary.outputs == (Path("made"), Path("made"))
    assert summary.warnings == ("something is left out",) * 2
    assert {name: timing.count for name, timing in summary.timings.items()} == {
        "read": 10,
        "detect": 10,
        "classify": 10,
        "process": 10,
        "write": 10,
    }


def test_only_every_nth_frame_is_analysed() -> None:
    sink = MemorySink()
    summary = analyse(SyntheticSource(10), FakePipeline(), [sink], AnalysisOptions(every=4))
    assert sink.written == [0, 4, 8]
    assert (summary.frames_read, summary.frames_analysed) == (10, 3)


def test_a_source_without_frames_is_complete() -> None:
    summary = analyse(SyntheticSource(0), FakePipeline(), [MemorySink()])
    assert summary.complete
    assert (summary.frames_analysed, summary.first_pts_s, summary.timings) == (0, None, {})


def test_a_stop_ends_it_between_two_frames() -> None:
    sink = MemorySink()
    summary = analyse(
        SyntheticSource(None), FakePipeline(), [sink], should_stop=lambda: len(sink.written) == 3
    )
    assert sink.written == [0, 1, 2]
    assert sink.closed_as == [False]
    assert not summary.complete


def test_the_source_is_closed_whatever_happens() -> None:
    def crash(frame: Frame) -> None:
        raise RuntimeError("a planned crash")

    source, sink = SyntheticSource(5), MemorySink()
    with pytest.raises(RuntimeError, match="a planned crash"):
        analyse(source, FakePipeline(crash), [sink])
    assert source.released
    assert sink.closed_as == [False]


def test_a_source_that_fails_on_the_way_keeps_what_was_found() -> None:
    sink = MemorySink()
    with pytest.raises(IncompleteAnalysisError, match="cannot be read any further") as failure:
        analyse(FaultySource({4: Fault.READ_FAILURE}), FakePipeline(), [sink])
    summary = failure.value.summary
    assert not summary.complete
    assert (summary.frames_analysed, summary.outputs) == (4, (Path("made"),))
    assert sink.closed_as == [False]


def test_a_sink_that_fails_closes_the_others() -> None:
    healthy, failing = MemorySink(), MemorySink(fail_at=2)
    with pytest.raises(IncompleteAnalysisError, match="the disk is full"):
        analyse(SyntheticSource(5), FakePipeline(), [healthy, failing])
    assert healthy.closed_as == failing.closed_as == [False]


def test_an_error_before_the_first_frame_is_that_error() -> None:
    opened = MemorySink()
    with pytest.raises(OutputError, match="cannot be made") as failure:
        analyse(SyntheticSource(5), FakePipeline(), [opened, MemorySink(fail_to_open=True)])
    assert not isinstance(failure.value, IncompleteAnalysisError)
    assert opened.closed_as == [False]
    with pytest.raises(SourceError, match="unreadable"):
        analyse(FaultySource(open_error=SourceError("unreadable")), FakePipeline(), [])


def test_progress_says_how_far_it_is() -> None:
    seen: list[AnalysisProgress] = []
    analyse(SyntheticSource(5, fps=1), FakePipeline(), [], AnalysisOptions(every=2), on_progress=seen.append)
    assert [progress.fraction for progress in seen] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert [(progress.frames_read, progress.frames_analysed) for progress in seen][-1] == (5, 3)


def test_progress_is_that_of_the_part_that_is_read() -> None:
    seen: list[AnalysisProgress] = []
    analyse(
        SyntheticSource(5, fps=1),
        FakePipeline(),
        [],
        AnalysisOptions(start_s=0, end_s=2),
        on_progress=seen.append,
    )
    assert [progress.fraction for progress in seen] == pytest.approx([0, 0.5, 1, 1, 1])


def test_progress_without_a_known_length_has_no_fraction() -> None:
    seen: list[AnalysisProgress] = []
    camera = SyntheticSource(3, live=True, fps=1000)
    analyse(camera, FakePipeline(), [], on_progress=seen.append)
    assert [progress.fraction for progress in seen] == [None, None, None]


class Studio:
    """A video, a tiny model, and a folder for results."""

    def __init__(self, folder: Path) -> None:
        self.video = folder / "talk.mp4"
        self.output = folder / "results"
        self.boxes = write_face_video(self.video, seconds=1, fps=10, audio=True, gaps=[(0.5, 0.7)])
        self.card = write_tiny_model(folder / "model")
        self.settings = PipelineSettings(self.card, device="cpu", detection_interval_s=0)

    def run(
        self, input: Path | None = None, *, overwrite: bool = False, ferx: bool = False, **arguments: Any
    ) -> AnalysisSummary:
        """arguments: fields of AnalysisOptions, and what ``run_analysis`` takes by name."""
        input = input or self.video
        destination = Destination(self.output, default_name(input), overwrite=overwrite)
        fields = {item.name for item in dataclasses.fields(AnalysisOptions)} & arguments.keys()
        options = AnalysisOptions(ferx=ferx, **{name: arguments.pop(name) for name in fields})
        return run_analysis(input, destination, self.settings, options, **arguments)

    def rows(self, name: str = "talk") -> list[dict[str, str]]:
        with (self.output / f"{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def report(self, name: str = "talk") -> dict[str, Any]:
        return json.loads((self.output / f"{name}.json").read_text())

    def names(self) -> list[str]:
        return sorted(path.name for path in self.output.iterdir())


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_a_video_becomes_csv_json_and_an_annotated_video(studio: Studio) -> None:
    summary = studio.run(video=True, jsonl=True)
    assert studio.names() == ["talk.csv", "talk.json", "talk.jsonl", "talk.mp4"]
    assert set(summary.outputs) == set(studio.output.iterdir())

    rows = studio.rows()
    assert [row["frame"] for row in rows] == [str(index) for index in range(10)]
    assert [float(row["pts_s"]) for row in rows] == pytest.approx([index / 10 for index in range(10)])
    assert [row["frame"] for row in rows if not row["face_id"]] == ["5", "6"]
    for row, (box, *_) in ((row, studio.boxes[int(row["frame"])]) for row in rows if row["face_id"]):
        middle = float(row["x"]) + float(row["width"]) / 2, float(row["y"]) + float(row["height"]) / 2
        assert middle == pytest.approx(box.centre, abs=20)

    with av.open(str(studio.output / "talk.mp4")) as container:
        assert container.streams.audio
        assert sum(1 for _ in container.decode(video=0)) == 10
    assert len((studio.output / "talk.jsonl").read_text().splitlines()) == 10


def test_the_report_says_what_was_done_with_what(studio: Studio) -> None:
    studio.run(every=2, start_s=0.2)
    report = studio.report()
    assert report["complete"] is True
    assert report["error"] is None
    assert report["source"]["path"] == str(studio.video)
    assert (report["source"]["width"], report["source"]["height"]) == (320, 240)
    assert report["model"]["name"] == "tiny"
    assert report["model"]["sha256"] == sha256(studio.card.with_suffix(".onnx"))
    assert report["versions"]["fer-desktop"] == __version__
    assert report["versions"].keys() >= {"opencv", "onnxruntime", "pyav", "python"}
    assert report["settings"] | {"every": 2, "start_s": 0.2, "end_s": None, "tau": 1.0} == report["settings"]
    assert report["settings"]["model"] == str(studio.card)
    assert report["frames"] == {"read": 8, "analysed": 4, "with_faces": 3}
    assert report["faces"] == {"total": 3, "ids": 1}
    assert (report["first_pts_s"], report["last_pts_s"]) == pytest.approx((0.2, 0.8))
    assert report["timings"]["milliseconds"]["process"]["count"] == 4
    assert report["outputs"] == ["talk.csv"]


def test_a_stopped_analysis_leaves_whole_files(studio: Studio) -> None:
    stops: list[AnalysisProgress] = []
    summary = studio.run(video=True, on_progress=stops.append, should_stop=lambda: len(stops) == 4)
    assert not summary.complete
    assert studio.names() == ["talk.csv", "talk.json", "talk.mp4"]
    assert len(studio.rows()) == 4
    assert studio.report()["complete"] is False
    assert studio.report()["last_pts_s"] == pytest.approx(0.3)
    with av.open(str(studio.output / "talk.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 4


def test_an_analysis_stopped_before_its_first_frame_leaves_nothing(studio: Studio) -> None:
    summary = studio.run(video=True, should_stop=lambda: True)
    assert summary.outputs == ()
    assert studio.names() == []


def test_an_error_on_the_way_is_told_by_the_report_and_the_files_are_whole(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = FaultySource({3: Fault.READ_FAILURE}, name="talk.mp4")
    monkeypatch.setattr("fer_desktop.core.analysis.run.open_source", lambda path, **_: broken)
    with pytest.raises(IncompleteAnalysisError, match="cannot be read any further") as failure:
        studio.run(pipeline=FakePipeline())
    assert {path.name for path in failure.value.summary.outputs} == {"talk.csv", "talk.json"}
    assert len(studio.rows()) == 3
    assert (studio.report()["complete"], studio.report()["error"]) == (False, str(failure.value))


def test_results_are_replaced_only_when_allowed(studio: Studio) -> None:
    studio.run()
    first = studio.report()
    with pytest.raises(OutputError, match=r"talk\.csv: exists already"):
        studio.run(every=2)
    assert studio.report() == first
    studio.run(every=2, overwrite=True)
    assert studio.report()["settings"]["every"] == 2
    assert len(studio.rows()) == 5


def test_a_result_never_replaces_its_input(studio: Studio) -> None:
    before = studio.video.read_bytes()
    studio.output = studio.video.parent
    with pytest.raises(OutputError, match=r"talk\.mp4: the result would replace the input"):
        studio.run(video=True, overwrite=True)
    assert studio.video.read_bytes() == before


def test_a_folder_of_pictures_is_analysed_picture_by_picture(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    for name, faces in (("1.png", 1), ("2.png", 0), ("10.png", 2)):
        cv2.imwrite(str(tmp_path / "album" / name), face_picture((480, 240), faces=faces)[0])
    studio.run(tmp_path / "album", video=True)
    assert studio.names() == ["album", "album.csv", "album.json"]
    assert [(row["frame"], row["face_id"]) for row in studio.rows("album")] == [
        ("0", "1"),
        ("1", ""),
        ("2", "1"),
        ("2", "2"),
    ], "ids begin anew in each picture"
    assert studio.report("album")["source"]["pictures"] == ["1.png", "2.png", "10.png"]
    assert sorted(path.name for path in (studio.output / "album").iterdir()) == ["1.png", "10.png", "2.png"]


@pytest.mark.parametrize(
    ("break_it", "error"),
    [
        (lambda studio: studio.video.unlink(), SourceError),
        (lambda studio: studio.video.write_bytes(b"no video"), SourceError),
        (lambda studio: studio.card.unlink(), ModelError),
        (lambda studio: studio.output.write_text("a file"), OutputError),
    ],
)
def test_what_cannot_be_begun_leaves_nothing(
    break_it: Callable[[Studio], object], error: type[Exception], studio: Studio
) -> None:
    break_it(studio)
    with pytest.raises(error):
        studio.run(video=True)
    assert not studio.output.is_dir() or studio.names() == []


def test_results_are_named_after_their_input(tmp_path: Path) -> None:
    (tmp_path / "session.2").mkdir()
    assert default_name(tmp_path / "talk.part1.mp4") == "talk.part1"
    assert default_name(tmp_path / "session.2") == "session.2"
