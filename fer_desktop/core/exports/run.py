"""Writes the exports of stored results."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from fer_desktop.core.errors import FerDesktopError, OutputError, ResultsExistError
from fer_desktop.core.exports.annotated import write_annotated
from fer_desktop.core.exports.elan import write_elan
from fer_desktop.core.exports.face_table import write_table_csv, write_table_parquet
from fer_desktop.core.exports.figure import write_timeline
from fer_desktop.core.exports.marker_table import write_markers
from fer_desktop.core.exports.praat import write_praat
from fer_desktop.core.exports.report_html import write_report
from fer_desktop.core.exports.summary import write_summary
from fer_desktop.core.files import output_error
from fer_desktop.core.results import StoredAnalysis

log = logging.getLogger(__name__)

FILES: dict[str, str] = {
    "csv": "-faces.csv",
    "parquet": "-faces.parquet",
    "summary": "-people.csv",
    "markers": "-markers.csv",
    "elan": ".eaf",
    "praat": ".TextGrid",
    "video": "-annotated.mp4",
    "png": "-timeline.png",
    "svg": "-timeline.svg",
    "html": "-report.html",
}
"""What follows NAME in the file of each kind. An analysis gives its own files other names."""

KINDS = tuple(FILES)

SHARES = {"csv": 3.0, "parquet": 2.0, "video": 60.0, "png": 2.0, "svg": 2.0, "html": 2.0}
"""How long a kind takes relative to the others, for the progress."""
OTHER_SHARE = 0.3
"""That of a kind which SHARES does not name."""


class ExportError(OutputError):
    """Some files could not be made. written: the files that were made."""

    def __init__(self, message: str, written: tuple[Path, ...]) -> None:
        super().__init__(message)
        self.written = written


class _Stopped(Exception):  # noqa: N818 - no error
    """Ends the file that is being written."""


def target(stored: StoredAnalysis, folder: Path, kind: str, name: str | None = None) -> Path:
    """Returns the file of a kind of export; for annotated copies of pictures, their folder."""
    suffix = FILES[kind]
    if kind == "video" and stored.facts["source"]["kind"] == "images":
        suffix = suffix.removesuffix(".mp4")
    return folder / f"{name or stored.path.stem}{suffix}"


def export(
    stored: StoredAnalysis,
    folder: Path,
    kinds: Iterable[str],
    *,
    name: str | None = None,
    blur: bool = False,
    overwrite: bool = False,
    on_progress: Callable[[float], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Path, ...]:
    """Writes one file for each kind into a folder and returns the files. The folder is made if absent.

    kinds: of KINDS. name: what the files' names begin with; None for the name of the results file.
    blur: makes faces in the video and in the report unrecognisable. overwrite: replaces files that exist.
    on_progress: receives the fraction that is done, 0 to 1. should_stop: once it returns True, no further
    file is begun. A video that is being written ends there and is kept, any other file is not.
    Raises ResultsExistError before it writes anything. Raises ExportError, which says what failed, after it
    has tried every kind.
    """
    chosen = [kind for kind in KINDS if kind in set(kinds)]
    targets = {kind: target(stored, folder, kind, name) for kind in chosen}
    _prepare(stored, folder, targets.values(), overwrite)
    progress = _Progress(chosen, on_progress, should_stop)
    written: list[Path] = []
    failures: list[str] = []
    for kind, path in targets.items():
        if should_stop():
            break
        try:
            written += _write(kind, stored, path, blur, progress)
        except _Stopped:
            break
        except FerDesktopError as error:
            failures.append(str(error))
        except Exception as error:
            log.exception("the export of %s failed", path)
            failures.append(f"{path}: could not be made ({type(error).__name__}: {error})")
        progress.finish(kind)
    if failures:
        raise ExportError("\n".join(failures), tuple(written))
    return tuple(written)


class _Progress:
    """The progress over all kinds of an export."""

    def __init__(
        self,
        kinds: Iterable[str],
        on_progress: Callable[[float], None] | None,
        should_stop: Callable[[], bool],
    ) -> None:
        self.should_stop = should_stop
        self._on_progress = on_progress
        self._shares = {kind: SHARES.get(kind, OTHER_SHARE) for kind in kinds}
        self._done = 0.0

    def report(self, kind: str, fraction: float) -> None:
        """fraction: of this kind, 0 to 1."""
        if self._on_progress is not None:
            done = self._done + fraction * self._shares[kind]
            self._on_progress(min(done / sum(self._shares.values()), 1.0))

    def report_or_stop(self, kind: str, fraction: float) -> None:
        """Raises _Stopped when the export is to stop."""
        if self.should_stop():
            raise _Stopped
        self.report(kind, fraction)

    def finish(self, kind: str) -> None:
        self.report(kind, 1.0)
        self._done += self._shares[kind]


def _write(kind: str, stored: StoredAnalysis, path: Path, blur: bool, progress: _Progress) -> list[Path]:
    """Writes the file of a kind and returns what was written."""
    on_progress = partial(progress.report_or_stop, kind)
    match kind:
        case "video":
            return _write_video(stored, path, blur, progress)
        case "csv":
            write_table_csv(stored, path, on_progress=on_progress)
        case "parquet":
            write_table_parquet(stored, path, on_progress=on_progress)
        case "summary":
            write_summary(stored, path)
        case "markers":
            write_markers(stored, path)
        case "elan":
            write_elan(stored, path)
        case "praat":
            write_praat(stored, path)
        case "png" | "svg":
            write_timeline(stored, path)
        case "html":
            write_report(stored, path, blur=blur)
    return [path]


def _write_video(stored: StoredAnalysis, path: Path, blur: bool, progress: _Progress) -> list[Path]:
    made, warnings = write_annotated(
        stored,
        path,
        blur=blur,
        on_progress=partial(progress.report, "video"),
        should_stop=progress.should_stop,
    )
    for warning in warnings:
        log.warning("%s: %s", path, warning)
    return [] if made is None else [made]


def _prepare(stored: StoredAnalysis, folder: Path, targets: Iterable[Path], overwrite: bool) -> None:
    """Makes the folder, and checks that no file is replaced by mistake. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        existing = [path for path in targets if path.exists()]
    except OSError as error:
        raise output_error(folder, error) from error
    recording = stored.source_path() if existing else None
    for path in existing:
        if recording is not None and path.samefile(recording):
            raise OutputError(f"{path}: the export would replace the recording; choose another folder")
        if not overwrite:
            raise ResultsExistError(f"{path}: exists already; choose another folder, or replace it")
