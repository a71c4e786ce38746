"""What a planned week costs over 4G, for the operator's eyes and as JSON."""

from collections.abc import Mapping
from typing import Any

from playlists.data import DataUse
from scheduler.cli.command import say

_MB = 1_000_000


def data_document(data: Mapping[str, DataUse]) -> dict[str, Any]:
    """Bytes a month of each receiver, by xóm."""
    uses = {xom: {"clips": use.clips, "heartbeats": use.heartbeats} for xom, use in sorted(data.items())}
    return {"data_per_receiver_and_month": uses}


def show_data(data: Mapping[str, DataUse]) -> None:
    """Of the receiver that takes the most."""
    if data:
        most = max(data.values(), key=lambda use: use.total)
        clips, heartbeats = round(most.clips / _MB), round(most.heartbeats / _MB)
        say(
            "4G data of a receiver, if every week is like this one: up to {total} MB a month "
            "(clips {clips} MB, heartbeats {heartbeats} MB)",
            total=clips + heartbeats,
            clips=clips,
            heartbeats=heartbeats,
        )
