"""Makes files of stored results, of every kind that there is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
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
"""How long a kind takes against others, for the progress; 0.3 where it is not said."""


class ExportError(OutputError):
    """Some of the files could not be made; ``written`` are those that were."""

    def __init__(self, message: str, written: tuple[Path, ...]) -> None:
        super().__init__(message)
        self.written = written


class _Stopped(Exception):  # noqa: N818 - no error
    """Leaves the kind that is being written."""


def target(stored: StoredAnalysis, folder: Path, kind: str, name: str | None = None) -> Path:
    """The file, or for the annotated copies of pictures the folder, that a kind becomes."""
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
    """Writes NAME and an ending for each kind into a folder, which is made if absent; returns the files.

    kinds: of KINDS. name: None takes that of the results file. blur: faces in the video and the report are
    unrecognisable. overwrite: replace files that exist. on_progress: is told the fraction, 0 to 1.
    should_stop: when it says so, no further file is begun; a video ends there, whole, others are left out.
    Raises ResultsExistError before anything is written, and ExportError, after all that can be written is,
    with what failed.
    """
    chosen = [kind for kind in KINDS if kind in set(kinds)]
    targets = {kind: target(stored, folder, kind, name) for kind in chosen}
    _prepare(stored, folder, targets.values(), overwrite)
    whole = sum(SHARES.get(kind, 0.3) for kind in chosen)
    done = 0.0
    written: list[Path] = []
    failures: list[str] = []

    def report(fraction: float) -> None:
        if on_progress is not None:
            on_progress(min((done + fraction * SHARES.get(kind, 0.3)) / whole, 1.0))

    def report_or_stop(fraction: float) -> None:
        if should_stop():
            raise _Stopped
        report(fraction)

    for kind, path in targets.items():
        if should_stop():
            break
        try:
            if kind == "video":
                made, warnings = write_annotated(
                    stored, path, blur=blur, on_progress=report, should_stop=should_stop
                )
                for warning in warnings:
                    log.warning("%s: %s", path, warning)
                written += [] if made is None else [made]
            else:
                _write(kind, stored, path, blur, report_or_stop)
                written.append(path)
        except _Stopped:
            break
        except FerDesktopError as error:
            failures.append(str(error))
        except Exception as error:
            log.exception("the export of %s failed", path)
            failures.append(f"{path}: could not be made ({type(error).__name__}: {error})")
        report(1.0)
        done += SHARES.get(kind, 0.3)
    if failures:
        raise ExportError("\n".join(failures), tuple(written))
    return tuple(written)


def _write(
    kind: str, stored: StoredAnalysis, path: Path, blur: bool, on_progress: Callable[[float], None]
) -> None:
    match kind:
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


def _prepare(stored: StoredAnalysis, folder: Path, targets: Iterable[Path], overwrite: bool) -> None:
    """Makes the folder, and sure that nothing is replaced by mistake. Raises OutputError."""
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
