"""Both runtimes give the same probabilities, and a device that is missing is replaced with a notice."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from fer_desktop.core.classification import classifier as classification
from fer_desktop.core.classification.classifier import DEVICES, create_classifier
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError
from fer_desktop.core.models.card import ModelCard, sha256
from fer_desktop.core.models.preprocessing import preprocess, probabilities
from fer_desktop.core.paths import default_paths
from fer_desktop.core.types import Image
from tests.support.models import write_tiny_model


@pytest.fixture
def card_path(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "models")


@pytest.fixture
def crops() -> list[Image]:
    """Grey and colour, of several sizes."""
    generator = np.random.default_rng(1)
    shapes = [(48, 48), (90, 90, 3), (20, 20, 3), (133, 133, 3), (32, 32)]
    return [generator.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]


def replace_in_card(card_path: Path, **changes: object) -> None:
    dataclasses.replace(ModelCard.load(card_path), **changes).save(card_path)  # type: ignore[arg-type]


def write_weights(card_path: Path, content: bytes) -> None:
    """Gives the model other ONNX weights, with a hash that fits."""
    weights = card_path.with_name("tiny.onnx")
    weights.write_bytes(content)
    replace_in_card(card_path, files={"onnx": {"name": weights.name, "sha256": sha256(weights)}})


def write_torch_weights(card_path: Path) -> None:
    """Adds the same tiny model as safetensors, so that a graphics card would be tried."""
    weights = card_path.with_name("tiny.safetensors")
    weights.write_bytes(b"")
    files = ModelCard.load(card_path).files | {
        "safetensors": {"name": weights.name, "sha256": sha256(weights)}
    }
    replace_in_card(card_path, files=files)


def test_probabilities_for_every_crop_in_one_batch(card_path: Path, crops: list[Image]) -> None:
    classifier = create_classifier(card_path, device="cpu")
    rows = classifier.classify(crops)
    assert rows.shape == (5, len(EMOTIONS))
    assert rows.dtype == np.float32
    assert rows.sum(axis=1) == pytest.approx(1, abs=1e-5)
    for crop, row in zip(crops, rows, strict=True):
        assert classifier.classify([crop])[0] == pytest.approx(row, abs=1e-5)


def test_the_result_is_that_of_the_model_contract(card_path: Path, crops: list[Image]) -> None:
    """Against the graph computed by hand: pool to 4x4, one linear layer."""
    card = ModelCard.load(card_path)
    graph = onnx.load(card_path.with_name("tiny.onnx")).graph
    weight = next(numpy_helper.to_array(item) for item in graph.initializer if item.name == "weight")
    pooled = preprocess(crops, card).reshape(len(crops), 4, 8, 4, 8).mean(axis=(2, 4)).reshape(len(crops), 16)
    expected = probabilities(pooled @ weight, card, tau=0.3)
    assert create_classifier(card_path, device="cpu", tau=0.3).classify(crops) == pytest.approx(
        expected, abs=1e-5
    )


def test_no_crops_give_no_rows(card_path: Path) -> None:
    assert create_classifier(card_path, device="cpu").classify([]).shape == (0, len(EMOTIONS))


def test_tau_may_be_changed_at_any_time(card_path: Path, crops: list[Image]) -> None:
    classifier = create_classifier(card_path, device="cpu", tau=0.0)
    natural = classifier.classify(crops)
    classifier.tau = 1.0
    balanced = classifier.classify(crops)
    rare = EMOTIONS.index("disgust")
    assert (balanced[:, rare] > natural[:, rare]).all()


def test_labels_come_in_the_order_of_the_program(card_path: Path, crops: list[Image]) -> None:
    before = create_classifier(card_path, device="cpu", tau=0).classify(crops)
    replace_in_card(card_path, labels=EMOTIONS[::-1])
    assert create_classifier(card_path, device="cpu", tau=0).classify(crops) == pytest.approx(before[:, ::-1])


def test_the_cpu_runs_onnx_without_a_notice(card_path: Path) -> None:
    classifier = create_classifier(card_path, device="cpu")
    assert (classifier.runtime, classifier.device, classifier.notice) == ("onnx", "cpu", None)
    assert classifier.card.name == "tiny"


def test_without_a_graphics_card_auto_is_the_cpu_without_a_notice(
    card_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classification, "_probable_gpu", lambda: "cpu")
    classifier = create_classifier(card_path, device="auto")
    assert (classifier.runtime, classifier.device, classifier.notice) == ("onnx", "cpu", None)


@pytest.mark.development
@pytest.mark.parametrize(("device", "name"), [("cuda", "NVIDIA"), ("mps", "Apple")])
def test_a_missing_graphics_card_is_replaced_with_a_notice(
    card_path: Path, device: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch_classifier = pytest.importorskip("fer_desktop.core.classification.torch_classifier")
    monkeypatch.setattr(torch_classifier, "is_usable", lambda device: False)
    write_torch_weights(card_path)
    classifier = create_classifier(card_path, device=device)
    assert (classifier.runtime, classifier.device) == ("onnx", "cpu")
    assert classifier.notice is not None
    assert name in classifier.notice
    assert "runs on the processor" in classifier.notice


def test_without_pytorch_the_notice_says_how_to_install_it(
    card_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classification.importlib.util, "find_spec", lambda name: None)
    write_torch_weights(card_path)
    notice = create_classifier(card_path, device="cuda").notice
    assert notice is not None
    assert "pip install 'fer-desktop[torch]'" in notice


@pytest.mark.development
def test_a_graphics_card_that_fails_is_replaced_with_a_notice(
    card_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch_classifier = pytest.importorskip("fer_desktop.core.classification.torch_classifier")

    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("CUDA out of memory\nlong explanation")

    monkeypatch.setattr(torch_classifier, "is_usable", lambda device: True)
    monkeypatch.setattr(torch_classifier, "TorchClassifier", fail)
    write_torch_weights(card_path)
    notice = create_classifier(card_path, device="cuda").notice
    assert notice is not None
    assert "CUDA out of memory" in notice
    assert "long explanation" not in notice


def test_auto_on_the_cpu_does_not_import_torch(card_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from fer_desktop.core import classification as c;"
        "c._GPU_NODES = ();"
        f"c.create_classifier(Path({str(card_path)!r}), device='auto');"
        "assert 'torch' not in sys.modules"
    )
    if sys.platform != "linux":
        pytest.skip("drivers are looked for in another way")
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])


@pytest.mark.development
def test_torch_and_onnx_agree_on_a_small_network(
    card_path: Path, crops: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    torch_classifier = pytest.importorskip("fer_desktop.core.classification.torch_classifier")
    graph = onnx.load(card_path.with_name("tiny.onnx")).graph
    weight = next(numpy_helper.to_array(item) for item in graph.initializer if item.name == "weight")
    linear = torch.nn.Linear(16, 7)
    linear.weight.data = torch.from_numpy(weight.T.copy())
    linear.bias.data.zero_()
    network = torch.nn.Sequential(torch.nn.AvgPool2d(8), torch.nn.Flatten(), linear).eval()
    monkeypatch.setattr(torch_classifier, "load_network", lambda card, path: network)
    on_torch = create_classifier(card_path, device="cpu", runtime="torch")
    on_onnx = create_classifier(card_path, device="cpu", runtime="onnx")
    assert (on_torch.runtime, on_torch.device) == ("torch", "cpu")
    assert on_torch.classify(crops) == pytest.approx(on_onnx.classify(crops), abs=1e-5)
    assert on_torch.classify([]).shape == (0, 7)


@pytest.mark.development
@pytest.mark.parametrize("name", ["fer7", "fer7-original"])
def test_torch_and_onnx_agree_on_the_bundled_models(crops: list[Image], name: str) -> None:
    pytest.importorskip("timm")
    path = default_paths().bundled_models / f"{name}.json"
    on_torch = create_classifier(path, device="cpu", runtime="torch").classify(crops)
    on_onnx = create_classifier(path, device="cpu", runtime="onnx").classify(crops)
    assert np.abs(on_torch - on_onnx).max() <= 1e-4
    assert np.ptp(on_onnx, axis=0).max() > 0.05


def test_an_unknown_device_is_a_mistake_of_the_caller(card_path: Path) -> None:
    with pytest.raises(ValueError, match="tpu"):
        create_classifier(card_path, device="tpu")
    assert DEVICES == ("auto", "cpu", "cuda", "mps")


def test_a_missing_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"absent\.json"):
        create_classifier(tmp_path / "absent.json")


def test_weights_that_are_not_those_of_the_card_are_refused(card_path: Path) -> None:
    weights = card_path.with_name("tiny.onnx")
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=r"tiny\.onnx.*damaged"):
        create_classifier(card_path, device="cpu")


@pytest.mark.parametrize("content", [b"", b"not a graph", b"\x08\x09" * 50])
def test_a_file_that_is_no_model_is_refused(card_path: Path, content: bytes) -> None:
    write_weights(card_path, content)
    with pytest.raises(ModelError, match=r"tiny\.onnx.*cannot load"):
        create_classifier(card_path, device="cpu")


@pytest.mark.parametrize("changes", [{"input_size": 48}, {"channels": 3}])
def test_a_graph_whose_input_does_not_fit_the_card_is_refused(
    card_path: Path, changes: dict[str, int]
) -> None:
    replace_in_card(card_path, **changes)
    with pytest.raises(ModelError, match=r"tiny\.onnx.*input.*32, 32"):
        create_classifier(card_path, device="cpu")


def identity_graph(output_shape: list[str | int]) -> bytes:
    node = helper.make_node("GlobalAveragePool", ["input"], ["logits"])
    graph = helper.make_graph(
        [node],
        "pool",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, 32, 32])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, output_shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


def test_a_graph_with_another_output_is_refused(card_path: Path) -> None:
    write_weights(card_path, identity_graph(["batch", 1, 1, 1]))
    with pytest.raises(ModelError, match=r"tiny\.onnx.*output"):
        create_classifier(card_path, device="cpu")


def test_a_graph_of_a_fixed_batch_is_refused(card_path: Path) -> None:
    model = onnx.load(card_path.with_name("tiny.onnx"))
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    write_weights(card_path, model.SerializeToString())
    with pytest.raises(ModelError, match=r"tiny\.onnx.*input"):
        create_classifier(card_path, device="cpu")
