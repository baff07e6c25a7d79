from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fer_desktop.core.training.messages import Checkpoint, Epoch, MessageReader, Paused, RunStarted, Step
from fer_desktop.core.training.run_folder import RunError, RunFolder, RunInfo, list_runs

INFO = RunInfo("My run", "2026-11-25T12:00:00+00:00", "/data", None, {"name": "fer7", "epochs": 2})


def started(resumed_at: int) -> RunStarted:
    return RunStarted("/run", {}, {}, "random", "cpu", 1, 10, resumed_at)


def step(number: int) -> Step:
    return Step(number, 1, 1.0, 1e-3, 50.0, 5.0)


def test_a_run_is_made_listed_and_read_back(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "none") == []
    run = RunFolder.create(tmp_path, INFO)
    (tmp_path / "not-a-run").mkdir()
    assert [item.path for item in list_runs(tmp_path)] == [run.path]
    assert run.read_info() == INFO
    assert not run.is_alive
    assert run.messages() == []
    assert run.card_file is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', "\0"])
def test_a_damaged_run_says_which_file(tmp_path: Path, text: str) -> None:
    run = RunFolder(tmp_path)
    run.info_file.write_text(text)
    with pytest.raises(RunError, match=r"run\.json: the run cannot be read"):
        run.read_info()


def test_steps_after_the_checkpoint_that_was_resumed_are_not_on_the_way(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.append([started(0), step(1), Checkpoint(1, "c"), step(2), step(3)])
    run.append([started(1), step(2)])
    assert run.messages() == [started(0), step(1), Checkpoint(1, "c"), started(1), step(2)]


def test_an_epoch_that_was_validated_once_more_counts_once(tmp_path: Path) -> None:
    """Its checkpoint is from before the validation, at the same step."""
    run, epoch = RunFolder(tmp_path), Epoch(1, 0.5, {}, True, 3)
    run.append([started(0), Checkpoint(3, "c"), epoch])
    run.append([started(3), epoch])
    assert run.messages() == [started(0), Checkpoint(3, "c"), started(3), epoch]


def test_a_line_torn_by_a_kill_costs_only_itself(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.append([started(0), step(1)])
    with run.messages_file.open("ab") as file:
        file.write(b'{"type": "step", "st')
    run.append([started(1), step(2)])
    assert run.messages() == [started(0), step(1), started(1), step(2)]


def test_messages_are_followed_from_where_they_were_left(tmp_path: Path) -> None:
    run, reader = RunFolder(tmp_path), MessageReader()
    assert run.tail(reader, 0) == ([], 0)
    run.append([started(0)])
    first, offset = run.tail(reader, 0)
    run.append([Paused(3)])
    second, offset = run.tail(reader, offset)
    assert (first, second) == ([started(0)], [Paused(3)])
    assert run.tail(reader, offset) == ([], offset)


def test_a_word_is_taken_once(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    assert run.take_word() is None
    run.say("pause")
    run.say("stop")
    assert run.take_word() == "stop"
    assert run.take_word() is None


HOLDS = "import sys; from pathlib import Path; from fer_desktop.core.training.run_folder import RunFolder\n"
HOLDS += "with RunFolder(Path(sys.argv[1])).lock(): print('held', flush=True); sys.stdin.read()\n"


def test_a_run_lives_as_long_as_its_process_however_that_ends(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert run.is_alive
        process.kill()
        process.wait()
    assert not run.is_alive


def test_threads_that_ask_at_once_are_not_taken_for_a_trainer(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with run.lock():
        pass
    with ThreadPoolExecutor(4) as threads:
        assert not any(threads.map(lambda _: RunFolder(tmp_path).is_alive, range(200)))
