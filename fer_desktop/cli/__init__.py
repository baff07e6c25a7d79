"""The command line. Nothing heavy is imported before the command is known."""

from fer_desktop.cli.parser import parse_arguments

__all__ = ["parse_arguments"]
