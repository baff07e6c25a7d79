"""Architectures and input sizes after the same short training: how good, how quick, how large."""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ablations import add_only, chosen, place_of, run
from fer_desktop.core.classification.onnx_classifier import OnnxClassifier
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard, sha256
from fer_desktop.core.models.network import build_model
from trainer.config import TrainConfig
from trainer.release.export import export_onnx

BATCHES = (1, 5)
COLUMNS = {"accuracy %": "accuracy", "macro recall balanced %": "balanced_macro_recall"}
HEADER = [*COLUMNS, *(f"ms, {count} face(s)" for count in BATCHES), "MB", "million weights"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/fer2013"))
    parser.add_argument("--output", type=Path, default=Path("runs/architectures"))
    parser.add_argument("--lanes", type=int, default=2, help="runs at a time, each with one thread")
    content = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    add_only(parser, [*content["variants"], *content["cost_only"]])
    options = parser.parse_args()
    variants, cost_only = (chosen(content[part], options.only) for part in ("variants", "cost_only"))
    with ThreadPoolExecutor(options.lanes) as lanes:
        results = list(
            lanes.map(
                lambda name: run(name, {**content["budget"], **variants[name]}, options.data, options.output),
                variants,
            )
        )
    # Timed when all training is over.
    print(f"| architecture | {' | '.join(HEADER)} |\n| --- |{' ---: |' * len(HEADER)}")
    for name, figures in zip(variants, results, strict=True):
        if figures is not None:
            shares = [f"{100 * float(figures[column]):.1f}" for column in COLUMNS.values()]
            print_row(name, shares, place_of(name, options.output) / "short.json")
    for name, change in cost_only.items():
        config = TrainConfig(**change)
        print_row(name, ["", ""], export_untrained(config, place_of(name, options.output)))


def print_row(name: str, shares: list[str], card_path: Path) -> None:
    card = ModelCard.load(card_path)
    weights = card.weights_file(card_path, "onnx")
    classifier = OnnxClassifier(card, card_path, tau=0, threads=2)
    values = [*shares, *(f"{milliseconds(classifier, count):.1f}" for count in BATCHES)]
    values += [f"{weights.stat().st_size / 1e6:.1f}", f"{parameters(card) / 1e6:.1f}"]
    print(f"| {name} | {' | '.join(values)} |", flush=True)


def milliseconds(classifier: OnnxClassifier, count: int, rounds: int = 40) -> float:
    """Median time for some faces of 150 px, from crop to probabilities as in the live view."""
    generator = np.random.default_rng(0)
    crops = [generator.integers(0, 256, (150, 150, 3), dtype=np.uint8) for _ in range(count)]
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        classifier.classify(crops)
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def parameters(card: ModelCard) -> int:
    return sum(weights.numel() for weights in build_model(card.architecture, card.channels).parameters())


def export_untrained(config: TrainConfig, folder: Path) -> Path:
    """A model with random weights, which costs as much to run as a trained one."""
    path = folder / "short.json"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    card = ModelCard(
        "short", config.architecture, config.input_size, config.channels, 48, 0.5, 0.25, 0.0, EMOTIONS,
        (1 / 7,) * 7, 1.0,
    )  # fmt: skip
    weights = folder / "short.onnx"
    export_onnx(build_model(config.architecture, config.channels), card, weights)
    files: dict[str, Any] = {"onnx": {"name": weights.name, "sha256": sha256(weights)}}
    dataclasses.replace(card, files=files).save(path)
    return path


if __name__ == "__main__":
    main()
