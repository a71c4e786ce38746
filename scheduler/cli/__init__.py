"""The command line: a noun, then a verb. `main` is the entry point of the command `loa`."""

from scheduler.cli.root import main

__all__ = ["main"]
