"""Weights of others: what becomes a model, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fer_desktop.core.classification.onnx_classifier import OnnxClassifier
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import FerDesktopError, ModelError, OutputError
from fer_desktop.core.models.card import ModelCard, sha256
from fer_desktop.core.models.network import build_model, load_network
from fer_desktop.core.training.messages import Progress, parse_line
from trainer.__main__ import main
from trainer.imports import foreign_weights, import_weights
from trainer.imports.foreign_weights import read_state
from trainer.imports.import_weights import Given

GIVEN = Given("mine", "test_efficientnet", input_size=32)
LABELS = "sad,happy,neutral,angry,fearful,disgusted,surprised"


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build_model("test_efficientnet", 1).state_dict()


def saved(content: Any, path: Path) -> Path:
    torch.save(content, path)
    return path


def refusal(path: Path, folder: Path, given: Given = GIVEN) -> str:
    """What is said, after which there is nothing in the folder."""
    with pytest.raises(FerDesktopError) as caught:
        import_weights.import_weights(path, folder, given)
    assert not folder.exists()
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_state_dict_becomes_a_model(
    state: dict[str, torch.Tensor], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(state, tmp_path / "foreign.pt")
    folder = tmp_path / "models"
    arguments = ["--architecture", "test_efficientnet", "--input-size", "32", "--labels", LABELS]
    arguments += [
        "--native-size",
        "48",
        "--mean",
        "0.5",
        "--std",
        "0.3",
        "--no-standardise",
        "--channels",
        "1",
    ]
    assert (
        main(["import", "--weights", str(path), "--name", "mine", "--output", str(folder), *arguments]) == 0
    )
    *lines, last = capsys.readouterr().out.splitlines()
    assert {type(parse_line(line)) for line in lines} == {Progress}
    card_path = folder / "mine.json"
    assert json.loads(last)["card"] == str(card_path)
    assert sorted(item.name for item in folder.iterdir()) == ["mine.json", "mine.onnx", "mine.safetensors"]

    card = ModelCard.load(card_path)
    assert (card.mean, card.std, card.native_size, card.input_size) == (0.5, 0.3, 48, 32)
    assert card.labels == ("sadness", "happiness", "neutral", "anger", "fear", "disgust", "surprise")
    assert card.class_prior == (1 / 7,) * 7
    assert card.training["source"] == f"imported from foreign.pt, SHA-256 {sha256(path)}, never evaluated"
    assert card.metrics == {}
    for name, tensor in load_network(card, card_path).state_dict().items():
        assert torch.equal(tensor, state[name]), name
    rows = OnnxClassifier(card, card_path, tau=0.0, threads=1).classify([np.zeros((48, 48), np.uint8)])
    assert rows.shape == (1, 7)


@pytest.mark.parametrize("place", ["state_dict", "model", "model_state_dict"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_the_usual_places_are_looked_into(
    state: dict[str, torch.Tensor], tmp_path: Path, place: str, prefix: str
) -> None:
    content = {"epoch": 3, place: {f"{prefix}{name}": tensor for name, tensor in state.items()}}
    read = read_state(saved(content, tmp_path / "a.pt"))
    assert read.keys() == state.keys()
    assert all(torch.equal(tensor, state[name]) for name, tensor in read.items())


def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
            return os.mkdir, (str(tmp_path / "trapped"),)

    plain, packed = tmp_path / "plain.pt", tmp_path / "packed.pt"
    plain.write_bytes(pickle.dumps({"state_dict": Trap()}))
    torch.save({"state_dict": Trap()}, packed)
    assert "no weights that torch can read safely" in refusal(plain, tmp_path / "out")
    assert "mkdir, which could run a program" in refusal(packed, tmp_path / "out")
    assert not (tmp_path / "trapped").exists()
    with zipfile.ZipFile(packed) as archive:  # the trap is one
        pickle.loads(archive.read("packed/data.pkl"))
    assert (tmp_path / "trapped").exists()


def test_a_whole_network_is_refused(tmp_path: Path) -> None:
    message = refusal(saved(torch.nn.Linear(2, 7), tmp_path / "whole.pt"), tmp_path / "out")
    assert "would call torch.nn.modules.linear.Linear" in message
    assert "needed is a state dict alone" in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file"),
        (b"", "the file is empty"),
        (b"not a checkpoint", "no weights that torch can read safely"),
        (b"PK\x03\x04 torn", "no weights that torch can read safely"),
        (b"\x80\x04.", "no weights that torch can read safely"),
    ],
)
def test_files_that_are_no_checkpoints(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "a.pt"
    if content is not None:
        path.write_bytes(content)
    said = refusal(path, tmp_path / "out")
    assert message in said
    assert str(path) in said


def test_a_torn_checkpoint_is_refused(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    path = saved(state, tmp_path / "a.pt")
    path.write_bytes(path.read_bytes()[:-2000])
    assert "no weights that torch can read safely" in refusal(path, tmp_path / "out")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "this is a folder" in refusal(tmp_path, tmp_path / "out")


def test_a_file_too_large_is_not_opened(
    state: dict[str, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.pt"
    with path.open("wb") as file:
        file.truncate(foreign_weights.LARGEST_BYTES + 1)  # takes no room on disk
    monkeypatch.setattr(torch, "load", lambda *arguments, **options: pytest.fail("it was opened"))
    assert "2.0 GiB; allowed are 2 GiB" in refusal(path, tmp_path / "out")
    bomb = tmp_path / "bomb.pt"
    monkeypatch.setattr(foreign_weights, "LARGEST_BYTES", 1 << 20)
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data/0", bytes(1 << 21))
    assert bomb.stat().st_size < 1 << 20
    assert "allowed are" in refusal(bomb, tmp_path / "out")


@pytest.mark.parametrize(
    "content", [torch.zeros(3), {}, {"epoch": 3}, [1, 2], {"model": {"a": 1}}, {1: torch.zeros(2)}]
)
def test_a_file_without_a_state_dict_is_refused(tmp_path: Path, content: Any) -> None:
    assert "there is no state dict in it" in refusal(saved(content, tmp_path / "a.pt"), tmp_path / "out")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(
    state: dict[str, torch.Tensor], tmp_path: Path, value: float
) -> None:
    state["classifier.bias"][2] = value
    message = refusal(saved(state, tmp_path / "a.pt"), tmp_path / "out")
    assert "'classifier.bias' holds values that are not finite" in message


def test_an_answer_that_is_not_finite_is_refused(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    state["bn1.running_var"] -= 10
    assert "output is not finite" in refusal(saved(state, tmp_path / "a.pt"), tmp_path / "out")


def test_tensors_of_another_kind_are_refused(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    state["classifier.weight"] = state["classifier.weight"].to_sparse()
    assert "'classifier.weight' is no plain tensor" in refusal(
        saved(state, tmp_path / "a.pt"), tmp_path / "out"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"architecture": None},
            "--architecture; similar to the file's name: test_",
        ),
        ({"architecture": "tset_efficientnet"}, "is not an architecture of timm"),
        ({"architecture": "test_resnet"}, "do not fit test_resnet with 1 channel(s)"),
        ({"channels": 3}, "the first convolution takes 1 channel(s), --channels is 3"),
        ({"input_size": 4}, "--input-size is 4; allowed are 16 to 1024"),
        ({"native_size": -1}, "--native-size is -1"),
        ({"labels": "anger,boredom"}, "--labels: 'boredom' is none of the emotions"),
        ({"labels": "anger,fear"}, "--labels names anger, fear; needed is each of"),
        ({"labels": LABELS.replace("happy", "sadness")}, "needed is each of"),
        ({"mean": 127.0}, "--mean is 127.0; needed is a value from 0 to 1"),
        ({"std": float("nan")}, "--std is nan"),
        ({"std": 0.0}, "std is 0.0, it must be positive"),
        ({"name": "../up"}, "--name is '../up'"),
    ],
)
def test_what_is_said_of_them_must_fit(
    state: dict[str, torch.Tensor], tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = saved(state, tmp_path / "test_efficient.pt")
    assert message in refusal(path, tmp_path / "out", dataclasses.replace(GIVEN, **changes))


def test_another_number_of_outputs_is_named(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    state["classifier.weight"] = torch.zeros(8, 256)
    state["classifier.bias"] = torch.zeros(8)
    message = refusal(saved(state, tmp_path / "a.pt"), tmp_path / "out")
    assert "the last layer, classifier.weight, has 8 outputs; needed are 7" in message


def test_a_model_of_that_name_is_not_replaced(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_text("another's")
    path = saved(state, tmp_path / "a.pt")
    with pytest.raises(ModelError, match=r"mine\.onnx: there is already a model with this name"):
        import_weights.import_weights(path, tmp_path, GIVEN)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.pt", "mine.onnx"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_of_an_import_that_fails(
    state: dict[str, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*arguments: object) -> float:
        raise error

    monkeypatch.setattr(import_weights, "export_onnx", fail)
    path = saved(state, tmp_path / "a.pt")
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt):
        import_weights.import_weights(path, tmp_path / "out", GIVEN)
    assert [item.name for item in tmp_path.iterdir()] == ["a.pt"]


def test_labels_that_nobody_gave_are_said_to_be_a_guess(
    state: dict[str, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        import_weights, "export_onnx", lambda network, card, path: path.write_bytes(b"x") and 0.0
    )
    found = import_weights.import_weights(saved(state, tmp_path / "a.pt"), tmp_path, GIVEN)
    card = ModelCard.load(Path(found["card"]))
    assert card.labels == EMOTIONS
    assert card.training["labels"] == "not given; taken to be those of FER2013"
