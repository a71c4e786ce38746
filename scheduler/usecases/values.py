"""Rows of the store ↔ frozen values of the other rooms, and settings ↔ rules."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from playlists.audio.settings import SoundSettings
from playlists.bulletin import Bulletin, Manner, Priority, Targets
from playlists.clip import Clip, codec_named
from playlists.days import DayRules, silent_days, windows_in
from playlists.rules import Blackout, QuietHours, Relay, Window, daily
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom
from scheduler.audit.entry import instant_text
from scheduler.config import Config
from scheduler.sections import RulesSettings, WindowSettings
from scheduler.store.tables import BulletinRow, ClipRow, LexiconRow, XomRow
from tts.normalise import Entry, Lexicon


def bulletin_row(bulletin: Bulletin, *, state: str, clip: str | None, at: datetime) -> BulletinRow:
    return BulletinRow(
        id=bulletin.id,
        title=bulletin.title,
        field=str(bulletin.field),
        unit=bulletin.unit,
        campaign=bulletin.campaign,
        priority=bulletin.priority.value,
        targets={
            "everyone": bulletin.targets.everyone,
            "xom": sorted(bulletin.targets.xom),
            "tags": sorted(bulletin.targets.tags),
        },
        valid_from=bulletin.valid_from.isoformat(),
        valid_to=bulletin.valid_to.isoformat(),
        plays_wanted=bulletin.plays_wanted,
        plays_min=bulletin.plays_min,
        voice=bulletin.voice,
        recording=bulletin.recording,
        text=bulletin.text,
        manner=asdict(bulletin.manner),
        digest=bulletin.digest,
        state=state,
        clip=clip,
        updated_at=instant_text(at),
    )


def bulletin_value(row: BulletinRow) -> Bulletin:
    return Bulletin(
        id=row.id,
        title=row.title,
        field=int(row.field),
        unit=row.unit,
        campaign=row.campaign,
        priority=Priority(row.priority),
        targets=Targets(
            everyone=row.targets["everyone"],
            xom=frozenset(row.targets["xom"]),
            tags=frozenset(row.targets["tags"]),
        ),
        valid_from=date.fromisoformat(row.valid_from),
        valid_to=date.fromisoformat(row.valid_to),
        plays_wanted=row.plays_wanted,
        plays_min=row.plays_min,
        voice=row.voice,
        recording=row.recording,
        text=row.text,
        manner=Manner(**row.manner),
    )


def clip_row(clip: Clip, *, spoken_by: str | None, at: datetime) -> ClipRow:
    return ClipRow(
        digest=clip.digest,
        kind=clip.kind,
        size=clip.size,
        samples=clip.samples,
        rate=clip.rate,
        codec=clip.codec,
        duration_ms=milliseconds(clip.duration),
        spoken_by=spoken_by,
        made_at=instant_text(at),
    )


def clip_value(row: ClipRow) -> Clip:
    duration = timedelta(seconds=row.samples / row.rate)
    return Clip(row.digest, row.size, row.samples, row.rate, duration, row.kind, codec_named(row.codec))


def lexicon_value(rows: Iterable[LexiconRow]) -> Lexicon:
    """The lexicon to read with; of two readings of one form first that which asks for more words beside it."""
    narrow_first = sorted(rows, key=lambda row: (row.before == "") + (row.after == ""))
    return Lexicon(
        Entry(row.written, row.spoken, frozenset(filter(None, [row.before])), frozenset(filter(None, [row.after])))
        for row in narrow_first
    )


def xom_value(row: XomRow, config: Config, week: Week) -> Xom:
    """A xóm in one week: the commune's windows where it has none of its own, and the silences that concern it."""
    rules = day_rules(config.rules)
    windows = tuple(_window(w["days"], w["from"], w["to"]) for w in row.windows) or commune_windows(config.rules)
    ours = [Blackout(_instant(b["from"]), _instant(b["to"]), b["why"]) for b in row.blackouts]
    ours += [Blackout(b.start, b.end, b.why) for b in config.rules.blackouts if b.xom is None or row.id in b.xom]
    ours += silent_days(week, windows, rules)
    return Xom(
        id=row.id,
        name=row.name,
        tags=frozenset(row.tags),
        windows=windows_in(week, windows, rules),
        daily_cap=timedelta(seconds=row.daily_cap_s),
        blackouts=tuple(ours),
    )


def day_rules(rules: RulesSettings) -> DayRules:
    return DayRules(frozenset(rules.days), rules.holidays, frozenset(special.day for special in rules.special_days))


def commune_windows(rules: RulesSettings) -> tuple[Window, ...]:
    return tuple(Window(frozenset(w.days), w.start, w.end) for w in rules.windows)


def written_windows(windows: tuple[WindowSettings, ...] | None) -> list[dict[str, Any]]:
    """Windows as an evidence row holds them."""
    return [{"days": list(w.days), "from": _clock(w.start), "to": _clock(w.end)} for w in windows or ()]


def quiet_hours(rules: RulesSettings) -> tuple[QuietHours, ...]:
    return tuple(QuietHours(span.start, span.end) for span in rules.quiet)


def relays(rules: RulesSettings) -> tuple[Relay, ...]:
    return tuple(
        Relay(frozenset(r.days), r.start, r.end, None if r.xom is None else frozenset(r.xom), r.name)
        for r in rules.relays
    )


def volume_at(rules: RulesSettings, start: datetime) -> int:
    """How loud a slot is that starts then, in percent: the first of the hours it lies in, by the clock of Vietnam."""
    today = start.astimezone(TIMEZONE).date()
    for hours in rules.volume:
        if any(daily(hours.start, hours.end, day).contains(start) for day in (today, today - timedelta(days=1))):
            return hours.percent
    return 100


def sound_settings(config: Config) -> SoundSettings:
    sound = config.sound
    return SoundSettings(
        loudness_lufs=sound.loudness_lufs,
        peak_dbtp=sound.peak_dbtp,
        codec=sound.codec,
        bitrate_kbps=sound.bitrate_kbps,
        horn_filter=sound.horn_filter,
    )


def milliseconds(duration: timedelta) -> int:
    return round(duration / timedelta(milliseconds=1))


def _window(days: list[int], start: str, end: str) -> Window:
    return Window(frozenset(days), time.fromisoformat(start), time.fromisoformat(end))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _clock(value: time) -> str:
    return value.isoformat(timespec="auto" if value.second else "minutes")
