from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError, OutputError
from fer_desktop.core.files import whole_file
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import crop_face, normalise, preprocess, probabilities, resize_crop
from fer_desktop.core.paths import default_paths
from fer_desktop.core.types import Box
from tests.support.models import write_tiny_model


@pytest.fixture
def card_path(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path)


def card_with(**changes: Any) -> ModelCard:
    card = ModelCard("c", "none", 32, 1, 48, 0.5, 0.25, 0.0, EMOTIONS, (1 / 7,) * 7, 1.0)
    return dataclasses.replace(card, **changes)


def test_card_round_trip(card_path: Path) -> None:
    card = ModelCard.load(card_path)
    card.save(card_path)
    assert ModelCard.load(card_path) == card
    assert card.weights_file(card_path, "onnx").name == "tiny.onnx"


def test_the_neutral_reference_is_optional(card_path: Path) -> None:
    content = json.loads(card_path.read_text())
    del content["neutral_reference"]
    card_path.write_text(json.dumps(content))
    card = ModelCard.load(card_path)
    assert card.neutral_reference is None
    dataclasses.replace(card, neutral_reference=(0.1,) * 6 + (0.4,)).save(card_path)
    assert ModelCard.load(card_path).neutral_reference == (0.1,) * 6 + (0.4,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ["anger", "disgust"]}, "labels are anger, disgust; needed are"),
        ({"channels": 2}, "channels is 2, allowed are 1 and 3"),
        ({"input_size": 4}, "input_size is 4, allowed are 16 to 1024"),
        ({"std": 0}, "std is 0, it must be positive"),
        ({"temperature": -1}, "temperature is -1, it must be positive"),
        ({"class_prior": [1, 0, 0, 0, 0, 0, 0]}, "class_prior needs one positive share per label"),
        ({"neutral_reference": [0.5, 0.5]}, "neutral_reference needs one positive share per label, with sum"),
        ({"neutral_reference": [0.1] * 7}, "neutral_reference needs"),
        ({"neutral_reference": [1, 0, 0, 0, 0, 0, 0]}, "neutral_reference needs"),
        ({"neutral_reference": 0.3}, "wrong type"),
        ({"crop_margin": 2}, "crop_margin is 2, allowed are 0 to 1"),
        ({"format": 9}, "format is 9, this program reads 1"),
        ({"input_size": "64"}, "wrong type"),
        ({"labels": 3}, "wrong type"),
        ({"extra": 1}, "unknown: extra"),
    ],
)
def test_a_card_that_does_not_fit_says_what_differs(
    card_path: Path, change: dict[str, Any], message: str
) -> None:
    content = {**json.loads(card_path.read_text()), **change}
    card_path.write_text(json.dumps(content))
    with pytest.raises(ModelError, match=message) as caught:
        ModelCard.load(card_path)
    assert str(card_path) in str(caught.value)


def test_a_card_with_the_former_name_of_the_prior_loads_and_is_saved_with_the_new_one(
    card_path: Path,
) -> None:
    card = ModelCard.load(card_path)
    content = json.loads(card_path.read_text())
    content["training_prior"] = content.pop("class_prior")
    card_path.write_text(json.dumps(content))
    assert ModelCard.load(card_path) == card
    ModelCard.load(card_path).save(card_path)
    saved = json.loads(card_path.read_text())
    assert saved["class_prior"] == list(card.class_prior)
    assert "training_prior" not in saved


def test_both_names_of_the_prior_in_one_card_are_refused(card_path: Path) -> None:
    content = json.loads(card_path.read_text())
    card_path.write_text(json.dumps({**content, "training_prior": content["class_prior"]}))
    with pytest.raises(ModelError, match="unknown: training_prior"):
        ModelCard.load(card_path)


@pytest.mark.parametrize(
    "path", sorted(default_paths().bundled_models.glob("*.json")), ids=lambda path: path.stem
)
def test_the_prior_of_a_bundled_model_is_that_of_its_validation_rows(path: Path) -> None:
    """Their cards were written with the former name. One row more of each emotion is counted."""
    card = ModelCard.load(path)
    rows = card.training["data"]["validation"]
    counts = rows["original" if card.training["config"]["labels"] == "original" else "majority"]
    total = sum(counts.values()) + len(counts)
    assert card.class_prior == pytest.approx([(counts[name] + 1) / total for name in card.labels])


