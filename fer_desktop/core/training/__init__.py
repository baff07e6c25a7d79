"""A training run on disk and what the trainer says about it: the contract of the window with the trainer."""
