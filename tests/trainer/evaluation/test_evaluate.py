from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.figures import CardFigures
from fer_desktop.core.training.messages import parse_line
from fer_desktop.core.training.predictions import Predictions
from tests.support.fer2013 import write_fer2013
from tests.support.runs import Run
from tests.trainer.data.test_folders import write_class
from trainer.__main__ import main
from trainer.data.datasets import load_dataset
from trainer.data.samples import DataError
from trainer.evaluation.evaluate import evaluate, find_card
from trainer.evaluation.predict import predict_model
from trainer.release.release import export_model


@pytest.mark.parametrize(
    ("votes", "expected"), [(True, {"ferplus7_accuracy": float}), (False, {"ferplus7_accuracy": type(None)})]
)
def test_figures_are_named_after_the_labels(
    whole: Run, tmp_path: Path, votes: bool, expected: dict[str, type]
) -> None:
    result = evaluate(write_fer2013(tmp_path, votes=votes), whole[0] / "tiny.json")
    for figures in (result, result["balanced"]):
        assert type(figures["ferplus7_accuracy"]) is expected["ferplus7_accuracy"]
        assert 0 <= figures["accuracy"] <= 1
        assert 0 <= figures["fer2013_accuracy"] <= 1


def test_chance_is_told_beside_the_calibration_error(data: Path, whole: Run) -> None:
    low, high = evaluate(data, whole[0] / "tiny.json")["calibration_error_by_chance"]
    assert 0 < low < high < 1


def test_mirror_images_and_fresh_rows_are_reported_beside(data: Path, whole: Run) -> None:
    result = evaluate(data, whole[0] / "tiny.json")
    card = json.loads((whole[0] / "tiny.json").read_text())
    assert card["metrics"]["validation"]["flip_averaged"] == result["flip_averaged"]
    assert result["flip_averaged"]["balanced"]["tau"] == 1.0
    assert result["rows_repeated_in_training_rows"] == 0
    assert result["without_repeated_rows"]["accuracy"] == result["accuracy"]


