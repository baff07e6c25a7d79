"""A run that is killed again and again, beside one that is not.

``python -m tests.trainer.kill_loop DATA OUT SEED KILLS``, a process of its own, so that torch is imported once
and each trainer is a fork of it.
"""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from fer_desktop.core.training.run_folder import RunFolder, RunInfo
from tests.support.runs import TINY
from trainer.control import Wish
from trainer.recorder import Recorder, working_on
from trainer.train import train

CONFIG = dataclasses.replace(TINY, epochs=12, checkpoint_minutes=0.0)
LONGEST_S = 1.5


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
            for message in train(CONFIG, data, None, folder, lambda: Wish.GO_ON):
                recorder.say(message)
        code = 0
    finally:
        os._exit(code)


def main() -> int:
    data, out, seed, kills = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(1)
    whole = start(data, out / "whole")
    if os.waitpid(whole, 0)[1]:
        return 2
    moments, killed = random.Random(seed), 0
    while killed < kills:
        process = start(data, out / "killed")
        time.sleep(moments.uniform(0.05, LONGEST_S))
        os.kill(process, signal.SIGKILL)
        if os.WIFEXITED(os.waitpid(process, 0)[1]):
            break  # it was done, or has failed, before
        killed += 1
    last = start(data, out / "killed")
    code = os.waitstatus_to_exitcode(os.waitpid(last, 0)[1])
    sys.stdout.write(f"{killed}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
