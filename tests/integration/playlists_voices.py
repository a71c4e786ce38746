"""What the tests of sound have in common: a real voice, and samples as numbers."""

import struct
import subprocess
from datetime import timedelta
from pathlib import Path

from playlists.audio import ffmpeg
from playlists.clip import Clip
from tts.delivery import plain
from tts.settings import VoiceSettings
from tts.speech import Speech
from tts.voices import voices_named

WORDS = (
    "kính thưa bà con và nhân dân trong xã. công an xã thông báo, tuyệt đối không cung cấp mã xác thực, mật khẩu cho "
    "bất kỳ ai qua điện thoại. khi có nghi ngờ, bà con gọi ngay số một một ba."
)


def spoken(voice: str, words: str = WORDS) -> Speech:
    (found,) = voices_named([voice], VoiceSettings())
    try:
        return found.speak(plain(words))
    finally:
        found.close()  # type: ignore[attr-defined]


def samples_of(speech: Speech) -> list[int]:
    return list(struct.unpack(f"<{speech.samples}h", speech.pcm))


def of_samples(samples: list[float], rate: int) -> Speech:
    held = (max(-32768, min(32767, round(value))) for value in samples)
    return Speech(struct.pack(f"<{len(samples)}h", *held), rate)


def decoded(clip: Clip, folder: Path) -> Speech:
    """What the bundled ffmpeg makes of the file, asked as plainly as can be."""
    command = [str(ffmpeg.program()), "-v", "error", "-i", str(clip.path(folder)), "-ar", str(clip.rate)]
    done = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=True, timeout=60)
    return Speech(done.stdout, clip.rate)


def within(speech: Speech, start: timedelta, end: timedelta) -> Speech:
    """A stretch of it."""
    first, last = (2 * round(moment / timedelta(seconds=1) * speech.rate) for moment in (start, end))
    return Speech(speech.pcm[first:last], speech.rate)
