"""Found a station: its folder, keys, database, trust and xóm."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from devices.broker.accounts import new_password
from devices.signing import SigningKey
from scheduler.audit.entry import instant_text
from scheduler.config import Config, parse_config_text
from scheduler.errors import ConflictError
from scheduler.station import DATABASE, Keys, Station
from scheduler.store.engine import Store
from scheduler.store.log import append
from scheduler.store.tables import StationRow
from scheduler.usecases.accounts import STATION_USER, add_account, write_broker_files
from scheduler.usecases.register_xom import RegisterChange, register_xom
from scheduler.usecases.renew_trust import renew_trust
from scheduler.usecases.seal_log import seal_log

KEY_NAMES = ("root", "schedule", "log", "approver")


@dataclass(frozen=True)
class Founded:
    station: Station
    change: RegisterChange


def found_station(folder: Path, config_text: str, now: datetime) -> Founded:
    """A new station in `folder`, with the xóm and receivers that its config.toml lists.

    Raises ConflictError when there is one already, ConfigError before anything is written.
    """
    config = parse_config_text(config_text)
    if (folder / DATABASE).exists():
        raise ConflictError("{folder} is a station already: expected an empty or new folder", folder=folder)
    _make_folders(folder)
    (folder / "config.toml").write_text(config_text, encoding="utf-8")
    for name in KEY_NAMES:
        SigningKey.create(folder / "keys" / f"{name}.key")
    station = Station(folder, config, Store(folder / DATABASE, create=True))
    password = new_password()
    secret_file(folder / "keys" / "broker.password", password)
    with station.store.writing() as session:
        append(session, "station_founded", now, [_station_row(config, station.keys, now)])
        add_account(session, STATION_USER, "station", password)
        renew_trust(session, station, now)
    change = register_xom(station, config.xom, now)
    seal_log(station)
    write_broker_files(station)
    return Founded(station, change)


def _station_row(config: Config, keys: Keys, now: datetime) -> StationRow:
    station, guarantee = config.station, config.guarantee
    return StationRow(
        id=station.id,
        name=station.name,
        commune=station.commune,
        province=station.province,
        simulated=station.simulated,
        required=guarantee.campaign_slots_per_week,
        record_deadline_s=guarantee.record_deadline_min * 60,
        evidence_days=guarantee.evidence_days,
        make_goods_per_week=guarantee.make_goods_per_week,
        log_origin=f"loa/{station.id}",
        log_public=keys.log.public.text,
        trust=None,
        updated_at=instant_text(now),
    )


def _make_folders(folder: Path) -> None:
    for name in ("keys", "enrolments", "broker"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name).chmod(0o700)
    for name in ("audio", "cache", "recordings", "music", "log", "reports"):
        (folder / name).mkdir(exist_ok=True)


def secret_file(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
