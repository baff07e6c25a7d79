"""The command line, ``python -m trainer``: the commands and their options. Loads no torch by itself."""

from trainer.cli.commands import main

__all__ = ["main"]
