from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fer_desktop.cli.export_options import EXPORTS
from fer_desktop.core.errors import OutputError, ResultsExistError
from fer_desktop.core.exports import run as module
from fer_desktop.core.exports.run import FILES, KINDS, ExportError, export
from fer_desktop.core.results.markers import Marker
from fer_desktop.core.results.recording_identity import fingerprint
from fer_desktop.core.results.stored import StoredAnalysis
from tests.core.sinks.test_tables import file_size_limit
from tests.support.imports import loaded_after
from tests.support.tracks import stored_of

WITHOUT_RECORDING = tuple(kind for kind in KINDS if kind != "video")


@pytest.fixture
def stored() -> StoredAnalysis:
    return stored_of("hhs uu", "    nn", markers=[Marker(1, 0.1, None, "here")])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_every_kind_gets_a_file_of_its_own(stored: StoredAnalysis, tmp_path: Path) -> None:
    told: list[float] = []
    written = export(stored, tmp_path / "new", WITHOUT_RECORDING, on_progress=told.append)
    assert [path.name for path in written] == [f"talk{FILES[kind]}" for kind in WITHOUT_RECORDING]
    assert all(path.stat().st_size > 0 for path in written)
    assert names(tmp_path / "new") == {path.name for path in written}
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_a_name_and_the_kinds_can_be_chosen(stored: StoredAnalysis, tmp_path: Path) -> None:
    assert export(stored, tmp_path, ["summary"], name="Émile 1") == (tmp_path / "Émile 1-people.csv",)


def test_the_command_line_offers_every_kind() -> None:
    assert tuple(EXPORTS) == KINDS


def test_plotting_and_parquet_are_loaded_only_when_needed() -> None:
    loaded = loaded_after("fer_desktop.core.exports.run", "fer_desktop.cli.export_command")
    assert loaded.isdisjoint({"matplotlib", "pyarrow", "PySide6"})


def test_nothing_is_written_when_one_file_exists(stored: StoredAnalysis, tmp_path: Path) -> None:
    (tmp_path / "talk.eaf").write_text("mine")
    with pytest.raises(ResultsExistError, match=r"talk\.eaf: exists already"):
        export(stored, tmp_path, WITHOUT_RECORDING)
    assert names(tmp_path) == {"talk.eaf"}
    assert (tmp_path / "talk.eaf").read_text() == "mine"
    export(stored, tmp_path, ["elan"], overwrite=True)
    assert (tmp_path / "talk.eaf").read_text() != "mine"


def test_a_kind_that_fails_does_not_lose_the_others(stored: StoredAnalysis, tmp_path: Path) -> None:
    (tmp_path / "talk-timeline.png").mkdir()
    with pytest.raises(ExportError) as failed:
        export(stored, tmp_path, KINDS, overwrite=True)
    lines = str(failed.value).splitlines()
    assert len(lines) == 2
    assert "its recording 'talk.mp4' is not found" in lines[0]
    assert "talk-timeline.png: cannot be written" in lines[1]
    others = [kind for kind in KINDS if kind not in ("png", "video")]
    assert [path.name for path in failed.value.written] == [f"talk{FILES[kind]}" for kind in others]
    assert all(path.is_file() for path in failed.value.written)


def test_an_error_that_nobody_planned_for_is_named(
    stored: StoredAnalysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*arguments: object) -> None:
        raise RuntimeError("a planned crash")

    monkeypatch.setattr(module, "write_summary", crash)
    with pytest.raises(ExportError, match=r"talk-people\.csv: could not be made \(RuntimeError: a planned"):
        export(stored, tmp_path, ["summary", "markers"])
    assert names(tmp_path) == {"talk-markers.csv"}


@pytest.mark.parametrize("stop_at", [0, 1, 2, 5])
def test_stopping_leaves_only_whole_files(stored: StoredAnalysis, tmp_path: Path, stop_at: int) -> None:
    asked = iter(range(1000))
    written = export(stored, tmp_path, WITHOUT_RECORDING, should_stop=lambda: next(asked) >= stop_at)
    assert len(written) < len(WITHOUT_RECORDING)
    assert names(tmp_path) == {path.name for path in written}


def test_a_folder_that_cannot_be_made_is_named(stored: StoredAnalysis, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file.*: cannot be written"):
        export(stored, tmp_path / "file" / "out", ["csv"])


def test_the_recording_is_never_replaced(stored: StoredAnalysis, tmp_path: Path) -> None:
    recording = tmp_path / "x-annotated.mp4"
    recording.write_bytes(b"precious")
    facts = {"source": {**stored.facts["source"], "path": str(recording), "fingerprint": None}}
    facts["source"]["fingerprint"] = fingerprint(recording)
    mine = stored_of("h", facts=facts)
    with pytest.raises(OutputError, match="would replace the recording"):
        export(mine, tmp_path, ["video"], name="x", overwrite=True)
    assert recording.read_bytes() == b"precious"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are a thing of POSIX")
def test_a_full_disk_leaves_nothing_half(stored: StoredAnalysis, tmp_path: Path) -> None:
    with file_size_limit(600), pytest.raises(ExportError) as failed:
        export(stored, tmp_path, ["csv", "parquet", "markers", "png"])
    assert len(str(failed.value).splitlines()) == 3
    assert names(tmp_path) == {"talk-markers.csv"}
