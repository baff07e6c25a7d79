"""The arguments of ``fer-desktop analyse``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from fer_desktop.cli.argument_types import number, seconds

ANALYSE = """\
Finds faces and their emotions in videos and pictures. For each input NAME it writes:
  NAME.csv    a row for each frame and face; a frame without faces has one row with empty face fields
  NAME.json   the report: source, model with its hash, versions, settings, counts and timings
  NAME.ferx   everything in one file, which the window opens (--no-ferx leaves it out)
  NAME.jsonl  with --jsonl: the content of the CSV, one JSON object for each frame
  NAME.mp4    with --video: the annotated video, with the sound and the times of the source
  NAME/       with --video, for pictures: annotated copies
Several inputs end with a table, which is also written as batch.csv. If one input fails, the others go on.
Ctrl-C stops the analysis. The files then hold what was analysed so far, and --resume continues.
"""

ANALYSE_EXAMPLES = """\
exit code: 0 all done, 1 an input failed, 2 wrong arguments, 130 stopped by Ctrl-C, 143 stopped by SIGTERM

examples:
  fer-desktop analyse talk.mp4 --output results
  fer-desktop analyse talk.mp4 -o results --video --start 1:30 --end 2:00
  fer-desktop analyse recordings/ photo.jpg -o results --every 5 --overwrite
  fer-desktop analyse recordings/ -o results --rate 10 --jobs 4 --resume
  fer-desktop analyse /shared/recordings -o /shared/results --engine dask --scheduler tcp://10.0.0.1:8786
"""


def add_analyse_options(
    command: argparse.ArgumentParser, add_model_options: Callable[[argparse.ArgumentParser], None]
) -> None:
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
        help="folder for the results; it is made if needed",
    )
    command.add_argument("--overwrite", action="store_true", help="replace existing results")
    command.add_argument(
        "--resume",
        action="store_true",
        help="skip inputs that were analysed before with the same model, settings and options",
    )
    command.add_argument(
        "--ferx",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write a results file for the window (default: yes)",
    )
    command.add_argument("--video", action="store_true", help="also write the annotated video or pictures")
    command.add_argument("--jsonl", action="store_true", help="also write JSON lines")
    command.add_argument(
        "--blur", action="store_true", help="make faces unrecognisable in what --video writes"
    )

    part = command.add_argument_group("what is analysed")
    part.add_argument(
        "--start", metavar="T", type=seconds, help="start here: seconds, M:S or H:M:S (videos only)"
    )
    part.add_argument("--end", metavar="T", type=seconds, help="stop before this time (videos only)")
    frames = part.add_mutually_exclusive_group()
    frames.add_argument(
        "--every",
        metavar="N",
        type=number(int, 1),
        default=1,
        help="analyse every Nth frame; the annotated video holds only these (default: all)",
    )
    frames.add_argument(
        "--rate",
        metavar="FPS",
        type=number(float, 0.001),
        help="analyse about this many frames for each second of the recording",
    )

    engine = command.add_argument_group("many inputs")
    engine.add_argument(
        "--jobs",
        metavar="N",
        type=number(int, 1),
        default=1,
        help="number of inputs analysed at once, each in its own process (default: %(default)s)",
    )
    engine.add_argument(
        "--engine",
        choices=("local", "dask"),
        default="local",
        help="where to analyse: on this computer, or on a Dask cluster whose machines see the same paths. A "
        "cluster needs pip install 'fer-desktop[cluster]' (default: %(default)s)",
    )
    engine.add_argument(
        "--scheduler", metavar="ADDRESS", help="address of the Dask scheduler, like tcp://10.0.0.1:8786"
    )

    add_model_options(command)
    tuning = command.add_argument_group("tuning")
    tuning.add_argument(
        "--tau",
        metavar="X",
        type=number(float, 0, 1),
        help="weight of rare emotions, 0 to 1. 0 natural: as frequent as in the training data. 1 fully "
        "balanced: all equally frequent, which finds more rare emotions (default: 1.0)",
    )
    tuning.add_argument("--no-smoothing", action="store_true", help="do not average over time")
    tuning.add_argument(
        "--detection-interval",
        metavar="S",
        type=number(float, 0),
        help="seconds between two searches for faces. The tracker follows the faces in between, which is "
        "faster. 0 searches every frame (default: 0.1)",
    )
    tuning.add_argument(
        "--min-face",
        metavar="X",
        type=number(float, 0.01, 1),
        help="smallest face, as a fraction of the frame's shorter side. A smaller value finds faces further "
        "away and takes longer (default: 0.12)",
    )


def check_analyse_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Checks options that depend on each other. Raises SystemExit with a message."""
    if options.end is not None and options.end <= (options.start or 0):
        parser.error(f"--end ({options.end:g} s) must be after --start ({options.start or 0:g} s)")
    if options.blur and not options.video:
        parser.error("--blur needs --video")
    if (options.engine == "dask") != (options.scheduler is not None):
        parser.error("--engine dask and --scheduler ADDRESS need each other")
    if options.engine == "dask" and options.jobs != 1:
        parser.error("--jobs works on this computer only; a Dask cluster uses all of its workers")
