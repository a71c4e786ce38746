"""A manuscript as an operator hands it in, taken as a bulletin or refused with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath
from typing import TypeVar

from playlists.bulletin import Bulletin, Manner, Priority, Targets
from playlists.errors import InvalidValueError, LineError, ManuscriptError
from playlists.fields import Fields, standard_fields
from playlists.manuscript import letterhead, markdown, values, word
from playlists.manuscript.clean import cleaned, with_plain_line_ends
from playlists.manuscript.encoding import Decoded, decoded, recognised
from playlists.manuscript.header import HEADER_LIMIT, Entry, Header, read_header
from playlists.manuscript.note import Note

SIZE_LIMIT = 1 << 20  # bytes of a written text (case E7)
TEXT_LIMIT = 50_000  # characters, about an hour of speech: longer than the longest session
DEFAULT_DAYS = 7  # from the first to the last day on which a bulletin may be played
DEFAULT_PLAYS = 2

_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old .doc or a document with a password"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF document"),
)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Manuscript:
    """A bulletin without an id yet, how its letters were read, and what its author should know.

    `converted` says that the letters were guessed from an encoding older than Unicode: the author must confirm them.
    """

    bulletin: Bulletin
    encoding: str
    converted: bool
    notes: tuple[Note, ...]


def read_manuscript(name: str, raw: bytes, *, today: date, fields: Fields | None = None) -> Manuscript:
    """Read Markdown (.md), plain text or Word (.docx), with or without a header.

    `name` decides only whether Markdown's signs are taken off, and is named in errors. Without a header the first line
    is the title, and stays in the text; the bulletin is for everyone, from `today` for seven days, twice a week.
    Raises ManuscriptError with every fault and its line.
    """
    try:
        source, notes = _written(raw)
    except LineError as fault:
        raise ManuscriptError(name, [fault]) from fault
    text, clean_notes, faults = cleaned(with_plain_line_ends(source.text))
    lines = text.split("\n")
    header = read_header(lines)
    faults += header.faults
    body, title, body_notes = _body(lines, header, marked=PurePath(name).suffix.lower() in (".md", ".markdown"))
    notes += clean_notes + body_notes
    answers = _Answers({entry.key: entry for entry in header.entries}, faults)
    bulletin = _bulletin(answers, body, title, today, fields or standard_fields())
    if bulletin is None:
        raise ManuscriptError(name, faults)
    if "title" not in answers.entries:
        notes.append(Note(0, "no title was given, so the text's own is taken: {title!r}", {"title": bulletin.title}))
    if bulletin.valid_to < today:
        gone = "its last day {day} has passed; it will not be played"
        notes.append(Note(answers.line("valid_to"), gone, {"day": bulletin.valid_to.isoformat()}))
    return Manuscript(bulletin, source.encoding, source.converted, tuple(sorted(notes, key=lambda note: note.line)))


@dataclass(frozen=True)
class _Answers:
    """The header's entries by key, and the faults found so far; asking goes on after a fault, so that all are named."""

    entries: Mapping[str, Entry]
    faults: list[LineError]

    def ask(self, key: str, reader: Callable[[Entry], _T], default: _T) -> _T:
        entry = self.entries.get(key)
        if entry is None:
            return default
        try:
            return reader(entry)
        except LineError as fault:
            self.faults.append(fault)
            return default

    def line(self, key: str) -> int:
        return self.entries[key].line if key in self.entries else 0


def _written(raw: bytes) -> tuple[Decoded, list[Note]]:
    """The text of a file of any kind we take; legacy fonts inside Word documents are recognised as well."""
    if raw.startswith(b"PK\x03\x04"):
        text, notes = word.lines_of(raw)
        return recognised(_bounded(text), "Word"), notes
    for start, kind in _FOREIGN:
        if raw.startswith(start):
            raise LineError(
                0, "a text or a Word document (.docx) was expected, not {kind}; save it as .docx", kind=kind
            )
    if len(raw) > SIZE_LIMIT:
        raise LineError(
            0,
            "a text of at most {limit} bytes was expected, not {size}; a bulletin is a few pages",
            limit=SIZE_LIMIT,
            size=len(raw),
        )
    source = decoded(raw)
    _bounded(source.text)
    return source, []


