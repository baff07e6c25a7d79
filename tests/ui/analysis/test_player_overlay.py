"""What the player draws over the picture: stored faces, names, what is hidden, and a running analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from fer_desktop.core.overlay.drawing import OverlayStyle
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.people import People
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.types import Box, FrameResult
from fer_desktop.ui.analysis.player import Player
from tests.support.results import make_face, make_frame, make_result
from tests.support.videos import write_video
from tests.ui.analysis.playing import FPS, PLAIN, SIZE, brightness, number_in_the_picture, picture, shows

LEFT, MIDDLE = Box(10, 20, 30, 30), Box(60, 20, 30, 30)
HAPPY = make_face(LEFT, id=1)


def stored(*results: FrameResult, people: People | None = None) -> StoredAnalysis:
    table = FaceTable.of(results)
    facts = {"source": {"name": "talk.mp4", "duration_s": 4.0}}
    known = (people or People()).with_faces(np.unique(table.face_id))
    return StoredAnalysis(Path("talk.ferx"), facts, table, known)


def at(index: int, *faces: object) -> FrameResult:
    return make_result(faces, index=index, pts_s=index / FPS, size=SIZE)  # type: ignore[arg-type]


def drawn(player: Player) -> list[Box]:
    return [face.box for face in player.view._picture.faces]


def test_the_faces_are_those_stored_for_the_frame_and_are_not_drawn_for_long(
    qtbot: QtBot, player: Player
) -> None:
    results = [at(0, HAPPY), at(1, HAPPY), at(2, make_face(MIDDLE, id=1))]
    player.set_analysis(stored(*results, at(30, HAPPY)))
    assert drawn(player) == [LEFT]
    for index, expected in ((2, [MIDDLE]), (5, [MIDDLE]), (6, []), (29, []), (30, [LEFT])):
        player.seek(index / FPS)
        shows(qtbot, player, index)
        assert drawn(player) == expected
    player.set_analysis(None)
    assert drawn(player) == []


def test_names_and_selection_are_drawn(qtbot: QtBot, player: Player) -> None:
    def changed_by(action: Callable[[], None]) -> bool:
        before = picture(player)
        action()
        return picture(player) != before

    player.set_style(OverlayStyle(bars=False))
    analysis = stored(at(0, HAPPY))
    player.set_analysis(analysis)
    named = analysis.with_people(analysis.people.renamed(1, "Zoë"))
    assert changed_by(lambda: player.set_analysis(named))
    assert player.view._names == {1: "Zoë"}
    assert not changed_by(lambda: player.set_analysis(named))
    assert changed_by(lambda: player.set_selected(1))


def hidden(player: Player) -> list[Box] | None:
    """What is blurred; None for the whole picture."""
    hiding = player.view._picture._hiding
    return None if hiding is None else [face.box for face in hiding.faces]


def test_blur_holds_between_stored_results(qtbot: QtBot, player: Player) -> None:
    player.set_style(replace(PLAIN, blur=True))
    assert hidden(player) is None, "without results nothing may be seen"
    new = make_face(Box(120, 50, 20, 20), id=2)
    player.set_analysis(stored(at(0, HAPPY), at(3, make_face(MIDDLE, id=1), new), at(20, HAPPY)))
    expected = {0: [LEFT], 1: [Box(10, 20, 80, 30), new.box], 3: [MIDDLE, new.box], 5: None, 20: [LEFT]}
    for index, boxes in expected.items():
        player.seek(index / FPS)
        shows(qtbot, player, index)
        assert hidden(player) == boxes
    player.seek(2.5)
    shows(qtbot, player, 25)
    assert hidden(player) is None, "after the last result"


def test_blur_hides_people_who_are_ignored_too(player: Player) -> None:
    analysis = stored(at(0, HAPPY))
    player.set_style(replace(PLAIN, blur=True))
    player.set_analysis(analysis.with_people(analysis.people.ignoring(1, True)))
    assert drawn(player) == []
    assert hidden(player) == [LEFT]


def test_blur_is_in_the_picture(qtbot: QtBot, new_player: Callable[..., Player], tmp_path: Path) -> None:
    checks = (np.indices((90, 160)).sum(axis=0) // 2 % 2 * 255).astype(np.uint8)
    path = tmp_path / "checks.mkv"
    write_video(path, [np.repeat(checks[:, :, None], 3, axis=2)] * 5, fps=FPS)
    player = new_player()
    player.set_analysis(stored(*(at(index, HAPPY) for index in range(5))))
    with qtbot.waitSignal(player.position_changed):
        player.open(path)

    def contrast() -> int:
        shot = player.view.snapshot()
        values = [shot.pixelColor(x, y).red() for x in range(18, 32) for y in range(28, 42)]
        return max(values) - min(values)

    assert contrast() > 150
    player.set_style(replace(PLAIN, blur=True))
    assert contrast() < 60
    player.step(2)
    qtbot.waitUntil(lambda: player.frame is not None and player.frame.index == 2)
    assert contrast() < 60


# A running analysis.


def test_what_is_analysed_is_shown_until_somebody_moves(qtbot: QtBot, player: Player) -> None:
    live = np.full((SIZE[1], SIZE[0], 3), brightness(17), np.uint8)
    player.show_live(make_frame(live, index=17, pts_s=1.7), at(17, HAPPY))
    assert number_in_the_picture(player) == 17
    assert drawn(player) == [LEFT]
    player.set_analysis(stored(at(16, HAPPY)))
    assert drawn(player) == [LEFT]
    with qtbot.waitSignal(player.taken_over):
        player.transport.forward.click()
    shows(qtbot, player, 18)


def test_while_it_plays_the_analysis_is_not_shown(qtbot: QtBot, player: Player) -> None:
    player.play()
    player.show_live(make_frame(index=17, pts_s=1.7), at(17, HAPPY))
    assert number_in_the_picture(player) == 0
