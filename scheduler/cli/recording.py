"""A person at the microphone: the text before them, a meter while they speak, then keep it, again, or discard it."""

import select
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click
from rich.live import Live
from rich.text import Text

from scheduler.cli.command import err, explained, option, say, translated
from scheduler.clock import system_now
from scheduler.errors import NotAllowedError
from scheduler.microphone import seconds_of
from scheduler.station import Station
from scheduler.usecases.keep_recording import examine_recording
from scheduler.usecases.record_take import LONGEST, record_take, take_path
from tts.levels import FLOOR_DB, Verdict, block_db

_COLUMNS = 64
_BAR = 40
_BAR_DB = 60
_LOUD_DB = -3
_LOOK_S = 0.1
_KEEP, _AGAIN, _DISCARD = "1", "2", "3"

seconds_option = option(
    "--seconds",
    type=click.IntRange(1, LONGEST // timedelta(seconds=1)),
    default=LONGEST // timedelta(seconds=1),
    metavar="SECONDS",
    help="Stop by itself after so many seconds (default: 900).",
)


@contextmanager
def recorded_here(station: Station, subject: str, text: str, words: str, seconds: int, yes: bool) -> Iterator[Path]:
    """A take that the speaker wants to keep; it is deleted at the end of the block, unless an error came.

    `text` is shown to be read, `words` is what must be heard in it. Raises NoMicrophone; tts.levels.Unusable with
    `yes` where it cannot be used; NotAllowedError where nobody can be asked; click.Abort when it was discarded.
    """
    if not yes and not sys.stdin.isatty():
        raise NotAllowedError("{question} Answer with --yes where nobody can be asked.", question=_("Keep it?"))
    _show_text(text)
    while True:
        path = take_path(station, subject, system_now())
        if not yes:
            say("Press Enter to begin. Then Enter ends the recording.")
            sys.stdin.readline()
        _record(path, timedelta(seconds=seconds))
        verdict = examine_recording(path, words)
        show_verdict(verdict)
        answer = _KEEP if yes else _asked(verdict)
        if answer != _AGAIN:
            break
        path.unlink()
    if answer == _DISCARD:
        path.unlink()
        raise click.Abort
    try:
        yield path
    except BaseException:
        say("What was recorded is still in {path}.", path=path)
        raise
    path.unlink()


def show_verdict(verdict: Verdict) -> None:
    """What the recording is like, and what to do about it."""
    levels = verdict.levels
    say(
        "{seconds:.0f} s recorded; voice {speech_db:.0f} dB, loudest {peak_db:.0f} dB, surroundings {noise_db:.0f} dB.",
        seconds=levels.duration / timedelta(seconds=1),
        speech_db=levels.speech_db,
        peak_db=levels.peak_db,
        noise_db=levels.noise_db,
    )
    if verdict.refusal is not None:
        say("  It cannot be used: {reason}.", reason=explained(verdict.refusal))
    elif not verdict.flaws:
        say("  The level is good.")
    for flaw in verdict.flaws:
        say("  note: {note}", note=explained(flaw))


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    levels = verdict.levels
    return {
        "duration_s": round(levels.duration / timedelta(seconds=1), 1),
        "speech_db": round(levels.speech_db, 1),
        "peak_db": round(levels.peak_db, 1),
        "noise_db": round(levels.noise_db, 1),
        "notes": [translated(flaw.template, flaw.values) for flaw in verdict.flaws],
    }


def _show_text(text: str) -> None:
    """In short lines, with room between the paragraphs, for eyes that are at some distance."""
    if not err.is_terminal:
        return
    for paragraph in filter(str.strip, text.split("\n")):
        err.print()
        for line in textwrap.wrap(paragraph, _COLUMNS):
            err.print(f"    {line}", style="bold", markup=False)
    err.print()


def _record(path: Path, longest: timedelta) -> None:
    """Until Enter, Ctrl-C, or the longest length."""
    with _interrupted() as interrupted, _meter() as show:

        def go_on(block: bytes) -> bool:
            show(block)
            return not interrupted.is_set() and not _pressed_enter()

        take = record_take(path, go_on, longest)
    if take.ended_by == "microphone":
        say("The microphone stopped by itself; is it still plugged in? What it heard until then is kept.")
    elif take.ended_by == "length" and longest == LONGEST:
        say("The longest length is reached, {minutes} minutes.", minutes=LONGEST // timedelta(minutes=1))


def _asked(verdict: Verdict) -> str:
    if verdict.refusal is not None:
        question, answers = _("2 record again, 3 discard"), [_AGAIN, _DISCARD]
    else:
        question, answers = _("1 keep, 2 record again, 3 discard"), [_KEEP, _AGAIN, _DISCARD]
    answer: str = click.prompt(question, type=click.Choice(answers), show_choices=False, err=True)
    return answer


def _pressed_enter() -> bool:
    if not sys.stdin.isatty() or not select.select([sys.stdin], [], [], 0)[0]:
        return False
    sys.stdin.readline()
    return True


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """Ctrl-C as an event instead of an exception, so that it ends the recording and loses none of it."""
    event = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _meter() -> Iterator[Callable[[bytes], None]]:
    """A bar for each tenth of a second on a terminal, nothing elsewhere."""
    samples, highest, looked = 0, FLOOR_DB, 0.0
    with Live(console=err, transient=True, auto_refresh=False) if err.is_terminal else nullcontext() as live:

        def show(block: bytes) -> None:
            nonlocal samples, highest, looked
            samples += len(block) // 2
            if live is None or time.monotonic() - looked < _LOOK_S:
                return
            looked = time.monotonic()
            mean, peak = block_db(block) if block else (FLOOR_DB, FLOOR_DB)
            highest = max(highest, peak)
            live.update(_bar(seconds_of(samples), mean, peak, highest), refresh=True)

        yield show


def _bar(length: timedelta, mean: float, peak: float, highest: float) -> Text:
    full, tip = (max(0, min(_BAR, round((level + _BAR_DB) / _BAR_DB * _BAR))) for level in (mean, peak))
    line = Text(f"  {length // timedelta(minutes=1)}:{length.seconds % 60:02d} ")
    line.append("█" * full, style="red" if peak > _LOUD_DB else "green")
    line.append("░" * (tip - full) + " " * (_BAR - tip))
    line.append(_(" {mean:4.0f} dB, loudest {highest:4.0f} dB").format(mean=mean, highest=highest))
    return line
