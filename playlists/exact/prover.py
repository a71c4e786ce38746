"""The planner's prover: CP-SAT in a worker process, which may be slow, killed or wrong without harm."""

from __future__ import annotations

import pickle
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Self

from playlists.planning.question import Finding, Question
from tts.framed import FramedProcess, ProcessEnded

EFFORT = 4.0  # CP-SAT's deterministic time for a question
THOROUGH = 5  # times as much for one that is worth it
BUDGET = 60.0  # and for all questions together, each taken for what it may use at most
LIMIT = timedelta(minutes=5)  # of the clock, for one question: against a worker that hangs, however busy the host
TRIES = 2  # a host short of memory may kill a worker
COMMAND = (sys.executable, "-P", "-m", "playlists.exact.worker")


class CpSat:
    """Answers questions until its budget is spent; after that, and where worker after worker dies, it says nothing.

    The worker starts with the first question and ends with `close`. Not for several threads at once.
    """

    def __init__(self, effort: float = EFFORT, budget: float = BUDGET, limit: timedelta = LIMIT) -> None:
        self.effort = effort
        self.left = budget
        self.limit = limit
        self._worker: FramedProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, question: Question) -> Finding:
        effort = min(self.effort * (THOROUGH if question.thorough else 1), self.left)
        if effort <= 0:
            return Finding()
        for _ in range(TRIES):
            reply = self._reply(pickle.dumps((question, effort)))
            if reply is not None:
                finding, spent = pickle.loads(reply)
                self.left -= spent
                assert isinstance(finding, Finding)
                return finding
        self.left = 0
        return Finding()

    def _reply(self, asked: bytes) -> bytes | None:
        """The worker's word, None where it died or hung."""
        if self._worker is None:
            self._worker = FramedProcess(COMMAND, Path(tempfile.gettempdir()), self.limit)
        try:
            return self._worker.ask(asked)
        except ProcessEnded:
            self._worker = None
            return None

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        return self._worker.pid if self._worker else None

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None
