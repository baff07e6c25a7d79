"""Makes a model that the application loads from the weights of a run."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import torch

from fer_desktop.core.files import whole_file
from fer_desktop.core.models import ModelCard, sha256
from fer_desktop.core.models.network import build_model, load_network, save_weights
from fer_desktop.core.training import RunFolder
from trainer.data import Samples
from trainer.evaluation import confusion_matrix, natural_and_balanced, row_predictions
from trainer.evaluation.predict import predict, predict_mirrored, predict_model
from trainer.evaluation.reference import neutral_reference
from trainer.release.calibration import add_bias, fit_calibration, has_bias
from trainer.release.export import export_onnx
from trainer.release.report import write_confusion_matrix


def release(folder: Path, weights: dict[str, torch.Tensor], card: ModelCard, validation: Samples) -> Path:
    """Writes NAME.safetensors (fp16), NAME.onnx, NAME.json and figures; returns the path of the card.

    The model is calibrated on the validation rows. The figures on its card are those of the ONNX file on the
    same rows, after the rounding to fp16. The card is written last, when the files that it names are there.
    """
    network = build_model(card.architecture, card.channels)
    network.load_state_dict(weights)
    labelled = validation.labelled
    labels = validation.majority[labelled]
    raw = predict(network, card, validation)
    before = natural_and_balanced(raw, validation, card)["expected_calibration_error"]
    biased = has_bias(network)
    calibration = fit_calibration(raw[labelled], labels, with_bias=biased)
    if biased:
        add_bias(network, calibration.bias)
    card = dataclasses.replace(card, temperature=calibration.temperature, class_prior=calibration.prior)

    weights_path, onnx_path, card_path = (
        folder / f"{card.name}{suffix}" for suffix in (".safetensors", ".onnx", ".json")
    )
    save_weights(network, weights_path)
    card = with_file(card, "safetensors", weights_path)
    deviation = export_onnx(load_network(card, card_path), card, onnx_path)
    card = with_file(card, "onnx", onnx_path)

    logits, _ = predict_model(card, card_path, validation)
    row_predictions(validation, logits, card).save(RunFolder(folder).validation_file)
    figures = natural_and_balanced(logits, validation, card)
    averaged = predict_mirrored(card, card_path, validation, logits)
    card = dataclasses.replace(
        card,
        neutral_reference=neutral_reference(logits, validation, card),
        metrics={
            "validation": {
                **figures,
                "calibration_error_before_calibration": before,
                "flip_averaged": natural_and_balanced(averaged, validation, card),
            },
            "onnx_deviation": deviation,
        },
    )
    card.save(card_path)
    matrix = confusion_matrix(logits[labelled].argmax(axis=1), labels)
    title = f"{card.name}, validation rows, tau 0: accuracy {figures['accuracy']:.1%}"
    write_confusion_matrix(matrix, title, folder / "figures" / "confusion.png")
    return card_path


def with_file(card: ModelCard, kind: str, path: Path) -> ModelCard:
    """Returns the card with the name and the SHA-256 of a weights file."""
    entry = {"name": path.name, "sha256": sha256(path)}
    return dataclasses.replace(card, files={**card.files, kind: entry})


def export_model(card_path: Path, folder: Path | None = None) -> tuple[Path, float]:
    """Exports the safetensors weights of a card to NAME.onnx in ``folder``, with a card that names both.

    Returns the path of the ONNX file, and its largest deviation in probability. Raises ModelError.
    """
    card = ModelCard.load(card_path)
    network = load_network(card, card_path)
    folder = folder or card_path.parent
    onnx_path = folder / f"{card.name}.onnx"
    deviation = export_onnx(network, card, onnx_path)
    if folder.resolve() != card_path.parent.resolve():
        weights = card.weights_file(card_path, "safetensors")
        with whole_file(folder / weights.name) as temporary:
            shutil.copyfile(weights, temporary)
    with_file(card, "onnx", onnx_path).save(folder / card_path.name)
    return onnx_path, deviation
