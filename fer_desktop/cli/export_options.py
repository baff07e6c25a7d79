"""The arguments of ``fer-desktop export``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

EXPORT = """\
Makes files from stored results (.ferx). Nothing is analysed again. Names, markers and ignored people are as
they were last set in the window. docs/ferx.md describes the columns of every table.
"""

EXPORT_EXAMPLES = """\
exit code: 0 all done, 1 a file could not be made, 2 wrong arguments, 130 stopped by Ctrl-C

examples:
  fer-desktop export talk.ferx -o results --csv --html
  fer-desktop export *.ferx -o results --summary --video --blur --overwrite
"""

EXPORTS: dict[str, str] = {
    "csv": "NAME-faces.csv: one row for each frame and face",
    "parquet": "NAME-faces.parquet: the same table with data types",
    "summary": "NAME-people.csv: one row of figures for each person",
    "markers": "NAME-markers.csv: one row for each marker",
    "elan": "NAME.eaf: markers and episodes for ELAN",
    "praat": "NAME.TextGrid: markers and episodes for Praat",
    "video": "NAME-annotated.mp4, or a folder of pictures; needs the recording",
    "png": "NAME-timeline.png: the timeline as a picture",
    "svg": "NAME-timeline.svg: the timeline as a vector graphic",
    "html": "NAME-report.html: a report in one file",
}
"""The kinds of core.exports, which is not imported here because it loads slowly."""


def add_export_options(command: argparse.ArgumentParser, existing: Callable[[str], Path]) -> None:
    """existing: the argument type for a path that must exist."""
    command.add_argument("inputs", metavar="FILE", nargs="+", type=existing, help="a .ferx file")
    command.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder for the files; it is made if needed",
    )
    command.add_argument("--overwrite", action="store_true", help="replace existing files")
    command.add_argument(
        "--blur", action="store_true", help="make faces unrecognisable in what --video and --html write"
    )
    kinds = command.add_argument_group("what to make (at least one)")
    for kind, text in EXPORTS.items():
        kinds.add_argument(f"--{kind}", action="store_true", help=text)


def check_export_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Puts the chosen kinds into ``kinds``. Raises SystemExit with a message when there is none."""
    options.kinds = tuple(kind for kind in EXPORTS if getattr(options, kind))
    if not options.kinds:
        parser.error(f"choose what to make: {', '.join(f'--{kind}' for kind in EXPORTS)}")
    if options.blur and not {"video", "html"} & set(options.kinds):
        parser.error("--blur needs --video or --html")
