"""A day's programmes used again: copied to another day of the week, or kept under a name and applied to any day.

A template is a TOML file in the station's folder, for people to read and change.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import tomlkit
from sqlmodel import Session

from playlists.planning.settling import Choice, Wish
from playlists.week import TIMEZONE, Week
from scheduler.audit.entry import read_instant
from scheduler.errors import ConflictError, NotFoundError, StationError
from scheduler.sections import ID_PATTERN
from scheduler.station import Station
from scheduler.store.queries import slots_of_week, xom_rows
from scheduler.usecases.place_by_hand import HandPlaced, place_by_hand
from scheduler.usecases.plan_week import find_material, planned


@dataclass(frozen=True)
class DayProgramme:
    """Bulletins in their order that begin, ident first, at an hour of the day in some xóm."""

    at: time
    xom: tuple[str, ...]
    bulletins: tuple[str, ...]


@dataclass(frozen=True)
class Applied:
    """`left_out`: bulletins that may not be played in that week; `unknown`: xóm that are not here any more."""

    done: HandPlaced
    left_out: tuple[str, ...]
    unknown: tuple[str, ...]


def copy_day(
    station: Station,
    week: Week,
    source: date,
    target: date,
    now: datetime,
    *,
    choice: Choice | None = None,
    dry_run: bool = False,
) -> Applied:
    """The programmes of one day at the same hours of another, as pins. Raises NotFoundError for an empty day."""
    if source == target:
        raise StationError("a day cannot be copied to itself: expected two days of week {week}", week=week)
    with station.store.writing(dry_run=dry_run) as session:
        return _apply(session, station, week, target, day_programmes(session, station, week, source, now), choice, now)


def save_template(
    station: Station, name: str, week: Week, day: date, now: datetime, *, dry_run: bool = False
) -> tuple[DayProgramme, ...]:
    """Keep a day's programmes under a name. Raises ConflictError when the name is taken, NotFoundError."""
    path = _path(station, name)
    if path.exists():
        raise ConflictError("there is a template {name} already: remove it first, or choose another name", name=name)
    with station.store.reading() as session:
        programmes = day_programmes(session, station, week, day, now)
    if not dry_run:
        path.parent.mkdir(exist_ok=True)
        path.write_text(_written(programmes), encoding="utf-8")
    return programmes


def apply_template(
    station: Station,
    name: str,
    week: Week,
    day: date,
    now: datetime,
    *,
    choice: Choice | None = None,
    dry_run: bool = False,
) -> Applied:
    """Pin a template's programmes to a day. Raises NotFoundError, StationError for a file that is no template."""
    programmes = read_template(station, name)
    with station.store.writing(dry_run=dry_run) as session:
        return _apply(session, station, week, day, programmes, choice, now)


def read_template(station: Station, name: str) -> tuple[DayProgramme, ...]:
    """Raises NotFoundError, StationError for a file that is no template."""
    path = _path(station, name)
    if not path.is_file():
        raise NotFoundError("there is no template {name}; `loa week template list` shows them", name=name)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))["programme"]
        return tuple(_programme(item) for item in found)
    except (KeyError, TypeError, ValueError) as error:
        raise StationError(
            "{path} is no template: expected [[programme]] with at, xom and bulletins; {error}", path=path, error=error
        ) from error


def template_names(station: Station) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in station.templates.glob("*.toml")))


def remove_template(station: Station, name: str, *, dry_run: bool = False) -> None:
    """Raises NotFoundError."""
    read_template(station, name)
    if not dry_run:
        _path(station, name).unlink()


def day_programmes(
    session: Session, station: Station, week: Week, day: date, now: datetime
) -> tuple[DayProgramme, ...]:
    """What was sent out for a day, make-goods left aside; what would be, where nothing was sent yet.

    Raises NotFoundError for a day without programmes.
    """
    sent = [
        (read_instant(row.start), row.xom, tuple(row.bulletins))
        for row in slots_of_week(session, str(week))
        if row.cancelled_at is None and row.kind != "make_good"
    ]
    if not sent:
        plan = planned(session, station, week, now).plan
        sent = [(item.start, item.xom, item.bulletins) for item in plan.programmes]
    found: dict[tuple[time, tuple[str, ...]], list[str]] = {}
    for start, xom, bulletins in sorted(sent):
        local = start.astimezone(TIMEZONE)
        if local.date() == day:
            found.setdefault((local.time(), bulletins), []).append(xom)
    if not found:
        raise NotFoundError("there is no programme on {day:%d/%m/%Y}", day=day)
    return tuple(DayProgramme(at, tuple(xom), bulletins) for (at, bulletins), xom in found.items())


def _apply(
    session: Session,
    station: Station,
    week: Week,
    day: date,
    programmes: Sequence[DayProgramme],
    choice: Choice | None,
    now: datetime,
) -> Applied:
    may_play, here = find_material(session, station, week).clips.keys(), {row.id for row in xom_rows(session)}
    wishes = []
    for item in programmes:
        bulletins = tuple(bulletin for bulletin in item.bulletins if bulletin in may_play)
        start = datetime.combine(day, item.at, TIMEZONE)
        wishes += [Wish(xom, start, bulletins) for xom in item.xom if bulletins and xom in here]
    done = place_by_hand(session, station, week, wishes, "pinned", choice, now)
    return Applied(
        done,
        _outside((bulletin for item in programmes for bulletin in item.bulletins), may_play),
        _outside((xom for item in programmes for xom in item.xom), here),
    )


def _outside(names: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names) - set(known)))


def _path(station: Station, name: str) -> Path:
    if re.fullmatch(ID_PATTERN, name) is None:
        raise StationError("a template's name has 1 to 32 small letters, digits and hyphens, not {name}", name=name)
    return station.templates / f"{name}.toml"


def _written(programmes: Iterable[DayProgramme]) -> str:
    document = tomlkit.document()
    tables = tomlkit.aot()
    for item in programmes:
        table = tomlkit.table()
        table.update({"at": item.at, "xom": list(item.xom), "bulletins": list(item.bulletins)})
        tables.append(table)
    document["programme"] = tables
    return tomlkit.dumps(document)


def _programme(item: dict[str, object]) -> DayProgramme:
    at, xom, bulletins = item["at"], item["xom"], item["bulletins"]
    if not isinstance(at, time) or not isinstance(xom, list) or not isinstance(bulletins, list):
        raise TypeError(f"{item}")
    return DayProgramme(at, tuple(map(str, xom)), tuple(map(str, bulletins)))
