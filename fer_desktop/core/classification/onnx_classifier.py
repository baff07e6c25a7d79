"""The emotion classifier on ONNX Runtime, on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from fer_desktop.core.errors import ModelError
from fer_desktop.core.models import ModelCard, preprocess, probabilities
from fer_desktop.core.types import Image

_LOAD_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


class OnnxClassifier:
    """Classifies all faces of a frame in one batch. Between frames its threads sleep and do not spin."""

    runtime = "onnx"
    device = "cpu"

    def __init__(
        self, card: ModelCard, card_path: Path, *, tau: float, threads: int, notice: str | None = None
    ) -> None:
        """Loads the weights. Raises ModelError when they are missing, damaged, or do not fit the card."""
        self.card = card
        self.tau = tau
        self.notice = notice
        path = card.weights_file(card_path, "onnx")
        self._session = _open(path, threads)
        self._input = _check(self._session, card, path)

    def classify(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        if not crops:
            return np.empty((0, len(self.card.labels)), dtype=np.float32)
        (logits,) = self._session.run(None, {self._input: preprocess(crops, self.card)})
        return probabilities(logits, self.card, self.tau)


def _open(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except _LOAD_ERRORS as error:
        raise ModelError(f"{path}: ONNX Runtime cannot load this model ({error})") from error


def _check(session: onnxruntime.InferenceSession, card: ModelCard, path: Path) -> str:
    """Returns the name of the input. Raises ModelError where the graph does not have the card's shapes."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelError(
            f"{path}: the graph has {len(inputs)} inputs and {len(outputs)} outputs; needed is one of each"
        )
    expectations = (("input", inputs[0], card.input_shape), ("output", outputs[0], (len(card.labels),)))
    for role, value, expected in expectations:
        batch, *shape = value.shape or [None]
        if isinstance(batch, int) or tuple(shape) != expected or value.type != "tensor(float)":
            raise ModelError(
                f"{path}: the {role} of the graph is {value.type} {value.shape}, "
                f"the card asks for tensor(float) {['batch', *expected]}"
            )
    return inputs[0].name
