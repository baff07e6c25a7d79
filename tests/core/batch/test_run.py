from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from fer_desktop.core.analysis.options import AnalysisOptions
from fer_desktop.core.batch.run import Batch, BatchItem, ItemOutcome, run_batch
from fer_desktop.core.batch.table import as_text, check_table, table_path, write_table
from fer_desktop.core.errors import ResultsExistError
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.types import Frame
from tests.support.batches import Bench
from tests.support.models import write_tiny_model
from tests.support.results import FakePipeline
from tests.support.videos import write_face_video


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def run(bench: Bench, batch: Batch | None = None, **options: Any) -> list[ItemOutcome]:
    return run_batch(bench.items, batch or bench.batch(), bench.pipeline(), **options)


def states(outcomes: list[ItemOutcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def written_at(bench: Bench) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in bench.output.iterdir()}


def test_every_input_gets_its_results(bench: Bench) -> None:
    seen: list[int] = []
    outcomes = run(bench, on_outcome=lambda position, outcome: seen.append(position))
    assert seen == [0, 1, 2]
    assert states(outcomes) == ["done"] * 3
    assert (outcomes[0].frames, outcomes[0].people) == (4, 1)
    assert bench.names() == [f"{name}.{suffix}" for name in "abc" for suffix in ("csv", "ferx", "json")]
    stored = StoredAnalysis.load(bench.output / "a.ferx")
    assert stored.facts["state"] == "complete"
    assert stored.facts["model"]["name"] == "tiny"
    assert stored.table.frames == 4


def test_a_damaged_file_does_not_stop_the_rest(bench: Bench) -> None:
    bench.items.insert(1, bench.damaged("broken"))
    bench.items.insert(0, BatchItem(bench.folder / "missing.mp4", "missing"))
    outcomes = run(bench)
    assert states(outcomes) == ["failed", "done", "failed", "done", "done"]
    assert "there is no such file" in (outcomes[0].error or "")
    assert str(bench.folder / "broken.mp4") in (outcomes[2].error or "")
    assert not [name for name in bench.names() if name.startswith(("broken", "missing"))]


def test_an_unexpected_error_does_not_stop_the_rest(bench: Bench) -> None:
    def crash(frame: Frame) -> None:
        if frame.index == 1 and len(pipeline.processed) < 3:
            raise RuntimeError("a planned crash")

    pipeline = FakePipeline(crash)
    outcomes = run_batch(bench.items, bench.batch(), pipeline)  # type: ignore[arg-type]
    assert states(outcomes) == ["failed", "failed", "done"]
    assert outcomes[0].error == f"{bench.items[0].input}: unexpected RuntimeError: a planned crash"


def test_a_stop_leaves_whole_files_and_the_rest_unbegun(bench: Bench) -> None:
    progress: list[int] = []
    outcomes = run(
        bench,
        on_progress=lambda position, _: progress.append(position),
        should_stop=lambda: progress.count(1) == 2,
    )
    assert states(outcomes) == ["done", "stopped", "waiting"]
    assert bench.csv("b").count(b"\n") == 3
    assert not [name for name in bench.names() if name.endswith(".part")]


# Resuming


def test_what_is_complete_is_not_done_again(bench: Bench) -> None:
    run(bench)
    (bench.output / "b.csv").unlink()
    before = written_at(bench)
    outcomes = run(bench, bench.batch(resume=True))
    assert states(outcomes) == ["done before", "done", "done before"]
    assert (outcomes[0].frames, outcomes[0].people) == (4, 1)
    assert bench.output / "a.ferx" in outcomes[0].outputs
    now = written_at(bench)
    assert {name for name in before if before[name] != now[name]} == {"b.ferx", "b.json"}


def test_what_was_stopped_is_done_from_its_beginning(bench: Bench) -> None:
    run(bench)
    whole = bench.csv("a")
    progress: list[int] = []
    run(
        bench,
        bench.batch(overwrite=True),
        on_progress=lambda position, _: progress.append(position),
        should_stop=lambda: len(progress) == 2,
    )
    assert bench.csv("a") != whole
    assert states(run(bench, bench.batch(resume=True))) == ["done", "done before", "done before"]
    assert bench.csv("a") == whole


@pytest.mark.parametrize(
    "change",
    [
        {"options": AnalysisOptions(every=2)},
        {"options": AnalysisOptions(rate=5.0)},
        {"options": AnalysisOptions(jsonl=True)},
        {"tau": 0.3},
        {"min_face": 0.3},
        {"smoothing": False},
    ],
)
def test_changed_settings_are_done_again(bench: Bench, change: dict[str, Any]) -> None:
    run(bench)
    options = change.pop("options", AnalysisOptions())
    settings = dataclasses.replace(bench.settings, **change)
    changed = bench.batch(options=options, settings=settings, resume=True)
    assert states(run(bench, changed)) == ["done"] * 3
    again = bench.batch(options=options, settings=settings, resume=True)
    assert states(run(bench, again)) == ["done before"] * 3


def test_another_model_under_the_same_name_is_noticed(bench: Bench) -> None:
    run(bench)
    write_tiny_model(bench.folder / "model", seed=1)
    assert states(run(bench, bench.batch(resume=True))) == ["done"] * 3


def test_the_same_model_and_recordings_elsewhere_are_the_same(bench: Bench) -> None:
    run(bench)
    moved = bench.folder / "moved"
    moved.mkdir()
    bench.items = [BatchItem(item.input.rename(moved / item.input.name), item.name) for item in bench.items]
    (bench.folder / "model").rename(moved / "model")
    bench.settings = dataclasses.replace(bench.settings, model=moved / "model" / "tiny.json")
    assert states(run(bench, bench.batch(resume=True))) == ["done before"] * 3


def test_a_changed_recording_is_done_again(bench: Bench) -> None:
    run(bench)
    write_face_video(bench.items[0].input, seconds=0.2, fps=10)
    assert states(run(bench, bench.batch(resume=True))) == ["done", "done before", "done before"]


def test_a_changed_folder_of_pictures_is_done_again(bench: Bench) -> None:
    import cv2

    from tests.support.videos import face_picture

    album = bench.folder / "album"
    album.mkdir()
    for number in (1, 2):
        cv2.imwrite(str(album / f"{number}.png"), face_picture((160, 120))[0])
    bench.items = [BatchItem(album, "album")]
    assert states(run(bench)) == ["done"]
    assert states(run(bench, bench.batch(resume=True))) == ["done before"]
    cv2.imwrite(str(album / "2.png"), face_picture((160, 120), phase=0.5)[0])
    assert states(run(bench, bench.batch(resume=True))) == ["done"]


def test_files_of_others_are_never_replaced(bench: Bench) -> None:
    bench.output.mkdir()
    (bench.output / "a.csv").write_text("mine")
    (bench.output / "b.json").write_text("{}")
    outcomes = run(bench, bench.batch(resume=True))
    assert states(outcomes) == ["failed", "failed", "done"]
    assert outcomes[0].is_refused
    assert (outcomes[0].error or "").startswith(f"{bench.output / 'a.csv'}: exists already")
    assert (bench.output / "a.csv").read_text() == "mine"
    assert (bench.output / "b.json").read_text() == "{}"


def test_results_of_another_recording_of_that_name_are_kept(bench: Bench) -> None:
    run(bench)
    before = written_at(bench)
    (bench.folder / "other").mkdir()
    other = bench.folder / "other" / "a.mp4"
    write_face_video(other, seconds=0.3, fps=10)
    (outcome,) = run_batch([BatchItem(other, "a")], bench.batch(resume=True), bench.pipeline())
    assert outcome.is_refused
    assert written_at(bench) == before
    (outcome,) = run_batch(
        [BatchItem(other, "a")], bench.batch(resume=True, overwrite=True), bench.pipeline()
    )
    assert outcome.state == "done"


def test_results_that_exist_are_refused_without_resuming(bench: Bench) -> None:
    run(bench)
    assert [outcome.is_refused for outcome in run(bench)] == [True] * 3


def test_what_a_batch_gives_out_twice_is_done_once(bench: Bench) -> None:
    """As a cluster does that lost the answer of a worker."""
    batch = bench.batch()
    run(bench, batch)
    before = written_at(bench)
    assert states(run(bench, batch)) == ["done"] * 3
    assert written_at(bench) == before


@pytest.mark.parametrize("left", [b"", b'{"source":', b"[]", b'{"source": 1, "outputs": 2}'])
def test_a_damaged_report_counts_as_none(bench: Bench, left: bytes) -> None:
    run(bench)
    (bench.output / "a.json").write_bytes(left)
    assert run(bench, bench.batch(resume=True))[0].is_refused


def test_what_a_kill_left_is_replaced(bench: Bench) -> None:
    """A record and an unfinished results file, as in the middle of an analysis."""
    run(bench)
    whole = bench.csv("a")
    report = json.loads((bench.output / "a.json").read_text())
    for suffix in ("csv", "json"):
        (bench.output / f"a.{suffix}").unlink()
    record = {"source": report["source"], "outputs": ["a.csv", "a.ferx", "a.json"], "batch": "another"}
    (bench.output / "a.part").write_text(json.dumps(record))
    (bench.output / "a.csv.part").write_text("frame")
    assert states(run(bench, bench.batch(resume=True))) == ["done", "done before", "done before"]
    assert bench.csv("a") == whole
    assert not [name for name in bench.names() if name.endswith(".part")]


# The table

OUTCOMES = [
    ItemOutcome("done", 100, 50, 2, 4.0),
    ItemOutcome("failed", error="a.mp4: damaged, so"),
    ItemOutcome("waiting"),
]


def test_the_table_has_a_line_for_each_input(tmp_path: Path) -> None:
    items = [BatchItem(Path(f"in/{name}.mp4"), name) for name in ("a", "b", "talk")]
    lines = as_text(items, OUTCOMES).splitlines()
    assert lines[0].split() == [
        "input",
        "state",
        "frames",
        "with",
        "faces",
        "people",
        "seconds",
        "frames/s",
        "error",
    ]
    assert lines[1].split() == ["a.mp4", "done", "100", "50", "2", "4.0", "25.0"]
    assert lines[2].endswith("0.0  a.mp4: damaged, so")
    assert lines[3] == "talk.mp4  waiting"
    assert write_table(tmp_path, items, OUTCOMES).read_text().splitlines() == [
        "input,results,state,frames,frames_with_faces,people,seconds,frames_per_s,error",
        "in/a.mp4,a,done,100,50,2,4.0,25.0,",
        'in/b.mp4,b,failed,0,0,0,0.0,0.0,"a.mp4: damaged, so"',
        "in/talk.mp4,talk,waiting,,,,,,",
    ]


def test_only_a_table_is_replaced_by_the_table(tmp_path: Path) -> None:
    check_table(tmp_path)
    write_table(tmp_path, [], [])
    check_table(tmp_path)
    table_path(tmp_path).write_text("mine")
    with pytest.raises(ResultsExistError, match=r"batch\.csv: exists already"):
        check_table(tmp_path)
