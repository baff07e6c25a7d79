"""The picture with its faces, as large as the widget allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.core.overlay import OverlayStyle, Placement
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.common import theme
from fer_desktop.ui.common.face_overlay import INK, PLATE, face_at, paint_faces, rectangle_of
from fer_desktop.ui.common.picture import Picture


class VideoView(QWidget):
    """Paints the newest frame with its aspect kept, and the faces over it in the widget's own resolution.

    displayed(Frame or FrameResult): it has been painted for the first time.
    face_clicked(face id).
    """

    displayed = Signal(object)
    face_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Picture()
        self._told: tuple[Frame | None, FrameResult | None] = (None, None)
        self._style = OverlayStyle()
        self._mirrored = False
        self._selected: int | None = None
        self._names: Mapping[int, str] = {}
        self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Picture")

    @property
    def has_picture(self) -> bool:
        return self._picture.frame is not None

    @property
    def is_mirrored(self) -> bool:
        return self._mirrored

    @property
    def note(self) -> str:
        return self._note

    def show_frame(self, frame: Frame) -> None:
        self._picture.add_frame(frame)
        self.update()

    def show_result(self, result: FrameResult) -> None:
        self._picture.add_result(result)
        self.update()

    def show_matched(
        self, frame: Frame, result: FrameResult | None, hiding: FrameResult | None = None
    ) -> None:
        """A frame with the result to draw over it. hiding: the faces to blur if wanted; None: everything."""
        self._picture.show(frame, result, hiding)
        self.update()

    def clear(self) -> None:
        """Forgets picture and faces, before another source."""
        self._picture.clear()
        self.update()

    def set_style(self, style: OverlayStyle) -> None:
        """Which parts are drawn over the picture, and whether faces are blurred."""
        self._style = style
        if style.blur != self._picture.blur:
            self._picture.blur = style.blur
        self.update()

    def set_mirrored(self, mirrored: bool) -> None:
        """Mirrors the picture, not the texts."""
        self._mirrored = mirrored
        self.update()

    def set_selected(self, face_id: int | None) -> None:
        self._selected = face_id
        self.update()

    def set_names(self, names: Mapping[int, str]) -> None:
        """What stands in the labels, by face id; the id where there is none."""
        self._names = names
        self.update()

    def set_note(self, text: str) -> None:
        """A quiet line at the lower edge, such as "Paused"; empty for none."""
        if text != self._note:
            self._note = text
            self.update()

    def snapshot(self) -> QImage:
        """What is shown, in the resolution of the frame; null without a picture."""
        picture = self._picture.image()
        if picture.isNull():
            return QImage()
        shot = picture.convertToFormat(QImage.Format.Format_RGB32)
        size = QRectF(self._area(picture.size())).size()
        painter = QPainter(shot)
        painter.setFont(self.font())
        painter.scale(shot.width() / size.width(), shot.height() / size.height())
        self._paint_picture(painter, QRectF(0, 0, size.width(), size.height()))
        painter.end()
        return shot

    def sizeHint(self) -> QSize:
        return QSize(960, 540)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture = self._picture.image()
        if picture.isNull():
            return
        area = self._area(picture.size())
        note = self._note_plate(area)
        self._paint_picture(painter, area, [note] if self._note else [])
        if self._note:
            self._paint_note(painter, note)
        painter.end()
        shown = self._picture.frame, self._picture.result
        for now, before in zip(shown, self._told, strict=True):
            if now is not None and now is not before:
                self.displayed.emit(now)
        self._told = shown

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        frame = self._picture.frame
        if frame is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        placement = self._placement(self._area(self._picture.image().size()), frame)
        face_id = face_at(event.position(), self._picture.faces, placement)
        if face_id is not None:
            self.face_clicked.emit(face_id)

    def _area(self, size: QSize) -> QRectF:
        """Where a picture of this size goes: whole, centred, as large as possible."""
        fitted = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - fitted.width()) // 2,
            (self.height() - fitted.height()) // 2,
            max(1, fitted.width()),
            max(1, fitted.height()),
        )

    def _placement(self, area: QRectF, frame: Frame) -> Placement:
        return Placement(rectangle_of(area), frame.size, self._mirrored)

    def _paint_picture(self, painter: QPainter, area: QRectF, keep_free: Sequence[QRectF] = ()) -> None:
        frame = self._picture.frame
        if frame is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._mirrored:
            painter.translate(area.left() + area.right(), 0)
            painter.scale(-1, 1)
        painter.drawImage(area, self._picture.image())
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_faces(
            painter,
            self._picture.faces,
            self._placement(area, frame),
            self._style,
            self._selected,
            [rectangle_of(plate) for plate in keep_free],
            self._names,
        )

    def _note_plate(self, area: QRectF) -> QRectF:
        metrics = QFontMetricsF(self.font())
        width = min(metrics.horizontalAdvance(self._note) + 3 * theme.GRID, area.width())
        plate = QRectF(0, 0, width, metrics.height() + theme.GRID)
        plate.moveCenter(area.center())
        plate.moveBottom(area.bottom() - 1.5 * theme.GRID)
        return plate

    def _paint_note(self, painter: QPainter, plate: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(PLATE)
        painter.drawRoundedRect(plate, plate.height() / 2, plate.height() / 2)
        painter.setPen(INK)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self._note)
