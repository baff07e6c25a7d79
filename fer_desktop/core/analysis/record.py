"""Which recording an analysis is of, and which files are its own.

The report NAME.json says so after the analysis, the record NAME.part during it and after a forced stop.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_desktop.core.analysis.options import Destination
from fer_desktop.core.errors import SourceError
from fer_desktop.core.files import output_error
from fer_desktop.core.results import fingerprint
from fer_desktop.core.sources import folder_images


def recording_facts(path: Path | None) -> dict[str, Any]:
    """The path of a recording and the fingerprint of its content, both None without a path.

    The fingerprint of a folder covers its pictures and their names. Raises SourceError.
    """
    if path is None:
        return {"path": None, "fingerprint": None}
    if not path.is_dir():
        content = fingerprint(path)
    else:
        pictures = [f"{picture.name} {_content(picture)}" for picture in folder_images(path)]
        content = hashlib.sha256("\n".join(pictures).encode()).hexdigest()
    return {"path": str(path.resolve()), "fingerprint": content}


@contextmanager
def kept_record(
    destination: Destination, recording: dict[str, Any], targets: Iterable[Path]
) -> Iterator[None]:
    """Keeps the record NAME.part while ``targets`` are being written.

    It stays after a forced stop, and after an error that left some of the files. Raises OutputError.
    """
    targets = tuple(targets)
    path = _record_path(destination.folder, destination.name)
    record = {
        "source": recording,
        "outputs": [target.name for target in targets],
        "batch": destination.batch_id,
    }
    try:
        path.write_text(json.dumps(record), encoding="utf-8")
    except OSError as error:
        _remove(path)
        raise output_error(path, error) from error
    try:
        yield
    except BaseException:
        if not any(target.exists() for target in targets):
            _remove(path)
        raise
    _remove(path)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The traces of earlier analyses of a recording under a name; each is None if absent.

    report: of an analysis that ended. record: of one that was stopped by force, or is running.
    """

    folder: Path
    name: str
    recording: dict[str, Any]
    report: dict[str, Any] | None
    record: dict[str, Any] | None

    @classmethod
    def read(cls, folder: Path, name: str, recording: dict[str, Any]) -> Earlier:
        found = (_read(path, recording) for path in (_report_path(folder, name), _record_path(folder, name)))
        return cls(folder, name, recording, *found)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files that the report names, and the report."""
        return self._files(self.report)

    def own_files(self, batch_id: str, *, of_any_batch: bool) -> frozenset[Path]:
        """The files that a new analysis may replace: unfinished results, and finished ones of its batch."""
        owned = set(self._files(self.record))
        if of_any_batch or (self.report is not None and self.report.get("batch") == batch_id):
            owned.update(self.outputs)
        return frozenset(owned)

    def is_finished(self, settings: dict[str, Any], hashes: Collection[str]) -> bool:
        """Whether the results are complete, still there, and would come out the same again.

        settings: in the form of the report; the model's path does not count. hashes: SHA-256 of the weights
        that the model may run with.
        """
        report = self.report
        if report is None or self.record is not None or report.get("complete") is not True:
            return False
        return (
            report["source"].get("fingerprint") == self.recording["fingerprint"]
            and report["model"]["sha256"] in hashes
            and {**report["settings"], "model": None} == {**settings, "model": None}
            and all(path.exists() for path in self.outputs)
        )

    def _files(self, content: dict[str, Any] | None) -> tuple[Path, ...]:
        if content is None:
            return ()
        outputs = (self.folder / Path(name).name for name in content["outputs"])
        return (*outputs, _report_path(self.folder, self.name))


def _report_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _record_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.part"


def _read(path: Path, recording: dict[str, Any]) -> dict[str, Any] | None:
    """A report or record if it is of this recording: the same path or the same content."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        source, _ = content["source"], content["outputs"]
        same = (recording[key] is not None and source.get(key) == recording[key] for key in recording)
        return content if any(same) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # also what a kill left of it
        return None


def _content(picture: Path) -> str:
    """The fingerprint of a picture; the analysis leaves out a picture that cannot be read."""
    try:
        return fingerprint(picture)
    except SourceError:
        return "unreadable"


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
