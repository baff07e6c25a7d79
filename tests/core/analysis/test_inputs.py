"""Every kind of input and of place for results, through the real pipeline into a CSV and a results file."""

from __future__ import annotations

import csv
import itertools
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import PIL.Image
import pytest

from fer_desktop.__main__ import main
from fer_desktop.core.analysis.loop import IncompleteAnalysisError, analyse
from fer_desktop.core.analysis.options import AnalysisOptions, Destination
from fer_desktop.core.analysis.run import run_analysis
from fer_desktop.core.analysis.summary import AnalysisSummary
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import FerDesktopError, OutputError, SourceError
from fer_desktop.core.pipeline.pipeline import Pipeline, build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.results.file import ResultFile
from fer_desktop.core.results.sink import ResultSink
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.sinks.tables import csv_sink
from fer_desktop.core.sources.opening import open_source
from fer_desktop.core.types import Box, Frame, FrameResult, Image
from tests.support.models import write_tiny_model
from tests.support.results import FakePipeline
from tests.support.sources import Fault, FaultySource, SyntheticSource
from tests.support.videos import face_picture, write_face_video, write_video

SIZE = (320, 240)
HDR10 = {
    "x265-params": "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
    "color_primaries": "bt2020",
    "color_trc": "smpte2084",
    "colorspace": "bt2020nc",
}

logging.getLogger("libav").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Made:
    """An input with what is known of it: the boxes of the face, one for each frame, and the frames' times."""

    path: Path
    boxes: list[Box]
    times: list[float]


def moving(
    count: int, fps: float, size: tuple[int, int] = SIZE
) -> tuple[list[Image], list[Box], list[float]]:
    """Pictures of one moving face."""
    times = [index / fps for index in range(count)]
    made = [face_picture(size, phase=time_s / 8) for time_s in times]
    return [picture for picture, _ in made], [box for _, (box,) in made], times


def recorded(name: str, fps: float = 25.0, count: int = 8, **options: object) -> Callable[[Path], Made]:
    """A moving face, encoded by write_video with these options."""

    def make(folder: Path) -> Made:
        pictures, boxes, times = moving(count, fps)
        write_video(folder / name, pictures, fps=fps, **options)
        return Made(folder / name, boxes, times)

    return make


def odd(folder: Path) -> Made:
    pictures, boxes, times = moving(4, 25, (321, 241))
    write_video(folder / "odd.mkv", pictures, codec="ffv1", pix_fmt="bgr0")
    return Made(folder / "odd.mkv", boxes, times)


def without_ending(folder: Path) -> Made:
    made = recorded("clip.mp4")(folder)
    return Made(made.path.rename(folder / "recording"), made.boxes, made.times)


def variable_rate(folder: Path) -> Made:
    times = [0.0, 0.04, 0.3, 0.32, 1.1, 1.14, 1.9]
    boxes = write_face_video(folder / "uneven.mp4", pts=times)
    return Made(folder / "uneven.mp4", [box for (box,) in boxes], times)


def turned(folder: Path) -> Made:
    boxes = write_face_video(folder / "phone.mp4", seconds=0.3, size=(240, 320), rotation=90)
    return Made(folder / "phone.mp4", [box for (box,) in boxes], [index / 25 for index in range(len(boxes))])


def animated_gif(folder: Path) -> Made:
    pictures, boxes, times = moving(4, 10)
    first, *others = [PIL.Image.fromarray(picture[..., ::-1]) for picture in pictures]
    first.save(folder / "moving.gif", save_all=True, append_images=others, duration=100)
    return Made(folder / "moving.gif", boxes, times)


def numbered_pictures(folder: Path) -> Made:
    pictures, boxes, _ = moving(11, 10)
    album = folder / "frames"
    album.mkdir()
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(album / f"frame{number}.png"), picture)
    return Made(album, boxes, [float(number) for number in range(11)])