def test_a_standardised_crop_does_not_depend_on_light_and_contrast() -> None:
    card = card_with(standardise=True)
    crop = np.random.default_rng(0).integers(60, 200, (32, 32), dtype=np.uint8)
    bright, dark = preprocess([crop], card), preprocess([(crop // 2 + 5).astype(np.uint8)], card)
    assert bright.mean() == pytest.approx(0, abs=1e-5)
    assert bright.std() == pytest.approx(1, abs=1e-5)
    assert np.abs(bright - dark).max() < 0.05


def test_a_blank_crop_is_not_stretched() -> None:
    blank = np.full((32, 32), 90, np.uint8)
    blank[0, 0] = 91
    assert np.abs(preprocess([blank], card_with(standardise=True))).max() <= 0.25


def test_missing_fields_are_named(card_path: Path) -> None:
    content = json.loads(card_path.read_text())
    del content["std"], content["labels"]
    card_path.write_text(json.dumps(content))
    with pytest.raises(ModelError, match="missing: labels, std"):
        ModelCard.load(card_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_broken_card_is_refused(card_path: Path, content: bytes) -> None:
    card_path.write_bytes(content)
    with pytest.raises(ModelError, match=r"tiny\.json"):
        ModelCard.load(card_path)


def test_weights_of_another_model_are_refused(card_path: Path) -> None:
    weights = card_path.with_suffix(".onnx")
    weights.write_bytes(weights.read_bytes() + b"x")
    with pytest.raises(ModelError, match="damaged or belongs to another model"):
        ModelCard.load(card_path).weights_file(card_path, "onnx")
    weights.unlink()
    with pytest.raises(ModelError, match="weights of model 'tiny' are missing"):
        ModelCard.load(card_path).weights_file(card_path, "onnx")
    with pytest.raises(ModelError, match="has no safetensors weights"):
        ModelCard.load(card_path).weights_file(card_path, "safetensors")


class TestCrop:
    image = np.arange(100 * 120 * 3, dtype=np.uint32).astype(np.uint8).reshape(100, 120, 3)

    def test_inside_is_a_plain_cut(self) -> None:
        assert np.array_equal(crop_face(self.image, Box(10, 20, 30, 30)), self.image[20:50, 10:40])

    def test_margin_is_a_share_of_the_side(self) -> None:
        assert crop_face(self.image, Box(40, 40, 20, 20), margin=0.25).shape == (30, 30, 3)

    def test_the_longer_side_decides(self) -> None:
        assert crop_face(self.image, Box(40, 40, 20, 30)).shape == (30, 30, 3)

    def test_outside_repeats_the_border(self) -> None:
        crop = crop_face(self.image, Box(-10, 30, 20, 20))
        assert np.array_equal(crop[:, 10:], self.image[30:50, :10])
        assert (crop[:, :10] == self.image[30:50, :1]).all()

    @given(st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 400), st.floats(0, 400), st.floats(0, 1))
    def test_any_box_gives_a_square(
        self, x: float, y: float, width: float, height: float, margin: float
    ) -> None:
        crop = crop_face(self.image, Box(x, y, width, height), margin)
        assert crop.shape[0] == crop.shape[1] >= 1


class TestPreprocess:
    @pytest.mark.parametrize("side", [7, 31, 48, 64, 333])
    @pytest.mark.parametrize("channels", [1, 3])
    def test_shape_and_type(self, side: int, channels: int) -> None:
        crop = np.full((side, side, 3), 128, dtype=np.uint8)
        inputs = preprocess([crop, crop], card_with(channels=channels))
        assert inputs.shape == (2, channels, 32, 32)
        assert inputs.dtype == np.float32
        assert np.allclose(inputs, (128 / 255 - 0.5) / 0.25, atol=1e-5)

    def test_no_faces(self) -> None:
        assert preprocess([], card_with()).shape == (0, 1, 32, 32)

    def test_large_crops_pass_through_the_training_size(self) -> None:
        """A sharp camera crop must not be sharper than the 48 px pictures the network learned from."""
        crop = np.random.default_rng(0).integers(0, 256, (300, 300), dtype=np.uint8)
        small = cv2.resize(crop, (48, 48), interpolation=cv2.INTER_AREA)
        card = card_with(input_size=64)
        assert np.array_equal(resize_crop(crop, card), resize_crop(small, card))

    def test_normalisation(self) -> None:
        values = normalise(np.array([[[0, 255]]], dtype=np.uint8), card_with())
        assert values.reshape(-1).tolist() == pytest.approx([-2, 2])


class TestProbabilities:
    def test_softmax_with_temperature(self) -> None:
        logits = np.array([[2.0, 0, 0, 0, 0, 0, 0]], dtype=np.float32)
        expected = np.exp(logits / 2) / np.exp(logits / 2).sum()
        assert np.allclose(probabilities(logits, card_with(temperature=2.0)), expected)

    def test_full_adjustment_takes_the_prior_out(self) -> None:
        """Menon et al. 2021: logits that only say the prior become uniform at tau 1."""
        prior = (0.1, 0.02, 0.03, 0.3, 0.1, 0.1, 0.35)
        logits = np.log(np.array([prior], dtype=np.float32))
        card = card_with(class_prior=prior)
        assert np.allclose(probabilities(logits, card, tau=1.0), 1 / 7)
        assert np.allclose(probabilities(logits, card, tau=0.0), prior)

    def test_other_label_order_is_put_right(self) -> None:
        labels = tuple(reversed(EMOTIONS))
        logits = np.array([[5.0, 0, 0, 0, 0, 0, 0]], dtype=np.float32)
        assert probabilities(logits, card_with(labels=labels)).argmax() == EMOTIONS.index("neutral")

    @given(st.lists(st.floats(-200, 200), min_size=7, max_size=7), st.floats(0, 1.5))
    def test_always_a_distribution(self, logits: list[float], tau: float) -> None:
        rows = probabilities(np.array([logits], dtype=np.float32), card_with(), tau)
        assert np.isfinite(rows).all()
        assert rows.sum() == pytest.approx(1, abs=1e-5)


def test_a_file_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with whole_file(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(28, "No space left on device"), OutputError),
        (ValueError("other"), ValueError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_an_error_leaves_what_was_there(
    tmp_path: Path, error: BaseException, raised: type[BaseException]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    def interrupted() -> None:
        with whole_file(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(raised):
        interrupted()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_reason_and_the_place_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = r"a\.txt: cannot be written \((File exists|Not a directory)\)"
    with pytest.raises(OutputError, match=message), whole_file(tmp_path / "file" / "a.txt"):
        pass
