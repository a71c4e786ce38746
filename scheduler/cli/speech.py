"""loa speech: words and sound without a bulletin."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TextIO

import click

from playlists.audio.settings import SoundSettings
from playlists.render import render_bulletin
from scheduler.cli.command import DiskPath, Group, argument, emit, json_option, option, optional_station_option, say
from scheduler.cli.opening import opened_if_any, vocabulary_of
from scheduler.cli.outside import tell_outside
from scheduler.usecases.outside_voices import online
from scheduler.usecases.voice_bulletin import spoken_by
from scheduler.usecases.voice_settings import voice_settings
from tts.cache import SpeechCache
from tts.delivery import Delivery, scripted
from tts.normalise import read
from tts.settings import VoiceSettings
from tts.speak import speak
from tts.voices import voices_named

CACHE_BYTES = 100_000_000


@click.group("speech", cls=Group, help="Try how words are read and how they sound.")
def speech() -> None:
    pass


@speech.command("text", help="One line of spoken words for each line of FILE (- or nothing: standard input).")
@argument("file", type=click.File("r", encoding="utf-8-sig"), default="-")
@optional_station_option
@json_option
def text(file: TextIO, station_folder: Path | None, as_json: bool) -> None:
    lexicon = vocabulary_of(opened_if_any(station_folder)).lexicon
    lines = [line.rstrip("\n") for line in file]
    spoken = [" ".join(read(line, lexicon).lines) for line in lines]
    emit(
        [{"written": line, "spoken": words} for line, words in zip(lines, spoken, strict=True)],
        as_json,
        lambda: sys.stdout.writelines(f"{words}\n" for words in spoken),
    )


@speech.command("audio", help="Read FILE (- for standard input) aloud into a finished clip.")
@argument("file", type=click.File("r", encoding="utf-8-sig"))
@option("--voice", default="espeak", help="The voice's name, as in config.toml (default: espeak).")
@option(
    "-o",
    "--output",
    type=DiskPath(dir_okay=False),
    required=True,
    help="Where to write the MP3.",
)
@optional_station_option
@json_option
def audio(file: TextIO, voice: str, output: Path, station_folder: Path | None, as_json: bool) -> None:
    station = opened_if_any(station_folder)
    words = vocabulary_of(station)
    reading = words.read(file.read())
    voices = voices_named([voice], voice_settings(station) if station else VoiceSettings())
    tell_outside(online(voices))
    speakers = {**dict.fromkeys(("", "male", "female"), voices), **(words.voices(station, reading) if station else {})}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said = speak(scripted(reading, Delivery()), speakers, SpeechCache(folder / "cache", CACHE_BYTES))
        clip = render_bulletin(said.sequence, SoundSettings(), folder).clip
        draft = output.with_name(f".{output.name}.part")
        shutil.copyfile(clip.path(folder), draft)
        draft.replace(output)
    document = {
        "output": str(output),
        "digest": clip.digest,
        "duration_s": round(clip.duration.total_seconds(), 3),
        "voice": spoken_by(said),
    }
    emit(document, as_json, lambda: say("{output}: {duration_s} s, {voice}", **document))
