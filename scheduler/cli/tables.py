"""Tables for people: coloured on a terminal, plain columns elsewhere."""

from collections.abc import Collection, Iterable, Sequence
from gettext import gettext as _

from rich.table import Table
from rich.text import Text

from scheduler.cli.command import out

STATE_STYLES = {
    "met": "green",
    "approved": "green",
    "on_track": "cyan",
    "draft": "yellow",
    "at_risk": "yellow",
    "missed": "red",
    "impossible": "red",
    "waived": "magenta",
    "withdrawn": "dim",
}
WORDS = (
    "planned",
    "delivered",
    "started",
    "completed",
    "heard",
    "enrolled",
    "added",
    "revoked",
    "ok",
    "warning",
    "fault",
    "normal",
    "priority",
    "emergency",
)
"""Other words of ours that may stand in a cell."""


def show_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str | None = None,
    cut: Collection[str] = (),
) -> None:
    """Headings are msgids; a cell that names a state gets its colour and its word.

    On a narrow terminal the lines of the columns named in `cut` end with …; all others go on in a next line.
    """
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(_(heading), overflow="fold")
    for row in rows:
        cells = [_cell(value) for value in row]
        for heading, cell in zip(headings, cells, strict=True):
            if heading in cut:
                cell.no_wrap, cell.overflow = True, "ellipsis"
        table.add_row(*cells)
    out.print(table)


def _cell(value: object) -> Text:
    if isinstance(value, bool):
        return Text(_("yes") if value else _("no"))
    text = "" if value is None else str(value)
    if text in STATE_STYLES:
        return Text(_(text), style=STATE_STYLES[text])
    return Text(_(text)) if text in WORDS else Text(text)
