"""A run that is killed again and again, beside one that is not.

``python -m tests.trainer.run.kill_loop DATA ONNX OUT SEED KILLS``, a process of its own, so that torch is
imported once and each trainer is a fork of it. ONNX: what stands for the export, which takes longer than the
run and is not what a kill could spoil.
"""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import torch
from torch import nn

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.training.messages import Finished
from fer_desktop.core.training.run_folder import RunFolder, RunInfo
from tests.support.runs import TINY
from trainer.process.control import ControlRequest
from trainer.release import release
from trainer.run.recorder import Recorder, working_on
from trainer.run.train import train

LONGEST_START_S = 30.0
CONFIG = dataclasses.replace(TINY, epochs=8, checkpoint_minutes=0.0)


def start(data: Path, folder: Path) -> int:
    """The process of a trainer that writes a checkpoint after each step."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        run, recorder = RunFolder(folder), Recorder(None)
        with working_on(run):
            recorder.keep_in(run, RunInfo("killed", "", str(data), None, CONFIG.to_dict()))
            for message in train(CONFIG, data, None, folder, lambda: ControlRequest.CONTINUE):
                recorder.say(message)
        code = 0
    finally:
        os._exit(code)


def written_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def main() -> int:
    data, onnx, out = map(Path, sys.argv[1:4])
    seed, kills = map(int, sys.argv[4:])
    torch.set_num_threads(1)

    def export_onnx(network: nn.Module, card: ModelCard, path: Path) -> float:
        shutil.copyfile(onnx, path)
        return 0.0

    release.export_onnx = export_onnx
    whole = start(data, out / "whole")
    if os.waitpid(whole, 0)[1]:
        return 2
    finished, moments = RunFolder(out / "whole").messages()[-1], random.Random(seed)
    assert isinstance(finished, Finished)
    newest = RunFolder(out / "killed").checkpoint_file
    for number in range(kills):
        before = written_at(newest)
        process = start(data, out / "killed")
        if number % 2:  # every second one gets somewhere, however slow the machine is
            ends = time.monotonic() + LONGEST_START_S
            while written_at(newest) == before and time.monotonic() < ends:
                time.sleep(0.01)
        time.sleep(moments.uniform(0, finished.seconds / 2))
        os.kill(process, signal.SIGKILL)
        if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) not in (0, -signal.SIGKILL):
            return 3
    last = start(data, out / "killed")
    return os.waitstatus_to_exitcode(os.waitpid(last, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
