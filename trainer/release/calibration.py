"""Calibrated probabilities: a temperature and biases, fitted on the validation rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from torch import nn

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.network import classifier_name

# A higher temperature would only hide that a model does not work.
LARGEST_TEMPERATURE = 4.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """softmax((logits + bias) / temperature) is the share of rows in which each emotion is right.

    bias: (7,) float64. prior: (7,) the share of each emotion in the rows of the fit, sum 1.
    """

    temperature: float
    bias: NDArray[np.float64]
    prior: tuple[float, ...]


def fit_calibration(
    logits: NDArray[np.float32], labels: NDArray[np.int64], *, with_bias: bool = True
) -> Calibration:
    """Fits bias-corrected temperature scaling (Alexandari et al. 2020) by maximum likelihood.

    The training targets have other shares of the emotions than the labels (votes mixed with own labels,
    balanced drawing); the bias corrects for that. Its prior is normal(0, 1), which matters only with few
    rows. logits: (N, 7) in the order of EMOTIONS. labels: (N,) indices.
    """
    count = len(labels)
    rows = logits.astype(np.float64)

    def loss(values: NDArray[np.float64]) -> float:
        scaled = rows * np.exp(-values[0]) + values[1:]
        penalty = (values[1:] ** 2).sum() / 2
        return float((penalty - log_softmax(scaled, axis=1)[np.arange(count), labels].sum()) / count)

    bound = float(np.log(LARGEST_TEMPERATURE))
    room = 10.0 if with_bias else 0.0
    bounds = [(-bound, bound), *[(-room, room)] * len(EMOTIONS)]
    best = minimize(loss, np.zeros(1 + len(EMOTIONS)), bounds=bounds, method="L-BFGS-B").x
    temperature = float(np.exp(best[0]))
    shares = np.bincount(labels, minlength=len(EMOTIONS)) + 1.0
    return Calibration(temperature, best[1:] * temperature, tuple((shares / shares.sum()).tolist()))


def has_bias(network: nn.Module) -> bool:
    return getattr(network.get_submodule(classifier_name(network)), "bias", None) is not None


def add_bias(network: nn.Module, bias: NDArray[np.float64]) -> None:
    """Adds a bias (7,) of the logits to the bias of the network's last layer."""
    parameter = network.get_submodule(classifier_name(network)).bias
    assert isinstance(parameter, nn.Parameter)
    parameter.data += parameter.data.new_tensor(bias)
