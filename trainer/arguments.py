"""The options of ``python -m trainer``; those of ``train`` come from TrainConfig."""

from __future__ import annotations

import argparse
import dataclasses
import math
import typing
from pathlib import Path
from typing import Any

from fer_desktop.core.models import DEFAULT_TAU
from trainer.config import LabelSource, TrainConfig


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m trainer", description="Train, evaluate and export models.")
    commands = root.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train a model, or go on with a run")
    _add_data(train)
    train.add_argument("--config", type=Path, help="JSON file with any of the options below")
    train.add_argument("--output", type=Path, help="folder of the run (default: the user's runs folder)")
    train.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="stop, with a checkpoint, at the end of stdin, so not to outlive the program that holds it",
    )
    train.add_argument(
        "--low-priority", action="store_true", help="leave the processor to other programs when they want it"
    )
    _add_config(train)

    probe = commands.add_parser("probe", help="estimate time and memory of a run from a few steps")
    _add_data(probe)
    probe.add_argument("--config", type=Path, help="JSON file with any of the options below")
    _add_config(probe)

    commands.add_parser("options", help="all options of a run, and presets, as a JSON object")

    inspect = commands.add_parser("inspect", help="check a data set before training on it")
    _add_data(inspect)
    inspect.add_argument(
        "--labels", choices=typing.get_args(LabelSource), default="auto", help="as in train (default: auto)"
    )
    inspect.add_argument("--pictures", type=Path, help="folder for samples of each emotion, pictures.npz")

    evaluate = commands.add_parser("evaluate", help="score a model; the last line is a JSON object")
    _add_data(evaluate)
    evaluate.add_argument(
        "--weights", type=Path, help="model card or weights beside it (default: the bundled model)"
    )
    evaluate.add_argument(
        "--split",
        choices=("public", "private"),
        default="public",
        help="FER2013 split; private only once for a released model",
    )
    evaluate.add_argument(
        "--tau",
        type=_tau,
        default=DEFAULT_TAU,
        help="strength of the balanced figures, from 0 on (default: %(default)s)",
    )

    evaluate.add_argument(
        "--labels",
        choices=typing.get_args(LabelSource),
        help="what counts as right (default: what the model was trained on)",
    )
    evaluate.add_argument(
        "--details", type=Path, help="NPZ file for what the model says of each row, with small pictures"
    )
    evaluate.add_argument(
        "--record",
        action="store_true",
        help="put figures of test rows on the model's card, for the application",
    )

    export = commands.add_parser("export", help="write ONNX from safetensors and check that both agree")
    export.add_argument("--weights", type=Path, required=True, help="model card or weights beside it")
    export.add_argument("--output", type=Path, help="folder of the result (default: beside the card)")

    imports = commands.add_parser("import", help="make a model of weights that torch.save wrote")
    imports.add_argument("--weights", type=Path, required=True, help="file with a state dict")
    imports.add_argument("--name", required=True, help="name of the model")
    imports.add_argument("--output", type=Path, required=True, help="folder of the result")
    imports.add_argument("--architecture", help="timm architecture that the weights belong to")
    imports.add_argument("--channels", type=int, choices=(1, 3), help="default: those of the weights")
    imports.add_argument("--input-size", type=int, help="in pixels (default: timm's of the architecture)")
    imports.add_argument("--native-size", type=int, help="side of the training pictures in pixels")
    imports.add_argument("--labels", help="emotions in the order of the outputs, with commas")
    imports.add_argument("--mean", type=float, help="of the grey values scaled to 0..1")
    imports.add_argument("--std", type=float, help="of the grey values scaled to 0..1")
    imports.add_argument(
        "--standardise",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="give each crop mean 0 and deviation 1 instead",
    )

    reference = commands.add_parser("reference", help="put the reference of a neutral face on a model's card")
    _add_data(reference)
    reference.add_argument("--weights", type=Path, required=True, help="model card or weights beside it")
    return root


def train_config(options: argparse.Namespace) -> TrainConfig:
    """The defaults, overlaid by --config, overlaid by options given outright. Raises ConfigError."""
    config = TrainConfig.load(options.config) if options.config else TrainConfig()
    given = {
        item.name: getattr(options, item.name)
        for item in dataclasses.fields(TrainConfig)
        if getattr(options, item.name) is not None
    }
    return dataclasses.replace(config, **given)


def _tau(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data", type=Path, required=True, help="FER2013 CSV (or its folder), or a folder of class folders"
    )
    command.add_argument("--votes", type=Path, help="FER+ votes (default: fer2013new.csv beside it)")


def _add_config(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("options of the run")
    types = typing.get_type_hints(TrainConfig)
    for item in dataclasses.fields(TrainConfig):
        name, kind = f"--{item.name.replace('_', '-')}", types[item.name]
        default = f"{item.default} {item.metadata['unit']}".strip()
        details: dict[str, Any] = {
            "default": None,
            "help": f"{item.metadata['help']} (default: {default})",
        }
        if kind is bool:
            group.add_argument(name, action=argparse.BooleanOptionalAction, **details)
        elif choices := typing.get_args(kind):
            group.add_argument(name, choices=choices, **details)
        else:
            group.add_argument(name, type=kind, **details)
