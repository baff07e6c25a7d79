"""What disturbances of the picture cost a model, on FER2013's PublicTest rows."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import crop_face
from fer_desktop.core.paths import default_paths
from fer_desktop.core.types import Box, Image
from trainer.data import Samples, load_dataset
from trainer.evaluation import natural_and_balanced
from trainer.evaluation.predict import find_card, predict_model

Disturbance = Callable[[Image, np.random.Generator], Image]


def as_uint8(values: np.ndarray) -> Image:
    return values.round().clip(0, 255).astype(np.uint8)


def blur(sigma: float) -> Disturbance:
    return lambda image, _: as_uint8(cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma))


def low_light(share: float, noise: float) -> Disturbance:
    """A share of the light, with the noise of a sensor that has little."""
    return lambda image, generator: as_uint8(image * share + generator.normal(0, noise, image.shape))


def noise(deviation: float) -> Disturbance:
    return lambda image, generator: as_uint8(image + generator.normal(0, deviation, image.shape))


def jpeg(quality: int) -> Disturbance:
    def compress(image: Image, _: np.random.Generator) -> Image:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)

    return compress


def occlusion(share: float) -> Disturbance:
    """A grey bar over a share of the face, from a random one of the four sides."""

    def cover(image: Image, generator: np.random.Generator) -> Image:
        covered = np.rot90(image, side := int(generator.integers(4))).copy()
        covered[: round(share * len(covered))] = 128
        return np.ascontiguousarray(np.rot90(covered, -side))

    return cover


def roll(degrees: float) -> Disturbance:
    """A tilted head, to a random side; what comes in at the corners repeats the border."""

    def turn(image: Image, generator: np.random.Generator) -> Image:
        centre = ((image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2)
        matrix = cv2.getRotationMatrix2D(centre, degrees * generator.choice((-1, 1)), 1)
        turned = cv2.warpAffine(image, matrix, image.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(turned, dtype=np.uint8)

    return turn


def shifted(share: float) -> Disturbance:
    """The face box off by a share of its side in a random direction, cut as the application cuts."""

    def move(image: Image, generator: np.random.Generator) -> Image:
        side, angle = len(image), generator.uniform(0, 2 * np.pi)
        return crop_face(image, Box(share * side * np.cos(angle), share * side * np.sin(angle), side, side))

    return move


def scaled(factor: float) -> Disturbance:
    """The face box larger or smaller by a factor about the same centre."""

    def cut(image: Image, _: np.random.Generator) -> Image:
        side = len(image)
        corner = side * (1 - factor) / 2
        return crop_face(image, Box(corner, corner, side * factor, side * factor))

    return cut


DISTURBANCES: dict[str, Disturbance] = {
    "none": lambda image, _: image,
    "blur, sigma 1 of 48 px": blur(1.0),
    "blur, sigma 2": blur(2.0),
    "low light: a quarter, sensor noise 5": low_light(0.25, 5),
    "low light: a tenth, sensor noise 5": low_light(0.1, 5),
    "noise, deviation 15 of 255": noise(15),
    "noise, deviation 30": noise(30),
    "JPEG, quality 20": jpeg(20),
    "JPEG, quality 10": jpeg(10),
    "a third hidden": occlusion(1 / 3),
    "roll 15 degrees": roll(15),
    "roll 30 degrees": roll(30),
    "box off by 10 %": shifted(0.1),
    "box off by 20 %": shifted(0.2),
    "box 20 % larger": scaled(1.2),
    "box 20 % smaller": scaled(0.8),
}


def disturb(samples: Samples, disturbance: Disturbance) -> Samples:
    generator = np.random.default_rng(0)
    return dataclasses.replace(samples, images=[disturbance(image, generator) for image in samples.images])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/fer2013"))
    parser.add_argument(
        "--weights", type=Path, nargs="+", default=[default_paths().default_model], help="models to compare"
    )
    options = parser.parse_args()
    print_table(load_dataset(options.data).split("validation"), [find_card(path) for path in options.weights])


def print_table(samples: Samples, cards: Sequence[Path]) -> None:
    """Accuracy at tau 0 and macro recall at tau 1 over the rows with a majority, for each model."""
    samples = samples.take(np.flatnonzero(samples.labelled))
    models = [(ModelCard.load(path), path) for path in cards]
    print(f"{len(samples)} PublicTest rows with a FER+ majority over {len(EMOTIONS)} emotions, in %\n")
    names = [f"{card.name}: accuracy, tau 0 | macro recall, balanced" for card, _ in models]
    print(f"| disturbance | {' | '.join(names)} |\n| --- |{' ---: | ---: |' * len(models)}")
    for name, disturbance in DISTURBANCES.items():
        disturbed = disturb(samples, disturbance)
        values = []
        for card, path in models:
            logits, _ = predict_model(card, path, disturbed)
            figures = natural_and_balanced(logits, disturbed, card)
            values += [figures["accuracy"], figures["balanced"]["macro_recall"]]
        print(f"| {name} | {' | '.join(f'{100 * value:.1f}' for value in values)} |", flush=True)


if __name__ == "__main__":
    main()
