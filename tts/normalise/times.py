"""Times of day and hours of duration: 17h30, 17:30, 17 giờ 30, 5 giờ 00, 24h, 24/7."""

from __future__ import annotations

import re

from .line import Form, Line
from .numbers import cardinal
from .tables import contexts

_CONTEXT = contexts("times")

_HOURS = re.compile(
    r"(?<![\w/.,:])(?P<hour>\d{1,3}) ?(?P<unit>[hHg]|giờ)"
    r"(?: ?(?P<minute>\d{1,2})(?!\d)(?: ?(?P<word>phút|ph|p|['’]))?)?"
    r"(?: ?(?P<second>\d{1,2})(?: ?giây|s|''|\"))?(?![\w]|[.,]\d)"
)
_COLON = re.compile(r"(?<![\w/.,:])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\w:]|[.,]\d)")
_BARE_START = re.compile(r"(?<![\w/.,:-])\d{1,2}(?= ?[-–—] ?\d{1,2} ?(?:h|g\d|giờ)(?!\w{2}))")
_ROUND_THE_CLOCK = re.compile(r"(?<![\w/.,])24/(?P<of>7|24)(?P<hours> ?h(?!\w)| giờ)?(?![\w/]|[.,]\d)")
_IN_G = re.compile(r"(?<!\w)\d{1,2}g\d\d(?!\w)|g,? ngày \d{1,2}[/-]\d")
_MINUTES = re.compile(
    r"(?<![\w/.,:'’°])(?P<minute>\d{1,3})['’](?:(?P<second>\d{1,2})(?:''|’’|\")?)?(?![\w'’\"]|[.,]\d)"
    r"|(?<![\w/.,:'’°])(?P<whole>\d{1,2})(?:''|\")(?P<tenth>\d{1,2})(?![\w'’\"]|[.,]\d)"
)
_COUNTED = _CONTEXT["counted"]
_AT = _CONTEXT["at"]
_OF_DAY = _CONTEXT["of_day"]


def _time(hour: str, minute: str | None, second: str | None) -> str:
    words = f"{cardinal(int(hour))} giờ"
    if minute and (int(minute) or second):
        words += f" {cardinal(int(minute))} phút"
    return f"{words} {cardinal(int(second))} giây" if second else words


def _is_hour(match: re.Match[str], line: Line) -> bool:
    """Whether 17g without minutes is a time of day: by the words beside it, or by another time written so."""
    return (
        line.word_before(match.start()) in _AT
        or line.next_word(match.end()) in _OF_DAY
        or _IN_G.search(line.text, max(0, match.start() - 24), match.end() + 24) is not None
    )


def _read_hours(match: re.Match[str], line: Line) -> str | None:
    hour, minute = match["hour"], match["minute"]
    if match["unit"] == "g" and (int(hour) > 24 or (not minute and not _is_hour(match, line))):
        return None  # grams
    if minute and (int(minute) > 59 or (len(minute) == 1 and not match["word"]) or int(hour) > 24):
        return None
    if minute and match["unit"] == "giờ" and not match["word"] and line.after(match.end()) in _COUNTED:
        return None  # mỗi giờ 30 người
    return _time(hour, minute, match["second"]) if not (hour.startswith("0") and len(hour) == 3) else None


def _read_colon(match: re.Match[str], line: Line) -> str | None:
    if int(match["hour"]) > 24 or not {"tỷ", "tỉ", "lệ"}.isdisjoint(line.before(match.start(), 2)):
        return None
    return _time(match["hour"], match["minute"], match["second"])


def _read_bare_start(match: re.Match[str], _line: Line) -> str | None:
    """The 8 of 8-11h."""
    return cardinal(int(match.group())) if int(match.group()) <= 24 else None


def _read_minutes(match: re.Match[str], line: Line) -> str | None:
    """30' of a lesson, 2'15'' and 12"5 of a race."""
    if match["whole"]:
        return f"{cardinal(int(match['whole']))} giây {cardinal(int(match['tenth']))}"
    if line.open.count("'", 0, match.start()) % 2 or line.word_before(match.start()) == "phút":
        return None
    seconds = f" {cardinal(int(match['second']))} giây" if match["second"] else ""
    return f"{cardinal(int(match['minute']))} phút{seconds}"


def _read_round_the_clock(match: re.Match[str], line: Line) -> str | None:
    if match["of"] == "7" and line.word_before(match.start()) == "ngày":
        return None
    return f"{cardinal(24)} trên {cardinal(int(match['of']))}{' giờ' if match['hours'] else ''}"


ROUND_THE_CLOCK = (
    Form("round the clock", _ROUND_THE_CLOCK, _read_round_the_clock, needs=frozenset("/"), at_numbers=True),
)
FORMS = (
    Form("time", _BARE_START, _read_bare_start, needs=frozenset("-–—"), at_numbers=True),
    Form("time", _HOURS, _read_hours, needs=frozenset("hHg"), at_numbers=True),
    Form("time", _COLON, _read_colon, needs=frozenset(":"), at_numbers=True),
    Form("time", _MINUTES, _read_minutes, needs=frozenset("'’\""), at_numbers=True),
)
