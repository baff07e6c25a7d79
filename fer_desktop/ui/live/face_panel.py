"""The cards of all faces in the picture, newest first."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from fer_desktop.core.types import FrameResult
from fer_desktop.ui.common import theme
from fer_desktop.ui.live.face_card import FaceCard

LINGER_S = 0.7
"""A card stays this long after its face was last seen, so that a missed detection moves nothing."""


class FacePanel(QWidget):
    """One card for each face. Cards are reused and keep their order.

    selected(face id or None): the face to follow in the timeline, None for the largest.
    """

    selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: dict[int, FaceCard] = {}
        self._last_seen: dict[int, float] = {}
        self._spare: list[FaceCard] = []
        self._selected: int | None = None

        self._cards = QVBoxLayout()
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(theme.GRID)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._cards)
        column.addStretch(1)
        self.scroll_area = _VerticalScroll(content)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self.scroll_area)
        self.setAccessibleName("Faces")
        # Made now, so that the panel has its width before the first face.
        self._spare.append(self._new_card())

    @property
    def cards(self) -> list[FaceCard]:
        """The cards that are shown, from top to bottom."""
        return [self._shown[face_id] for face_id in sorted(self._shown, reverse=True)]

    def set_hint(self, text: str) -> None:
        """Sets the text that is shown while there is no card."""
        self.hint.setText(text)

    def show_result(self, result: FrameResult) -> None:
        for face in result.faces:
            card = self._shown.get(face.id) or self._add(face.id)
            card.set_face(face)
            card.setEnabled(True)
            self._last_seen[face.id] = result.pts_s
        present = {face.id for face in result.faces}
        for face_id in [face_id for face_id in self._shown if face_id not in present]:
            self._shown[face_id].setEnabled(False)
            if not 0 <= result.pts_s - self._last_seen[face_id] <= LINGER_S:
                self._remove(face_id)
        self._pages.setCurrentIndex(1 if self._shown else 0)

    def refresh_numbers(self) -> None:
        for card in self._shown.values():
            card.refresh_numbers()

    def select(self, face_id: int | None) -> None:
        """Follows a face. The selected face again, or None, follows the largest face."""
        self._selected = None if face_id == self._selected else face_id
        for shown_id, card in self._shown.items():
            card.set_selected(shown_id == self._selected)
        self.selected.emit(self._selected)

    def clear(self) -> None:
        for face_id in list(self._shown):
            self._remove(face_id)
        self._pages.setCurrentIndex(0)

    def _add(self, face_id: int) -> FaceCard:
        card = self._spare.pop() if self._spare else self._new_card()
        self._shown[face_id] = card
        position = sum(other > face_id for other in self._shown)
        self._cards.insertWidget(position, card)
        card.set_selected(face_id == self._selected)
        card.show()
        return card

    def _remove(self, face_id: int) -> None:
        card = self._shown.pop(face_id)
        del self._last_seen[face_id]
        card.hide()
        self._cards.removeWidget(card)
        self._spare.append(card)
        if face_id == self._selected:
            self.select(None)

    def _new_card(self) -> FaceCard:
        card = FaceCard(self.scroll_area.widget())
        card.hide()
        card.clicked.connect(self.select)
        return card

    def _any_card(self) -> FaceCard:
        return (self._spare or self.cards)[0]

    def sizeHint(self) -> QSize:
        size = self._any_card().sizeHint()
        return QSize(self.scroll_area.width_for(size.width()), 4 * size.height())

    def minimumSizeHint(self) -> QSize:
        card = (self._spare or self.cards)[0]
        return QSize(
            self.scroll_area.width_for(card.minimumSizeHint().width()), card.minimumSizeHint().height()
        )


class _VerticalScroll(QScrollArea):
    """Scrolls vertically only. A widget that is too wide makes the area wider."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def width_for(self, content_width: int) -> int:
        return content_width + self.verticalScrollBar().sizeHint().width()
