"""A bulletin: one script with its header, the unit of approval."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from playlists.errors import InvalidValueError
from playlists.xom import Xom

TITLE_LIMIT = 300  # characters
MOST_PLAYS = 28  # a week: twice in each of two windows a day
SLOWEST, FASTEST = 0.5, 1.6  # paces of a voice

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # names Windows keeps for devices
_FILE_NAME = re.compile(r"[^/\\:*?\"<>|\x00-\x1f\x7f]{1,150}")


class Priority(StrEnum):
    """The three priorities of Circular 39/2020/TT-BTTTT: thông thường, ưu tiên, khẩn cấp."""

    NORMAL = "normal"
    PRIORITY = "priority"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Targets:
    """Where a bulletin is to be heard: everywhere, or in the named xóm and in those that carry one of the tags."""

    everyone: bool = True
    xom: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.everyone == bool(self.xom or self.tags):
            raise InvalidValueError("targets must be either everyone or a list of xóm or tags")

    def includes(self, xom: Xom) -> bool:
        return self.everyone or xom.id in self.xom or not self.tags.isdisjoint(xom.tags)


@dataclass(frozen=True)
class Manner:
    """How a bulletin asks to be read; None where the station's usual way holds.

    ``pace`` is a factor (0.8: slower), ``readings`` how often the whole is read, ``music`` the plain name of a sound
    file to be heard under it, "" for none.
    """

    pace: float | None = None
    readings: int = 1
    telephones_twice: bool | None = None
    music: str | None = None

    def __post_init__(self) -> None:
        if self.pace is not None and not SLOWEST <= self.pace <= FASTEST:
            raise InvalidValueError(
                "the pace of a bulletin must lie between {low} and {high}, not {pace}",
                low=SLOWEST,
                high=FASTEST,
                pace=self.pace,
            )
        if self.readings not in (1, 2):
            raise InvalidValueError("a bulletin can be read 1 or 2 times in one go, not {count}", count=self.readings)
        if self.music and not is_safe_file_name(self.music):
            raise InvalidValueError(
                "music is the plain name of a file beside the bulletin, not {name!r}", name=self.music
            )


@dataclass(frozen=True)
class Bulletin:
    """One script and what its header asks for.

    `id` is "" until the store gives one (case E12: ids are never taken from file names). `field` is the code of the
    provincial system's LoaiLinhVuc. `campaign` names the content that the weekly guarantee counts. `valid_to` is the
    last day on which it may be played. `plays_wanted` and `plays_min` count plays per xóm and week. `recording` is the
    plain name of a sound file that takes the place of a voice; then, and only then, `text` may be empty.
    Raises InvalidValueError.
    """

    id: str
    title: str
    field: int
    unit: str
    campaign: str | None
    priority: Priority
    targets: Targets
    valid_from: date
    valid_to: date
    plays_wanted: int
    plays_min: int
    voice: str | None
    recording: str | None
    text: str
    manner: Manner = Manner()

    def __post_init__(self) -> None:
        if self.id and not is_safe_id(self.id):
            raise InvalidValueError(
                "a bulletin's id holds 1 to 64 small letters, digits and hyphens, not {id!r}; let the station give it",
                id=self.id,
            )
        _check_line("title", self.title, TITLE_LIMIT)
        if not self.title.strip():
            raise InvalidValueError("a bulletin needs a title; write one in its header or as its first line")
        _check_line("unit", self.unit, TITLE_LIMIT)
        _check_line("campaign", self.campaign or "", TITLE_LIMIT)
        _check_line("voice", self.voice or "", TITLE_LIMIT)
        if self.field < 1:
            raise InvalidValueError("a field is a code from 1 upwards, not {field}", field=self.field)
        if self.valid_to < self.valid_from:
            raise InvalidValueError(
                "a bulletin's last day {last} lies before its first day {first}; exchange or correct them",
                first=self.valid_from.isoformat(),
                last=self.valid_to.isoformat(),
            )
        if not 1 <= self.plays_wanted <= MOST_PLAYS:
            raise InvalidValueError(
                "plays wanted a week must be 1 to {most}, not {wanted}", most=MOST_PLAYS, wanted=self.plays_wanted
            )
        if not 0 <= self.plays_min <= self.plays_wanted:
            raise InvalidValueError(
                "the fewest plays a week must be 0 to the {wanted} wanted, not {fewest}",
                wanted=self.plays_wanted,
                fewest=self.plays_min,
            )
        if self.recording is not None and not is_safe_file_name(self.recording):
            raise InvalidValueError(
                "a recording is the plain name of a file beside the bulletin, not {name!r}", name=self.recording
            )
        if not unicodedata.is_normalized("NFC", self.text):
            raise InvalidValueError("a bulletin's text must be in Unicode NFC; read it with read_manuscript")
        if not self.text.strip() and self.recording is None:
            raise InvalidValueError("a bulletin needs words to speak, or a recording; it has neither")

    @property
    def digest(self) -> str:
        """SHA-256 over the header and the text, without the id: what an approval is bound to (cases E9, E15)."""
        content = {
            "title": self.title,
            "field": self.field,
            "unit": self.unit,
            "campaign": self.campaign,
            "priority": self.priority.value,
            "targets": {
                "everyone": self.targets.everyone,
                "xom": sorted(self.targets.xom),
                "tags": sorted(self.targets.tags),
            },
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "plays_wanted": self.plays_wanted,
            "plays_min": self.plays_min,
            "voice": self.voice,
            "recording": self.recording,
            "text": self.text,
        }
        if self.manner != Manner():  # what was approved before there were manners keeps its digest
            content["manner"] = asdict(self.manner)
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def is_safe_id(text: str) -> bool:
    """Whether `text` may name a file, a topic level and a row anywhere, on any system (cases B18, E12)."""
    return _ID.fullmatch(text) is not None and _RESERVED.fullmatch(text) is None


def is_safe_file_name(text: str) -> bool:
    """Whether `text` is one visible file name and no path (case E12)."""
    stem = text.split(".", 1)[0].strip().lower()
    return (
        _FILE_NAME.fullmatch(text) is not None
        and not text.startswith(".")
        and text == text.strip(" .")
        and _RESERVED.fullmatch(stem) is None
    )


def _check_line(name: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise InvalidValueError(
            "{name} holds at most {limit} characters, not {length}", name=name, limit=limit, length=len(text)
        )
    if not unicodedata.is_normalized("NFC", text) or any(unicodedata.category(c) in ("Cc", "Cf") for c in text):
        raise InvalidValueError(
            "{name} must be one line of plain text in Unicode NFC, not {text!r}", name=name, text=text
        )
