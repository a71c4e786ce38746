"""Times of day and hours of duration: 17h30, 17:30, 17 giờ 30, 5 giờ 00, 24h."""

from __future__ import annotations

import re

from .line import Form, Line
from .numbers import cardinal

_HOURS = re.compile(
    r"(?<![\w/.,:])(?P<hour>\d{1,3}) ?(?:[hHg]|(?:giờ))(?: ?(?P<minute>\d{1,2})(?!\d)(?: ?(?P<word>phút|ph|p|'))?)?"
    r"(?: ?(?P<second>\d{1,2})(?: ?giây|s|''|\"))?(?![\w]|[.,]\d)"
)
_COLON = re.compile(r"(?<![\w/.,:])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\w:]|[.,]\d)")
_BARE_RANGE = re.compile(r"(?<![\w/.,:-])(?P<it>\d{1,2})(?= ?[-–—] ?\d{1,2} ?(?:h|g\d|giờ)(?!\w{2}))")
_ROUND_THE_CLOCK = re.compile(r"(?<![\w/.,])(24)/(7|24)(?: ?h(?!\w)| giờ)?(?![\w/]|[.,]\d)")


def _time(hour: str, minute: str | None, second: str | None) -> str:
    words = f"{cardinal(int(hour))} giờ"
    if minute and (int(minute) or second):
        words += f" {cardinal(int(minute))} phút"
    return f"{words} {cardinal(int(second))} giây" if second else words


def _read_hours(match: re.Match[str], line: Line) -> str | None:
    written, minute = match.group(), match["minute"]
    if "g" in written.replace("giờ", "").replace("giây", "") and (not minute or int(match["hour"]) > 24):
        return None
    if minute and (int(minute) > 59 or (len(minute) == 1 and not match["word"]) or int(match["hour"]) > 24):
        return None
    if match["hour"].startswith("0") and len(match["hour"]) == 3:
        return None
    if minute and "giờ" in written and not match["word"] and len(minute) == 2 and line.after(match.end()) in _COUNTED:
        return None
    return _time(match["hour"], minute, match["second"])


_COUNTED = frozenset("người hộ em học đại cán xe máy km lít lượt".split())


def _read_colon(match: re.Match[str], line: Line) -> str | None:
    if int(match["hour"]) > 24 or set(line.before(match.start(), 2)) & {"tỷ", "tỉ", "lệ"}:
        return None
    return _time(match["hour"], match["minute"], match["second"])


def _read_bare(match: re.Match[str], _line: Line) -> str | None:
    return cardinal(int(match["it"])) if int(match["it"]) <= 24 else None


def _read_round_the_clock(match: re.Match[str], line: Line) -> str | None:
    if set(line.before(match.start())) & {"ngày"} and match[2] == "7":
        return None
    hours = " giờ" if match.group().rstrip().endswith(("h", "giờ")) else ""
    return f"{cardinal(int(match[1]))} trên {cardinal(int(match[2]))}{hours}"


FORMS = (
    Form("round the clock", _ROUND_THE_CLOCK, _read_round_the_clock),
    Form("time", _BARE_RANGE, _read_bare),
    Form("time", _HOURS, _read_hours),
    Form("time", _COLON, _read_colon),
)
