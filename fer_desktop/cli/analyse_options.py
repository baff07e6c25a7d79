"""The arguments of ``fer-desktop analyse``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from fer_desktop.cli.argument_types import number, seconds

ANALYSE = """\
Finds the faces and their emotions in videos and pictures and writes them down. For each input NAME:
  NAME.csv    a row for each frame and face, and one with empty face fields for a frame without faces
  NAME.json   what was analysed with what: source, model and its hash, versions, settings, counts, timings
  NAME.ferx   all of it in one file, which the window opens; --no-ferx leaves it out
  NAME.jsonl  with --jsonl: what is in the CSV, as one JSON object for each frame
  NAME.mp4    with --video: the annotated video with the source's sound and presentation times
  NAME/       with --video, of pictures: annotated copies
Of several inputs there is a table in the end, also as batch.csv. An input that fails does not stop the rest.
Ctrl-C ends the analysis and leaves whole files of what was done until then; --resume goes on from there.
"""

ANALYSE_EXAMPLES = """\
exit code: 0 all done, 1 some input failed, 2 wrong arguments, 130 ended by Ctrl-C, 143 by SIGTERM

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
        help="folder of the results; made if absent",
    )
    command.add_argument("--overwrite", action="store_true", help="replace results that exist")
    command.add_argument(
        "--resume",
        action="store_true",
        help="skip what was analysed before with the same model, settings and options, and do the rest",
    )
    command.add_argument(
        "--ferx",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write a results file that the window opens (default: yes)",
    )
    command.add_argument("--video", action="store_true", help="write the annotated video or pictures, too")
    command.add_argument("--jsonl", action="store_true", help="write JSON lines, too")
    command.add_argument(
        "--blur", action="store_true", help="make the faces in what --video writes unrecognisable"
    )

    part = command.add_argument_group("what is analysed")
    part.add_argument(
        "--start", metavar="T", type=seconds, help="from here on: seconds, M:S or H:M:S (videos only)"
    )
    part.add_argument("--end", metavar="T", type=seconds, help="up to here, without it (videos only)")
    frames = part.add_mutually_exclusive_group()
    frames.add_argument(
        "--every",
        metavar="N",
        type=number(int, 1),
        default=1,
        help="every Nth frame only, in the video too (default: all)",
    )
    frames.add_argument(
        "--rate",
        metavar="FPS",
        type=number(float, 0.001),
        help="about so many frames a second of the recording's time, whatever its frame rate",
    )

    engine = command.add_argument_group("many inputs")
    engine.add_argument(
        "--jobs",
        metavar="N",
        type=number(int, 1),
        default=1,
        help="analyse so many inputs at a time, each in a process (default: %(default)s)",
    )
    engine.add_argument(
        "--engine",
        choices=("local", "dask"),
        default="local",
        help="this computer, or a Dask cluster whose machines see the same paths; "
        "needs pip install 'fer-desktop[cluster]' (default: %(default)s)",
    )
    engine.add_argument(
        "--scheduler", metavar="ADDRESS", help="of the Dask cluster, like tcp://10.0.0.1:8786"
    )

    add_model_options(command)
    tuning = command.add_argument_group("tuning")
    tuning.add_argument(
        "--tau",
        metavar="X",
        type=number(float, 0, 1),
        help="how rare emotions are judged: 0 natural (as frequent as in the training data) to 1 fully "
        "balanced (all as frequent), which finds more of the rare ones (default: 1.0)",
    )
    tuning.add_argument("--no-smoothing", action="store_true", help="judge each frame by itself")
    tuning.add_argument(
        "--detection-interval",
        metavar="S",
        type=number(float, 0),
        help="seconds between two searches for faces; in between the tracker moves them on, which is faster; "
        "0 searches every frame (default: 0.1)",
    )
    tuning.add_argument(
        "--min-face",
        metavar="X",
        type=number(float, 0.01, 1),
        help="side of the smallest face looked for, as a fraction of the frame's shorter side; smaller finds "
        "faces further away and takes longer (default: 0.12)",
    )


def check_analyse_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """What the parser cannot say by itself. Raises SystemExit."""
    if options.end is not None and options.end <= (options.start or 0):
        parser.error(f"--end ({options.end:g} s) has to come after --start ({options.start or 0:g} s)")
    if options.blur and not options.video:
        parser.error("--blur is about what --video writes; give both")
    if (options.engine == "dask") != (options.scheduler is not None):
        parser.error("--engine dask and --scheduler ADDRESS belong together; give both")
    if options.engine == "dask" and options.jobs != 1:
        parser.error("--jobs is about this computer; a Dask cluster has as many as it has workers")
