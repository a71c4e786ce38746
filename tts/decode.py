"""Sound files of any maker → Speech, through the bundled ffmpeg as a process that is held by the collar.

The file decides nothing but its sound: the format is chosen from its first bytes and fixed, and no other file and no
network can be reached from it (case E5); its size, and the time, the memory and the length of what comes out of it are
bounded while it comes (E3, E4).
"""

import os
import re
import resource
import shutil
import stat
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BufferedReader
from pathlib import Path
from typing import IO, BinaryIO

import imageio_ffmpeg

from tts.errors import ReadableError
from tts.speech import SAMPLE_BYTES, SECOND, Speech

RATE = 24_000
"""Samples per second of everything decoded here."""

FILE_LIMIT = 512 << 20
"""Bytes: an hour and a half of CD sound as WAV."""

_TIME_LIMIT = timedelta(seconds=120)
_CPU_LIMIT_S = 60
_MEMORY_LIMIT = 1 << 30
_LOG_LIMIT = 1 << 20
_TAG_LIMIT = 8 << 20
_CUT_OFF = timedelta(milliseconds=250)
_CUT_OFF_SHARE = 0.02
"""How much shorter than its header says a file may be: encoders pad, and round."""

_DECLARED = re.compile(rb"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_GUESSED = b"Estimating duration from bitrate"


class DecodeRefused(ReadableError):
    """The file is not a sound that may be used."""


@dataclass(frozen=True)
class _Format:
    demuxer: str
    decoders: str
    skip: int = 0


_WAV = _Format("wav", "pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_f64le,pcm_alaw,pcm_mulaw")
_MP3 = _Format("mp3", "mp3,mp3float")
_M4A = _Format("mov", "aac,alac,mp3,mp3float")


def decode(path: Path, *, max_duration: timedelta) -> Speech:
    """The sound of a WAV, MP3 or M4A file, mono at `RATE`. Raises DecodeRefused where it is anything else, or more."""
    with opened(path) as file:
        return decode_open(file, path.name, max_duration=max_duration)


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file, held open and known to be a plain file of a size we take. Links are not followed (E12)."""
    try:
        file = open(path, "rb", opener=_plainly)  # noqa: SIM115 - closed below
    except OSError as error:
        raise DecodeRefused(
            "a sound file was expected at {path}, but it cannot be opened: {error}", path=path, error=error.strerror
        ) from error
    with file:
        _check_size(file, path.name)
        yield file


def decode_open(file: BinaryIO, name: str, *, max_duration: timedelta) -> Speech:
    """As `decode`, of a file that is open already (it may have no name any more); ``name`` is for the messages."""
    _check_size(file, name)
    form = _format(file, name)
    limit = round(max_duration / SECOND * RATE) * SAMPLE_BYTES
    # Opened anew by its number, so that what was checked is what is read, whatever happens to the path.
    command = [
        *[_ffmpeg(), "-nostdin", "-hide_banner", "-nostats", "-loglevel", "info", "-threads", "1"],
        *["-max_alloc", str(_MEMORY_LIMIT // 4), "-protocol_whitelist", "file,pipe"],
        *["-codec_whitelist", form.decoders, "-f", form.demuxer, "-skip_initial_bytes", str(form.skip)],
        *["-i", "file:/dev/fd/0"],
        *["-map", "0:a:0", "-t", str(max_duration / SECOND + 1)],
        *["-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"],
    ]
    with tempfile.TemporaryFile() as log:
        pcm = _output(command, file, log, limit + SAMPLE_BYTES, name)
        log.seek(0)
        told = log.read()
    if len(pcm) > limit:
        raise DecodeRefused(
            "at most {limit_s:g} s of sound were expected, but {name} is longer; cut it",
            limit_s=max_duration / SECOND,
            name=name,
        )
    speech = Speech(pcm, RATE)
    _check_complete(speech, told, name)
    return speech


def _plainly(path: str, flags: int) -> int:
    """A link fails, and a pipe without a writer does not wait for one."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _check_size(file: BinaryIO, name: str) -> None:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise DecodeRefused("a plain file was expected, but {name} is a folder or a device", name=name)
    if status.st_size > FILE_LIMIT:
        raise DecodeRefused(
            "a file of at most {limit_mb} MB was expected, but {name} has {size_mb} MB; save it as MP3 or M4A",
            limit_mb=FILE_LIMIT >> 20,
            size_mb=status.st_size >> 20,
            name=name,
        )


def _format(file: BinaryIO, name: str) -> _Format:
    file.seek(0)
    head = file.read(12)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        _check_wav(file, name)
        return _WAV
    if head[4:8] == b"ftyp":
        return _M4A
    tags = _tags(file, name)
    file.seek(tags)
    if tags or _starts_mp3_frame(file.read(4)):
        return replace(_MP3, skip=tags)
    raise DecodeRefused(
        "a WAV, MP3 or M4A file was expected, but {name} is none of them; save it as one of them again", name=name
    )


def _tags(file: BinaryIO, name: str) -> int:
    """The bytes of ID3v2 tags in front. ffmpeg is not shown them: for 60,000 entries it takes 40 s (E4)."""
    at = 0
    while True:
        file.seek(at)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or max(head[6:]) > 127:
            return at
        footer = 10 if head[5] & 0x10 else 0
        at += 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + footer
        if at > _TAG_LIMIT:
            raise DecodeRefused(
                "at most {limit_mb} MB of title, pictures and the like were expected in front of the sound in {name}; "
                "save it without them",
                limit_mb=_TAG_LIMIT >> 20,
                name=name,
            )


def _starts_mp3_frame(head: bytes) -> bool:
    """ISO/IEC 11172-3, 2.4.1.3: eleven set bits, a version, layer III, a bit rate and a sampling rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer, bit_rate, sampling = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sampling != 3


def _check_wav(file: BinaryIO, name: str) -> None:
    """The samples that the header claims must be there (E4: a header that claims 4 GB)."""
    size = os.fstat(file.fileno()).st_size
    at = 12
    while at + 8 <= size:
        file.seek(at)
        kind, length = struct.unpack("<4sI", file.read(8))
        at += 8 + length + length % 2
        if kind == b"data":
            if at - length % 2 > size:
                raise DecodeRefused(
                    "{claimed} bytes of sound were expected from the header of {name}, but {there} are there; "
                    "it is cut off, save it again",
                    claimed=length,
                    there=length - (at - length % 2 - size),
                    name=name,
                )
            return
    raise DecodeRefused("sound was expected in {name}, but its header names none; save it again", name=name)


def _ffmpeg() -> str:
    """The absolute path: a program of that name in the current folder is not meant."""
    found = shutil.which(imageio_ffmpeg.get_ffmpeg_exe())
    if found is None:
        raise DecodeRefused("ffmpeg was expected in the package imageio-ffmpeg; install it again")
    return str(Path(found).absolute())


def _output(command: list[str], file: BinaryIO, log: IO[bytes], limit: int, name: str) -> bytes:
    """What the command writes, up to ``limit`` bytes; with more to come it is ended there."""
    late = threading.Event()
    process = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=log, cwd="/", env={"LC_ALL": "C"})

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(_TIME_LIMIT / SECOND, give_up)
    with process:
        timer.start()
        try:
            _hold(process.pid)
            assert process.stdout is not None
            pcm = process.stdout.read(limit)
            if len(pcm) < limit:
                process.wait()
        finally:
            timer.cancel()
            process.kill()
    if len(pcm) < limit and process.returncode != 0:
        raise DecodeRefused(
            "{name} should decode within {limit_s:.0f} s without an error, but {what}; save it again",
            limit_s=_TIME_LIMIT / SECOND,
            name=name,
            what="it took longer" if late.is_set() else f"ffmpeg ended with {process.returncode}: {_last_line(log)}",
        )
    return pcm


def _hold(pid: int) -> None:
    """Limits on the running process; a function run in it before its program would not be safe beside threads."""
    limits = {
        resource.RLIMIT_CPU: _CPU_LIMIT_S,
        resource.RLIMIT_AS: _MEMORY_LIMIT,
        resource.RLIMIT_FSIZE: _LOG_LIMIT,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        with suppress(ProcessLookupError):  # it has ended already
            resource.prlimit(pid, kind, (limit, limit))


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    told = [line.strip() for line in lines if line.strip()] or ["nothing said"]
    return "".join(character if character.isprintable() else "?" for character in told[-1][:200])


def _check_complete(speech: Speech, log: bytes, name: str) -> None:
    """What the header promises must have come. A length that was only guessed promises nothing."""
    found = _DECLARED.search(log)
    if found is None or _GUESSED in log:
        return
    hours, minutes, seconds = (float(part) for part in found.groups())
    declared = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if speech.duration < declared - max(_CUT_OFF, declared * _CUT_OFF_SHARE):
        raise DecodeRefused(
            "{declared_s:.1f} s of sound were expected from the header of {name}, but only {came_s:.1f} s are there; "
            "it is cut off, save it again",
            declared_s=declared / SECOND,
            came_s=speech.duration / SECOND,
            name=name,
        )
