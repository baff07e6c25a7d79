"""The status bar: the last message, rates, latency, drops, device and model."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QWidget

from fer_desktop.core.live import ModelStatus, Stats
from fer_desktop.ui.common import FlowLayout, theme

MESSAGE_MS = 15_000
DEVICE_TITLES = {"cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"}


class StatusBar(QWidget):
    """Figures, which wrap in a narrow window, and a message with an optional link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._flow.setContentsMargins(theme.GRID, 0, theme.GRID, theme.GRID // 2)
        self._flow.setSpacing(2 * theme.GRID)
        self._message = QLabel()
        self._message.setWordWrap(False)
        self._message.linkActivated.connect(_open_folder)
        self._message.hide()
        self._flow.addWidget(self._message)
        self._capture = self._figure("Capture 000.0 fps", "Pictures per second from the camera or the file.")
        self._inference = self._figure("Analysis 000.0 fps", "Pictures per second that are analysed.")
        self._display = self._figure("Display 000.0 fps", "Pictures per second that are shown.")
        self._latency = self._figure(
            "Latency 0000 ms", "Time from the capture of a picture until its result is on the screen."
        )
        self._dropped = self._figure(
            "Dropped 00000", "Pictures that were shown but not analysed, because newer ones had arrived."
        )
        self._device = self._figure("NVIDIA GPU", "What the model runs on.")
        self._model = self._figure("", "The model in use.")
        self.message_timer = QTimer(self)
        self.message_timer.setSingleShot(True)
        self.message_timer.setInterval(MESSAGE_MS)
        self.message_timer.timeout.connect(self.clear_message)
        self.show_stats(Stats())

    @property
    def message(self) -> str:
        """The message as HTML, empty without one."""
        return self._message.text()

    def show_rates(self, shown: bool) -> None:
        """Shows or hides the figures of the live view."""
        for label in (self._capture, self._inference, self._display, self._latency, self._dropped):
            label.setVisible(shown)

    def show_stats(self, stats: Stats) -> None:
        self._capture.setText(f"Capture {stats.capture_fps:.1f} fps")
        self._inference.setText(f"Analysis {stats.inference_fps:.1f} fps")
        self._display.setText(f"Display {stats.display_fps:.1f} fps")
        latency = "–" if stats.latency_ms is None else f"{stats.latency_ms:.0f} ms"
        self._latency.setText(f"Latency {latency}")
        self._dropped.setText(f"Dropped {stats.dropped}")

    def show_model(self, status: ModelStatus) -> None:
        self._device.setText(DEVICE_TITLES.get(status.device or "", "–"))
        self._device.setToolTip(status.notice or "What the model runs on.")
        if status.card is not None:
            self._model.setText(f"Model {status.card.name}")
        else:
            self._model.setText("Model loading…" if status.phase == "loading" else "Model: none")

    def say(self, text: str, folder: Path | None = None) -> None:
        """Shows a message for some seconds, with a link if a folder is given."""
        link = f' <a href="{QUrl.fromLocalFile(str(folder)).toString()}">Open folder</a>' if folder else ""
        self._message.setText(_escaped(text) + link)
        self._message.setToolTip(text)
        self._message.show()
        self.message_timer.start()

    def add(self, widget: QWidget) -> None:
        """Adds a widget after the figures."""
        self._flow.addWidget(widget)

    def clear_message(self) -> None:
        self._message.clear()
        self._message.hide()

    def _figure(self, widest: str, help_text: str) -> QLabel:
        """Returns a label that keeps its width while its number changes."""
        label = QLabel(widest)
        label.setMinimumWidth(label.sizeHint().width())
        label.setToolTip(help_text)
        self._flow.addWidget(label)
        return label


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _open_folder(url: str) -> None:
    QDesktopServices.openUrl(QUrl(url))
