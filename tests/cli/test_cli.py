from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fer_desktop
from fer_desktop.__main__ import main, main_window
from fer_desktop.cli import analyse_command
from fer_desktop.cli.analyse_command import expand_folders, unique_names
from fer_desktop.cli.parser import parse_arguments
from fer_desktop.core.classification.classifier import DEVICES
from fer_desktop.core.detection.detector import DEFAULT_DETECTOR, DETECTORS
from fer_desktop.core.models.preprocessing import DEFAULT_TAU
from fer_desktop.core.pipeline.settings import DETECTION_INTERVAL_S, PipelineSettings
from fer_desktop.core.sources.discovery import CameraInfo
from tests.support.media import shared_media
from tests.support.models import write_tiny_model
from tests.support.results import FakePipeline
from tests.support.videos import write_face_video


class Desk:
    """A folder with a video and a model; runs the command line in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.video = folder / "talk.mp4"
        self.results = folder / "results"
        write_face_video(self.video, seconds=0.5, fps=10)
        self.card = write_tiny_model(folder / "model")
        self._capsys = capsys

    def run(self, *arguments: str | Path) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        return code, out, err

    def analyse(self, *arguments: str | Path) -> tuple[int, str, str]:
        return self.run(
            "analyse", *arguments, "--output", self.results, "--model", self.card, "--device", "cpu"
        )

    def names(self) -> list[str]:
        return sorted(path.name for path in self.results.iterdir())

    def report(self, name: str = "talk") -> dict[str, Any]:
        return json.loads((self.results / f"{name}.json").read_text())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


# Arguments


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of arguments that are wrong."""
    with pytest.raises(SystemExit) as ended:
        parse_arguments(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [[], ["window"], ["--device", "cpu"], ["window", "--device", "cpu"]])
