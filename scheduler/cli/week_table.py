"""A week's programmes as a table for people: when, how long, what by its title, and in which xóm."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Any

from playlists.week import TIMEZONE
from scheduler.cli.tables import show_table
from scheduler.store.tables import SlotRow

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FEW = 3
"""So many xóm are rather left out by name than all others named."""


@dataclass(frozen=True)
class Line:
    """One programme in one xóm, its bulletins as `entry` has them; `mark` says what is special about it, in the
    operator's language.
    """

    xom: str
    start: datetime
    end: datetime
    bulletins: tuple[str, ...]
    campaign: bool
    mark: str = ""


def show_programmes(title: str, lines: Iterable[Line], names: Mapping[str, str]) -> None:
    """One row for all the xóm that hear the same at the same time; `names` are those of all xóm, by id."""
    together: dict[tuple[datetime, datetime, tuple[str, ...], bool, str], list[str]] = defaultdict(list)
    for line in lines:
        together[line.start, line.end, line.bulletins, line.campaign, line.mark].append(line.xom)
    rows = []
    for (start, end, bulletins, campaign, mark), xom in sorted(
        together.items(), key=lambda item: (item[0][0], item[1])
    ):
        shown = [f"{'★' if campaign and number == 0 else ' '} {text}" for number, text in enumerate(bulletins)]
        content = "\n".join([*shown, *([mark] if mark else [])])
        rows.append([f"{moment(start)}\n({length(end - start)})", content, which(xom, names)])
    show_table(("Start and length", "Content", "Xóm"), rows, title=title, cut=("Content",))


def entry(bulletin: str, title: str) -> str:
    """A bulletin in a table: by its id, as commands want it, and its title."""
    return bulletin if title == bulletin else f"{bulletin} {title}"


def moment(instant: datetime) -> str:
    """Mon 23/11 05:30."""
    local = instant.astimezone(TIMEZONE)
    return f"{_(DAYS[local.weekday()])} {local:%d/%m %H:%M}"


def length(span: timedelta) -> str:
    """Minutes and seconds, 12:19."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes}:{seconds:02d}"


def which(xom: Collection[str], names: Mapping[str, str]) -> str:
    """These xóm by name; all of them, or all but a few, said so."""
    others = [name for one, name in names.items() if one not in xom]
    if not others and len(names) > 1:
        return _("every xóm")
    if len(others) <= FEW < len(names) - len(others):
        return _("every xóm but {names}").format(names=", ".join(others))
    return ", ".join(names.get(one, one) for one in sorted(xom))


def slot_document(slot: SlotRow) -> dict[str, Any]:
    """A slot as commands print it with --json: its keys always in the same order."""
    return {key: getattr(slot, key) for key in SlotRow.model_fields if key not in ("week", "items")}
