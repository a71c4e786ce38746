"""The week's report as one self-contained HTML page in Vietnamese, to be read on a screen or printed and signed."""

from collections.abc import Callable
from datetime import datetime

from playlists.week import TIMEZONE
from scheduler.catalogue import in_vietnamese
from scheduler.facts import Grade
from scheduler.reports.document import KIND_SIGNS, SIGNS
from scheduler.reports.template import template
from scheduler.reports.week import WeekReport
from scheduler.verdict import PlayState, XomState

DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
STATES: dict[XomState, str] = {
    "met": "Đạt",
    "on_track": "Đúng tiến độ",
    "at_risk": "Có nguy cơ",
    "missed": "Không đạt",
    "impossible": "Không thể đạt",
    "waived": "Được miễn, giảm",
}
PLAYS: dict[PlayState, str] = {
    "played": "đã phát, có xác nhận",
    "failed": "không phát được",
    "unknown": "chưa có xác nhận",
    "awaited": "đang phát hoặc đợi xác nhận",
    "upcoming": "sắp phát",
    "cancelled": "đã hủy",
}
GRADES_IN_WORDS: dict[Grade, str] = {
    "planned": "đã xếp lịch",
    "delivered": "cụm thu đã nhận lịch",
    "started": "đã bắt đầu phát",
    "completed": "đã phát trọn",
    "heard": "đã ra loa",
}


def _local(instant: datetime, form: str = "%H:%M %d/%m/%Y") -> str:
    return instant.astimezone(TIMEZONE).strftime(form)


def week_page(report: WeekReport, translate: Callable[[str], str] = in_vietnamese) -> str:
    """The page. `translate` puts the English templates of reasons into Vietnamese; outside text is escaped."""
    return template("week.html", local=_local).render(
        report=report,
        translate=translate,
        days=DAYS,
        states=STATES,
        plays=PLAYS,
        signs=SIGNS,
        kinds=KIND_SIGNS,
        grades=GRADES_IN_WORDS,
    )
