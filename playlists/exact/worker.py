"""The process that searches: questions in, findings out, as frames of pickled values between processes of our own."""

from __future__ import annotations

import os
import pickle
import struct
import sys

from playlists.exact.answer import answer


def main() -> None:
    """Answer until the input ends. Whatever CP-SAT prints goes to standard error, away from the answers."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    questions = sys.stdin.buffer
    while header := questions.read(4):
        question, effort = pickle.loads(questions.read(struct.unpack(">I", header)[0]))
        reply = pickle.dumps(answer(question, effort))
        replies.write(struct.pack(">I", len(reply)) + reply)
        replies.flush()


if __name__ == "__main__":
    main()
