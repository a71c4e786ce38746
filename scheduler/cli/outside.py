"""What the operator is told before words leave the house."""

from collections.abc import Sequence

from scheduler.cli.command import say


def tell_outside(voices: Sequence[str]) -> None:
    """Once a run, where one of these voices may be asked; nothing where there are none."""
    if voices:
        say("The text leaves this house when one of these voices is asked: {voices}", voices=", ".join(voices))
