from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from fer_desktop.core.sources.discovery import CameraInfo
from fer_desktop.ui.live.camera_watch import CameraWatcher
from tests.ui.fakes import WAIT_S, Gate


def camera(name: str) -> CameraInfo:
    return CameraInfo(key=name, name=name, path=f"/dev/{name}", index=0, backend=200)


FRONT, DESK = camera("front"), camera("desk")

Cameras = tuple[CameraInfo, ...]


class Looks:
    """Gives one planned answer after the other, an exception raised; then the last one for ever."""

    def __init__(self, *answers: Cameras | Exception) -> None:
        self._answers = list(answers)
        self.count = 0
        self.threads: set[threading.Thread] = set()
        self.all_given = threading.Event()

    def __call__(self) -> Cameras:
        self.threads.add(threading.current_thread())
        answer = self._answers[min(self.count, len(self._answers) - 1)]
        self.count += 1
        if self.count > len(self._answers):
            self.all_given.set()
        if isinstance(answer, Exception):
            raise answer
        return answer


MakeWatcher = Callable[..., CameraWatcher]


@pytest.fixture
def make_watcher(qtbot: QtBot) -> Iterator[MakeWatcher]:
    watchers = []

    def make(look: Callable[[], Cameras], interval_s: float = 0.0) -> CameraWatcher:
        watchers.append(CameraWatcher(look, interval_s))
        return watchers[-1]

    yield make
    for watcher in watchers:
        watcher.stop()


def test_the_first_look_is_told_even_when_there_is_no_camera(qtbot: QtBot, make_watcher: MakeWatcher) -> None:
    watcher = make_watcher(Looks(()), interval_s=1000.0)
    with qtbot.waitSignal(watcher.cameras_changed) as told:
        watcher.start()
    assert told.args == [()]
    assert watcher.cameras == ()


def test_only_changes_are_told(qtbot: QtBot, make_watcher: MakeWatcher) -> None:
    steps = [(), (), (FRONT,), (FRONT,), (FRONT, DESK), (DESK,), ()]
    looks = Looks(*steps)
    turn = threading.Semaphore(0)

    def look_in_turn() -> Cameras:
        assert turn.acquire(timeout=WAIT_S)
        return looks()

    watcher = make_watcher(look_in_turn)
    told: list[Cameras] = []
    watcher.cameras_changed.connect(told.append)
    watcher.start()
    for number, cameras in enumerate(steps, start=1):
        turn.release()
        qtbot.waitUntil(lambda number=number: looks.count == number)
        qtbot.waitUntil(lambda cameras=cameras: bool(told) and watcher.cameras == cameras)
    turn.release(2)  # for a look that may come before it is stopped
    watcher.stop()
    QCoreApplication.processEvents()
    assert told == [(), (FRONT,), (FRONT, DESK), (DESK,), ()]


def test_a_change_that_is_undone_before_the_window_sees_it_is_not_told(
    qtbot: QtBot, make_watcher: MakeWatcher
) -> None:
    turn = threading.Semaphore(1)
    looks = Looks((FRONT,), (), (FRONT,))

    def look_in_turn() -> Cameras:
        assert turn.acquire(timeout=WAIT_S)
        return looks()

    watcher = make_watcher(look_in_turn)
    told: list[Cameras] = []
    watcher.cameras_changed.connect(told.append)
    watcher.start()
    qtbot.waitUntil(lambda: told == [(FRONT,)])
    turn.release(10)
    assert looks.all_given.wait(WAIT_S)  # the window's thread is busy here
    turn.release(2)
    watcher.stop()
    QCoreApplication.processEvents()
    assert told == [(FRONT,)]


def test_a_busy_window_gets_the_newest_list(qtbot: QtBot, make_watcher: MakeWatcher) -> None:
    looks = Looks((), (FRONT,), (FRONT, DESK))
    watcher = make_watcher(looks)
    told: list[Cameras] = []
    watcher.cameras_changed.connect(told.append)
    watcher.start()
    assert looks.all_given.wait(WAIT_S)  # the window's thread is busy here
    watcher.stop()
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(FRONT, DESK)]
    assert watcher.cameras == (FRONT, DESK)
    assert threading.current_thread() not in looks.threads


def test_a_failing_look_is_logged_once_and_changes_nothing(
    qtbot: QtBot, make_watcher: MakeWatcher, caplog: pytest.LogCaptureFixture
) -> None:
    looks = Looks((FRONT,), OSError("no permission"), OSError("no permission"), (FRONT,))
    watcher = make_watcher(looks)
    told: list[Cameras] = []
    watcher.cameras_changed.connect(told.append)
    watcher.start()
    qtbot.waitUntil(looks.all_given.is_set)
    watcher.stop()
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(FRONT,)]
    assert caplog.text.count("cannot be listed") == 1


def test_stop_ends_the_wait_and_it_can_start_again(qtbot: QtBot, make_watcher: MakeWatcher) -> None:
    looks = Looks((FRONT,), (DESK,))
    watcher = make_watcher(looks, interval_s=1000.0)
    with qtbot.waitSignal(watcher.cameras_changed):
        watcher.start()
    assert watcher.stop()
    assert watcher.stop()
    with qtbot.waitSignal(watcher.cameras_changed):
        watcher.start()
    assert watcher.cameras == (DESK,)


def test_a_driver_that_hangs_is_left_behind(
    make_watcher: MakeWatcher, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()

    def hang() -> Cameras:
        gate.pass_through()
        return ()

    watcher = make_watcher(hang)
    watcher.start()
    gate.wait_until_reached()
    assert not watcher.stop(timeout_s=0.0)
    assert "camera watcher" in caplog.text
    gate.open()
    assert watcher.stop(WAIT_S)


def test_refresh_looks_at_once_and_tells_what_is_unchanged(qtbot: QtBot, make_watcher: MakeWatcher) -> None:
    watcher = make_watcher(Looks((FRONT,)), interval_s=3600.0)
    with qtbot.waitSignal(watcher.cameras_changed):
        watcher.start()
    with qtbot.waitSignal(watcher.cameras_changed) as told:
        watcher.refresh()
    assert told.args == [(FRONT,)]
