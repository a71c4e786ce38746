"""How far a piece of work is, shown while it lasts: on a terminal only."""

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from scheduler.cli.command import err
from scheduler.usecases.voice_bulletin import Progress as Told
from scheduler.usecases.voice_bulletin import unseen

LABELS = {
    "reading": "Reading the text",
    "speaking": "Speaking, sentence",
    "levelling": "Levelling the sound",
    "encoding": "Encoding",
    "rendering": "Rendering bulletins",
}
"""The steps as they are shown."""


@contextmanager
def shown_progress() -> Iterator[Told]:
    """What to tell of each step that begins, and how much of it is done."""
    if not err.is_terminal:
        yield unseen
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=None)

        def tell(step: str, done: int, whole: int) -> None:
            counted = whole > 1
            name = f"{_(LABELS[step])} {done}/{whole}" if counted else _(LABELS[step])
            change = progress.update if done else progress.reset
            change(task, description=name, completed=done, total=whole if counted else None)

        yield tell
