"""How a network learns: start weights, augmented batches, targets from teachers, the optimiser's step, soups.

Import from the modules: most of them load torch, and `augment` loads Albumentations.
"""
