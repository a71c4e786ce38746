"""The process that holds espeak-ng (a GPL library, and one that is not safe with threads) away from the station.

Run by its path, with nothing of ours imported: ``espeak_worker.py LIBRARY VOICE AMPLITUDE PITCH``, the working folder
being the one that holds ``espeak-ng-data``. Speaks over pipes in frames of a 4-byte big-endian length and that many
bytes: first out a JSON object {rate, version}, then for each request in (words per
minute, a line break, a clause in UTF-8) its samples out (16-bit mono). End of
input ends it. Every failure ends it too, with a code that is not 0, so a frame that arrived whole is always good.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import struct
import sys
from typing import BinaryIO

SYNCHRONOUS = 2
DO_NOT_EXIT = 0x8000
UTF8 = 1
RATE, AMPLITUDE, PITCH = 1, 2, 3
POSITION_IS_CHARACTERS = 1

CLAUSE_LIMIT_S = 20
"""A clause takes a hundredth of a second; 3,000 s of speech in one clause took 5 s."""
MEMORY_LIMIT = 2 << 30


def main(arguments: list[str]) -> int:
    library, voice, amplitude, pitch = arguments
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the library prints must not come between the frames

    espeak = ctypes.CDLL(library)
    espeak.espeak_Info.restype = ctypes.c_char_p
    # "." and not the full path: the library keeps 160 bytes for it.
    sample_rate = espeak.espeak_Initialize(SYNCHRONOUS, 0, b".", DO_NOT_EXIT)
    if sample_rate <= 0:
        return 3
    if espeak.espeak_SetVoiceByName(voice.encode()) != 0:
        return 4
    espeak.espeak_SetParameter(AMPLITUDE, int(amplitude), 0)
    espeak.espeak_SetParameter(PITCH, int(pitch), 0)

    hello = {"rate": sample_rate, "version": espeak.espeak_Info(None).decode()}
    write_frame(answers, json.dumps(hello).encode())
    while (request := read_frame(requests)) is not None:
        # The library keeps state between clauses, so that the same words would not give the same bytes:
        # each clause is spoken by a fresh copy of this process.
        child = os.fork()
        if child == 0:
            os._exit(answer(espeak, request, answers))
        _, status = os.waitpid(child, 0)
        if status != 0:
            return 5
    return 0


def answer(espeak: ctypes.CDLL, request: bytes, answers: BinaryIO) -> int:
    rate, _, clause = request.partition(b"\n")
    espeak.espeak_SetParameter(RATE, int(rate), 0)
    pcm = bytearray()

    def take(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            pcm.extend(ctypes.string_at(samples, 2 * count))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(take)
    signal.alarm(CLAUSE_LIMIT_S)
    espeak.espeak_SetSynthCallback(callback)
    text = ctypes.create_string_buffer(clause)
    failed = espeak.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, POSITION_IS_CHARACTERS, 0, UTF8, None, None)
    if failed:
        return 1
    signal.alarm(0)
    write_frame(answers, bytes(pcm))
    return 0


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
