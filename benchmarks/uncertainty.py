"""How often the bundled model is right at which largest probability, on FER2013's PublicTest rows.

    python -m benchmarks.uncertainty

From this table comes the probability below which a face is shown as uncertain.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import DEFAULT_TAU, probabilities
from fer_desktop.core.paths import default_paths
from trainer.data import NO_LABEL, load_dataset
from trainer.evaluation.predict import predict_model

TAUS = (0.0, DEFAULT_TAU)
LIMITS = (0.0, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.01)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=default_paths().default_model)
    parser.add_argument(
        "--fer2013", type=Path, default=Path(__file__).resolve().parents[2] / "shared/data/fer2013"
    )
    arguments = parser.parse_args()
    card = ModelCard.load(arguments.model)
    rows = load_dataset(arguments.fer2013).split("validation")
    rows = rows.take(np.flatnonzero(rows.majority != NO_LABEL))
    logits, _ = predict_model(card, arguments.model, rows)
    print(f"{card.name}, {len(rows)} rows\n")
    columns = [f"{name} %, tau {tau}" for tau in TAUS for name in ("rows", "right")]
    print(f"| largest probability | {' | '.join(columns)} |")
    print("| --- | ---: | ---: | ---: | ---: |")
    tables = [table(probabilities(logits, card, tau), rows.majority) for tau in TAUS]
    for (low, high), *cells in zip(itertools.pairwise(LIMITS), *tables, strict=True):
        print(f"| {low:.2f} to {min(high, 1):.2f} | {' | '.join(cells)} |")


def table(rows: np.ndarray, labels: np.ndarray) -> list[str]:
    """Share of the rows and share of right ones among them, for each range of the largest probability."""
    largest, right = rows.max(axis=1), rows.argmax(axis=1) == labels
    cells = []
    for low, high in itertools.pairwise(LIMITS):
        inside = (largest >= low) & (largest < high)
        share = f"{100 * right[inside].mean():.0f}" if inside.any() else ""
        cells.append(f"{100 * inside.mean():.1f} | {share}")
    return cells


if __name__ == "__main__":
    main()
