"""The pages of the training. Each is imported when it is first shown, since some load slowly."""
