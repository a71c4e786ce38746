"""The process that holds Piper (GPL, and a hundred megabytes of libraries and model) away from the station.

Run by its path, with nothing of ours imported: ``piper_worker.py MODEL CONFIG SPEAKER``, the speaker a name, a number
or "" for the model's first. Speaks over pipes in frames of a 4-byte big-endian length and that many bytes: first out a
JSON object {rate, model, config}, the last two the SHA-256 of the files as they were loaded, or {error}; then for each
request in (a JSON object {words, pace}) a byte 0 and the samples (16-bit mono), or a byte 1 and why not. End of input
ends it.
"""

import contextlib
import hashlib
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

CLAUSE_LIMIT_S = 110
MEMORY_LIMIT = 6 << 30
"""Of addresses, of which the runtime reserves far more than it fills."""

Say = Callable[[str, float], bytes]


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the libraries print must not come between the frames
    try:
        say, hello = loaded(Path(arguments[0]), Path(arguments[1]), arguments[2])
    except Exception as error:  # whatever a damaged model makes the libraries raise
        write_frame(answers, json.dumps({"error": told(error)}).encode())
        return 0
    write_frame(answers, json.dumps(hello).encode())
    while (request := read_frame(requests)) is not None:
        signal.alarm(CLAUSE_LIMIT_S)
        try:
            asked = json.loads(request)
            answer = b"\0" + say(asked["words"], asked["pace"])
        except Exception as error:
            answer = b"\1" + told(error).encode()
        signal.alarm(0)
        write_frame(answers, answer)
    return 0


def loaded(model: Path, config: Path, speaker: str) -> tuple[Say, dict[str, Any]]:
    # Here and not above: that they cannot be loaded is to be told, not to end us.
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig, SynthesisConfig

    weights, described = model.read_bytes(), config.read_bytes()
    settings = PiperConfig.from_dict(json.loads(described))
    if settings.sample_rate not in range(8_000, 48_001):
        raise ValueError(f"8000 to 48000 samples per second were expected, not {settings.sample_rate}")
    number = speaker_number(settings.num_speakers, settings.speaker_id_map, speaker)
    options = onnxruntime.SessionOptions()
    # One thread: sums are then made in one order on any machine, and the other core is free for another bulletin.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    voice = PiperVoice(session=session, config=settings)

    def say(words: str, pace: float) -> bytes:
        # Without noise the same words give the same samples; a seed would move on from clause to clause. And clause by
        # clause, normalising would make a soft one as loud as a loud one.
        manner = SynthesisConfig(
            speaker_id=number,
            length_scale=settings.length_scale / pace,
            noise_scale=0.0,
            noise_w_scale=0.0,
            normalize_audio=False,
        )
        return b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(words, manner))

    return say, {"rate": settings.sample_rate, "model": digest(weights), "config": digest(described)}


def speaker_number(count: int, names: Mapping[str, int], speaker: str) -> int | None:
    if not speaker:
        return None
    number = names.get(speaker, int(speaker) if speaker.isdecimal() else -1)
    if not 0 <= number < count:
        known = ", ".join(list(names)[:20]) or "none by name"
        raise ValueError(f"the model has {count} speakers ({known}), and {speaker!r} is none of them")
    return number


def digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def told(error: Exception) -> str:
    lines = f"{type(error).__name__}: {error}".split("\n")
    return "".join(character if character.isprintable() else "?" for character in lines[0][:300])


def read_frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(struct.unpack(">I", head)[0])


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    stream.write(struct.pack(">I", len(payload)) + payload)
    stream.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
    sys.exit(6)
