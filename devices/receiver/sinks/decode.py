"""One ffmpeg process decodes one programme: its clips joined sample for sample with exact silence.

The clips' bytes were hashed before; still the process is kept on a short lead (E4, E5): fixed demuxer, protocol
whitelist, limits on CPU time, memory and what it may write, and never more than one read beyond the signed samples.
"""

from __future__ import annotations

import re
import resource
import subprocess
import tempfile
from pathlib import Path

from devices.errors import DeviceError
from devices.protocol.messages import Codec
from devices.receiver.player import Programme

BYTES_PER_SAMPLE = 2  # mono s16le
_DEMUXERS: dict[Codec, str] = {"mp3": "mp3", "opus": "ogg"}
_CHUNK = 1 << 16
_MEMORY = 2 << 30
_STDERR_LIMIT = 1 << 16


class DecoderMissing(DeviceError):
    """The ffmpeg program cannot be started."""


def command(ffmpeg: Path, programme: Programme) -> list[str]:
    """The ffmpeg call for `programme`; pure.

    amovie reads and decodes inside the filter graph: sample for sample what `-i` gives, at less than half the cost,
    since no frame goes from thread to thread. apad adds the silence after every clip but the last. asetnsamples only
    makes the blocks larger (p=0: nothing is added at the end). Opus always decodes to 48 kHz: aresample brings it
    to the programme's rate, and leaves alone what is there already.
    """
    silence = f",apad=pad_len={programme.gap_samples}" if programme.gap_samples else ""
    last = len(programme.clips) - 1
    sources = [
        f"amovie={_escaped(clip.path.absolute())}:f={_DEMUXERS[clip.codec]}:dec_threads=1:"
        f"format_opts=protocol_whitelist=file,aresample={programme.rate}{silence if n < last else ''}[c{n}]"
        for n, clip in enumerate(programme.clips)
    ]
    names = "".join(f"[c{n}]" for n in range(last + 1))
    # digital gain, never more than 1
    volume = f",volume={programme.volume / 100:g}" if programme.volume != 100 else ""
    graph = ";".join([*sources, f"{names}concat=n={last + 1}:v=0:a=1{volume},asetnsamples=n={programme.rate}:p=0[pcm]"])
    words = [str(ffmpeg), "-nostdin", "-hide_banner", "-v", "error", "-filter_complex_threads", "1"]
    output = ["-map", "[pcm]", "-f", "s16le", "-ac", "1", "-ar", str(programme.rate), "pipe:1"]
    return [*words, "-filter_complex", graph, *output]


def _escaped(path: Path) -> str:
    """A path as a filter's option inside a filter graph: escaped for each (ffmpeg-filters, "Notes on escaping")."""
    option = re.sub(r"([\\':])", r"\\\1", f"file:{path}")
    return re.sub(r"([\\'\[\],;])", r"\\\1", option)


class Decoding:
    """A running decoder. One thread reads and closes it; `kill` may come from any thread and ends the reading."""

    def __init__(self, ffmpeg: Path, programme: Programme) -> None:
        self.programme = programme
        self.samples = 0
        self._half = b""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the process)
        try:
            self._process = subprocess.Popen(
                command(ffmpeg, programme),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
            )
        except OSError as error:
            self._errors.close()
            raise DecoderMissing(
                "expected the ffmpeg program at {path}, got: {error}; install it or name the right path",
                path=ffmpeg,
                error=error.strerror,
            ) from error
        assert self._process.stdout is not None
        self._stream = self._process.stdout
        _limit(self._process.pid, seconds=10 + int(programme.length.total_seconds() / 10))

    def read(self, samples: int) -> bytes:
        """Between 1 and `samples` samples as s16le bytes; b"" when the signed count was read or the decoder ended."""
        want = min((self.programme.samples - self.samples) * BYTES_PER_SAMPLE, samples * BYTES_PER_SAMPLE, _CHUNK)
        pcm = self._half
        while len(pcm) < min(want, BYTES_PER_SAMPLE):
            more = self._stream.read(want - len(pcm))
            if not more:
                return b""
            pcm += more
        whole = len(pcm) - len(pcm) % BYTES_PER_SAMPLE
        self._half = pcm[whole:]
        self.samples += whole // BYTES_PER_SAMPLE
        return pcm[:whole]

    def fault(self) -> str:
        """After the last read: "" when exactly the signed samples came, else what came instead, in words."""
        expected = self.programme.samples
        if self.samples < expected:
            return f"expected {expected} samples, the decoder gave {self.samples}: {self._last_words()}"
        if self._half or self._stream.read(1):
            return f"expected {expected} samples, the decoder had more: the clips are not what was approved"
        return ""

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()

    def close(self) -> None:
        self.kill()
        self._process.wait()
        self._stream.close()
        self._errors.close()

    def _last_words(self) -> str:
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "it closed its output and went on"
        self._errors.seek(0)
        lines = self._errors.read(_STDERR_LIMIT).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:200] if lines else f"ffmpeg ended with {self._process.returncode}"


def _limit(pid: int, *, seconds: int) -> None:
    """Bound the fresh process before it has opened its input."""
    if not hasattr(resource, "prlimit"):  # not Linux
        return
    try:
        resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))
        resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_STDERR_LIMIT, _STDERR_LIMIT))
    except ProcessLookupError:
        pass  # it has ended already; its output says why
