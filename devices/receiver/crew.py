"""A few background threads that do jobs: downloads, decoding."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Crew:
    """Does jobs in the order they came. Its threads die with the process, in the middle of a job if need be.

    A job must not raise.
    """

    def __init__(self, size: int, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"{name} {n}", daemon=True) for n in range(size)]
        for thread in self._threads:
            thread.start()

    def do(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)

    def dismiss(self) -> None:
        """Let the threads end after the jobs they were given."""
        for _ in self._threads:
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
