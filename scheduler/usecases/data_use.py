"""What a planned week costs over 4G: the same bulletins' clips for every receiver of a xóm."""

from collections import defaultdict
from datetime import timedelta

from playlists.clip import Clip
from playlists.data import DataUse, each_month
from scheduler.station import Station
from scheduler.usecases.plan_week import Planned


def data_use(station: Station, answer: Planned) -> dict[str, DataUse]:
    """Of each receiver in a month whose weeks are like this one, by xóm."""
    clips: dict[str, list[Clip]] = defaultdict(list)
    material = answer.material
    for play in answer.plan.plays:
        if play.bulletin in material.clips:  # what is no longer approved is not fetched any more
            clips[play.xom].append(material.clips[play.bulletin])
    heartbeat = timedelta(seconds=station.config.receivers.heartbeat_s)
    return {xom: each_month(week, (material.ident, material.sign_off), heartbeat) for xom, week in clips.items()}
