"""What is asked of an analysis: which frames, which files, and where these go."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from fer_desktop.core.errors import OutputError, ResultsExistError
from fer_desktop.core.files import output_error


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """Which frames of a recording are analysed, and which files are made besides NAME.csv and NAME.json.

    The command line, the window, a batch and the report all have these options; a new one is a field here.

    video: NAME.mp4, the annotated video; of pictures, annotated copies in the folder NAME.
    jsonl: NAME.jsonl. ferx: NAME.ferx, which the window opens.
    every: one frame in so many. rate: about so many frames a second of the recording's time, None for all.
    start_s, end_s: the part of a video, in seconds of its time; None is its beginning or end.
    blur: makes the faces in the annotated video or pictures unrecognisable.
    """

    video: bool = False
    jsonl: bool = False
    ferx: bool = True
    every: int = 1
    rate: float | None = None
    start_s: float | None = None
    end_s: float | None = None
    blur: bool = False


DEFAULT_OPTIONS = AnalysisOptions()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the results of one analysis go, and which files they may replace.

    name: of the result files, without suffix. overwrite: they may replace any results.
    replaceable: they may replace these files in any case. batch_id: the batch that the results belong to.
    """

    folder: Path
    name: str
    overwrite: bool = False
    replaceable: Collection[Path] = ()
    batch_id: str | None = None

    def file(self, suffix: str) -> Path:
        """The result file with a suffix; without one, the folder of annotated pictures."""
        return self.folder / f"{self.name}{suffix}"

    def prepare(self, input: Path, targets: Iterable[Path]) -> None:
        """Makes the folder, and checks that no target replaces a file by mistake. Raises OutputError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            existing = [path for path in targets if path.exists()]
        except OSError as error:
            raise output_error(self.folder, error) from error
        for path in existing:
            if path.samefile(input):
                raise OutputError(f"{path}: the result would replace the input; choose another output folder")
            if not self.overwrite and path not in self.replaceable:
                raise ResultsExistError(
                    f"{path}: exists already; choose another output folder, or replace it"
                )


def default_name(input: Path) -> str:
    """The name that results get when none is given: the input's, without its suffix."""
    path = input.resolve()
    is_folder = os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where looking is not allowed
    return path.name if is_folder else path.stem
