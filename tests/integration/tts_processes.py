"""The processes that hold the engines."""

import os
from pathlib import Path


def workers(engine: str) -> set[int]:
    """Those of an engine that this process started, by their ids."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status, command = (entry / "status").read_text(), (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if f"PPid:\t{os.getpid()}\n" in status and f"{engine}_worker.py".encode() in command:
                found.add(int(entry.name))
    return found
