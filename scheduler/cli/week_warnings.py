"""What an operator should see beside a week's plan: its public holidays, and hours at which nobody expects sound."""

from collections.abc import Mapping, Sequence
from gettext import gettext as _
from typing import Any

from playlists.days import holidays_in
from playlists.week import TIMEZONE, Week
from scheduler.cli.command import confirm, say
from scheduler.cli.named_xom import xom_names
from scheduler.cli.week_table import which
from scheduler.station import Station
from scheduler.usecases.unusual_hours import Unusual
from scheduler.usecases.values import day_rules

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LABELS = {"as_usual": "as on other days", "as_sunday": "as on Sundays", "silent": "silent"}


def calendar_document(station: Station, week: Week, unusual: Sequence[Unusual]) -> dict[str, Any]:
    names = xom_names(station)
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
                "text": _sentence(item, names),
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
    names = xom_names(station)
    for item in unusual:
        say("Unusual hour: {text}", text=_sentence(item, names))


def ask_about(station: Station, unusual: Sequence[Unusual]) -> None:
    """Have the operator say yes to everything that would sound at an unusual hour."""
    sounding = [item for item in unusual if item.sounds]
    if sounding:
        names = xom_names(station)
        listed = "".join(f"\n  {_sentence(item, names)}" for item in sounding)
        confirm(
            _("This week would sound at unusual hours:{listed}\nPublish it all the same?").format(listed=listed), False
        )


def _sentence(item: Unusual, names: Mapping[str, str]) -> str:
    local = item.start.astimezone(TIMEZONE)
    xom = [key for key, name in names.items() if name in item.xom]
    return _("{time} {day}, {xom}: {cause}").format(
        time=f"{local:%H:%M}",
        day=f"{_(DAYS[local.isoweekday() - 1])} {local:%d/%m}",
        xom=which(xom, names) if xom else _("every xóm"),
        cause=item.cause.text(_),
    )
