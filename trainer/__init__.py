"""Trains, evaluates and exports models. Run it with ``python -m trainer``.

Each package uses only those above it in this list, and ``config`` and ``progress``:

- ``data``: pictures with labels, read from FER2013 or class folders
- ``process``: the processes of a run, and the requests that they get
- ``evaluation``: predictions of a model and their figures
- ``learning``: start weights, batches, targets, and the optimiser's step
- ``release``: calibration, export and card of a finished model
- ``run``: one training run
- ``imports``: models from weights of others
- ``recipes``: several runs that build on each other
- ``cli``: the command line
"""
