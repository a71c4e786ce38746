"""What an approver listens to: the clip under the bulletin's name, and a transcript with each sentence's start."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from scheduler.station import Station
from scheduler.usecases.voice_bulletin import Voiced


@dataclass(frozen=True)
class Preview:
    audio: Path
    transcript: Path


def write_preview(station: Station, voiced: Voiced) -> Preview:
    """Leave both files in preview/ of the station folder, in the place of earlier ones."""
    station.preview.mkdir(exist_ok=True)
    preview = Preview(station.preview / f"{voiced.bulletin.id}.mp3", station.preview / f"{voiced.bulletin.id}.txt")
    shutil.copyfile(voiced.clip.path(station.audio), preview.audio)
    preview.transcript.write_text(transcript(voiced), encoding="utf-8")
    return preview


def transcript(voiced: Voiced) -> str:
    """One line for each sentence: where it starts in the speech (m:ss), and its words."""
    lines = [
        f"{int(mark.start.total_seconds()) // 60}:{int(mark.start.total_seconds()) % 60:02d}  {mark.text}"
        for mark in voiced.marks
    ]
    return "\n".join([voiced.bulletin.title, "", *(lines or voiced.reading.words.split("\n"))]) + "\n"
