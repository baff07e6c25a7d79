"""The arguments of ``fer-desktop export``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

EXPORT = """\
Makes files of stored results (.ferx), without analysing anything again. Names, markers and ignored people
are as they were last set in the window. docs/ferx.md has the columns of every table.
"""

EXPORT_EXAMPLES = """\
exit code: 0 all done, 1 some file could not be made, 2 wrong arguments, 130 ended by Ctrl-C

examples:
  fer-desktop export talk.ferx -o results --csv --html
  fer-desktop export *.ferx -o results --summary --video --blur --overwrite
"""

EXPORTS: dict[str, str] = {
    "csv": "NAME-faces.csv: a row for each frame and face",
    "parquet": "NAME-faces.parquet: the same, typed",
    "summary": "NAME-people.csv: a row of figures for each person",
    "markers": "NAME-markers.csv",
    "elan": "NAME.eaf: markers and episodes for ELAN",
    "praat": "NAME.TextGrid: markers and episodes for Praat",
    "video": "NAME-annotated.mp4, or a folder of pictures; the recording has to be there",
    "png": "NAME-timeline.png",
    "svg": "NAME-timeline.svg",
    "html": "NAME-report.html: one file to read",
}
"""The kinds of core.results.export, which is not imported here since it takes long."""


def add_export_options(command: argparse.ArgumentParser, existing: Callable[[str], Path]) -> None:
    """existing: the type of a path that has to be there."""
    command.add_argument("inputs", metavar="FILE", nargs="+", type=existing, help="a .ferx file")
    command.add_argument(
        "-o", "--output", metavar="DIR", type=Path, required=True, help="folder of the files; made if absent"
    )
    command.add_argument("--overwrite", action="store_true", help="replace files that exist")
    command.add_argument(
        "--blur", action="store_true", help="make faces in what --video and --html write unrecognisable"
    )
    kinds = command.add_argument_group("what is made, at least one")
    for kind, text in EXPORTS.items():
        kinds.add_argument(f"--{kind}", action="store_true", help=text)


def check_export_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Puts the kinds that were chosen into ``kinds``. Raises SystemExit with a message where none was."""
    options.kinds = tuple(kind for kind in EXPORTS if getattr(options, kind))
    if not options.kinds:
        parser.error(f"say what to make: {', '.join(f'--{kind}' for kind in EXPORTS)}")
    if options.blur and not {"video", "html"} & set(options.kinds):
        parser.error("--blur is about what --video and --html write; give one of them")
