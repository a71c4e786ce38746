"""The wall clock, read at the edge only: by commands, and by the service's loop."""

from datetime import UTC, datetime


def system_now() -> datetime:
    return datetime.now(UTC)
