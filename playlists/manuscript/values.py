"""What the values of a header mean. Each reader takes an entry and raises LineError, saying what was expected."""

from __future__ import annotations

import re
from datetime import date, datetime

from playlists.bulletin import FASTEST, MOST_PLAYS, SLOWEST, TITLE_LIMIT, Priority, Targets, is_safe_file_name
from playlists.errors import LineError
from playlists.fields import Fields, folded
from playlists.manuscript.header import Entry

_PRIORITIES = {
    Priority.NORMAL: ("normal", "thông thường", "bình thường", "thường", "không", "3"),
    Priority.PRIORITY: ("priority", "ưu tiên", "có", "2"),
    Priority.EMERGENCY: ("emergency", "khẩn cấp", "khẩn", "1"),
}
_PRIORITY_OF = {folded(form): priority for priority, forms in _PRIORITIES.items() for form in forms}
_EVERYONE = {
    folded(form)
    for form in ("all", "everyone", "tất cả", "toàn xã", "cả xã", "mọi xóm", "các xóm", "tất cả các xóm", "toàn bộ")
}
_YES = {folded(form) for form in ("có", "yes", "true", "một lần nữa", "hai lần", "1")}
_NO = {folded(form) for form in ("không", "no", "false", "none", "0")}
_PACES = {
    "cham": 0.85,
    "cham vua": 0.92,
    "vua": 1.0,
    "thuong": 1.0,
    "binh thuong": 1.0,
    "nhanh vua": 1.08,
    "nhanh": 1.15,
}
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_VIETNAMESE = re.compile(r"(?:ngày\s+)?(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})", re.I)
_SPELT = re.compile(r"(?:ngày\s+)?(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})\s+năm\s+(?P<year>\d{4})", re.I)
_RANGE = re.compile(r"(?:từ\s)?(.{8,40}?)(?:\s-\s|[–—]|\bđến\b(?:\s+hết)?|\bto\b|\.\.)(.{8,40})", re.I)
_COUNT = re.compile(r"(\d{1,4})\s*(?:lượt|lần|plays?|times?)?(?:\s*(?:/|một|mỗi|a|per)\s*(?:tuần|week))?", re.I)


def text(entry: Entry) -> str:
    """One line of text."""
    value = str(entry.value) if isinstance(entry.value, str | int) and not isinstance(entry.value, bool) else None
    line = " ".join(value.split()) if value is not None else ""
    if not line:
        raise LineError(entry.line, "{key} should be followed by text", key=entry.written)
    if len(line) > TITLE_LIMIT:
        raise LineError(
            entry.line,
            "{key} holds at most {limit} characters, not {length}",
            key=entry.written,
            limit=TITLE_LIMIT,
            length=len(line),
        )
    return line


def day(entry: Entry) -> date:
    """A day as 2026-11-24, 24/11/2026 or ngày 24 tháng 11 năm 2026."""
    return _day(entry, entry.value)


def days(entry: Entry) -> tuple[date, date]:
    """The first and the last day: "24/11/2026 - 30/11/2026", a list of two, or a table with from and to."""
    value = entry.value
    if isinstance(value, dict):
        by_key = {folded(str(key)): one for key, one in value.items()}
        value = [by_key.get("from", by_key.get("tu")), by_key.get("to", by_key.get("den"))]
    elif isinstance(value, str) and (found := _RANGE.fullmatch(value.strip())):
        value = [found[1], found[2]]
    if not isinstance(value, list) or len(value) != 2:
        raise LineError(
            entry.line,
            "{key} should give a first and a last day, such as 24/11/2026 - 30/11/2026, not {value!r}",
            key=entry.written,
            value=_shown(entry.value),
        )
    return _day(entry, value[0]), _day(entry, value[1])


def count(entry: Entry, fewest: int) -> int:
    """Plays a week."""
    value = entry.value
    found = _COUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    number = int(found[1]) if found else value
    if not isinstance(number, int) or isinstance(number, bool) or not fewest <= number <= MOST_PLAYS:
        raise LineError(
            entry.line,
            "{key} should be a number of plays a week from {fewest} to {most}, not {value!r}",
            key=entry.written,
            fewest=fewest,
            most=MOST_PLAYS,
            value=_shown(value),
        )
    return number


