"""A few background threads that do jobs: downloads, decoding."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Crew:
    """Does jobs in the order they came. Its threads die with the process, in the middle of a job if need be.

    `at_start` is called in each thread with its number before its first job. A job must not raise.
    """

    def __init__(self, size: int, name: str, at_start: Callable[[int], None] | None = None) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._at_start = at_start
        self._threads = [
            threading.Thread(target=self._work, args=(n,), name=f"{name} {n}", daemon=True) for n in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def do(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)

    def dismiss(self) -> None:
        """Let the threads end after the jobs they were given."""
        for _ in self._threads:
            self._jobs.put(None)

    def _work(self, number: int) -> None:
        if self._at_start is not None:
            self._at_start(number)
        while (job := self._jobs.get()) is not None:
            job()
