"""What the personal calibration does to recordings, and what it brings and costs on FER2013's PublicTest.

    python -m benchmarks.personal_calibration

Recordings: a stretch counts as the face at rest, as if it had lasted thirty seconds; it and the rest are
compared before and after. Pictures: each neutral row stands for a person who is calibrated on it; judged are
its mirror image (the same face) and, for what a wrong calibration costs, the rows of everybody else.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.robustness import DISTURBANCES, disturb
from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import DEFAULT_TAU, probabilities
from fer_desktop.core.paths import default_paths
from fer_desktop.core.pipeline.personal import LIMIT, REFERENCE_FLOOR, adjust, calibrate, log_shift, observe
from fer_desktop.core.pipeline.pipeline import build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.sources.opening import open_source
from fer_desktop.core.tracking.smoothing import DEFAULT_UNCERTAIN_BELOW, plain_label
from trainer.data import NO_LABEL, Samples, load_dataset
from trainer.evaluation.predict import predict_model

SHARED = Path(__file__).resolve().parents[2] / "shared"
SECONDS = 30
STRANGERS = 120
LITTLE_LIGHT = "low light: a tenth, sensor noise 5"
NEUTRAL = index_of("neutral")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames of a recording, first to last, that count as the face at rest."""

    video: str
    first: int
    last: int
    shows: str


STRETCHES = (
    Stretch("single_face.mp4", 0, 15, "at rest"),
    Stretch("WolfgangLanger_Pexels.mp4", 0, 11, "calm, eyes lowered, about to cry"),
    Stretch("WolfgangLanger_Pexels.mp4", 60, 140, "crying, not at rest at all"),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=default_paths().default_model)
    parser.add_argument("--shared", type=Path, default=SHARED)
    arguments = parser.parse_args()
    card = ModelCard.load(arguments.model)
    print(f"{card.identity}, tau {DEFAULT_TAU:g}\n")
    for stretch in STRETCHES:
        print_recording(stretch, arguments.shared / "media", card, arguments.model)
    rows = load_dataset(arguments.shared / "data/fer2013").split("validation")
    print_pictures(rows.take(np.flatnonzero(rows.majority != NO_LABEL)), card, arguments.model)


def print_recording(stretch: Stretch, media: Path, card: ModelCard, model: Path) -> None:
    indices, natural, fps = seen(media / stretch.video, model)
    at_rest = (indices >= stretch.first) & (indices <= stretch.last)
    repeats = round(SECONDS * fps / at_rest.sum())
    calibration = calibrate(observe(np.tile(natural[at_rest], (repeats, 1))), card, datetime.now())
    before = adjust(natural, card, DEFAULT_TAU)
    after = calibration.apply(before)
    shifts = ", ".join(
        f"{name} {shift:.2f}"
        for name, shift in zip(EMOTIONS, calibration.log_shift, strict=True)
        if shift < -0.005
    )
    frames = f"frames {stretch.first} to {stretch.last} ({stretch.shows})"
    print(f"{stretch.video}, {frames}. Shift: {shifts or 'none'}\n")
    print(f"| % | {' | '.join(EMOTIONS)} | called neutral | happiness | sadness | uncertain |")
    print(f"| --- |{' ---: |' * 11}")
    for name, part in (("stretch", at_rest), ("rest", ~at_rest)):
        for moment, values in (("before", before[part]), ("after", after[part])):
            called = [plain_label(row, DEFAULT_UNCERTAIN_BELOW) for row in values]
            figures = [*values.mean(axis=0)]
            figures += [
                np.mean([label == which for label in called])
                for which in ("neutral", "happiness", "sadness", None)
            ]
            print(f"| {name}, {moment} | {' | '.join(f'{100 * figure:.1f}' for figure in figures)} |")
    print(flush=True)


def seen(video: Path, model: Path) -> tuple[np.ndarray, np.ndarray, float]:
    """Indices of the frames with one face, its natural probabilities (N, 7), frames a second."""
    pipeline = build_pipeline(PipelineSettings(model, device="cpu", tau=0.0, smoothing=False))
    indices, rows = [], []
    with open_source(video) as source:
        fps = source.info.fps or 25.0
        for frame in source:
            faces = pipeline.process(frame).faces
            if len(faces) == 1:
                indices.append(frame.index)
                rows.append(faces[0].probabilities)
    return np.array(indices), np.array(rows, dtype=np.float64), fps