def pace(entry: Entry) -> float:
    """How fast: chậm, vừa, nhanh, or a factor such as 0.9 or 90 %."""
    written = str(entry.value).strip()
    if (named := _PACES.get(folded(written))) is not None:
        return named
    try:
        number = float(written.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        number = 0.0
    number = number / 100 if written.endswith("%") else number
    if not SLOWEST <= number <= FASTEST:
        raise LineError(
            entry.line,
            "{key} should be chậm, vừa, nhanh or a factor from {low} to {high}, not {value!r}",
            key=entry.written,
            low=SLOWEST,
            high=FASTEST,
            value=_shown(entry.value),
        )
    return round(number, 3)


def readings(entry: Entry) -> int:
    """How often a bulletin is read in one go: 1 or 2."""
    found = {"1": 1, "mot": 1, "1 lan": 1, "mot lan": 1, "2": 2, "hai": 2, "2 lan": 2, "hai lan": 2}.get(
        folded(str(entry.value))
    )
    if found is None:
        raise LineError(
            entry.line, "{key} should be 1 or 2 times, not {value!r}", key=entry.written, value=_shown(entry.value)
        )
    return found


def yes(entry: Entry) -> bool:
    """Có or không."""
    value = folded(str(entry.value))
    if value not in _YES | _NO:
        raise LineError(
            entry.line, "{key} should be có or không, not {value!r}", key=entry.written, value=_shown(entry.value)
        )
    return value in _YES


def music(entry: Entry) -> str:
    """The plain name of a sound file, or "" for không."""
    return "" if folded(str(entry.value)) in _NO else recording(entry)


def priority(entry: Entry) -> Priority:
    """One of the three priorities of Circular 39/2020, in words or as its code."""
    value = {True: "có", False: "không"}[entry.value] if isinstance(entry.value, bool) else str(entry.value)
    found = _PRIORITY_OF.get(folded(value))
    if found is None:
        raise LineError(
            entry.line,
            "{key} should be thông thường, ưu tiên or khẩn cấp (normal, priority, emergency), not {value!r}",
            key=entry.written,
            value=_shown(entry.value),
        )
    return found


def field(entry: Entry, fields: Fields) -> int:
    """A field's code, from its code or its name."""
    found = fields.code(str(entry.value))
    if found is None:
        known = "; ".join(f"{code} {name}" for code, name in sorted(fields.names.items()))
        raise LineError(
            entry.line,
            "{key} should be one of: {known}; not {value!r}",
            key=entry.written,
            known=known,
            value=_shown(entry.value),
        )
    return found


def recording(entry: Entry) -> str:
    """The plain name of a sound file (case E12: no path leads out of the folder)."""
    name = text(entry)
    if not is_safe_file_name(name):
        raise LineError(
            entry.line,
            "{key} should be the plain name of a file beside the bulletin, such as loi-keu-goi.mp3, not {name!r}",
            key=entry.written,
            name=name,
        )
    return name


def targets(places: Entry | None, tags: Entry | None) -> Targets:
    """Where to play: everywhere unless xóm or tags are named. "#ven-bien" among the xóm is a tag."""
    named = _names(places) if places else []
    tagged = _names(tags) if tags else []
    if places and isinstance(places.value, dict):
        named, tagged = _from_table(places, tagged)
    tagged += [name[1:].strip() for name in named if name.startswith("#")]
    named = [name for name in named if not name.startswith("#")]
    everyone = [name for name in named if folded(name) in _EVERYONE or name == "*"]
    if everyone and places and (len(named) > len(everyone) or tagged):
        raise LineError(
            places.line,
            "{key} should name either everyone or some xóm and tags, not {everyone!r} and others",
            key=places.written,
            everyone=everyone[0],
        )
    if everyone or not (named or tagged):
        return Targets()
    return Targets(everyone=False, xom=frozenset(named), tags=frozenset(tagged))


def _from_table(places: Entry, tagged: list[str]) -> tuple[list[str], list[str]]:
    assert isinstance(places.value, dict)
    named: list[str] = []
    for key, value in places.value.items():
        entry = Entry(places.line, places.key, str(key), value)
        match folded(str(key)):
            case "all" | "everyone" | "tat ca":
                named += ["all"] if str(value).lower() in ("true", "yes", "có", "1") else []
            case "xom" | "thon" | "khoi":
                named += _names(entry)
            case "tags" | "tag" | "nhan" | "the":
                tagged = tagged + _names(entry)
            case _:
                raise LineError(
                    places.line, "{key} knows everyone, xom and tags, not {value!r}", key=places.written, value=str(key)
                )
    return named, tagged


def _names(entry: Entry) -> list[str]:
    """Names in a list, or apart by commas or semicolons."""
    value = entry.value
    if isinstance(value, dict):
        return []
    parts = re.split(r"[,;]", value) if isinstance(value, str) else value
    if not isinstance(parts, list) or any(not isinstance(part, str | int) or isinstance(part, bool) for part in parts):
        raise LineError(
            entry.line,
            "{key} should be a list of names, such as Xóm 1, Xóm 2, not {value!r}",
            key=entry.written,
            value=_shown(value),
        )
    return [name for part in parts if (name := " ".join(str(part).split()))]


def _day(entry: Entry, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = str(value).strip()
    for form in (_ISO, _VIETNAMESE, _SPELT):
        found = form.fullmatch(written)
        if found:
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                break
    raise LineError(
        entry.line,
        "{key} should be a day of the calendar such as 24/11/2026 or 2026-11-24, not {value!r}",
        key=entry.written,
        value=_shown(value),
    )


def _shown(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