INPUTS = {
    "10-bit H.264": recorded("ten.mp4", pix_fmt="yuv420p10le"),
    "10-bit HEVC, HDR10": recorded("hdr.mp4", codec="libx265", pix_fmt="yuv420p10le", options=HDR10),
    "240 frames per second": recorded("slow.mp4", fps=240, count=120),
    "1 frame per second": recorded("lapse.mp4", fps=1, count=6),
    "motion JPEG": recorded("old.avi", codec="mjpeg", pix_fmt="yuvj420p"),
    "letters and spaces": recorded("Grüße aus 東京 – take 1.mp4"),
    "odd size": odd,
    "no ending": without_ending,
    "variable frame rate": variable_rate,
    "turned phone video": turned,
    "animated GIF": animated_gif,
    "numbered pictures": numbered_pictures,
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> PipelineSettings:
    return PipelineSettings(write_tiny_model(tmp_path_factory.mktemp("model")), device="cpu")


@pytest.fixture(scope="module")
def pipeline(settings: PipelineSettings) -> Pipeline:
    return build_pipeline(settings)


def into_both(path: Path, output: Path, pipeline: Pipeline) -> AnalysisSummary:
    """Analyses into talk.csv and talk.ferx."""
    output.mkdir(exist_ok=True)
    sinks = [csv_sink(output / "talk.csv"), ResultSink(output / "talk.ferx", {})]
    return analyse(open_source(path), pipeline, sinks)


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def frames_of(path: Path) -> list[FrameResult]:
    """Everything in a results file."""
    table = StoredAnalysis.load(path).table
    return [table.result(position) for position in range(table.frames)]


def assert_same(rows: list[dict[str, str]], results: list[FrameResult]) -> None:
    """The rows of a CSV say what a results file says."""
    expected = [(result, face) for result in results for face in result.faces or [None]]
    assert len(rows) == len(expected)
    for row, (result, face) in zip(rows, expected, strict=True):
        assert (int(row["frame"]), float(row["pts_s"])) == (
            result.index,
            pytest.approx(result.pts_s, abs=1e-6),
        )
        assert row["face_id"] == ("" if face is None else str(face.id))
        if face is not None:
            box = [float(row[name]) for name in ("x", "y", "width", "height")]
            assert box == pytest.approx([face.box.x, face.box.y, face.box.width, face.box.height], abs=0.06)
            assert row["label"] == (face.label or "uncertain")
            assert [float(row[name]) for name in EMOTIONS] == pytest.approx(face.probabilities, abs=1e-5)


@pytest.mark.parametrize("kind", INPUTS)
def test_faces_and_times_come_out_as_they_went_in(kind: str, tmp_path: Path, pipeline: Pipeline) -> None:
    made = INPUTS[kind](tmp_path)

    summary = into_both(made.path, tmp_path / "Ergebnisse für Ödön", pipeline)

    assert summary.complete
    assert summary.outputs == tuple(
        tmp_path / "Ergebnisse für Ödön" / name for name in ("talk.csv", "talk.ferx")
    )
    results = frames_of(summary.outputs[1])
    assert_same(csv_rows(summary.outputs[0]), results)
    assert [result.pts_s for result in results] == pytest.approx(made.times, abs=2e-3)
    assert [[face.id for face in result.faces] for result in results] == [[1]] * len(made.times)
    for result, box in zip(results, made.boxes, strict=True):
        assert result.faces[0].box.iou(box) > 0.5, f"at {result.pts_s} s"


def test_a_truncated_recording_gives_what_is_there(tmp_path: Path, pipeline: Pipeline) -> None:
    write_face_video(tmp_path / "cut.mkv", seconds=2)
    whole = (tmp_path / "cut.mkv").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])

    summary = into_both(tmp_path / "cut.mkv", tmp_path, pipeline)

    assert 10 <= summary.frames_analysed < 50
    results = frames_of(tmp_path / "talk.ferx")
    assert len(results) == summary.frames_analysed
    assert_same(csv_rows(tmp_path / "talk.csv"), results)


def make_sound(path: Path) -> None:
    import wave

    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("empty.mp4", Path.touch, "the file is empty"),
        ("empty", Path.touch, "the file is empty"),
        ("sound.wav", make_sound, "only sound"),
        ("sound", make_sound, "only sound"),
        ("noise.mp4", lambda path: path.write_bytes(bytes(range(256)) * 40), "not a video that can be read"),
        ("album", Path.mkdir, "no picture in this folder"),
    ],
)
def test_what_cannot_be_analysed_leaves_no_file(
    name: str, make: Callable[[Path], object], reason: str, tmp_path: Path, pipeline: Pipeline
) -> None:
    make(tmp_path / name)
    with pytest.raises(SourceError, match=reason) as error:
        into_both(tmp_path / name, tmp_path / "results", pipeline)
    assert str(error.value).startswith(f"{tmp_path / name}: ")
    assert list((tmp_path / "results").iterdir()) == []


