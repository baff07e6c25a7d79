"""The model contract: the card that travels with the weights, the one preprocessing, and the list of models.

The network itself (``models.network``) needs PyTorch, so it is imported from its own module.
"""

from fer_desktop.core.models.card import ModelCard, sha256
from fer_desktop.core.models.figures import CardFigures
from fer_desktop.core.models.library import list_models
from fer_desktop.core.models.preprocessing import (
    DEFAULT_TAU,
    crop_face,
    normalise,
    preprocess,
    probabilities,
    resize_crop,
)

__all__ = [
    "DEFAULT_TAU",
    "CardFigures",
    "ModelCard",
    "crop_face",
    "list_models",
    "normalise",
    "preprocess",
    "probabilities",
    "resize_crop",
    "sha256",
]
