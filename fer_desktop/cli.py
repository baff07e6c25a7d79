"""The arguments of the command line. Nothing heavy is imported before a command is known."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from fer_desktop import __version__
from fer_desktop.core.logs import LEVELS

DESCRIPTION = """\
Facial expression recognition on your own computer, live and from files.
Without a command the window opens. No picture and no result leaves this computer.
"""

EXAMPLES = """\
examples:
  fer-desktop                                  open the window
  fer-desktop --open talk.mp4                  open the window with a video ('fer-desktop window -h' for more)
  fer-desktop analyse talk.mp4 -o results      write results/talk.csv and results/talk.json
  fer-desktop benchmark talk.mp4               measure how fast this computer is
"""

WINDOW = """\
Opens the window. What is not given here is as it was last set in the window.
"""

ANALYSE = """\
Finds the faces and their emotions in videos and pictures and writes them down. For each input NAME:
  NAME.csv    a row for each frame and face, and one with empty face fields for a frame without faces
  NAME.json   what was analysed with what: source, model and its hash, versions, settings, counts, timings
  NAME.jsonl  with --jsonl: what is in the CSV, as one JSON object for each frame
  NAME.mp4    with --video: the annotated video with the source's sound and presentation times
  NAME/       with --video, of pictures: annotated copies
Ctrl-C ends the analysis and leaves whole files of what was done until then.
"""

ANALYSE_EXAMPLES = """\
exit code: 0 all done, 1 some input failed, 2 wrong arguments, 130 ended by Ctrl-C

examples:
  fer-desktop analyse talk.mp4 --output results
  fer-desktop analyse talk.mp4 -o results --video --start 1:30 --end 2:00
  fer-desktop analyse recordings/ photo.jpg -o results --every 5 --overwrite
"""

BENCHMARK = """\
Measures on one video, in one run: decoding alone, detection, classification of one and of five faces, and
the whole pipeline; then latency and dropped frames with the video as a live source; and the peak memory.
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
        if options.end is not None and options.end <= (options.start or 0):
            parser.error(f"--end ({options.end:g} s) has to come after --start ({options.start or 0:g} s)")
        if options.blur and not options.video:
            parser.error("--blur is about what --video writes; give both")
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
            help="what is logged here (default: %(default)s)",
        )
        return command

    _add_window_options(add("window", "open the window (the default)", WINDOW))
    _add_analyse_options(
        add("analyse", "write the emotions in videos and pictures to files", ANALYSE, ANALYSE_EXAMPLES)
    )
    _add_json_option(add("cameras", "list the cameras and the keys for --camera"))
    _add_json_option(add("models", "list the models and how accurate they are"))
    _add_benchmark_options(add("benchmark", "measure how fast this computer is", BENCHMARK))
    return parser


def _add_window_options(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group()
    source.add_argument(
        "--camera", metavar="KEY", help="start with this camera, a key from 'fer-desktop cameras'"
    )
    source.add_argument(
        "--open", metavar="PATH", type=_existing, help="start with this video, picture or folder of pictures"
    )
    _add_model_options(command)


def _add_analyse_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        type=Path,
        help="a video, a picture, a folder of pictures (one analysis), or a folder of videos (one for each)",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder of the results; made if absent",
    )
    command.add_argument("--overwrite", action="store_true", help="replace results that exist")
    command.add_argument("--video", action="store_true", help="write the annotated video or pictures, too")
    command.add_argument("--jsonl", action="store_true", help="write JSON lines, too")
    command.add_argument(
        "--blur", action="store_true", help="make the faces in what --video writes unrecognisable"
    )

    part = command.add_argument_group("what is analysed")
    part.add_argument(
        "--start", metavar="T", type=_time, help="from here on: seconds, M:S or H:M:S (videos only)"
    )
    part.add_argument("--end", metavar="T", type=_time, help="up to here, without it (videos only)")
    part.add_argument(
        "--every",
        metavar="N",
        type=_number(int, 1),
        default=1,
        help="every Nth frame only, in the video too (default: all)",
    )

    _add_model_options(command)
    tuning = command.add_argument_group("tuning")
    tuning.add_argument(
        "--tau",
        metavar="X",
        type=_number(float, 0, 1),
        help="how rare emotions are judged: 0 natural (as frequent as in the training data) to 1 fully "
        "balanced (all as frequent), which finds more of the rare ones (default: 1.0)",
    )
    tuning.add_argument("--no-smoothing", action="store_true", help="judge each frame by itself")
    tuning.add_argument(
        "--detection-interval",
        metavar="S",
        type=_number(float, 0),
        help="seconds between two searches for faces; in between the tracker moves them on, which is faster; "
        "0 searches every frame (default: 0.1)",
    )


def _add_benchmark_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "input", metavar="INPUT", nargs="?", type=_existing, help="a video; without one a generated video"
    )
    command.add_argument(
        "--frames",
        metavar="N",
        type=_number(int, 1),
        default=300,
        help="for the rates (default: %(default)s)",
    )
    command.add_argument(
        "--seconds",
        metavar="S",
        type=_number(float, 0.1),
        default=10.0,
        help="of live source at 30 frames per second (default: %(default)g)",
    )
    _add_json_option(command)
    _add_model_options(command)


def _add_model_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("model")
    group.add_argument(
        "--device",
        type=_one_of("classification", "DEVICES"),
        metavar="DEVICE",
        help="auto, cpu, cuda or mps (default: auto, a GPU if PyTorch can use one)",
    )
    group.add_argument(
        "--detector",
        type=_one_of("detection", "DETECTORS"),
        metavar="NAME",
        help="cascade, or yunet with pip install 'fer-desktop[yunet]' (default: cascade)",
    )
    group.add_argument("--detector-model", metavar="FILE", type=_existing, help="the detector's model file")
    group.add_argument(
        "--model",
        metavar="MODEL",
        type=_model,
        help="a name from 'fer-desktop models', or the path of a model card (default: the bundled model)",
    )


def _add_json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="as JSON")


def _existing(text: str) -> Path:
    path = Path(text)
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where looking is not allowed
        raise argparse.ArgumentTypeError(f"there is no file or folder '{text}'")
    return path


def _time(text: str) -> float:
    """Seconds from 90, 1:30 or 0:01:30.5."""
    seconds = 0.0
    for part in text.split(":"):
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf or text.count(":") > 2:
            raise argparse.ArgumentTypeError(
                f"'{text}' is no time; give seconds, M:S or H:M:S, like 90 or 1:30"
            )
        seconds = seconds * 60 + value
    return seconds


def _number(
    kind: type[int] | type[float], least: float, most: float = math.inf
) -> Callable[[str], int | float]:
    def number(text: str) -> int | float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most or math.isinf(value):
            limits = f"from {least:g}" + (f" to {most:g}" if most < math.inf else "")
            raise argparse.ArgumentTypeError(
                f"'{text}' is not {'a whole number' if kind is int else 'a number'} {limits}"
            )
        return value

    return number


def _one_of(module: str, table: str) -> Callable[[str], str]:
    """One of the names in a table of a core module, which is imported only when the option is used."""

    def choose(text: str) -> str:
        import importlib

        names: tuple[str, ...] = getattr(importlib.import_module(f"fer_desktop.core.{module}"), table)
        if text not in names:
            raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(names)}")
        return text

    return choose


def _model(text: str) -> Path:
    from fer_desktop.core.model_library import find_model
    from fer_desktop.core.paths import default_paths

    card = find_model(text, default_paths())
    if card is None:
        raise argparse.ArgumentTypeError(f"there is no model '{text}'; 'fer-desktop models' lists them")
    return card