def test_without_a_command_it_is_the_window(arguments: list[str]) -> None:
    options = parse_arguments(arguments)
    assert options.command == "window"
    assert options.device == ("cpu" if "cpu" in arguments else None)
    assert (options.camera, options.open, options.detector, options.model) == (None, None, None, None)
    assert (options.detector_model, options.log_level) == (None, "warning")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("1:30", 90), ("0:01:30.5", 90.5), ("0", 0), ("1:0:0", 3600)]
)
def test_times_are_seconds_or_with_colons(text: str, seconds: float) -> None:
    assert parse_arguments(["analyse", "a", "-o", "b", "--start", text]).start == seconds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--start", "5", "--end", "5"], "--end (5 s) must be after --start (5 s)"),
        (["--end", "0"], "--end (0 s) must be after --start (0 s)"),
        (["--start", "-3"], "'-3' is not a time"),
        (["--start", "soon"], "'soon' is not a time; give seconds, M:S or H:M:S, like 90 or 1:30"),
        (["--start", "1:2:3:4"], "is not a time"),
        (["--start", "nan"], "is not a time"),
        (["--every", "0"], "'0' is not a whole number from 1"),
        (["--every", "1.5"], "'1.5' is not a whole number from 1"),
        (["--tau", "1.2"], "'1.2' is not a number from 0 to 1"),
        (["--tau", "nan"], "'nan' is not a number from 0 to 1"),
        (["--device", "tpu"], "'tpu' is unknown; choose auto, cpu, cuda, mps"),
        (["--detector", "eyes"], "'eyes' is unknown; choose cascade, yunet"),
        (["--detector-model", "missing.onnx"], "there is no file or folder 'missing.onnx'"),
        (["--model", "nobody"], "there is no model 'nobody'; 'fer-desktop models' lists them"),
        (["--blur"], "--blur needs --video"),
    ],
)
def test_wrong_arguments_are_refused_with_the_reason(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(["analyse", "talk.mp4", "-o", "results", *arguments], capsys)


def test_a_camera_and_a_file_at_once_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not allowed with" in refused(["--camera", "a", "--open", str(tmp_path)], capsys)


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "invalid choice: 'analyze'" in refused(["analyze"], capsys)


def test_the_help_names_all_choices_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(["analyse", "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(name in text for name in (*DEVICES, *DETECTORS))
    assert f"(default: {DEFAULT_TAU})" in text
    assert f"(default: {DETECTION_INTERVAL_S})" in text
    assert f"(default: {DEFAULT_DETECTOR})" in text
    assert "0 natural" in text
    assert "1 fully balanced" in text


def test_the_version_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fer_desktop", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"fer-desktop {fer_desktop.__version__}\n"


# analyse


def test_a_video_is_analysed(desk: Desk) -> None:
    code, out, err = desk.analyse(desk.video)
    assert (code, err) == (0, "")
    assert out.startswith(f"{desk.video}: 5 frames, 5 with faces")
    assert str(desk.results / "talk.csv") in out
    assert desk.names() == ["talk.csv", "talk.ferx", "talk.json"]
    with (desk.results / "talk.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 5


def test_all_options_reach_the_analysis(desk: Desk) -> None:
    code, _, _ = desk.analyse(
        *(desk.video, "--video", "--jsonl", "--blur", "--every", "2", "--start", "0.1", "--end", "0.4"),
        *("--tau", "0.3", "--no-smoothing", "--detection-interval", "0.2", "--detector", "cascade"),
    )
    assert code == 0
    assert desk.names() == ["talk.csv", "talk.ferx", "talk.json", "talk.jsonl", "talk.mp4"]
    settings = desk.report()["settings"]
    expected = {"every": 2, "start_s": 0.1, "end_s": 0.4, "blur": True, "tau": 0.3, "smoothing": False}
    expected |= {"detection_interval_s": 0.2, "detector": "cascade", "device": "cpu", "model": str(desk.card)}
    assert settings | expected == settings


def test_what_is_not_asked_for_is_as_the_program_has_it(desk: Desk) -> None:
    desk.analyse(desk.video)
    usual = PipelineSettings(desk.card)
    settings = desk.report()["settings"]
    for name in ("tau", "smoothing", "min_face", "detection_interval_s", "uncertain_below", "detector"):
        assert settings[name] == getattr(usual, name)


def test_an_input_that_fails_does_not_stop_the_others(desk: Desk) -> None:
    (desk.folder / "broken.mp4").write_text("no video")
    code, out, err = desk.analyse(desk.folder / "missing.mp4", desk.folder / "broken.mp4", desk.video)
    assert code == 1
    first, second = err.splitlines()
    assert first == f"error: {desk.folder / 'missing.mp4'}: there is no such file or folder"
    assert second.startswith(f"error: {desk.folder / 'broken.mp4'}: ")
    assert len(out.split("\n\n")[0].splitlines()) == 1, "then comes the table"
    assert desk.names() == ["batch.csv", "talk.csv", "talk.ferx", "talk.json"]


def test_results_that_exist_are_kept_without_overwrite(desk: Desk) -> None:
    desk.analyse(desk.video)
    code, _, err = desk.analyse(desk.video, "--every", "2")
    assert code == 1
    assert err.startswith(f"error: {desk.results / 'talk.csv'}: exists already")
    assert "--overwrite" in err
    assert desk.report()["settings"]["every"] == 1
    assert desk.analyse(desk.video, "--every", "2", "--overwrite")[0] == 0
    assert desk.report()["settings"]["every"] == 2


def test_inputs_of_the_same_name_get_results_of_their_own(desk: Desk) -> None:
    (desk.folder / "other").mkdir()
    other = desk.folder / "other" / "Talk.mp4"
    write_face_video(other, seconds=0.2, fps=10)
    code, out, _ = desk.analyse(desk.video, other)
    assert code == 0
    results = [f"{name}.{suffix}" for name in ("Talk-2", "talk") for suffix in ("csv", "ferx", "json")]
    assert desk.names() == sorted(["batch.csv", *results])
    assert desk.report("Talk-2")["source"]["path"] == str(other)
    assert "Talk-2.csv" in out.splitlines()[1]


def test_names_stay_apart_even_from_numbered_ones() -> None:
    paths = [Path(text) for text in ("a/x.mp4", "b/x.mov", "c/x-2.mp4", "d/X.avi")]
    assert unique_names(paths) == ["x", "x-2", "x-2-2", "X-3"]


def test_a_folder_of_videos_is_analysed_video_by_video(tmp_path: Path) -> None:
    for name in ("b10.mp4", "b2.MP4", "notes.txt", "photo.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "deeper.mp4").mkdir()
    assert expand_folders([tmp_path]) == [tmp_path / "b2.MP4", tmp_path / "b10.mp4", tmp_path]
    (tmp_path / "photo.jpg").unlink()
    assert expand_folders([tmp_path]) == [tmp_path / "b2.MP4", tmp_path / "b10.mp4"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert expand_folders([empty, tmp_path / "missing"]) == [empty, tmp_path / "missing"]


def test_an_output_folder_that_cannot_be_made_is_an_error(desk: Desk) -> None:
    desk.results.write_text("a file")
    code, _, err = desk.analyse(desk.video)
    assert code == 1
    assert err.startswith(f"error: {desk.results}: cannot be written (")


def test_a_missing_model_is_one_line(desk: Desk) -> None:
    desk.card.with_suffix(".onnx").unlink()
    code, out, err = desk.analyse(desk.video)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert not desk.results.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_analysis_with_whole_files(
    number: signal.Signals, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames are classified eight at a time: the signal comes during the second time."""
    write_face_video(desk.video, seconds=2.0, fps=10)
    interrupted = FakePipeline(lambda frame: signal.raise_signal(number) if frame.index == 8 else None)
    monkeypatch.setattr(analyse_command, "build_pipeline", lambda settings: interrupted)
    before = signal.getsignal(number)
    code, out, err = desk.analyse(desk.video, desk.folder / "never.mp4", "--video")
    assert code == 128 + number
    assert signal.getsignal(number) is before
    assert interrupted.processed == list(range(16))
    assert out.startswith(
        f"{desk.video}: stopped; 8 frames until 0.7 s; written: {desk.results / 'talk.csv'}, "
    )
    assert err == "", "the second input was not begun"
    assert desk.names() == ["batch.csv", "talk.csv", "talk.ferx", "talk.json", "talk.mp4"]
    assert len((desk.results / "talk.csv").read_text().splitlines()) == 9
    assert desk.report()["complete"] is False


def test_the_second_interrupt_does_not_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt_twice(frame: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(analyse_command, "build_pipeline", lambda settings: FakePipeline(interrupt_twice))
    code, _, err = desk.analyse(desk.video)
    assert (code, err) == (130, "error: interrupted\n")
    assert desk.names() == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_progress_bar(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert desk.analyse(desk.video)[0] == 0
    drawn = terminal.getvalue()
    assert "talk.mp4:" in drawn
    assert "%" in drawn
    assert drawn.split("\r")[-1].strip() == "", "the bar is gone in the end"


def test_the_real_model_on_a_real_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = shared_media("single_face.mp4")
    assert main(["analyse", str(recording), "-o", str(tmp_path), "--every", "10", "--device", "cpu"]) == 0
    with (tmp_path / "single_face.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["frame"] for row in rows] == [str(index) for index in range(0, 72, 10)]
    assert all(row["face_id"] == "1" for row in rows)
    capsys.readouterr()


# The other commands


def test_cameras_are_listed_with_their_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = CameraInfo(
        key="/dev/v4l/by-id/usb-1", name="Webcam C920", path="/dev/video0", index=0, backend=200
    )
    monkeypatch.setattr("fer_desktop.core.sources.discovery.list_cameras", lambda: (camera,))
    assert desk.run("cameras") == (0, 'Webcam C920\n  --camera "/dev/v4l/by-id/usb-1"\n', "")
    code, out, _ = desk.run("cameras", "--json")
    assert code == 0
    assert json.loads(out) == [{"key": camera.key, "name": camera.name, "path": camera.path}]


def test_without_a_camera_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_desktop.core.sources.discovery.list_cameras", tuple)
    assert desk.run("cameras") == (0, "No camera was found. Connect one and run this again.\n", "")
    assert desk.run("cameras", "--json") == (0, "[]\n", "")


def test_models_are_listed_with_their_accuracy(desk: Desk, isolated_home: Path) -> None:
    card = write_tiny_model(isolated_home / "models", "mine")
    content = json.loads(card.read_text())
    content["metrics"] = {
        "validation": {
            "accuracy": 0.835,
            "macro_recall": 0.643,
            "balanced": {"accuracy": 0.809, "macro_recall": 0.781},
        }
    }
    card.write_text(json.dumps(content))
    (isolated_home / "models" / "broken.json").write_text("{}")
    write_tiny_model(isolated_home / "models", "odd")
    odd = isolated_home / "models" / "odd.json"
    odd.write_text(json.dumps(json.loads(odd.read_text()) | {"metrics": {"validation": None}}))
    code, out, _ = desk.run("models")
    assert code == 0
    assert out.split("mine (")[1].splitlines()[:3] == [
        f"{card}, test_linear)",
        "  natural   accuracy 83.5%, macro recall 64.3% (validation rows)",
        "  balanced  accuracy 80.9%, macro recall 78.1% (validation rows)",
    ]
    assert "broken\n  cannot be used: " in out
    assert out.split("odd (")[1].splitlines()[1] == "  no figures on its card"
    models = {model["name"]: model for model in json.loads(desk.run("models", "--json")[1])}
    assert models["mine"]["metrics"] == content["metrics"]
    assert models["broken"]["problem"]


def test_the_benchmark_prints_a_table_or_json(desk: Desk) -> None:
    arguments = [
        "benchmark",
        desk.video,
        "--frames",
        "3",
        "--seconds",
        "0.1",
        "--model",
        desk.card,
        "--device",
        "cpu",
    ]
    code, out, _ = desk.run(*arguments)
    assert code == 0
    assert "end to end" in out
    code, out, _ = desk.run(*arguments, "--json")
    assert code == 0
    assert json.loads(out)["stages"].keys() == {"decode", "detect", "classify_1", "classify_5", "end_to_end"}


# The program around the commands


def test_an_unexpected_error_is_one_line_and_a_traceback_in_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, isolated_home: Path
) -> None:
    def crash(settings: object) -> None:
        raise RuntimeError("a planned crash")

    monkeypatch.setattr(analyse_command, "build_pipeline", crash)
    code, _, err = desk.analyse(desk.video)
    log_file = isolated_home / "logs" / "fer-desktop.log"
    assert code == 1
    assert err == f"critical: unexpected RuntimeError: a planned crash (see {log_file})\n"
    assert "Traceback" in log_file.read_text()


def test_an_interrupt_while_the_arguments_are_read_is_silent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fer_desktop.__main__.parse_arguments", interrupted)
    assert desk.run("models") == (130, "", "")


def test_an_interrupt_that_a_native_module_turned_into_an_import_error_is_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted_import(settings: object) -> None:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr(analyse_command, "build_pipeline", interrupted_import)
    assert desk.analyse(desk.video) == (130, "", "error: interrupted\n")


def test_a_path_that_the_system_refuses_does_not_stop_the_others(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "x" * 300
    code, out, err = desk.analyse(name, desk.video)
    assert code == 1
    assert err == f"error: {name}: cannot be read (File name too long); choose another one\n"
    assert len(out.split("\n\n")[0].splitlines()) == 1
    assert "there is no file or folder" in refused(["benchmark", name], capsys)
    assert "there is no model" in refused(["benchmark", "--model", name], capsys)


def test_the_window_gets_the_options(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    import fer_desktop.ui.window.application

    given: list[Any] = []

    def run(options: Any) -> int:
        given.append(options)
        return 7

    monkeypatch.setattr(fer_desktop.ui.window.application, "run", run)
    monkeypatch.setattr(sys, "argv", ["fer-desktop-gui", "--open", str(desk.video), "--device", "cpu"])
    assert main_window() == 7
    assert main(["--camera", "some key"]) == 7
    assert (given[0].open, given[0].device, given[1].camera) == (desk.video, "cpu", "some key")


@pytest.mark.skipif(sys.platform != "linux", reason="displays are found like this on Linux")
def test_without_a_display_the_window_says_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = desk.run("window")
    assert code == 1
    assert err.startswith("error: The window cannot be opened: there is no display")
    assert "fer-desktop analyse" in err


@pytest.mark.skipif(sys.platform != "linux", reason="Qt's libraries are a part of its package elsewhere")
def test_a_missing_library_of_the_system_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setattr("ctypes.CDLL", missing)
    code, _, err = desk.run("window")
    assert code == 1
    assert "libxcb-cursor.so.0" in err
    assert "sudo apt install" in err
    assert len(err.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="displays are found like this on Linux")
def test_a_display_that_does_not_answer_is_an_error_not_a_crash(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    code, _, err = desk.run("window")
    assert code == 1
    assert "':4711' does not answer" in err or "sudo apt install" in err