# Ways to find the shift, each with one more idea; all (7,): observed, reference, prior.

Way = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def both_ways(observed: np.ndarray, reference: np.ndarray, prior: np.ndarray) -> np.ndarray:
    shift = np.log(reference / reference[NEUTRAL]) - np.log(observed / observed[NEUTRAL])
    return np.clip(shift, -LIMIT, LIMIT)


def only_down(observed: np.ndarray, reference: np.ndarray, prior: np.ndarray) -> np.ndarray:
    return np.minimum(both_ways(observed, reference, prior), 0)


def with_floor(observed: np.ndarray, reference: np.ndarray, prior: np.ndarray) -> np.ndarray:
    floored = np.maximum(reference, REFERENCE_FLOOR * prior * reference[NEUTRAL] / prior[NEUTRAL])
    return only_down(observed, floored, prior)


WAYS: dict[str, Way] = {
    "none": lambda observed, reference, prior: np.zeros(7),
    "prior shift both ways": both_ways,
    "only lowering": only_down,
    "and a floor of the reference": with_floor,
    "and without what emotions share (used)": log_shift,
}


def print_pictures(rows: Samples, card: ModelCard, model: Path) -> None:
    order = [card.labels.index(name) for name in EMOTIONS]
    reference, prior = np.array(card.neutral_reference)[order], np.array(card.class_prior)[order]
    is_neutral = rows.majority == NEUTRAL
    people = np.flatnonzero(is_neutral)
    generator = np.random.default_rng(0)
    strangers = generator.choice(people, STRANGERS, replace=False)
    sample = np.zeros(len(rows), dtype=bool)
    sample[generator.choice(people, len(people) // 2, replace=False)] = True

    def natural(samples: Samples) -> np.ndarray:
        logits, _ = predict_model(card, model, samples)
        return np.maximum(probabilities(logits, card).astype(np.float64), 1e-6)

    plain, mirrored = natural(rows), natural(rows.mirrored())
    dark = natural(disturb(rows, DISTURBANCES[LITTLE_LIGHT]))
    balanced, mirrored = adjust(plain, card, DEFAULT_TAU), adjust(mirrored, card, DEFAULT_TAU)
    sure = balanced[people, NEUTRAL] > 0.9
    print(f"{len(people)} neutral rows of {len(rows)}; little light: {LITTLE_LIGHT}\n")
    print(
        "| shift | own mirror image called neutral % | change where neutral was over 90 %, points | "
        "a stranger's: macro recall % | little light: accuracy % | macro recall % |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, way in WAYS.items():
        shifts = np.array([way(plain[person], reference, prior) for person in people])
        own = corrected(mirrored[people], shifts).argmax(axis=1) == NEUTRAL
        change = np.abs(corrected(balanced[people], shifts) - balanced[people])[sure].max(axis=1)
        others = [
            recall(corrected(balanced, way(plain[person], reference, prior)), rows.majority)[1]
            for person in strangers
        ]
        shift = way(np.array(observe(dark[sample]).shares), reference, prior)
        accuracy, macro = recall(
            corrected(adjust(dark[~sample], card, DEFAULT_TAU), shift), rows.majority[~sample]
        )
        figures = (own.mean(), change.mean(), np.mean(others), accuracy, macro)
        print(f"| {name} | {' | '.join(f'{100 * figure:.1f}' for figure in figures)} |", flush=True)


def corrected(rows: np.ndarray, shift: np.ndarray) -> np.ndarray:
    weighted = rows * np.exp(shift)
    return np.asarray(weighted / weighted.sum(axis=1, keepdims=True))


def recall(rows: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Accuracy and macro recall."""
    right = rows.argmax(axis=1) == labels
    return float(right.mean()), float(np.mean([right[labels == emotion].mean() for emotion in range(7)]))


if __name__ == "__main__":
    main()
