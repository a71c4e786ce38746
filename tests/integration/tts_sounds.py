"""Sound files for the tests of tts, made by the real ffmpeg."""

import subprocess
from pathlib import Path

import imageio_ffmpeg

from tts.speech import Speech


def ffmpeg(*arguments: str, stdin: bytes = b"") -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True, timeout=60).stdout


def mp3_of(speech: Speech) -> bytes:
    return ffmpeg(
        "-f", "s16le", "-ar", str(speech.rate), "-ac", "1", "-i", "pipe:0", "-f", "mp3", "pipe:1", stdin=speech.pcm
    )


def tone(path: Path, seconds: float = 2, *options: str) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"sine=440:duration={seconds}", *options, str(path))
    return path
