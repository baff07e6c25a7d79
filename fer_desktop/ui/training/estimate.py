"""The estimate of a run's time and memory from a few real training steps."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fer_desktop.core.machine import total_memory_bytes
from fer_desktop.ui.common import Banner, Message, theme
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.command_strip import CommandStrip
from fer_desktop.ui.training.words import amount, duration

SHARE_OF_MEMORY = 0.8
"""A run that needs a larger share of the memory gets a warning."""


class Estimate(QWidget):
    """The progress of the estimate, then its answer. The answer is dropped when the settings change.

    action: asks for an estimate. The owner of the settings connects it.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        program: tuple[str, Sequence[str]] = TRAINER,
        memory_bytes: int | None = None,
    ) -> None:
        """memory_bytes: of this computer. None asks the system."""
        super().__init__(parent)
        self._memory = memory_bytes or total_memory_bytes()
        self.action = QAction("&Estimate time and memory", self)
        self.action.setToolTip("Runs a few real training steps. This takes a minute or two.")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.hide()
        self.banner = Banner()
        self.strip = CommandStrip(program=program)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        for widget in (self.strip, self.text, self.banner):
            column.addWidget(widget)
        self.strip.succeeded.connect(self._on_result)
        self.strip.failed.connect(self._on_failed)
        self.strip.cancelled.connect(self._on_cancelled)

    @property
    def is_running(self) -> bool:
        return self.strip.is_running

    def start(self, data: Sequence[str], config: Mapping[str, Any]) -> None:
        """Starts an estimate. data: the arguments of the data set. No other estimate may be running."""
        self.clear()
        file = self.strip.make_folder() / "config.json"
        file.write_text(json.dumps(dict(config)), encoding="utf-8")
        self.action.setEnabled(False)
        self.strip.start(["probe", *data, "--config", str(file)], "Starting the trainer…")

    def clear(self) -> None:
        """Ends a running estimate and drops the answer."""
        self.strip.end()
        self._end()
        self.text.hide()
        self.banner.set_message(None)

    end = clear

    def _on_result(self, result: dict[str, Any]) -> None:
        self._end()
        self.text.setText(in_words(result, self._memory))
        self.text.show()
        if warning := memory_warning(result, self._memory):
            self.banner.set_message(Message("warning", "The memory may be too small", warning))

    def _on_failed(self, text: str) -> None:
        self._end()
        self.banner.set_message(Message("warning", "The estimate failed", text))

    def _on_cancelled(self) -> None:
        self._end()

    def _end(self) -> None:
        self.action.setEnabled(True)
        self.strip.clean_up()


def in_words(result: Mapping[str, Any], memory_bytes: int | None) -> str:
    """Returns the answer in words. result: of ``python -m trainer probe``."""
    total_s, epoch_s = _number(result, "total_s"), _number(result, "epoch_s")
    parts = [
        f"About {duration(total_s)} on {result.get('device', 'this computer')}, {duration(epoch_s)} an epoch,"
        f" at {_number(result, 'images_per_s'):,.0f} images/s."
    ]
    peak = _number(result, "peak_bytes")
    if math.isfinite(peak):
        of = f" of {amount(memory_bytes)}" if memory_bytes and _is_on_cpu(result) else ""
        parts.append(f"Memory: {amount(peak)}{of}.")
    return " ".join(parts)


def memory_warning(result: Mapping[str, Any], memory_bytes: int | None) -> str:
    """Returns a warning, empty if the run fits. On a graphics card the probe has shown that it fits."""
    peak = _number(result, "peak_bytes")
    if memory_bytes is None or not _is_on_cpu(result) or not peak > SHARE_OF_MEMORY * memory_bytes:
        return ""
    return (
        f"The run needs {amount(peak)}. This computer has {amount(memory_bytes)}. "
        "A smaller batch size or input size needs less."
    )


def _is_on_cpu(result: Mapping[str, Any]) -> bool:
    return str(result.get("device", "cpu")).startswith("cpu")


def _number(result: Mapping[str, Any], name: str) -> float:
    value = result.get(name)
    return float(value) if isinstance(value, int | float) else math.nan
