from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray

from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.ui.settings.store import Settings

VALUES: dict[str, object] = {
    "consent_version": 3,
    "camera_key": "usb-0000:00:14.0-1, Kamera Ä; [front]",
    "open_folder": Path("/data/Filme, neu/ä"),
    "snapshot_folder": Path("/data/pictures"),
    "analysis_folder": Path("/data/results"),
    "training_data": Path("/data/fer2013"),
    "training_votes": Path("/data/fer2013new.csv"),
    "collect_folder": Path("/data/faces"),
    "personal_enabled": False,
    "mirror": False,
    "show_boxes": False,
    "show_labels": False,
    "show_bars": False,
    "blur_faces": True,
    "device": "cpu",
    "detector": "yunet",
    "detector_model": Path("/models/yunet.onnx"),
    "model": Path("/models/mine.json"),
    "tau": 0.1,
    "uncertain_below": 0.55,
    "smoothing": False,
    "geometry": QByteArray(b"\x01\x00\xff geometry"),
    "window_state": QByteArray(b"\x00"),
    "panel_visible": False,
    "panel_state": QByteArray(b"panel"),
}
"""Another value than the default for every setting."""

DEFAULTS = {name: getattr(Settings(Path("nothing.ini")), name) for name in VALUES}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.ini"


def every_value(path: Path) -> dict[str, object]:
    stored = Settings(path)
    return {name: getattr(stored, name) for name in VALUES}


def test_without_a_file_everything_has_its_default(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert every_value(path) == DEFAULTS
    assert caplog.text == ""
    assert not path.exists()


def test_every_setting_is_kept(path: Path) -> None:
    assert all(VALUES[name] != default for name, default in DEFAULTS.items())
    first = Settings(path)
    for name, value in VALUES.items():
        setattr(first, name, value)
    assert {name: getattr(first, name) for name in VALUES} == VALUES
    assert first.save()
    del first
    assert every_value(path) == VALUES


def test_none_forgets_a_choice(path: Path) -> None:
    stored = Settings(path)
    stored.camera_key = "front"
    assert stored.save()
    stored.camera_key = None
    assert stored.camera_key is None
    assert stored.save()
    assert "front" not in path.read_text()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tau", 1.5),
        ("tau", float("nan")),
        ("device", "tpu"),
        ("detector", ""),
        ("consent_version", -1),
        ("mirror", "perhaps"),
        ("geometry", b"not Qt's"),
        ("open_folder", Path("a\0b")),
    ],
)
def test_a_wrong_value_cannot_be_set(path: Path, name: str, value: object) -> None:
    stored = Settings(path)
    with pytest.raises(ValueError):  # noqa: PT011
        setattr(stored, name, value)
    assert getattr(stored, name) == DEFAULTS[name]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("tau", "[pipeline]\ntau=much"),
        ("tau", "[pipeline]\ntau=-0.1"),
        ("tau", "[pipeline]\ntau=nan"),
        ("tau", "[pipeline]\ntau=0.1, 0.2"),
        ("device", "[pipeline]\ndevice=quantum"),
        ("detector", "[pipeline]\ndetector=@Point(1 2)"),
        ("smoothing", "[pipeline]\nsmoothing=2"),
        ("model", "[pipeline]\nmodel="),
        ("camera_key", "[source]\ncamera=a, b"),
        ("consent_version", "[consent]\nversion=1.5"),
        ("geometry", "[window]\ngeometry=1 2 3 4"),
    ],
)
def test_a_wrong_value_in_the_file_is_the_default_and_logged(
    path: Path, name: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_text(line + "\n")
    with caplog.at_level(logging.WARNING):
        assert getattr(Settings(path), name) == DEFAULTS[name]
    assert "the default is used" in caplog.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_a_damaged_file_never_fails(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / f"{hash(content)}.ini"
    path.write_bytes(content)
    assert every_value(path) == DEFAULTS


def test_a_damaged_file_is_logged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00garbage\n[[[\n==")
    Settings(path)
    assert str(path) in caplog.text


def test_a_place_that_cannot_be_written_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stored = Settings(tmp_path)  # a folder
    stored.tau = 0.2
    assert stored.tau == 0.2
    assert not stored.save()
    assert "cannot be written" in caplog.text


def test_pipeline_settings(path: Path) -> None:
    stored = Settings(path)
    assert stored.pipeline_settings(Path("bundled.json")) == PipelineSettings(model=Path("bundled.json"))
    for name, value in VALUES.items():
        setattr(stored, name, value)
    assert stored.pipeline_settings(Path("bundled.json")) == PipelineSettings(
        model=Path("/models/mine.json"),
        device="cpu",
        detector="yunet",
        detector_model=Path("/models/yunet.onnx"),
        tau=0.1,
        smoothing=False,
        uncertain_below=0.55,
    )
