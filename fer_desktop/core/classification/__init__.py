"""Turns face crops into probabilities: one classifier for each runtime, ONNX Runtime or PyTorch."""

from fer_desktop.core.classification.classifier import DEVICES, EmotionClassifier, create_classifier

__all__ = ["DEVICES", "EmotionClassifier", "create_classifier"]
