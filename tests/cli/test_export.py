from __future__ import annotations

from pathlib import Path

import pytest

from fer_desktop.__main__ import main
from fer_desktop.cli import export_command
from fer_desktop.cli.parser import parse_arguments
from fer_desktop.core.results.faces import FaceTable
from tests.cli.test_cli import refused
from tests.support.stored import two_people, write_ferx
from tests.support.videos import write_face_video


@pytest.fixture
def ferx(tmp_path: Path) -> Path:
    """Results of four seconds, whose recording is beside them."""
    write_face_video(tmp_path / "talk.mp4", seconds=4, fps=10, size=(160, 90))
    return write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")


def run(*arguments: str | Path) -> int:
    return main(["export", *(str(argument) for argument in arguments)])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_files_that_were_asked_for_are_made(
    ferx: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    assert run(ferx, "-o", out, "--csv", "--html", "--video", "--blur") == 0
    assert names(out) == ["talk-annotated.mp4", "talk-faces.csv", "talk-report.html"]
    said = capsys.readouterr()
    assert said.out.startswith(f"{ferx}: written: ")
    assert said.err == ""


def test_files_are_replaced_only_when_asked_to(
    ferx: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ferx, "-o", tmp_path, "--summary") == 0
    (tmp_path / "talk-people.csv").write_text("mine")
    assert run(ferx, "-o", tmp_path, "--summary") == 1
    assert "talk-people.csv: exists already" in (said := capsys.readouterr().err)
    assert said.rstrip().endswith("or replace it with --overwrite")
    assert (tmp_path / "talk-people.csv").read_text() == "mine"
    assert run(ferx, "-o", tmp_path, "--summary", "--overwrite") == 0
    assert (tmp_path / "talk-people.csv").read_text() != "mine"


def test_one_that_fails_does_not_stop_the_others(
    ferx: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, moved = tmp_path / "broken.ferx", tmp_path / "else" / "talk.ferx"
    broken.write_text("no database")
    moved.parent.mkdir()
    write_ferx(moved, FaceTable.of(two_people()), tmp_path / "gone.mp4")
    out = tmp_path / "out"
    assert run(broken, moved, ferx, "-o", out, "--video", "--markers") == 1
    assert names(out) == ["talk-2-annotated.mp4", "talk-2-markers.csv", "talk-markers.csv"]
    said = capsys.readouterr().err
    assert "broken.ferx: this is no results file" in said
    assert "its recording 'gone.mp4' is not found" in said


def test_ctrl_c_ends_it_with_whole_files(ferx: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_command.StopSignal, "__call__", lambda self: self.number == 2)
    monkeypatch.setattr(export_command.StopSignal, "number", 2, raising=False)
    monkeypatch.setattr(export_command.StopSignal, "__init__", lambda self: None)
    assert run(ferx, "-o", tmp_path / "out", "--csv") == 130
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "choose what to make: --csv, --parquet, --summary"),
        (["--csv", "--blur"], "--blur needs --video or --html"),
    ],
)
def test_wrong_arguments_are_refused_with_the_reason(
    arguments: list[str], message: str, ferx: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(["export", str(ferx), "-o", "out", *arguments], capsys)


def test_an_input_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no file or folder 'none.ferx'" in refused(
        ["export", "none.ferx", "-o", "x", "--csv"], capsys
    )


def test_the_kinds_are_in_their_order(ferx: Path) -> None:
    options = parse_arguments(["export", str(ferx), "-o", "x", "--html", "--csv", "--elan"])
    assert options.kinds == ("csv", "elan", "html")
