"""Probabilities that mean what they say: temperature and bias, fitted on the validation rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from torch import nn

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.network import classifier_name

# Temperatures beyond would only hide that a model does not work.
LARGEST_TEMPERATURE = 4.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """softmax((logits + bias) / temperature) says how often each emotion is right.

    bias: (7,) float64. prior: (7,) how frequent the emotions are in the rows that it was fitted on, sum 1.
    """

    temperature: float
    bias: NDArray[np.float64]
    prior: tuple[float, ...]


def fit_calibration(
    logits: NDArray[np.float32], labels: NDArray[np.int64], *, with_bias: bool = True
) -> Calibration:
    """Bias-corrected temperature scaling (Alexandari et al. 2020): the least negative log likelihood.

    The bias takes out that the training targets hold other shares of the emotions than the labels (votes
    mixed with own labels, balanced drawing). Its prior is normal(0, 1), which decides only where there are
    few rows. logits: (N, 7) in the order of EMOTIONS; labels: (N,) indices.
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
    """Puts a bias of the logits into the network's last layer, for good."""
    parameter = network.get_submodule(classifier_name(network)).bias
    assert isinstance(parameter, nn.Parameter)
    parameter.data += parameter.data.new_tensor(bias)
