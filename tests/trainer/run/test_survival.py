"""What becomes of a run when something ends it: the window, a kill, a full disk, another trainer."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from fer_desktop.core.training.messages import Epoch, Failed, Finished, RunStarted, Step
from fer_desktop.core.training.run_folder import RunError, RunFolder, RunInfo
from tests.support.runs import TINY, Run
from trainer.__main__ import main
from trainer.run.checkpoints import CHECKPOINT
from trainer.run.recorder import Recorder, working_on

pytestmark = pytest.mark.slow

KILLS = 6


def start(
    data: Path, folder: Path, *more: str, config: dict[str, object] | None = None
) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    options = folder / "config.json"
    options.write_text(json.dumps({**TINY.to_dict(), "epochs": 5000, **(config or {})}))
    command = [sys.executable, "-m", "trainer", "train", "--data", str(data), "--config", str(options)]
    return subprocess.Popen(
        [*command, "--output", str(folder), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1"},
    )


def reaches_an_epoch(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["type"] == "epoch":
            return
    pytest.fail(f"the trainer ended early: {process.communicate()[1]}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the loop forks its trainers")
@pytest.mark.timeout(240)
def test_killed_at_random_moments_again_and_again_it_ends_as_if_it_never_was(
    data: Path, whole: Run, tmp_path: Path
) -> None:
    seed = random.randrange(10**6)
    arguments = map(str, (data, whole[0] / "tiny.onnx", tmp_path, seed, KILLS))
    loop = [sys.executable, "-m", "tests.trainer.run.kill_loop", *arguments]
    done = subprocess.run(loop, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-2000:]}"
    never, killed = (RunFolder(tmp_path / name) for name in ("whole", "killed"))
    for name in ("tiny.safetensors", "best.safetensors", "metrics.csv"):
        assert (killed.path / name).read_bytes() == (never.path / name).read_bytes(), f"seed {seed}: {name}"
    epochs = [[item for item in folder.messages() if isinstance(item, Epoch)] for folder in (never, killed)]
    assert epochs[0] == epochs[1], f"seed {seed}"
    assert isinstance(killed.messages()[-1], Finished)
    starts = [item for item in killed.messages() if isinstance(item, RunStarted)]
    assert max(item.resumed_at for item in starts) > 0, f"seed {seed}: nothing was resumed"


def test_the_end_of_the_window_stops_its_run_with_a_checkpoint(data: Path, tmp_path: Path) -> None:
    """The window's pipes close, whatever ended it; nobody reads the rest."""
    process = start(data, tmp_path, "--stop-with-stdin", "--low-priority")
    reaches_an_epoch(process)
    assert sys.platform == "win32" or os.getpriority(os.PRIO_PROCESS, process.pid) >= 10
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    process.stdin.close()
    assert process.wait(60) == 0
    assert process.stderr is not None
    process.stderr.close()
    kept = RunFolder(tmp_path).messages()
    assert isinstance(kept[0], RunStarted)
    assert isinstance(kept[-1], Finished)
    assert kept[-1].outcome == "stopped"
    assert (tmp_path / CHECKPOINT).exists()


def test_words_in_the_folder_pause_and_stop_a_run_that_nobody_holds(data: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    process = start(data, tmp_path)
    assert process.stdin is not None
    process.stdin.close()
    reaches_an_epoch(process)
    assert process.stdout is not None
    folder.say("pause")
    assert any(json.loads(line)["type"] == "paused" for line in process.stdout)
    assert folder.is_alive
    folder.say("stop")
    rest = [json.loads(line)["type"] for line in process.stdout]
    assert rest == ["checkpoint", "finished"]
    assert process.wait(60) == 0
    assert not folder.is_alive
    info = folder.read_info()
    assert (info.title, info.data) == ("tiny", str(data))
    assert info.config == {**TINY.to_dict(), "epochs": 5000}


def test_a_second_trainer_on_a_run_is_refused_and_disturbs_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_desktop.core.training.run_folder.LOCK_PATIENCE_S", 0.1)
    folder = RunFolder(tmp_path)
    with working_on(folder):
        assert main(["train", "--data", str(data), "--output", str(tmp_path)]) == 1
    assert "another trainer works on this run" in capsys.readouterr().err
    assert folder.messages() == []


def test_a_word_from_before_the_start_is_thrown_away(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.say("stop")
    with working_on(folder):
        assert folder.take_word() is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((RunError, OSError), match="file"), working_on(RunFolder(tmp_path / "file" / "run")):
        pass


def test_a_failure_is_kept_in_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--data", str(tmp_path / "absent"), "--output", str(tmp_path / "run")]) == 1
    (message,) = RunFolder(tmp_path / "run").messages()
    assert isinstance(message, Failed)
    assert "no such file or folder" in message.message


def test_without_a_reader_messages_are_only_kept(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    step = Step(1, 1, 1.0, 1e-3, 9.0, 1.0)
    with os.fdopen(writing, "w", encoding="ascii") as stream:
        recorder = Recorder(stream)
        recorder.keep_in(RunFolder(tmp_path), RunInfo("t", "", "/data", None, {}))
        recorder.say(step)
        os.close(reading)
        recorder.say(step)
        recorder.say(step)
    assert RunFolder(tmp_path).messages() == [step] * 3


def test_messages_that_cannot_be_kept_do_not_end_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = RunFolder(tmp_path)
    folder.messages_file.mkdir()
    recorder = Recorder(None)
    recorder.keep_in(folder, RunInfo("t", "", "/data", None, {}))
    recorder.say(Step(1, 1, 1.0, 1e-3, 9.0, 1.0))
    assert "a message could not be kept" in caplog.text
