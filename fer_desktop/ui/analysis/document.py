"""A stored analysis that is open in the window, and the changes to it, with undo."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.results import FaceTable, Marker, People, ResultFile, StoredAnalysis, in_order
from fer_desktop.core.types import FrameResult

JOIN_EVERY_S = 1.0
JOIN_SHARE = 0.05
"""The largest share of the time that is spent on joining the growing table."""


class AnalysisDocument(QObject):
    """The analysis that is shown, with undoable changes.

    stored: the present state. changed: there is a new state. failed(text): a change could not be saved.

    Each change is saved in the file before it takes effect. While an analysis runs, `extend` adds frames. The
    analysis itself writes them to the file.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self,
        stored: StoredAnalysis,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.stored = stored
        self.undo_stack = QUndoStack(self)
        self._clock = clock
        self._waiting: list[FrameResult] = []
        self._joined_at, self._join_s = -np.inf, 0.0

    # While an analysis runs.

    def extend(self, results: Sequence[FrameResult], *, at_once: bool = False) -> None:
        """Adds frames. They are shown soon, or at once."""
        self._waiting += results
        now = self._clock()
        due_s = max(JOIN_EVERY_S, self._join_s / JOIN_SHARE)
        if not self._waiting or (now - self._joined_at < due_s and not at_once):
            return
        table = FaceTable.joined([self.stored.table, FaceTable.of(self._waiting)])
        self._waiting.clear()
        people = self.stored.people.with_faces(np.unique(table.face_id))
        self._set(replace(self.stored, table=table, people=people))
        self._joined_at = self._clock()
        self._join_s = self._joined_at - now

    def reload(self) -> None:
        """Reads facts and pictures of the faces from the file again."""
        with suppress(FerDesktopError), ResultFile.open(self.stored.path) as file:
            self._set(replace(self.stored, facts=file.facts(), thumbnails=file.thumbnails()))

    # What people change.

    def rename(self, person_id: int, name: str) -> None:
        people = self.stored.people
        if name.strip() != people.person(person_id).title:
            self._change_people("Rename", lambda: people.renamed(person_id, name))

    def ignore(self, person_ids: Sequence[int], ignored: bool) -> None:
        people = self.stored.people
        for person_id in person_ids:
            people = people.ignoring(person_id, ignored)
        self._change_people("Ignore" if ignored else "Show", lambda: people)

    def merge(self, person_ids: Sequence[int]) -> None:
        """Merges the other people into the first one."""

        def merged() -> People:
            people = self.stored.people
            for other in person_ids[1:]:
                people = people.merged(person_ids[0], other, self.stored.table)
            return people

        self._change_people("Merge", merged)

    def split(self, person_id: int, pts_s: float) -> None:
        self._change_people("Split", lambda: self.stored.people.split(person_id, pts_s, self.stored.table)[0])

    def add_marker(self, start_s: float, end_s: float | None = None, text: str = "") -> int:
        """Adds a marker and returns its id."""
        new_id = max((marker.id for marker in self.stored.markers), default=0) + 1
        self._change_markers("Marker", [*self.stored.markers, Marker(new_id, start_s, end_s, text)])
        return new_id

    def change_marker(self, changed: Marker) -> None:
        markers = [changed if marker.id == changed.id else marker for marker in self.stored.markers]
        if tuple(markers) != self.stored.markers:
            self._change_markers("Change marker", markers)

    def remove_markers(self, marker_ids: Sequence[int]) -> None:
        markers = [marker for marker in self.stored.markers if marker.id not in marker_ids]
        self._change_markers("Delete marker", markers)

    def _change_people(self, what: str, change: Callable[[], People]) -> None:
        try:
            people = change()
        except FerDesktopError as error:
            self.failed.emit(str(error))
            return
        before = self.stored.people
        if people != before:
            self._do(what, lambda: self._save_people(people), lambda: self._save_people(before))

    def _change_markers(self, what: str, markers: Sequence[Marker]) -> None:
        before, after = self.stored.markers, in_order(tuple(markers))
        self._do(what, lambda: self._save_markers(after), lambda: self._save_markers(before))

    def _do(self, what: str, do: Callable[[], bool], undo: Callable[[], bool]) -> None:
        if do():
            self.undo_stack.push(_Change(what, do, undo))

    def _save_people(self, people: People) -> bool:
        people = people.with_faces(np.unique(self.stored.table.face_id))
        return self._save(lambda file: file.set_people(people), self.stored.with_people(people))

    def _save_markers(self, markers: tuple[Marker, ...]) -> bool:
        return self._save(lambda file: file.set_markers(markers), self.stored.with_markers(markers))

    def _save(self, write: Callable[[ResultFile], None], after: StoredAnalysis) -> bool:
        try:
            with ResultFile.open(self.stored.path) as file:
                write(file)
        except FerDesktopError as error:
            self.failed.emit(str(error))
            return False
        self._set(after)
        return True

    def _set(self, stored: StoredAnalysis) -> None:
        self.stored = stored
        self.changed.emit()


class _Change(QUndoCommand):
    """A change that was already made when it is pushed to the undo stack."""

    def __init__(self, text: str, do: Callable[[], bool], undo: Callable[[], bool]) -> None:
        super().__init__(text)
        self._do, self._undo = do, undo
        self._is_new = True

    def redo(self) -> None:
        if not self._is_new:
            self._do()
        self._is_new = False

    def undo(self) -> None:
        self._undo()
