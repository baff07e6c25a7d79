from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import probabilities
from tests.support.fer2013 import write_fer2013
from tests.support.runs import Run
from tests.trainer.data.test_folders import write_class
from trainer.__main__ import main
from trainer.data.datasets import load_dataset
from trainer.data.samples import Samples
from trainer.evaluation.predict import predict_model
from trainer.evaluation.reference import neutral_reference


def samples_of(*labels: str) -> Samples:
    own = np.array([EMOTIONS.index(label) for label in labels])
    images = np.zeros((len(own), 48, 48), dtype=np.uint8)
    return Samples(images, np.eye(7, dtype=np.float32)[own], own, own, "folders")


def card_with(labels: tuple[str, ...] = EMOTIONS) -> ModelCard:
    return ModelCard("c", "none", 32, 1, 48, 0.5, 0.25, 0.0, labels, (1 / 7,) * 7, 2.0)


def test_it_is_the_geometric_mean_over_the_neutral_rows() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (4, 7)).astype(np.float32)
    reference = neutral_reference(logits, samples_of("neutral", "fear", "neutral", "anger"), card_with())
    mean = np.exp((logits[0] + logits[2]) / 4)  # two rows, temperature 2
    assert reference == pytest.approx((mean / mean.sum()).tolist(), rel=1e-5)


def test_it_has_the_order_of_the_cards_labels() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (1, 7)).astype(np.float32)
    reference = neutral_reference(logits, samples_of("neutral"), card_with(tuple(reversed(EMOTIONS))))
    assert reference is not None
    assert np.argmax(reference) == logits.argmax()


def test_a_probability_of_0_has_a_place() -> None:
    logits = np.array([[500, 0, 0, 0, 0, 0, 0]], dtype=np.float32)
    card = card_with()
    reference = neutral_reference(logits, samples_of("neutral"), card)
    dataclasses.replace(card, neutral_reference=reference)  # the card's own check passes


def test_without_neutral_rows_there_is_none() -> None:
    assert neutral_reference(np.zeros((1, 7), np.float32), samples_of("fear"), card_with()) is None


def test_a_released_model_has_it(data: Path, whole: Run) -> None:
    card_path = whole[0] / "tiny.json"
    card = ModelCard.load(card_path)
    samples = load_dataset(data).split("validation")
    rows = probabilities(predict_model(card, card_path, samples)[0], card)
    mean = np.exp(np.log(rows[samples.majority == EMOTIONS.index("neutral")]).mean(axis=0))
    assert card.neutral_reference == pytest.approx((mean / mean.sum()).tolist(), rel=1e-4)


def test_a_card_gets_it_and_nothing_else_changes(
    data: Path, whole: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card_path = tmp_path / "tiny.json"
    shutil.copyfile(whole[0] / "tiny.onnx", tmp_path / "tiny.onnx")
    card = ModelCard.load(whole[0] / "tiny.json")
    dataclasses.replace(card, neutral_reference=None).save(card_path)
    assert main(["reference", "--data", str(data), "--weights", str(card_path)]) == 0
    assert ModelCard.load(card_path) == card
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert tuple(said["neutral_reference"]) == card.neutral_reference


def test_rows_without_a_neutral_face_are_refused(
    whole: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_class(tmp_path / "train" / "happy", 3, 4)
    assert main(["reference", "--data", str(tmp_path), "--weights", str(whole[0] / "tiny.json")]) == 1
    assert "none of the 1 rows is clearly neutral" in capsys.readouterr().err


def test_original_labels_decide_where_the_model_learned_them(whole: Run, tmp_path: Path) -> None:
    folder = write_fer2013(tmp_path / "data")
    (folder / "fer2013new.csv").write_text("no votes")  # would fail if it was read
    card = ModelCard.load(whole[0] / "tiny.json")
    config = {**card.training["config"], "labels": "original"}
    shutil.copyfile(whole[0] / "tiny.onnx", tmp_path / "tiny.onnx")
    dataclasses.replace(card, training={"config": config}).save(tmp_path / "tiny.json")
    assert main(["reference", "--data", str(folder), "--weights", str(tmp_path / "tiny.json")]) == 0
