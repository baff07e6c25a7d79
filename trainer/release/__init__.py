"""From trained weights to a model that the application loads: calibration, export, card, figures.

Import from the modules: most of them load torch.
"""