def _bounded(text: str) -> str:
    """The text, refused at once where no header can be the reason for its length."""
    if len(text) > TEXT_LIMIT + HEADER_LIMIT:
        raise _too_long(len(text))
    return text


def _too_long(length: int) -> LineError:
    template = "a text of at most {limit} characters, an hour of speech, was expected, not {length}; split it"
    return LineError(0, template, limit=TEXT_LIMIT, length=length)


def _body(lines: list[str], header: Header, *, marked: bool) -> tuple[str, str, list[Note]]:
    """The text to be read, the title it gives itself, and what was left out of it."""
    body, notes = "\n".join(lines[header.body :]), list[Note]()
    if marked:
        body, notes = markdown.plain(body, header.body + 1)
    kept = body.split("\n")
    head = letterhead.read_head(kept)
    for index in head.left_out:
        line = 0 if marked else header.body + index + 1
        notes.append(Note(line, "the letterhead is not read: {written!r}", {"written": kept[index].strip()}))
    body = "\n".join(line for index, line in enumerate(kept) if index not in head.left_out)
    return body.strip("\n"), head.title, notes


def _bulletin(answers: _Answers, body: str, title: str, today: date, fields: Fields) -> Bulletin | None:
    """The bulletin, or None with the reasons among the faults."""
    nothing: tuple[date | None, date | None] = (None, None)
    first, last = answers.ask("valid", values.days, nothing)
    first = answers.ask("valid_from", values.day, first)
    last = answers.ask("valid_to", values.day, last)
    first = first or min(today, last or today)
    last = last or first + timedelta(days=DEFAULT_DAYS - 1)
    wanted = answers.ask("plays_wanted", lambda entry: values.count(entry, 1), DEFAULT_PLAYS)
    fewest = answers.ask("plays_min", lambda entry: values.count(entry, 0), min(1, wanted))
    tags = answers.entries.get("tags")
    places = answers.entries.get("targets")
    targets = answers.ask("targets" if places else "tags", lambda _: values.targets(places, tags), Targets())
    recording = answers.ask("recording", values.recording, None)
    asked_title = answers.ask("title", values.text, title)
    unit = answers.ask("unit", values.text, "")
    campaign = answers.ask("campaign", values.text, None)
    priority = answers.ask("priority", values.priority, Priority.NORMAL)
    field = answers.ask("field", lambda entry: values.field(entry, fields), min(fields.names))
    voice = answers.ask("voice", values.text, None)
    manner = Manner(
        pace=answers.ask("pace", values.pace, None),
        readings=answers.ask("readings", values.readings, 1),
        telephones_twice=answers.ask("telephones_twice", values.yes, None),
        music=answers.ask("music", values.music, None),
    )
    if last < first:
        template = "the last day {last} lies before the first day {first}; exchange or correct them"
        line = answers.line("valid_to") or answers.line("valid") or answers.line("valid_from")
        answers.faults.append(LineError(line, template, first=first.isoformat(), last=last.isoformat()))
    if fewest > wanted:
        template = "at least {fewest} plays a week cannot be had of {wanted} wanted; correct one of them"
        answers.faults.append(LineError(answers.line("plays_min"), template, fewest=fewest, wanted=wanted))
    answers.faults.extend(_text_faults(body, recording))
    if answers.faults:
        return None
    try:
        return Bulletin(
            id="",
            title=asked_title,
            field=field,
            unit=unit,
            campaign=campaign,
            priority=priority,
            targets=targets,
            valid_from=first,
            valid_to=last,
            plays_wanted=wanted,
            plays_min=fewest,
            voice=voice,
            recording=recording,
            text=body,
            manner=manner,
        )
    except InvalidValueError as problem:
        answers.faults.append(LineError(0, problem.template, **problem.values))
        return None


def _text_faults(body: str, recording: str | None) -> list[LineError]:
    if len(body) > TEXT_LIMIT:
        return [_too_long(len(body))]
    if recording is None and not any(character.isalnum() for character in body):
        return [LineError(0, "words to speak were expected, and the text has none; write it below the header")]
    return []
