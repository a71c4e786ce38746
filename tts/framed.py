"""A process of our own that answers one request at a time over its pipes, and never keeps us waiting."""

import os
import signal
import struct
import subprocess
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Self

from tts.errors import ReadableError
from tts.speech import SECOND

_LAST_WORD_S = 1.0


class ProcessEnded(ReadableError):
    """The process died, hung past its limit, or broke off in the middle of an answer."""


class FramedProcess:
    """Requests and answers are frames of a 4-byte big-endian length and that many bytes.

    The process leads a group of its own; it ends with `close`, with this object, with our process (it reads the end of
    its input), and where an answer takes longer than ``limit``. Not for several threads at once.
    """

    def __init__(self, command: Sequence[str], folder: Path, limit: timedelta) -> None:
        self._limit = limit
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._end = weakref.finalize(self, _end, self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def hear(self) -> bytes:
        """The next frame, unasked. Raises ProcessEnded."""
        with self._bounded():
            return self._frame()

    def ask(self, request: bytes) -> bytes:
        """The answer to one request. Raises ProcessEnded; nothing can be asked after that."""
        with self._bounded():
            stream = _open_end(self._process.stdin)
            stream.write(struct.pack(">I", len(request)) + request)
            stream.flush()
            return self._frame()

    def close(self) -> None:
        self._end()

    def _frame(self) -> bytes:
        (length,) = struct.unpack(">I", self._read(4))
        return self._read(length)

    def _read(self, length: int) -> bytes:
        payload = _open_end(self._process.stdout).read(length)
        if len(payload) < length:
            raise EOFError
        return payload

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        late, process = threading.Event(), self._process

        def give_up() -> None:  # holds the process, not us: its thread may outlive our last reference for a moment
            late.set()
            _kill(process)

        timer = threading.Timer(self._limit / SECOND, give_up)
        timer.start()
        try:
            yield
        except (OSError, EOFError, ValueError) as error:
            with suppress(subprocess.TimeoutExpired):  # it has closed its end and is about to say why by its code
                self._process.wait(_LAST_WORD_S)
            timer.cancel()
            self.close()
            if late.is_set():
                raise ProcessEnded(
                    "an answer within {limit_s} s was expected, the process hung and was ended",
                    limit_s=self._limit / SECOND,
                ) from error
            raise ProcessEnded(
                "an answer was expected, the process ended with code {code}", code=self._process.returncode
            ) from error
        except BaseException:
            self.close()  # its answer would be taken for that of the next request
            raise
        finally:
            timer.cancel()


class KeptProcess:
    """One process, started at the first request, and again where it died or hung: once for a request."""

    def __init__(self) -> None:
        self._process: FramedProcess | None = None

    @property
    def pid(self) -> int | None:
        """None while none is needed."""
        return self._process.pid if self._process else None

    def ask(self, request: bytes, start: Callable[[], FramedProcess]) -> bytes:
        """The answer to one request. Raises ProcessEnded where the process ended twice, and what ``start`` raises."""
        try:
            return self._ask(request, start)
        except ProcessEnded:
            self.close()
        try:
            return self._ask(request, start)
        except ProcessEnded:
            self.close()
            raise

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask(self, request: bytes, start: Callable[[], FramedProcess]) -> bytes:
        if self._process is None:
            self._process = start()
        return self._process.ask(request)


def _open_end(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None or stream.closed:
        raise EOFError
    return stream


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:  # not yet waited for, so the number is still its own
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    """The process is given no time to end by itself: it has nothing to save."""
    exited = process.poll()
    if exited is None:
        _kill(process)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue
