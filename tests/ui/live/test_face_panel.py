from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.ui.live.face_card import FaceCard
from fer_desktop.ui.live.face_panel import LINGER_S, FacePanel
from tests.ui.desk import face, result


@pytest.fixture
def panel(qtbot: QtBot) -> FacePanel:
    panel = FacePanel()
    qtbot.addWidget(panel)
    panel.resize(300, 900)
    panel.show()
    return panel


def ids(panel: FacePanel) -> list[int]:
    return [card.face.id for card in panel.cards if card.face is not None]


def test_the_newest_face_is_on_top_and_the_order_is_stable(panel: FacePanel, qtbot: QtBot) -> None:
    panel.show_result(result(face(1)))
    panel.show_result(result(face(3), face(1), face(2)))
    panel.show_result(result(face(1), face(2), face(3)))
    assert ids(panel) == [3, 2, 1]
    qtbot.waitUntil(lambda: len({card.y() for card in panel.cards}) == 3)
    assert sorted(panel.cards, key=lambda card: card.y()) == panel.cards


def test_cards_are_reused(panel: FacePanel) -> None:
    panel.show_result(result(face(1), face(2)))
    before = set(panel.cards)
    panel.show_result(result(face(2), pts_s=5.0))
    panel.show_result(result(face(2), face(3), pts_s=5.1))
    assert set(panel.cards) == before
    assert len(panel.findChildren(FaceCard)) == 2


def test_a_card_stays_dimmed_while_its_face_may_come_back(panel: FacePanel) -> None:
    panel.show_result(result(face(1)))
    panel.show_result(result(pts_s=LINGER_S))
    assert ids(panel) == [1]
    assert not panel.cards[0].isEnabled()
    panel.show_result(result(face(1), pts_s=LINGER_S + 0.1))
    assert panel.cards[0].isEnabled()
    panel.show_result(result(pts_s=2 * LINGER_S + 0.2))
    assert ids(panel) == []


def test_a_jump_back_in_time_removes_faces_that_are_gone(panel: FacePanel) -> None:
    panel.show_result(result(face(1), pts_s=9.0))
    panel.show_result(result(pts_s=1.0))
    assert ids(panel) == []


def test_the_emotion_changes_at_once_and_the_numbers_when_told(panel: FacePanel) -> None:
    panel.show_result(result(face(1, "happiness", share=0.7)))
    (card,) = panel.cards
    assert card.title == "Happiness 70%"

    panel.show_result(result(face(1, "happiness", share=0.8)))
    assert card.title == "Happiness 70%"
    panel.refresh_numbers()
    assert card.title == "Happiness 80%"
    assert card.accessibleName() == "Face 1: Happiness 80%"

    panel.show_result(result(face(1, "fear", share=0.6)))
    assert card.title == "Fear 60%"


def test_an_uncertain_face_says_so(panel: FacePanel) -> None:
    panel.show_result(result(face(4, None, share=0.3)))
    assert panel.cards[0].title == "Uncertain"


def test_the_bars_move_with_every_result(panel: FacePanel) -> None:
    def shot(share: float) -> object:
        panel.show_result(result(face(1, share=share)))
        return panel.cards[0].grab().toImage()

    assert shot(0.50) != shot(0.90)


def test_selecting_and_selecting_again(panel: FacePanel, qtbot: QtBot) -> None:
    panel.show_result(result(face(1), face(2)))
    chosen: list[int | None] = []
    panel.selected.connect(chosen.append)
    for card in panel.cards:
        qtbot.keyClick(card, Qt.Key.Key_Return)
    qtbot.keyClick(panel.cards[1], Qt.Key.Key_Space)
    assert chosen == [2, 1, None]


def test_a_selected_face_that_is_gone_gives_way_to_the_largest(panel: FacePanel) -> None:
    panel.show_result(result(face(1), face(2)))
    panel.select(2)
    with_signal: list[int | None] = []
    panel.selected.connect(with_signal.append)
    panel.show_result(result(face(1), pts_s=5.0))
    assert with_signal == [None]


def test_four_cards_fit_and_more_scroll(panel: FacePanel, qtbot: QtBot) -> None:
    scroll_bar = panel.scroll_area.verticalScrollBar()
    panel.show_result(result(*(face(number) for number in range(1, 5))))
    qtbot.waitUntil(lambda: all(card.y() > 0 for card in panel.cards[1:]))
    assert scroll_bar.maximum() == 0
    panel.show_result(result(*(face(number) for number in range(1, 8))))
    qtbot.waitUntil(lambda: scroll_bar.maximum() > 0)


def test_the_hint_is_shown_only_without_cards(panel: FacePanel) -> None:
    panel.set_hint("No face is seen.")
    assert panel.hint.isVisible()
    panel.show_result(result(face(1)))
    assert not panel.hint.isVisible()
    panel.clear()
    assert panel.hint.isVisible()


def test_every_emotion_is_named_whatever_the_shares(panel: FacePanel, qtbot: QtBot) -> None:
    """A face whose shares are all in one emotion, and one with the same share of each, are both shown."""
    one = dataclasses.replace(face(1), smoothed=tuple(float(name == "anger") for name in EMOTIONS))
    even = dataclasses.replace(face(2, None), smoothed=(1 / 7,) * 7)
    panel.show_result(result(one, even))
    panel.refresh_numbers()
    assert panel.cards[0].grab().toImage() != panel.cards[1].grab().toImage()
