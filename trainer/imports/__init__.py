"""Models from weights that somebody else trained and saved with torch.

Import from the modules: they load torch.
"""