def test_a_source_that_fails_at_once_leaves_no_file(tmp_path: Path) -> None:
    sinks = [csv_sink(tmp_path / "talk.csv"), ResultSink(tmp_path / "talk.ferx", {})]
    with pytest.raises(SourceError):
        analyse(FaultySource({0: Fault.READ_FAILURE}), FakePipeline(), sinks)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_fails_on_the_way_leaves_the_frames_before(tmp_path: Path) -> None:
    sinks = [csv_sink(tmp_path / "talk.csv"), ResultSink(tmp_path / "talk.ferx", {})]
    with pytest.raises(IncompleteAnalysisError) as failure:
        analyse(FaultySource({7: Fault.READ_FAILURE}), FakePipeline(), sinks)
    assert failure.value.summary.outputs == (tmp_path / "talk.csv", tmp_path / "talk.ferx")
    assert StoredAnalysis.load(tmp_path / "talk.ferx").facts["state"] == "stopped"
    results = frames_of(tmp_path / "talk.ferx")
    assert len(results) == 7
    assert_same(csv_rows(tmp_path / "talk.csv"), results)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root of Linux can mount a small disk")
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip(f"mounting is not possible here: {mount.stderr.decode()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def frame_clock() -> Callable[[], float]:
    """Goes on by a frame of 30 a second each time it is asked."""
    ticks = itertools.count()
    return lambda: next(ticks) / 30


def test_a_full_disk_keeps_the_rows_before(
    small_disk: Path, settings: PipelineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_desktop.core.analysis.run.open_source", lambda *_, **__: SyntheticSource(5000))
    with pytest.raises(
        IncompleteAnalysisError, match=r"talk\.csv: cannot be written \(No space left"
    ) as failure:
        run_analysis(
            Path("talk.mp4"),
            Destination(small_disk, "talk"),
            settings,
            AnalysisOptions(ferx=False),
            pipeline=FakePipeline(),
        )
    assert sorted(path.name for path in small_disk.iterdir()) == ["talk.csv", "talk.part"], "no report"
    assert failure.value.summary.outputs == (small_disk / "talk.csv",)
    rows = csv_rows(small_disk / "talk.csv")
    assert len(rows) > 500
    assert [int(row["frame"]) for row in rows] == list(range(len(rows)))
    assert None not in rows[-1].values(), "the last row is whole"


def test_the_command_line_tells_a_full_disk_in_one_line(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fer_desktop.core.analysis.run.open_source", lambda *_, **__: SyntheticSource(5000))
    monkeypatch.setattr("fer_desktop.cli.analyse_command.build_pipeline", lambda settings: FakePipeline())
    arguments = ["analyse", "talk.mp4", "--output", str(small_disk), "--device", "cpu", "--no-ferx"]
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(rf"{small_disk}/talk\.(csv|ferx): cannot be written \(.*; make room there", line)
    assert f"written: {small_disk / 'talk.csv'}" in line
    assert len(csv_rows(small_disk / "talk.csv")) > 500


def test_a_full_disk_keeps_the_frames_before(small_disk: Path) -> None:
    sink = ResultSink(small_disk / "talk.ferx", {"model": "fake"}, clock=frame_clock())
    with pytest.raises(IncompleteAnalysisError, match=r"talk\.ferx: cannot be written .*full") as failure:
        analyse(SyntheticSource(5000), FakePipeline(), [sink])
    results = frames_of(small_disk / "talk.ferx")
    assert len(results) > 500
    assert failure.value.summary.frames_analysed - len(results) <= 30, "at most a second is lost"
    assert [result.index for result in results] == list(range(len(results)))
    assert StoredAnalysis.load(small_disk / "talk.ferx").facts["model"] == "fake"


def test_room_that_is_made_in_time_loses_nothing(small_disk: Path) -> None:
    """The frames that found no room wait until the file is closed."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(150_000))

    class Watched(ResultSink):
        def write(self, frame: Frame, result: FrameResult) -> None:
            try:
                super().write(frame, result)
            finally:
                if sys.exception() is not None:
                    ballast.unlink()

    sink = Watched(small_disk / "talk.ferx", {}, clock=frame_clock())
    with pytest.raises(IncompleteAnalysisError) as failure:
        analyse(SyntheticSource(5000), FakePipeline(), [sink])
    assert len(frames_of(small_disk / "talk.ferx")) == failure.value.summary.frames_analysed
    assert failure.value.summary.outputs == (small_disk / "talk.ferx",)


def test_a_disk_full_from_the_start_leaves_nothing(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(300 * 1024))
    for sink in (ResultSink(small_disk / "talk.ferx", {}), csv_sink(small_disk / "talk.csv")):
        with pytest.raises(FerDesktopError, match="cannot be written"):
            analyse(SyntheticSource(5000), FakePipeline(), [sink])
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]


def test_a_folder_that_is_read_only(small_disk: Path, tmp_path: Path, pipeline: Pipeline) -> None:
    made = recorded("talk.mp4", count=3)(small_disk)
    into_both(made.path, small_disk, pipeline)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(OutputError, match=r"other\.ferx: cannot be written \(Read-only file system\)"):
        ResultSink(small_disk / "other.ferx", {}).open(SyntheticSource().info)
    with pytest.raises(OutputError, match=r"other\.csv: cannot be written \(Read-only file system\)"):
        csv_sink(small_disk / "other.csv").open(SyntheticSource().info)
    with ResultFile.open(small_disk / "talk.ferx") as file:
        assert file.is_read_only
        assert file.faces().frames == 3
        with pytest.raises(OutputError, match=r"talk\.ferx: cannot be written"):
            file.set_markers([])
    assert into_both(made.path, tmp_path / "elsewhere", pipeline).complete
