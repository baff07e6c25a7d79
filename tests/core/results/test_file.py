from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.errors import OutputError
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import FORMAT, ResultFile, ResultFileError
from fer_desktop.core.results.markers import Marker
from fer_desktop.core.results.people import People
from fer_desktop.core.results.stored import StoredAnalysis

WRITER = """
import sys
from pathlib import Path
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile
from tests.support.stored import two_people
with ResultFile.create(Path(sys.argv[1]), {"state": "running"}) as file:
    for results in iter(lambda: two_people(), None):
        file.append(FaceTable.of(results))
        print("written", flush=True)
"""


def test_everything_comes_back(ferx: Path, table: FaceTable) -> None:
    people = People().with_faces([1, 2])
    people, _ = people.renamed(1, "Ädä").ignoring(2, True).split(1, 3.0, table)
    markers = [Marker(2, 1.0, None, "smiles"), Marker(1, 0.5, 2.5, 'talks, "a lot"')]
    with ResultFile.open(ferx) as file:
        file.set_people(people)
        file.set_markers(markers)
        file.append(FaceTable.of([]), {1: b"jpeg"})
        file.set_facts({"state": "stopped"})
    stored = StoredAnalysis.load(ferx)
    assert stored.people == people
    assert [marker.id for marker in stored.markers] == [1, 2]
    assert set(stored.markers) == set(markers)
    assert stored.thumbnail(1) == b"jpeg"
    assert stored.facts["state"] == "stopped"
    assert stored.facts["source"]["name"] == stored.name == "talk.mp4"
    for name in FaceTable.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(stored.table, name), getattr(table, name))


def test_ignored_people_are_not_shown(ferx: Path) -> None:
    stored = StoredAnalysis.load(ferx)
    assert [face.id for face in stored.result(10).faces] == [1, 2]
    fewer = stored.with_people(stored.people.ignoring(1, True))
    assert [face.id for face in fewer.result(10).faces] == [2]
    assert [person.id for person in fewer.shown_people] == [2]
    assert fewer.shown.sum() == 10


@pytest.mark.parametrize("content", [b"", b"no database at all" * 99], ids=["empty", "text"])
def test_another_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.ferx"
    path.write_bytes(content)
    with pytest.raises(ResultFileError, match=r"other\.ferx: this is no results file"):
        ResultFile.open(path)
    assert path.read_bytes() == content


def test_an_absent_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ResultFileError, match="there is no such file"):
        ResultFile.open(tmp_path / "absent.ferx")
    assert not list(tmp_path.iterdir())


def test_a_newer_format_is_refused(ferx: Path) -> None:
    with sqlite3.connect(ferx) as database:
        database.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(ResultFileError, match="newer FER Desktop"):
        ResultFile.open(ferx)


def test_damaged_frames_are_named(ferx: Path) -> None:
    with sqlite3.connect(ferx) as database:
        database.execute("UPDATE chunks SET box = x'00'")
    with pytest.raises(ResultFileError, match="its frames are damaged"):
        StoredAnalysis.load(ferx)


def test_results_are_never_replaced(ferx: Path) -> None:
    before = ferx.read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        ResultFile.create(ferx, {})
    assert ferx.read_bytes() == before


def test_two_may_have_it_open(ferx: Path, table: FaceTable) -> None:
    with ResultFile.open(ferx) as writer, ResultFile.open(ferx) as other:
        writer.append(FaceTable.of([]))
        other.set_markers([Marker(1, 1.0, None, "")])
        assert writer.markers() == other.markers()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_can_be_looked_at(ferx: Path) -> None:
    ferx.chmod(0o444)
    ferx.parent.chmod(0o555)
    try:
        with ResultFile.open(ferx) as file:
            assert file.is_read_only
            assert file.faces().frames == 40
            with pytest.raises(OutputError, match="read-only"):
                file.set_markers([])
    finally:
        ferx.parent.chmod(0o755)


@pytest.mark.parametrize("delay_s", [0.0, 0.004, 0.011])
def test_a_killed_writer_leaves_whole_frames(tmp_path: Path, delay_s: float) -> None:
    path = tmp_path / "killed.ferx"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    ) as process:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline() == "written\n"
        time.sleep(delay_s)  # anywhere in a transaction
        process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    with ResultFile.open(path) as file:
        assert file.facts()["state"] == "running"
        frames = file.faces().frames
        assert frames >= 120
        assert frames % 40 == 0
