"""The options of ``python -m trainer``. Those of a run come from TrainConfig."""

from __future__ import annotations

import argparse
import dataclasses
import math
import typing
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from fer_desktop.core.models import DEFAULT_TAU
from trainer.config import LabelSource, TrainConfig

Parser = argparse.ArgumentParser


def parser() -> Parser:
    root = Parser(prog="python -m trainer", description="Train, evaluate and export models.")
    commands = root.add_subparsers(dest="command", required=True)

    def command(name: str, text: str, *adds: Callable[[Parser], None]) -> None:
        added = commands.add_parser(name, help=text)
        for add in adds:
            add(added)

    command("train", "train a model, or resume a run", _add_data, _add_train, _add_config)
    command("recipe", "train the models of a recipe", _add_recipe, _add_data, _add_changes)
    command("probe", "estimate the time and the memory of a run", _add_data, _add_config_file, _add_config)
    command("options", "print all options of a run and the presets as a JSON object")
    command("inspect", "check a data set before training on it", _add_data, _add_inspect)
    command("evaluate", "score a model; the last line is a JSON object", _add_data, _add_evaluate)
    command("export", "write ONNX from safetensors and check that both agree", _add_weights, _add_export)
    command("import", "make a model from weights that torch.save wrote", _add_import)
    command("reference", "put the reference of a neutral face on a model's card", _add_data, _add_weights)
    return root


def train_config(options: argparse.Namespace) -> TrainConfig:
    """Returns the defaults, changed by --config, changed by the given options. Raises ConfigError."""
    config = TrainConfig.load(options.config) if options.config else TrainConfig()
    return dataclasses.replace(config, **given_options(options))


def given_options(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the options of a run that stand on the command line."""
    names = [item.name for item in dataclasses.fields(TrainConfig)]
    return {name: getattr(options, name) for name in names if getattr(options, name, None) is not None}


def _add_data(command: Parser) -> None:
    command.add_argument(
        "--data", type=Path, required=True, help="FER2013 CSV (or its folder), or a folder of class folders"
    )
    command.add_argument("--votes", type=Path, help="FER+ votes (default: fer2013new.csv beside the CSV)")


def _add_weights(command: Parser) -> None:
    command.add_argument("--weights", type=Path, required=True, help="model card or weights beside it")


def _add_train(command: Parser) -> None:
    _add_config_file(command)
    command.add_argument("--output", type=Path, help="folder of the run (default: the user's runs folder)")
    command.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="stop with a checkpoint at the end of stdin, and so with the program that holds it",
    )
    command.add_argument(
        "--low-priority", action="store_true", help="give way to other programs that need the processor"
    )


def _add_recipe(command: Parser) -> None:
    command.add_argument("recipe", help="name of a recipe, such as fer7, or a TOML file")
    command.add_argument(
        "--output",
        type=Path,
        default=Path("runs"),
        help="gets a folder for each stage (default: %(default)s)",
    )
    command.add_argument(
        "--stages", nargs="+", help="train only these stages and those that they need (default: all)"
    )
    command.add_argument(
        "--processes", type=_positive, default=1, help="processes per stage (default: %(default)s)"
    )


def _add_inspect(command: Parser) -> None:
    command.add_argument(
        "--labels", choices=typing.get_args(LabelSource), default="auto", help="as in train (default: auto)"
    )
    command.add_argument(
        "--pictures", type=Path, help="folder that gets samples of each emotion, pictures.npz"
    )


def _add_evaluate(command: Parser) -> None:
    command.add_argument(
        "--weights", type=Path, help="model card or weights beside it (default: the bundled model)"
    )
    command.add_argument(
        "--split",
        choices=("public", "private"),
        default="public",
        help="FER2013 split; score the private one only once for each released model (default: %(default)s)",
    )
    command.add_argument(
        "--tau",
        type=_tau,
        default=DEFAULT_TAU,
        help="strength of logit adjustment in the balanced figures, at least 0 (default: %(default)s)",
    )
    command.add_argument(
        "--labels",
        choices=typing.get_args(LabelSource),
        help="labels that count as right (default: those that the model was trained on)",
    )
    command.add_argument(
        "--details", type=Path, help="NPZ file that gets the prediction of each row, with small pictures"
    )
    command.add_argument(
        "--record",
        action="store_true",
        help="write the figures of test rows to the model's card, where the application reads them",
    )


def _add_export(command: Parser) -> None:
    command.add_argument("--output", type=Path, help="folder of the result (default: beside the card)")


def _add_import(command: Parser) -> None:
    command.add_argument("--weights", type=Path, required=True, help="file with a state dict")
    command.add_argument("--name", required=True, help="name of the model")
    command.add_argument("--output", type=Path, required=True, help="folder of the result")
    command.add_argument("--architecture", help="timm architecture of the weights")
    command.add_argument("--channels", type=int, choices=(1, 3), help="default: those of the weights")
    command.add_argument("--input-size", type=int, help="in pixels (default: timm's of the architecture)")
    command.add_argument("--native-size", type=int, help="side of the training pictures in pixels")
    command.add_argument("--labels", help="emotions in the order of the outputs, with commas")
    command.add_argument("--mean", type=float, help="mean of the grey values scaled to 0..1")
    command.add_argument("--std", type=float, help="standard deviation of the grey values scaled to 0..1")
    command.add_argument(
        "--standardise",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="give each crop mean 0 and standard deviation 1 instead",
    )


def _add_config_file(command: Parser) -> None:
    command.add_argument("--config", type=Path, help="JSON file with any of the options below")


def _add_config(command: Parser) -> None:
    _add_options(command.add_argument_group("options of the run"))


def _add_changes(command: Parser) -> None:
    text = "for every stage, instead of those of the recipe; --start replaces weights from outside only"
    _add_options(command.add_argument_group("options", text), without={"name", "teachers", "soup"})


def _add_options(group: argparse._ArgumentGroup, without: Collection[str] = ()) -> None:
    types = typing.get_type_hints(TrainConfig)
    for item in dataclasses.fields(TrainConfig):
        if item.name in without:
            continue
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


def _tau(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number of at least 0")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of at least 1")
    return value
