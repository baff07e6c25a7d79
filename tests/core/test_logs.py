from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fer_desktop.core.logs import FILE_NAME, logging_to

log = logging.getLogger("fer_desktop.test")


def test_the_file_has_everything_and_stderr_warnings_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to(tmp_path / "logs") as path:
        log.info("only for the file")
        log.warning("two\nlines")
        try:
            raise ValueError("a planned error")
        except ValueError:
            log.error("it failed", exc_info=True)
    assert capsys.readouterr().err == "warning: two lines\nerror: it failed\n"
    content = path.read_text()
    assert "INFO" in content
    assert "only for the file" in content
    assert "ValueError: a planned error" in content


def test_stderr_shows_what_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to(tmp_path, "debug") as path:
        log.debug("a detail")
    with logging_to(tmp_path, "error"):
        log.warning("not that bad")
    assert capsys.readouterr().err == "debug: a detail\n"
    assert "a detail" in path.read_text()
    assert "not that bad" in path.read_text()


def test_everything_is_as_before_afterwards(tmp_path: Path) -> None:
    def state() -> tuple[object, ...]:
        root = logging.getLogger()
        return root.level, tuple(root.handlers), sys.excepthook, threading.excepthook

    before = state()
    with logging_to(tmp_path):
        assert state() != before
    assert state() == before


def test_without_a_folder_to_write_to_the_log_is_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with logging_to(tmp_path / "logs"):
        log.error("it failed")
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("warning: there is no log file: ")
    assert second == "error: it failed"


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    with logging_to(tmp_path):
        for _ in range(60):
            log.info("x" * 100_000)
    sizes = [path.stat().st_size for path in tmp_path.glob(FILE_NAME + "*")]
    assert 2 <= len(sizes) <= 4
    assert max(sizes) <= 1_000_000


def test_an_error_in_a_thread_is_logged_with_its_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError("a planned error")

    with logging_to(tmp_path) as path:
        thread = threading.Thread(target=fail, name="worker")
        thread.start()
        thread.join()
    assert (
        capsys.readouterr().err
        == f"critical: unexpected ValueError in worker: a planned error (see {path})\n"
    )
    assert "Traceback" in path.read_text()
    assert "in fail" in path.read_text()


def test_an_error_that_nothing_catches_is_one_line_for_the_user(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from fer_desktop.core.logs import logging_to\n"
        "context = logging_to(Path(sys.argv[1])); context.__enter__()\n"
        "raise ValueError('a planned error')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == f"critical: unexpected ValueError: a planned error (see {tmp_path / FILE_NAME})\n"
    assert "Traceback" in (tmp_path / FILE_NAME).read_text()
