"""The real command line: protocol, stop by a line, kill -9, failures."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_desktop.core.training.messages import RunStarted
from tests.support.runs import Run, metrics, run
from trainer.__main__ import main
from trainer.cli.commands import one_line
from trainer.data.samples import DataError
from trainer.run.checkpoints import CHECKPOINT
from trainer.run.session import BEST_WEIGHTS

pytestmark = pytest.mark.slow


class TestProcess:
    """The real command line: protocol, stop by a line, kill -9."""

    ARGUMENTS = (
        "--architecture", "test_efficientnet", "--input-size", "32", "--start", "random", "--name", "tiny",
        "--epochs", "3", "--batch-size", "28", "--learning-rate", "0.01", "--device", "cpu",
    )  # fmt: skip

    def start(self, data: Path, folder: Path, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "trainer", "train", "--data", str(data), "--output", str(folder)]
        return subprocess.Popen(
            [*command, *self.ARGUMENTS, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )

    def until(self, process: subprocess.Popen[str], wanted: Callable[[dict[str, object]], bool]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if wanted(json.loads(line)):
                return
        pytest.fail(f"the trainer ended early: {process.communicate()[1]}")

    def test_killed_and_resumed(self, data: Path, whole: Run, tmp_path: Path) -> None:
        killed = self.start(data, tmp_path)
        self.until(killed, lambda message: message["type"] == "epoch" and message["epoch"] == 1)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        (tmp_path / f"{CHECKPOINT}.part").write_bytes(b"half")  # as a kill during a write leaves it
        resumed = run(data, tmp_path)
        assert isinstance(resumed[0], RunStarted)
        assert resumed[0].resumed_at in (0, 3, 6, 9)  # an epoch is said before its checkpoint
        assert metrics(tmp_path) == metrics(whole[0])
        assert (tmp_path / BEST_WEIGHTS).read_bytes() == (whole[0] / BEST_WEIGHTS).read_bytes()
        assert not list(tmp_path.glob("*.part"))

    def test_stops_on_a_line(self, data: Path, tmp_path: Path) -> None:
        process = self.start(data, tmp_path, "--epochs", "5000")
        self.until(process, lambda message: message["type"] == "epoch")
        output, errors = process.communicate("stop\n", timeout=100)
        assert process.returncode == 0, errors
        assert json.loads(output.splitlines()[-1])["outcome"] == "stopped"
        assert (tmp_path / CHECKPOINT).exists()


def failure(capsys: pytest.CaptureFixture[str], data: Path, folder: Path) -> tuple[str, str]:
    """The message on stdout and the last line on stderr of a run that fails."""
    assert main(["train", "--data", str(data), "--output", str(folder)]) == 1
    output, errors = capsys.readouterr()
    message = json.loads(output)
    assert message["type"] == "failed"
    assert "Traceback" not in errors
    return message["message"], errors.splitlines()[-1]


def test_a_failure_is_one_line_on_both_streams(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message, line = failure(capsys, tmp_path / "absent", tmp_path / "run")
    assert "no such file or folder" in message
    assert line == f"error: {message}"


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "Disk full"), RuntimeError("CUDA\ndetails")])
def test_errors_of_the_machine_are_one_line_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("trainer.run.train.train", fail)
    assert failure(capsys, tmp_path, tmp_path)[0] == one_line(error) != ""


def test_a_fault_of_ours_is_reported_to_the_window_and_keeps_its_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("trainer.run.train.train", fail)
    with pytest.raises(ZeroDivisionError):
        main(["train", "--data", str(tmp_path), "--output", str(tmp_path)])
    assert json.loads(capsys.readouterr().out) == {"type": "failed", "message": "a fault"}


def test_an_error_of_a_worker_process_is_its_own_message() -> None:
    text = "Caught DataError in DataLoader worker process 0.\nOriginal Traceback (most recent call last):\n"
    assert (
        one_line(DataError(text + "trainer.data.samples.DataError: a.png: it is gone\n"))
        == "a.png: it is gone"
    )
