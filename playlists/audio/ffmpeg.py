"""The bundled ffmpeg, run as a process of its own (it is GPL) and never left to guess what a file is (case E5)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from playlists.clip import Codec
from playlists.errors import SoundError

TIME_LIMIT = timedelta(minutes=5)
_FORMATS: dict[Codec, tuple[str, str]] = {"mp3": ("mp3", "mp3,mp3float"), "opus": ("ogg", "opus")}


@dataclass(frozen=True)
class Finished:
    """What a run left: the bytes of its standard output and the text of its log."""

    output: bytes
    log: str


@cache
def program() -> Path:
    """The absolute path of the ffmpeg that came with imageio-ffmpeg; raises SoundError where there is none."""
    try:
        found = shutil.which(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        found = None
    if found is None:
        raise SoundError("no ffmpeg was found; install the package imageio-ffmpeg, which carries one")
    return Path(found).resolve()


def run(arguments: Sequence[str], sound: bytes | bytearray = b"") -> Finished:
    """Run ffmpeg with one thread; `sound` goes to its standard input.

    Inputs are named in `arguments` with their format; only pipes and plain files may be opened, so no playlist can lead
    anywhere. Raises SoundError where it fails or takes longer than five minutes.
    """
    command = [
        str(program()),
        *("-hide_banner", "-nostats", "-loglevel", "info", "-protocol_whitelist", "file,pipe"),
        *("-filter_threads", "1", "-threads", "1"),
        *arguments,
    ]
    try:
        done = subprocess.run(
            command, input=sound, capture_output=True, timeout=TIME_LIMIT.total_seconds(), check=False
        )
    except subprocess.TimeoutExpired:
        raise SoundError(
            "ffmpeg should have finished within {limit}, and was stopped; try a shorter text", limit=TIME_LIMIT
        ) from None
    except OSError as problem:
        raise SoundError("ffmpeg at {path} could not be started: {problem}", path=command[0], problem=problem) from None
    log = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise SoundError(
            "ffmpeg should have ended well, and ended with {code}: {last}", code=done.returncode, last=_last_line(log)
        )
    return Finished(done.stdout, log)


def pcm_input(rate: int) -> list[str]:
    """The arguments that make ffmpeg read mono s16le of `rate` Hz from its standard input."""
    return ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0"]


def clip_input(path: Path, codec: Codec) -> list[str]:
    """The arguments that make ffmpeg read the file as a clip of this codec and as nothing else."""
    demuxer, decoders = _FORMATS[codec]
    return ["-codec_whitelist", decoders, "-f", demuxer, "-i", f"file:{path.absolute()}"]


def pcm_output(rate: int) -> list[str]:
    """The arguments that make ffmpeg write mono s16le of `rate` Hz to its standard output."""
    return ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-bitexact", "pipe:1"]


def _last_line(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
