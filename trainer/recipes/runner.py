"""Runs the stages of a recipe one after another, each as ``python -m trainer train`` in its own process."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fer_desktop.core.files import whole_file
from fer_desktop.core.models import ModelCard
from trainer.config import MACHINE_OPTIONS, ConfigError, TrainConfig
from trainer.recipes.manifest import RecipeError, RecipeStage, card_path

logger = logging.getLogger(__name__)

CONFIG_FILE = "config.json"


@dataclass(frozen=True, slots=True)
class StageRuns:
    """How the stages of a recipe are trained.

    folder: gets a folder for each stage. changes: options for every stage, instead of those of the recipe, as
    for a rehearsal. processes: how many train each network together.
    """

    data: Path
    folder: Path
    votes: Path | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    processes: int = 1

    def config(self, stage: RecipeStage) -> TrainConfig:
        """Raises RecipeError when the changes do not fit the stage."""
        try:
            return stage.config(self.folder, self.changes)
        except ConfigError as error:
            raise RecipeError(f"stage '{stage.name}': {error}") from error

    def command(self, stage: RecipeStage) -> list[str]:
        # Options go through a file: torchrun takes some of them for its own.
        options = ["train", "--data", str(self.data), *(["--votes", str(self.votes)] if self.votes else [])]
        folder = self.folder / stage.name
        options += ["--config", str(folder / CONFIG_FILE), "--output", str(folder)]
        several = ["torch.distributed.run", "--standalone", "--nproc-per-node", str(self.processes), "-m"]
        return [sys.executable, "-m", *(several if self.processes > 1 else []), "trainer", *options]


def run_stages(
    stages: Sequence[RecipeStage], runs: StageRuns, run: Callable[[list[str]], int | None] | None = None
) -> bool:
    """Trains the stages that are not finished, and resumes one that was stopped.

    stages: in an order in which each comes after those that it needs.
    run: runs a command and returns its exit code, or None when it was asked to stop.

    Returns False when a run was stopped. Raises RecipeError when a run fails, and before the first run when
    an option does not fit.
    """
    configs = {stage.name: runs.config(stage) for stage in stages}
    for number, stage in enumerate(stages, start=1):
        title = f"stage {number} of {len(stages)}, {stage.name} ({stage.role})"
        if is_finished(stage, configs[stage.name], runs.folder):
            logger.info("%s: finished already", title)
            continue
        logger.info("%s: %s", title, f"after {', '.join(stage.parents)}" if stage.parents else "from outside")
        with whole_file(runs.folder / stage.name / CONFIG_FILE) as temporary:
            temporary.write_text(json.dumps(configs[stage.name].to_dict(), indent=2), encoding="utf-8")
        code = (run or run_process)(runs.command(stage))
        if code:
            raise RecipeError(f"stage '{stage.name}' failed with exit code {code}; its reason is above")
        if code is None or not card_path(runs.folder, stage.name).exists():
            logger.info("%s: stopped; the same command goes on from here", title)
            return False
    return True


def is_finished(stage: RecipeStage, config: TrainConfig, folder: Path) -> bool:
    """Returns whether the stage has its model.

    Raises RecipeError when that model was trained with other options, or from other models than its stage's
    parents have now.
    """
    path = card_path(folder, stage.name)
    if not path.exists():
        return False
    card = ModelCard.load(path)
    trained, wanted = card.training.get("config", {}), config.to_dict()
    compared = wanted.keys() - MACHINE_OPTIONS - {"start", "teachers", "soup"}  # these are compared as models
    if differing := sorted(name for name in compared if trained.get(name) != wanted[name]):
        raise RecipeError(
            f"{path}: this model was trained with another {', '.join(differing)}; "
            "choose another --output, or move its folder away"
        )
    parents = {ModelCard.load(card_path(folder, parent)).identity for parent in stage.parents}
    if _models_used(card, stage) != parents:
        raise RecipeError(
            f"{path}: this model was made from other models than those of {', '.join(stage.parents)} now; "
            f"move the folder {path.parent} away to train it again"
        )
    return True


def _models_used(card: ModelCard, stage: RecipeStage) -> set[str]:
    """Returns the identities of the models of other stages that took part in a training."""
    data = card.training.get("data", {})
    start = [card.training.get("start_weights", "")] if stage.start in stage.parents else []
    return {*start, *data.get("teachers", ()), *data.get("soup", ())}


def run_process(command: list[str]) -> int | None:
    """Runs a command and returns its exit code, or None when a signal asked to stop.

    SIGTERM is passed on. Ctrl-C reaches all processes of a terminal by itself.
    """
    environment = dict(os.environ)
    if "torch.distributed.run" in command:
        environment.setdefault("OMP_NUM_THREADS", "1")  # as torchrun does, which warns of it
    stopped = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopped
        stopped = True
        if number == signal.SIGTERM and process is not None:
            process.send_signal(signal.SIGTERM)

    process: subprocess.Popen[bytes] | None = None
    handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process = subprocess.Popen(command, env=environment)
        code = process.wait()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return None if stopped else code
