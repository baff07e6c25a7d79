"""Training from the window: data, runs, evaluation. Everything slow is done by `python -m trainer`."""
