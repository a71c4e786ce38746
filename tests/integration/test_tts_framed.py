"""The process behind a voice, with real processes that behave badly."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tts.framed import FramedProcess, ProcessEnded

FRAMES = """
import os, signal, struct, sys
def hear():
    head = sys.stdin.buffer.read(4)
    return sys.stdin.buffer.read(struct.unpack(">I", head)[0]) if head else sys.exit(0)
def tell(payload):
    sys.stdout.buffer.write(struct.pack(">I", len(payload)) + payload)
    sys.stdout.buffer.flush()
"""


def process(behaviour: str, limit_s: float = 30) -> FramedProcess:
    return FramedProcess([sys.executable, "-c", FRAMES + behaviour], Path("/"), timedelta(seconds=limit_s))


class Interrupted(BaseException):
    pass


@pytest.fixture
def interrupt_on_signal() -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_answers_come_to_their_requests() -> None:
    with process("tell(b'hello')\nwhile True: tell(hear()[::-1])") as echo:
        assert echo.hear() == b"hello"
        assert echo.ask(b"abc") == b"cba"
        assert echo.ask(b"x" * 1_000_000) == b"x" * 1_000_000
        assert echo.ask(b"") == b""


@pytest.mark.parametrize(
    "behaviour",
    ["sys.exit(7)", "hear(); sys.exit(7)", "hear(); sys.stdout.buffer.write(b'\\0\\0\\0\\5abc'); sys.exit(7)"],
    ids=["at once", "asked", "in its answer"],
)
def test_an_end_is_told_with_its_code_and_stays_one(behaviour: str) -> None:
    with process(behaviour) as ended:
        for _ in range(2):
            with pytest.raises(ProcessEnded, match="ended with code 7"):
                ended.ask(b"abc")


@pytest.mark.parametrize(
    "behaviour",
    ["signal.pause()", "hear(); os.write(1, b'\\0\\0\\0\\5abc'); signal.pause()", "hear(); os.fork(); signal.pause()"],
    ids=["deaf", "in its answer", "its copy too"],
)
def test_what_hangs_is_ended_with_all_that_it_started(tmp_path: Path, behaviour: str) -> None:
    os.mkfifo(tmp_path / "alive")
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    try:
        held = f"held = os.open({str(tmp_path / 'alive')!r}, os.O_WRONLY)\nos.write(held, b'!')\n"
        with process(held + behaviour, limit_s=0.5) as hung:
            assert select.select([alive], [], [], 30)[0]
            assert os.read(alive, 1) == b"!"
            with pytest.raises(ProcessEnded, match=r"within 0\.5 s was"):
                hung.ask(b"abc")
        ended = select.poll()
        ended.register(alive, 0)
        assert ended.poll(30_000) == [(alive, select.POLLHUP)]  # nobody holds the other end any more
    finally:
        os.close(alive)


def test_an_interrupted_request_does_not_answer_the_next_one(interrupt_on_signal: None) -> None:
    with process("while True: said = hear(); os.kill(os.getppid(), signal.SIGUSR1); tell(said)") as slow:
        with pytest.raises(Interrupted):
            slow.ask(b"first")
        with pytest.raises(ProcessEnded):
            slow.ask(b"second")