def test_repeated_rows_are_left_out_of_the_second_figures(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_fer2013(tmp_path)
    lines = (folder / "fer2013.csv").read_text().splitlines()
    first, repeated = (
        next(index for index, line in enumerate(lines) if line.endswith(usage))
        for usage in ("Training", "PublicTest")
    )
    lines[first] = f"0,{lines[repeated].split(',')[1]},Training"
    (folder / "fer2013.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(
        "trainer.evaluation.evaluate.natural_and_balanced",
        lambda logits, samples, *_: {"scored": len(samples)},
    )
    result = evaluate(folder, whole[0] / "tiny.json")
    assert result["rows_repeated_in_training_rows"] == 1
    assert (result["scored"], result["without_repeated_rows"]["scored"]) == (28, 27)


def test_a_model_is_scored_on_the_labels_it_learned(data: Path, whole: Run, tmp_path: Path) -> None:
    for name in ("tiny.onnx", "tiny.safetensors"):
        shutil.copyfile(whole[0] / name, tmp_path / name)
    card = ModelCard.load(whole[0] / "tiny.json")
    config = {**card.training["config"], "labels": "original"}
    dataclasses.replace(card, training={**card.training, "config": config}).save(tmp_path / "tiny.json")
    result = evaluate(data, tmp_path / "tiny.json")
    assert result["labels"] == "fer2013"
    assert result["accuracy"] == result["fer2013_accuracy"]
    assert evaluate(data, tmp_path / "tiny.json", labels="votes")["labels"] == "votes"


def test_private_rows_come_with_a_reminder(
    data: Path, whole: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = str(whole[0] / "tiny.json")
    assert main(["evaluate", "--data", str(data), "--weights", weights, "--split", "private"]) == 0
    output, errors = capsys.readouterr()
    assert json.loads(output.splitlines()[-1])["split"] == "private"
    assert "once for each released model" in errors


def copied_model(run: Run, folder: Path) -> Path:
    for name in ("tiny.json", "tiny.onnx", "tiny.safetensors"):
        shutil.copyfile(run[0] / name, folder / name)
    return folder / "tiny.json"


def test_figures_of_test_rows_go_on_the_card(data: Path, whole: Run, tmp_path: Path) -> None:
    card_path = copied_model(whole, tmp_path)
    before = ModelCard.load(card_path)
    arguments = ["--data", str(data), "--weights", str(card_path), "--split", "private", "--record"]
    assert main(["evaluate", *arguments]) == 0
    after = ModelCard.load(card_path)
    assert dataclasses.replace(after, metrics=before.metrics) == before
    test = after.metrics["test"]
    found = evaluate(data, card_path, "private")
    for name in ("accuracy", "balanced", "counts", "flip_averaged", "without_repeated_rows"):
        assert test[name] == found[name]
    assert CardFigures.of(after.metrics).rows == "test"
    assert CardFigures.of(after.metrics).count == found["counts"]["scored"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--split", "public"], "are not test rows"),
        (["--labels", "original"], "for the labels that the model learned"),
        (["--tau", "0.5"], "at the default tau"),
    ],
)
def test_other_figures_stay_off_the_card(
    data: Path,
    whole: Run,
    tmp_path: Path,
    option: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    card_path = copied_model(whole, tmp_path)
    before = card_path.read_bytes()
    arguments = ["--data", str(data), "--weights", str(card_path), "--record", "--split", "private", *option]
    assert main(["evaluate", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert card_path.read_bytes() == before


def test_details_are_the_rows_behind_the_figures(
    data: Path, whole: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card_path, file = whole[0] / "tiny.json", tmp_path / "rows.npz"
    assert main(["evaluate", "--data", str(data), "--weights", str(card_path), "--details", str(file)]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert {getattr(parse_line(line), "what", "") for line in lines} == {
        "KiB of fer2013.csv read", "pictures classified", "mirror images classified",
    }  # fmt: skip
    said, rows = json.loads(last), Predictions.load(file)
    samples = load_dataset(data).split("validation")
    assert rows.labels.tolist() == samples.majority.tolist()
    assert (rows.probabilities().argmax(axis=1) == rows.labels).mean() == pytest.approx(said["accuracy"])
    balanced = rows.probabilities(1.0).argmax(axis=1) == rows.labels
    assert balanced.mean() == pytest.approx(said["balanced"]["accuracy"])
    assert (len(rows.thumbnails), rows.names) == (28, ())
    assert rows.model == ModelCard.load(card_path).identity


def test_details_name_the_files_of_class_folders(whole: Run, tmp_path: Path) -> None:
    write_class(tmp_path / "happy", 3, 2)
    evaluate(tmp_path, whole[0] / "tiny.json", details_file=tmp_path / "rows.npz")
    rows = Predictions.load(tmp_path / "rows.npz")
    assert rows.names == ("happy/0.png", "happy/1.png")
    assert rows.labels.tolist() == [3, 3]


def test_export_checks_parity_and_has_a_dynamic_batch(whole: Run, tmp_path: Path) -> None:
    path, deviation = export_model(whole[0] / "tiny.json", tmp_path)
    assert deviation < 1e-4
    batch = onnx.load(path).graph.input[0].type.tensor_type.shape.dim[0]
    assert batch.dim_param
    assert ModelCard.load(tmp_path / "tiny.json").weights_file(tmp_path / "tiny.json", "onnx") == path


def test_both_runtimes_agree(data: Path, whole: Run) -> None:
    card_path = whole[0] / "tiny.json"
    card = ModelCard.load(card_path)
    samples = load_dataset(data).split("validation")
    by_onnx, runtime = predict_model(card, card_path, samples)
    assert runtime == "onnx"
    only_torch = dataclasses.replace(card, files={"safetensors": card.files["safetensors"]})
    by_torch, runtime = predict_model(only_torch, card_path, samples)
    assert runtime == "torch"
    assert np.abs(by_onnx - by_torch).max() < 1e-3


def test_a_card_is_found_from_either_file(whole: Run) -> None:
    folder = whole[0]
    assert find_card(folder / "tiny.onnx") == find_card(folder / "tiny.safetensors") == folder / "tiny.json"


def test_a_model_without_onnx_is_scored_by_torch(data: Path, whole: Run, tmp_path: Path) -> None:
    card = ModelCard.load(whole[0] / "tiny.json")
    shutil.copyfile(whole[0] / "tiny.safetensors", tmp_path / "tiny.safetensors")
    dataclasses.replace(card, files={"safetensors": card.files["safetensors"]}).save(tmp_path / "tiny.json")
    by_torch, by_onnx = evaluate(data, tmp_path / "tiny.json"), evaluate(data, whole[0] / "tiny.json")
    assert (by_torch["runtime"], by_onnx["runtime"]) == ("torch", "onnx")
    assert by_torch["accuracy"] == by_onnx["accuracy"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [({"validation": 0}, "there are no validation rows"), ({"test": 0}, "there are no test rows")],
)
def test_a_split_that_is_absent_is_named(
    whole: Run, tmp_path: Path, rows: dict[str, int], message: str
) -> None:
    folder = write_fer2013(tmp_path, **rows)  # type: ignore[arg-type]
    split = "public" if "validation" in rows else "private"
    with pytest.raises(DataError, match=message):
        evaluate(folder, whole[0] / "tiny.json", split)  # type: ignore[arg-type]


def test_an_empty_test_folder_is_named(whole: Run, tmp_path: Path) -> None:
    write_class(tmp_path / "train" / "happy", 3, 2)
    (tmp_path / "test" / "happy").mkdir(parents=True)
    with pytest.raises(DataError, match="there are no test rows"):
        evaluate(tmp_path, whole[0] / "tiny.json")


@pytest.mark.parametrize("tau", ["nan", "-1", "inf", "much"])
def test_a_tau_without_meaning_is_refused(tau: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", "--data", "x", "--tau", tau])
    assert "--tau" in capsys.readouterr().err
