"""``fer-desktop analyse`` with many inputs, as a process that is stopped, killed and resumed."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fer_desktop.__main__ import main
from fer_desktop.core.results.stored import StoredAnalysis
from tests.cli.test_cli import refused
from tests.support.batches import Bench
from tests.support.media import shared_media

NAMES = ("a", "b", "c", "d")
SLOWLY = ("--detection-interval", "0", "--min-face", "0.05")


class Recordings(Bench):
    """Four videos in a folder; runs the command on it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.input = folder / "recordings"
        self.input.mkdir()
        for item in [*self.items, self.add("d")]:
            item.input.rename(self.input / item.input.name)

    def arguments(self, *more: str) -> list[str]:
        given = ["analyse", self.input, "-o", self.output, "--model", self.settings.model, "--device", "cpu"]
        return [*map(str, given), *more]

    def start(self, *more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "fer_desktop", *self.arguments(*more)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def states(self) -> dict[str, str]:
        with (self.output / "batch.csv").open(newline="") as file:
            return {row["results"]: row["state"] for row in csv.DictReader(file)}

    def unfinished(self) -> list[str]:
        return [name for name in self.names() if name.endswith(".part")]


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--every", "2", "--rate", "5"], "argument --rate: not allowed with argument --every"),
        (["--rate", "0"], "'0' is not a number from 0.001"),
        (["--jobs", "0"], "'0' is not a whole number from 1"),
        (["--min-face", "0"], "'0' is not a number from 0.01 to 1"),
        (["--engine", "dask"], "--engine dask and --scheduler ADDRESS need each other"),
        (["--scheduler", "tcp://a:1"], "--engine dask and --scheduler ADDRESS need each other"),
        (
            ["--engine", "dask", "--scheduler", "tcp://a:1", "--jobs", "2"],
            "--jobs works on this computer only",
        ),
    ],
)
def test_wrong_arguments_are_refused_with_the_reason(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(["analyse", "talk.mp4", "-o", "results", *arguments], capsys)


def test_the_options_reach_the_results(recordings: Recordings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(recordings.arguments("--rate", "5", "--min-face", "0.2")) == 0
    settings = StoredAnalysis.load(recordings.output / "a.ferx").facts["settings"]
    assert (settings["rate"], settings["min_face"], settings["every"]) == (5.0, 0.2, 1)
    assert main(recordings.arguments("--no-ferx", "--resume")) == 0
    assert recordings.states() == dict.fromkeys(NAMES, "done")
    assert "d.mp4  done" in capsys.readouterr().out


def test_a_damaged_file_among_good_ones(recordings: Recordings, capsys: pytest.CaptureFixture[str]) -> None:
    (recordings.input / "b.mp4").write_bytes(b"no video")
    assert main(recordings.arguments("--jobs", "2")) == 1
    expected = {"a": "done", "b": "failed", "c": "done", "d": "done"}
    assert recordings.states() == expected
    out, err = capsys.readouterr()
    assert err.startswith(f"error: {recordings.input / 'b.mp4'}: ")
    assert [line.split()[1] for line in out.splitlines()[-4:]] == list(expected.values())


def test_a_table_of_others_is_not_replaced(
    recordings: Recordings, capsys: pytest.CaptureFixture[str]
) -> None:
    recordings.output.mkdir()
    (recordings.output / "batch.csv").write_text("mine")
    assert main(recordings.arguments()) == 1
    assert "batch.csv: exists already" in capsys.readouterr().err
    assert recordings.names() == ["batch.csv"]
    assert main(recordings.arguments("--overwrite")) == 0


def test_an_input_called_like_the_table_gets_another_name(
    recordings: Recordings, capsys: pytest.CaptureFixture[str]
) -> None:
    (recordings.input / "a.mp4").rename(recordings.input / "batch.mp4")
    assert main(recordings.arguments()) == 0
    assert recordings.states().keys() == {"b", "batch-2", "c", "d"}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_after_a_kill_it_resumes_to_the_same_results(recordings: Recordings, jobs: str) -> None:
    for name in "cd":
        recordings.add_slow(name).input.rename(recordings.input / f"{name}.mp4")
    killed = recordings.start("--jobs", jobs, *SLOWLY)
    assert killed.stdout is not None
    assert killed.stdout.readline().endswith(".json\n"), "one is done"
    killed.kill()
    rest, _ = killed.communicate(timeout=60)
    done = 1 + rest.count(".json")
    assert not (recordings.output / "batch.csv").exists()

    resumed = recordings.start("--jobs", jobs, "--resume", *SLOWLY)
    _, err = resumed.communicate(timeout=60)
    assert (resumed.returncode, err) == (0, "")
    states = list(recordings.states().values())
    assert set(states) == {"done", "done before"}
    assert states.count("done before") >= done
    assert recordings.unfinished() == []
    results = {name: recordings.csv(name) for name in NAMES}

    recordings.output = recordings.folder / "uninterrupted"
    assert main(recordings.arguments(*SLOWLY)) == 0
    assert results == {name: recordings.csv(name) for name in NAMES}


def test_a_signal_ends_all_processes_with_whole_files(recordings: Recordings) -> None:
    for name in "ab":
        recordings.add_slow(name).input.rename(recordings.input / f"{name}.mp4")
    stopped = recordings.start("--jobs", "2", *SLOWLY)
    while not list(recordings.folder.glob("results/*.ferx")):
        assert stopped.poll() is None, stopped.communicate()
    stopped.send_signal(signal.SIGTERM)
    out, err = stopped.communicate(timeout=60)
    assert (stopped.returncode, err) == (128 + signal.SIGTERM, "")
    assert "stopped" in recordings.states().values()
    assert "a.mp4" in out
    assert recordings.unfinished() == []


def test_the_real_model_on_real_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = [shared_media("single_face.mp4"), shared_media("no_face.mp4")]
    arguments = [*map(str, ["analyse", *inputs, "-o", tmp_path]), "--device", "cpu", "--rate", "3"]
    assert main([*arguments, "--jobs", "2"]) == 0
    with (tmp_path / "batch.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["state"] for row in rows] == ["done", "done"]
    assert [row["people"] for row in rows] == ["1", "0"]
    assert int(rows[0]["frames"]) == StoredAnalysis.load(tmp_path / "single_face.ferx").table.frames
    assert main([*arguments, "--resume"]) == 0
    assert capsys.readouterr().out.count("done before") == 4
