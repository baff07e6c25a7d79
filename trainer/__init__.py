"""Builds the weights: data, training, evaluation and export. Run it with ``python -m trainer``."""
