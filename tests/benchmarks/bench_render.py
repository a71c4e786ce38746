"""From words to a finished clip: speed on one core, beside plain ffmpeg, and memory over many bulletins.

Run: make bench, or python tests/benchmarks/bench_render.py. It prints figures and ratios and never fails on them. What
we ask for: 40 times real time from words to clip, a ratio to plain ffmpeg of 0.7, memory that does not grow. Seconds
are of processor time, our own and that of espeak and ffmpeg, since other work on the machine moves the wall clock.

Plain ffmpeg is what one would type who knows the filters: a pass that measures, a pass that filters, limits and encodes
at the gain that follows, a pass that decodes the file and measures it. It starts from the same speech, filters and
settings; it knows no pauses, no turns, no marks, and where it misses the target nobody notices.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import imageio_ffmpeg

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests' own station
from scheduler_cast import CONFIG, MANUSCRIPT, SUNDAY, written

from playlists.audio import loudness, voice
from playlists.audio.settings import SoundSettings
from playlists.render import render_bulletin
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.found_station import found_station
from scheduler.usecases.voice_bulletin import voice_bulletin
from tts.cache import SpeechCache
from tts.delivery import Delivery, scripted
from tts.normalise import read
from tts.script import Script, Turn
from tts.settings import VoiceSettings
from tts.speak import Spoken, speak
from tts.voices import voices_named

GOLDEN = Path(__file__).parents[1] / "golden"
BULLETIN = timedelta(minutes=3)
SECOND = timedelta(seconds=1)
SETTINGS = SoundSettings()
ROUNDS = 3
CACHE_BYTES = 1_000_000_000
FEW, MANY = 5, 50
GAIN_DB = 7.0  # brings espeak to the compressor's level, near enough
T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time and of the wall clock."""

    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:6.2f} s of processor, {self.wall:6.2f} s of the clock"


def processor() -> float:
    """Ours and that of every process we have waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(work: Callable[[], T], rounds: int = ROUNDS) -> tuple[T, Cost]:
    """The cheapest of a few rounds."""
    costs = []
    for _ in range(rounds):
        cpu, wall = processor(), time.perf_counter()
        result = work()
        costs.append(Cost(processor() - cpu, time.perf_counter() - wall))
    return result, min(costs, key=lambda cost: cost.cpu)


def spoken(script: Script, folder: Path) -> Spoken:
    """Said by espeak in a process of its own, or out of the cache in `folder`."""
    (espeak,) = voices_named(["espeak"], VoiceSettings())
    try:
        return speak(script, {"": [espeak]}, SpeechCache(folder, CACHE_BYTES))
    finally:
        espeak.close()  # type: ignore[attr-defined]


def said(length: timedelta) -> str:
    """So much of the plan of the golden files as fills this time."""
    lines = [line for line in (GOLDEN / "ke-hoach-dien-chau.txt").read_text("utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        for count in range(5, len(lines)):
            text = "\n".join(lines[:count])
            whole = spoken(scripted(read(text), Delivery()), Path(folder))
            if sum((turn.speech.duration for turn in whole.turns), timedelta(0)) >= length:
                return text
    raise AssertionError("the golden text is shorter than that")


def plain_ffmpeg(pcm: bytes, rate: int, out: Path, *, check: bool) -> str:
    """The passes of a script that only calls ffmpeg; what the last one measured."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    shared = [program, "-hide_banner", "-nostats", "-filter_threads", "1", "-threads", "1"]
    source = ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0"]
    filters = [f"aresample={SETTINGS.rate}", "aformat=sample_fmts=dbl", *voice.HORN, *voice.PHASE_ROTATOR]
    filters += [f"volume={GAIN_DB}dB", voice.compressor(SETTINGS)]
    found = run([*shared, *source, "-af", ",".join([*filters, "ebur128=framelog=quiet"]), "-f", "null", "-"], pcm)
    gain = SETTINGS.loudness_lufs - float(re.findall(r"I:\s+(-?[\d.]+) LUFS", found)[-1]) + 0.5
    finish = [f"volume={gain}dB", "aresample=96000", "alimiter=limit=-2.8dB:attack=2:release=60:level=false"]
    chain = ",".join([*filters, *finish, f"aresample={SETTINGS.rate}"])
    mp3 = ["-c:a", "libmp3lame", "-b:a", f"{SETTINGS.kbps}k", "-bitexact", "-f", "mp3", "-y", str(out)]
    run([*shared, *source, "-af", chain, "-ac", "1", *mp3], pcm)
    if not check:
        return ""
    told = run([*shared, "-f", "mp3", "-i", str(out), "-af", "ebur128=framelog=quiet:peak=true", "-f", "null", "-"])
    lufs, dbtp = re.findall(r"(?:I|Peak):\s+(-?[\d.]+) (?:LUFS|dBFS)", told)[-2:]
    return f"{lufs} LUFS, {dbtp} dBTP"


