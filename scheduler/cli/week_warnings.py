"""What an operator should see beside a week's plan: its public holidays, and hours at which nobody expects sound."""

from collections.abc import Sequence
from gettext import gettext as _
from typing import Any

from playlists.days import holidays_in
from playlists.week import TIMEZONE, Week
from scheduler.cli.command import confirm, say
from scheduler.station import Station
from scheduler.usecases.unusual_hours import Unusual
from scheduler.usecases.values import day_rules

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LABELS = {"as_usual": "as on other days", "as_sunday": "as on Sundays", "silent": "silent"}


def calendar_document(station: Station, week: Week, unusual: Sequence[Unusual]) -> dict[str, Any]:
    return {
        "holidays": [
            {"day": holiday.day.isoformat(), "name": holiday.name, "rule": rule}
            for holiday, rule in holidays_in(week, day_rules(station.config.rules))
        ],
        "unusual": [
            {
                "xom": list(item.xom),
                "start": item.start.astimezone(TIMEZONE).isoformat(),
                "sounds": item.sounds,
                "text": _sentence(item),
            }
            for item in unusual
        ],
    }


def show_calendar(station: Station, week: Week, unusual: Sequence[Unusual]) -> None:
    for holiday, rule in holidays_in(week, day_rules(station.config.rules)):
        say(
            "Public holiday: {day} {name} ({rule})",
            day=f"{_(DAYS[holiday.day.isoweekday() - 1])} {holiday.day:%d/%m}",
            name=holiday.name,
            rule=_(LABELS[rule]),
        )
    for item in unusual:
        say("Unusual hour: {text}", text=_sentence(item))


def ask_about(unusual: Sequence[Unusual]) -> None:
    """Have the operator say yes to everything that would sound at an unusual hour."""
    sounding = [item for item in unusual if item.sounds]
    if sounding:
        listed = "".join(f"\n  {_sentence(item)}" for item in sounding)
        confirm(
            _("This week would sound at unusual hours:{listed}\nPublish it all the same?").format(listed=listed), False
        )


def _sentence(item: Unusual) -> str:
    local = item.start.astimezone(TIMEZONE)
    return _("{time} {day}, {xom}: {cause}").format(
        time=f"{local:%H:%M}",
        day=f"{_(DAYS[local.isoweekday() - 1])} {local:%d/%m}",
        xom=", ".join(item.xom) or _("every xóm"),
        cause=item.cause.text(_),
    )
