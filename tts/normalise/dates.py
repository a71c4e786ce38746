"""Dates: 21/4/2026, 15-17/5, 30/4, 6/2026, quarters, and dates in words; warns of days that do not exist or have another weekday."""

from __future__ import annotations

import calendar
import re
from datetime import date
from math import gcd

from .line import Doubt, Form, Line, Said
from .numbers import cardinal, part
from .romans import value

_DASH = r" ?[-–—] ?"
_FULL = re.compile(r"(?<![\w/.,-])(\d{1,2})(?P<sep> ?[/.\-–] ?)(\d{1,2})(?P=sep)(\d{4})(?![\w/]|[.,-]\d)")
_SHORT_YEAR = re.compile(r"(?<![\w/.,-])(\d{1,2})/(\d{1,2})/(\d{2})(?![\w/]|[.,-]\d)")
_ISO = re.compile(r"(?<![\w/.,-])((?:19|20)\d\d)-(\d{2})-(\d{2})(?![\w/]|[.,-]\d)")
_DAYS = re.compile(
    rf"(?<![\w/.,-])(\d{{1,2}})(?P<joint>{_DASH}|, ?|;? và |& ?| đến | tới )(?=\d{{1,2}}[/.-])(\d{{1,2}})(?P<sep>[/.])(\d{{1,2}})(?:(?P=sep)(\d{{4}}))?(?![\w/]|[.,]\d)"
)
_SPAN = re.compile(
    rf"(?<![\w/.,+-])(?P<d1>\d{{1,2}})/(?P<m1>\d{{1,2}})(?:/(?P<y1>\d{{4}}))?(?P<joint>{_DASH})(?P<d2>\d{{1,2}})/(?P<m2>\d{{1,2}})(?:/(?P<y2>\d{{4}}))?(?![\w/]|[.,]\d)"
)
_DAY_MONTH = re.compile(r"(?<![\w/.,+-])(?P<day>\d{1,2})(?P<sep> ?/ ?|[-–.])(?P<month>\d{1,2})(?![\w/%°]|[.,]\d|-\d)")
_MONTHS_YEAR = re.compile(
    rf"(?P<word>(?<!\w)tháng )?(?<![\w/.,-])(\d{{1,2}})(?:(?P<joint>{_DASH}|, ?| và )(\d{{1,2}}))?(?: ?/ ?|(?<=\d)-(?=\d{{4}}))((?:19|20)\d\d)(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_MONTH_RANGE = re.compile(rf"(?<!\w)(?P<word>tháng )(?P<it>(\d{{1,2}})(?P<joint>{_DASH}|, ?)(\d{{1,2}}))(?![\w/]|[.,]\d)", re.IGNORECASE)
_MONTH = re.compile(r"(?<!\w)tháng (?P<it>(\d{1,2}))(?![\w/%]|[.,]\d)", re.IGNORECASE)
_IN_WORDS = re.compile(
    rf"(?<!\w)(?P<noun>ngày|mùng|mồng|hôm|sáng|chiều|tối|trưa|đêm|từ|đến|và|[,-]) ?(?:(?P<first>\d{{1,2}})(?P<joint>{_DASH}|, ?))?(?P<day>\d{{1,2}})[ ,]+tháng (?P<month>\d{{1,2}})"
    r"(?:[ ,]+năm (?P<year>\d{4}))?(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_DAY = re.compile(rf"(?<!\w)(?P<noun>ngày|mùng|mồng) (?P<it>(\d{{1,2}})(?:(?P<joint>{_DASH})(\d{{1,2}}))?)(?![\w/%]|[.,]\d)", re.IGNORECASE)
_QUARTER = re.compile(
    rf"(?<!\w)(?:quý|quí|Q)(?: |(?<=Q))(?P<first>I{{1,3}}|IV|[1-4])(?:(?P<joint>{_DASH}|, ?| và )(?:quý )?(?P<last>I{{1,3}}|IV|[1-4]))?(?: ?[/-] ?(?P<year>\d{{4}}))?(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_T_MONTH = re.compile(r"(?<!\w)T\.?(\d{1,2})/((?:19|20)\d\d)(?![\w/]|[.,]\d)")

_DAY_WORDS = frozenset("ngày mùng mồng".split())
_DATE_WORDS = _DAY_WORDS | frozenset(
    "sáng chiều tối đêm trưa hôm dịp lễ từ đến tới trước sau hết vào khánh tết kỷ niệm bảy hai ba tư năm sáu nhật cn âm lịch rằm khuya phiên ngay nay mai kể".split()
)
_HOLIDAYS = frozenset(
    {(30, 4), (1, 5), (2, 9), (8, 3), (20, 10), (20, 11), (27, 7), (19, 5), (3, 2), (26, 3), (22, 12), (1, 6), (19, 8), (21, 6), (27, 2), (15, 5), (28, 6), (10, 10), (9, 11), (25, 12), (1, 1), (15, 10)}
)
_STREETS = frozenset("đường phố trường viên cầu xưởng chợ".split())
_NOT_DATES = frozenset("lớp bài phòng đội số nhà ngõ ngách hẻm kiệt lô thửa tờ tỷ tỉ lệ khoảng gần hơn chiếm còn đạt liều uống pha giảm tăng bằng quá trên dưới được mỗi cắt chia".split())
_MONTH_NOUNS = frozenset("quý đợt lần kỳ kì số vụ tuần khóa tập".split())
_PRESSURE = frozenset("áp số điểm lệ".split())
_SCALES = frozenset("lệ đồ".split())
_COUNT_AFTER = frozenset("số hộ diện dân tổng điểm tiêu chỉ xóm thôn người đại phiếu cốc thìa viên muỗng quả lít chai thời chiều quãng sản lượng khối học giá phần đảng cán thành suất quân".split())
_WEEKDAYS = {
    "hai": 0, "2": 0, "ba": 1, "3": 1, "tư": 2, "bốn": 2, "4": 2, "năm": 3, "5": 3, "sáu": 4, "6": 4, "bảy": 5, "7": 5, "chủ nhật": 6, "cn": 6,
}  # fmt: skip
_NAMES = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")
_WEEKDAY_BEFORE = re.compile(r"(?:thứ (hai|ba|tư|bốn|năm|sáu|bảy|[2-7])|(chủ nhật|cn)) ?[,(-]? ?(?:ngày ?)?\(?$")
_WEEKDAY_AFTER = re.compile(r" ?[,(-]? ?(?:tức )?(?:thứ (hai|ba|tư|bốn|năm|sáu|bảy|[2-7])|(chủ nhật|cn))\b")


def _exists(day: int, month: int, year: int | None) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 2000, month)[1]


def _lunar(line: Line, end: int) -> bool:
    return bool(re.match(r" ?\(?(?:âm|ÂL|al\b)", line.text[end : end + 8], re.IGNORECASE))


def _doubts(day: int, month: int, year: int | None, start: int, end: int, line: Line) -> tuple[Doubt, ...]:
    written = line.text[start:end]
    if _lunar(line, end):
        return ()
    if not _exists(day, month, year):
        return (Doubt(start, end, "impossible-date", "There is no such day as “{written}”. Correct the date.", {"written": written}),)
    if year is None or not 1 <= year <= 9999:
        return ()
    before = _WEEKDAY_BEFORE.search(line.text[max(0, start - 24) : start].lower())
    found = before or _WEEKDAY_AFTER.match(line.text[end : end + 20].lower())
    if found is None:
        return ()
    meant, is_day = _WEEKDAYS[found[1] or found[2]], date(year, month, day).weekday()
    if meant == is_day:
        return ()
    return (
        Doubt(
            start, end, "weekday-mismatch", "{written} is a {actual}, but “{weekday}” is written. Correct one of them.",
            {"written": written, "actual": _NAMES[is_day], "weekday": _NAMES[meant]},
        ),
    )  # fmt: skip


_AFTER_DAY = re.compile(r"(?<!\w)(?:ngày|mùng|mồng)(?: là)?[ :]*(?:(?:ngày )?\d{1,2} ?(?:,|và|-) ?)*$", re.IGNORECASE)


def _day_word(line: Line, start: int) -> str:
    """The word "ngày ", where it is not written before this day or the list this day ends."""
    return "" if _AFTER_DAY.search(line.text[max(0, start - 40) : start]) else "ngày "


def _year(year: int | None) -> str:
    return f" năm {cardinal(year)}" if year is not None else ""


def _read_full(match: re.Match[str], line: Line) -> Said | None:
    day, month, year = int(match[1]), int(match[3]), int(match[4])
    if not (1 <= day <= 31 and 1 <= month <= 12) and not (set(line.before(match.start(), 2)) & _DAY_WORDS or match["sep"].strip() == "/"):
        return None
    start, end = match.span()
    words = f"{_day_word(line, start)}{cardinal(day)} tháng {part(month)}{_year(year)}"
    return Said(start, end, words, "date", _doubts(day, month, year, start, end, line))


def _read_short_year(match: re.Match[str], line: Line) -> Said | None:
    day, month, year = int(match[1]), int(match[2]), 2000 + int(match[3])
    if not (1 <= day <= 31 and 1 <= month <= 12) or not set(line.before(match.start(), 2)) & _DATE_WORDS:
        return None
    start, end = match.span()
    words = f"{_day_word(line, start)}{cardinal(day)} tháng {part(month)}{_year(year)}"
    return Said(start, end, words, "date", _doubts(day, month, year, start, end, line))


def _read_iso(match: re.Match[str], line: Line) -> Said | None:
    year, month, day = (int(group) for group in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    start, end = match.span()
    return Said(start, end, f"{_day_word(line, start)}{cardinal(day)} tháng {part(month)}{_year(year)}", "date", _doubts(day, month, year, start, end, line))


def _joint(written: str) -> str:
    if written.strip() in ("đến", "tới"):
        return "đến ngày"
    return "đến" if written.strip() in ("-", "–", "—") else "và" if written.strip() in ("và", "&") else ","


def _join(first: str, written: str, last: str) -> str:
    joint = _joint(written)
    return f"{first}, {last}" if joint == "," else f"{first} {joint} {last}"


def _read_days(match: re.Match[str], line: Line) -> Said | None:
    first, last, month = int(match[1]), int(match[3]), int(match[5])
    year = int(match[6]) if match[6] else None
    start, end = match.span()
    near = set(line.before(start, 2))
    joint = _joint(match["joint"])
    if not (1 <= first <= 31 and 1 <= last <= 31 and 1 <= month <= 12) or (joint != "," and first >= last):
        return None
    if year is None and (match["sep"] == "." or (not near & _DATE_WORDS and (not joint.startswith("đến") or near & _NOT_DATES))):
        return None
    if joint == "," and not near & _DAY_WORDS:
        return None
    words = f"{_day_word(line, start)}{_join(cardinal(first), match['joint'], cardinal(last))} tháng {part(month)}{_year(year)}"
    return Said(start, end, words, "date", _doubts(last, month, year, start, end, line))


def _read_span(match: re.Match[str], line: Line) -> Said | None:
    """28/4 - 3/5/2026: two days; a pair of holidays (30/4 - 1/5) is two days named, not the time between them."""
    days = [(int(match[f"d{which}"]), int(match[f"m{which}"]), int(year) if (year := match[f"y{which}"]) else None) for which in (1, 2)]
    if not all(1 <= day <= 31 and 1 <= month <= 12 for day, month, _ in days):
        return None
    doubts: tuple[Doubt, ...] = ()
    for which, (day, month, year) in enumerate(days, start=1):
        doubts += _doubts(day, month, year, match.start(f"d{which}"), match.end(f"y{which}" if year else f"m{which}"), line)
    (first, last) = [f"{cardinal(day)} tháng {part(month)}{_year(year)}" for day, month, year in days]
    joint = ", " if all(day[:2] in _HOLIDAYS and day[2] is None for day in days) and "từ" not in line.before(match.start(), 3) else " đến "
    return Said(match.start(), match.end(), f"{_day_word(line, match.start())}{first}{joint}ngày {last}", "date", doubts)


def _is_date(match: re.Match[str], line: Line) -> bool:
    """Whether N/M without a year is a day: by the words beside it, else by being a known holiday."""
    day, month = int(match["day"]), int(match["month"])
    separator = match["sep"].strip()
    before = line.before(match.start(), 2)
    last = before[-1] if before else ""
    if last in _DAY_WORDS:
        return True
    if not _exists(day, month, None):
        return False
    after = line.after(match.end()) if line.text[match.end() : match.end() + 1] == " " else ""
    if _lunar(line, match.end()):
        return True
    if separator != "/":
        return separator == "-" and (day, month) in _HOLIDAYS and bool(set(before) & {"lễ", "khánh", "ngày", "dịp", "niệm", "mừng"})
    if last in _NOT_DATES or after in _COUNT_AFTER:
        return False
    if re.search(r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|CN)[ ,(]*$", line.text[max(0, match.start() - 14) : match.start()], re.IGNORECASE):
        return True
    if last in _DATE_WORDS:
        return True
    if re.search(r"\d ?(?:giờ|h|phút|g)?\d{0,2}['’]?,? ?$|[-–] ?$|và $|[,;] ?$", line.text[max(0, match.start() - 10) : match.start()]) and (
        day > 12 or re.search(r"\d{1,2}/\d{1,2}[^/]{0,12}$", line.text[max(0, match.start() - 24) : match.start()]) or (day, month) in _HOLIDAYS
    ):
        return True
    if (day, month) in _HOLIDAYS and not (day < month and after):
        return True
    return day > month and not after and last not in _PRESSURE


def _is_likely_date(match: re.Match[str], line: Line) -> bool:
    """A day and month that nobody would write as a part (5/9, 7/11), with no noun behind it that could be counted."""
    day, month = int(match["day"]), int(match["month"])
    last = line.before(match.start())[-1:]
    after = line.text[match.end() : match.end() + 1] == " " and line.after(match.end())
    return (
        match["sep"].strip() == "/" and _exists(day, month, None) and not after and day != month
        and not set(last) & (_NOT_DATES | _PRESSURE) and (month not in (2, 3, 4, 5, 8, 10) or gcd(day, month) > 1)
    )  # fmt: skip


def _read_day_month(match: re.Match[str], line: Line) -> Said | None:
    sure = _is_date(match, line)
    if not sure and not _is_likely_date(match, line):
        return None
    day, month = int(match["day"]), int(match["month"])
    start, end = match.span()
    word = "" if set(line.before(start)) & _STREETS else _day_word(line, start)
    words = f"{word}{cardinal(day)} tháng {part(month)}"
    doubts = _doubts(day, month, None, start, end, line)
    if not sure:
        doubts += (Doubt(start, end, "ambiguous", "“{written}” may be a date or a part; it is read as “{reading}”. Write “ngày {written}” for a date.",
                         {"written": match.group(), "reading": words}),)  # fmt: skip
    return Said(start, end, words, "date", doubts)


def _read_months_year(match: re.Match[str], line: Line) -> Said | None:
    first, last, year = int(match[2]), match[4], int(match[5])
    before = line.before(match.start())
    noun = before[-1] if before else ""
    if match["word"] or (noun == "tháng"):
        if not 1 <= first <= 12:
            return None
        head = "tháng "
    elif noun in _SCALES:
        return None
    elif noun in _MONTH_NOUNS:
        return Said(match.start(), match.end(), f"{cardinal(first)}{_year(year)}", "date") if not last else None
    elif 1 <= first <= 12:
        head = "tháng "
    else:
        return None
    said = _join(part(first), match["joint"], part(int(last))) if last else part(first)
    start = match.start() if not match["word"] else match.end("word")
    keep = "" if match["word"] or noun == "tháng" else head
    return Said(start, match.end(), f"{keep}{said}{_year(year)}", "date")


def _read_month_range(match: re.Match[str], line: Line) -> str | None:
    first, last = int(match[3]), int(match[5])
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return None
    return _join(part(first), match["joint"], part(last))


def _read_month(match: re.Match[str], _line: Line) -> str | None:
    month = int(match["it"])
    return part(month) if 1 <= month <= 12 else None


def _read_in_words(match: re.Match[str], line: Line) -> Said | None:
    day, month = int(match["day"]), int(match["month"])
    year = int(match["year"]) if match["year"] else None
    start, end = match.start("first" if match["first"] else "day"), match.end()
    if not match["noun"].lower().startswith(("ngày", "mùng", "mồng", "hôm")) and not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    days = _join(cardinal(int(match["first"])), match["joint"], cardinal(day)) if match["first"] else cardinal(day)
    return Said(start, end, f"{days} tháng {part(month)}{_year(year)}", "date", _doubts(day, month, year, start, end, line))


def _read_day(match: re.Match[str], _line: Line) -> str | None:
    first, last = int(match[3]), match[5]
    if not 1 <= first <= 31 or (last and not first < int(last) <= 31):
        return None
    return _join(cardinal(first), match["joint"], cardinal(int(last))) if last else cardinal(first)


def _quarter(written: str) -> int:
    return int(written) if written.isdigit() else value(written.upper())


def _read_quarter(match: re.Match[str], _line: Line) -> str:
    words = cardinal(_quarter(match["first"]))
    if match["last"]:
        words = _join(words, match["joint"], cardinal(_quarter(match["last"])))
    return f"quý {words}{_year(int(match['year']) if match['year'] else None)}"


def _read_t_month(match: re.Match[str], _line: Line) -> str | None:
    month = int(match[1])
    return f"tháng {part(month)}{_year(int(match[2]))}" if 1 <= month <= 12 else None


FORMS = (
    Form("quarter", _QUARTER, _read_quarter, digits=False),
    Form("date", _SPAN, _read_span),
    Form("date", _DAYS, _read_days),
    Form("date", _FULL, _read_full),
    Form("date", _ISO, _read_iso),
    Form("date", _SHORT_YEAR, _read_short_year),
    Form("month", _T_MONTH, _read_t_month),
    Form("month", _MONTHS_YEAR, _read_months_year),
    Form("date", _IN_WORDS, _read_in_words),
    Form("date", _DAY_MONTH, _read_day_month),
    Form("month", _MONTH_RANGE, _read_month_range),
    Form("month", _MONTH, _read_month),
    Form("day", _DAY, _read_day),
)