def run(command: list[str], pcm: bytes = b"") -> str:
    return subprocess.run(command, input=pcm, capture_output=True, check=True).stderr.decode()


def speed(folder: Path) -> None:
    text = said(BULLETIN)
    caches = iter(folder / f"cache{number}" for number in range(100))

    def whole(cache: Path) -> Spoken:
        told = spoken(scripted(read(text), Delivery()), cache)
        render_bulletin(told.sequence, SETTINGS, folder / "audio")
        return told

    told, fresh = measured(lambda: whole(next(caches)))
    kept = next(caches)
    whole(kept)
    _, again = measured(lambda: whole(kept))
    rendered, rendering = measured(lambda: render_bulletin(told.sequence, SETTINGS, folder / "audio"))
    length = rendered.clip.duration / SECOND
    measure = loudness.of_file(rendered.clip.path(folder / "audio"), SETTINGS.rate).loudness
    print(f"a bulletin of {length:.0f} s, one core")
    print(f"  words to clip       {fresh}: {length / fresh.cpu:5.0f} times real time (we ask for 40)")
    print(f"  its speech kept     {again}: {length / again.cpu:5.0f} times real time")
    print(f"  speech to clip      {rendering}: {measure.integrated} LUFS, {measure.true_peak} dBTP")
    (speech,) = (turn.speech for turn in told.turns)
    out = folder / "plain.mp3"
    result, plain = measured(lambda: plain_ffmpeg(speech.pcm, speech.rate, out, check=True))
    _, blind = measured(lambda: plain_ffmpeg(speech.pcm, speech.rate, out, check=False))
    print(f"  plain ffmpeg        {plain}: {result}; ratio {plain.cpu / rendering.cpu:.2f} (we ask for 0.7)")
    print(f"  without its check   {blind}: ratio {blind.cpu / rendering.cpu:.2f}")


def kept(folder: Path) -> None:
    """A bulletin of a station, rendered, and rendered again with nothing changed."""
    station = found_station(folder / "station", CONFIG, SUNDAY).station
    header = MANUSCRIPT[: MANUSCRIPT.rindex("+++") + 4]
    bulletin = add_bulletin(station, written(header + said(BULLETIN)), SUNDAY).bulletin.id
    _, first = measured(lambda: voice_bulletin(station, bulletin, SUNDAY), rounds=1)
    voiced, second = measured(lambda: voice_bulletin(station, bulletin, SUNDAY))
    print(f"  of a station, first {first}")
    print(f"  second, {'kept' if voiced.kept else 'MADE AGAIN'}        {second}")


def memory() -> None:
    """Prints the peak of our own memory after few and after many bulletins; run in a process of its own."""
    lines = (GOLDEN / "ke-hoach-dien-chau.txt").read_text("utf-8").splitlines()
    sentences = [sentence for line in lines for sentence in scripted(read(line), Delivery()).turns]
    turns = [Turn("", turn.sentences) for turn in sentences if len(turn.words) > 60]
    with tempfile.TemporaryDirectory() as name:
        for count in range(1, MANY + 1):
            script = Script(tuple(turns[(count + place) % len(turns)] for place in range(3)))
            render_bulletin(spoken(script, Path(name) / "cache").sequence, SETTINGS, Path(name) / "audio")
            if count in (FEW, MANY):
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(f"  {count:>2} bulletins: {peak:.0f} MB at most")


def main() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if "--memory" in sys.argv:
        memory()
        return
    with tempfile.TemporaryDirectory() as name:
        speed(Path(name))
        kept(Path(name))
    print("memory of our own process, without espeak and ffmpeg", flush=True)
    subprocess.run([sys.executable, __file__, "--memory"], check=True)


if __name__ == "__main__":
    main()
