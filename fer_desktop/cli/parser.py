"""The arguments of the command line. Nothing heavy is imported before a command is known."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from fer_desktop import __version__
from fer_desktop.cli.analyse_options import (
    ANALYSE,
    ANALYSE_EXAMPLES,
    add_analyse_options,
    check_analyse_options,
)
from fer_desktop.cli.argument_types import existing, model, number, one_of
from fer_desktop.cli.export_options import EXPORT, EXPORT_EXAMPLES, add_export_options, check_export_options
from fer_desktop.core.logs import LEVELS

DESCRIPTION = """\
Recognises facial expressions on your own computer, live and in files.
Without a command, the window opens. Pictures and results stay on this computer.
"""

EXAMPLES = """\
examples:
  fer-desktop                                  open the window
  fer-desktop --open talk.mp4                  open the window with a video ('fer-desktop window -h' for more)
  fer-desktop analyse talk.mp4 -o results      write results/talk.csv, .json and .ferx
  fer-desktop export talk.ferx -o r --html     make a report from stored results
  fer-desktop benchmark talk.mp4               measure the speed of this computer
"""

WINDOW = """\
Opens the window. Options that are not given here keep their last value in the window.
"""

BENCHMARK = """\
Measures on one video, in one run: decoding, detection, classification of one and of five faces, and the
whole pipeline. Then it plays the video as a live source and measures latency, dropped frames and peak memory.
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments with the command's name in ``command``, "window" where none is given.

    Raises SystemExit: 2 with a message for wrong arguments, 0 after --help and --version.
    """
    words = list(arguments)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "window")
    parser = _parser()
    options = parser.parse_args(words)
    if options.command == "analyse":
        check_analyse_options(parser, options)
    if options.command == "export":
        check_export_options(parser, options)
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fer-desktop",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"fer-desktop {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, summary: str, description: str = "", epilog: str = "") -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=summary,
            description=description or summary.capitalize() + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_argument(
            "--log-level",
            choices=LEVELS,
            default="warning",
            help="what is logged on stderr (default: %(default)s)",
        )
        return command

    _add_window_options(add("window", "open the window (the default)", WINDOW))
    add_analyse_options(
        add(
            "analyse", "analyse videos and pictures and write the results to files", ANALYSE, ANALYSE_EXAMPLES
        ),
        _add_model_options,
    )
    export = add(
        "export", "make tables, figures, reports and videos from stored results", EXPORT, EXPORT_EXAMPLES
    )
    add_export_options(export, existing)
    _add_json_option(add("cameras", "list the cameras and the keys for --camera"))
    _add_json_option(add("models", "list the models with their accuracy"))
    _add_benchmark_options(add("benchmark", "measure the speed of this computer", BENCHMARK))
    return parser


def _add_window_options(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group()
    source.add_argument(
        "--camera", metavar="KEY", help="start with this camera, a key from 'fer-desktop cameras'"
    )
    source.add_argument(
        "--open", metavar="PATH", type=existing, help="start with this video, picture or folder of pictures"
    )
    _add_model_options(command)


def _add_benchmark_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "input", metavar="INPUT", nargs="?", type=existing, help="a video (default: a generated one)"
    )
    command.add_argument(
        "--frames",
        metavar="N",
        type=number(int, 1),
        default=300,
        help="number of frames for the rates (default: %(default)s)",
    )
    command.add_argument(
        "--seconds",
        metavar="S",
        type=number(float, 0.1),
        default=10.0,
        help="length of the live source at 30 frames per second (default: %(default)g)",
    )
    _add_json_option(command)
    _add_model_options(command)


def _add_model_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("model")
    group.add_argument(
        "--device",
        type=one_of("classification", "DEVICES"),
        metavar="DEVICE",
        help="auto, cpu, cuda or mps (default: auto, which takes a GPU if PyTorch can use one)",
    )
    group.add_argument(
        "--detector",
        type=one_of("detection", "DETECTORS"),
        metavar="NAME",
        help="cascade or yunet; yunet needs pip install 'fer-desktop[yunet]' (default: cascade)",
    )
    group.add_argument("--detector-model", metavar="FILE", type=existing, help="the detector's model file")
    group.add_argument(
        "--model",
        metavar="MODEL",
        type=model,
        help="a name from 'fer-desktop models', or the path of a model card (default: the bundled model)",
    )


def _add_json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")
