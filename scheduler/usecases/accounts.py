"""Who may log in to the commune's broker: kept in the store, written out as files for Mosquitto."""

from pathlib import Path

from sqlmodel import Session, select

from devices.broker.accounts import Account, Accounts, password_hash
from devices.broker.provisioning import Tls, acl, mosquitto_conf, passwords
from scheduler.station import Station
from scheduler.store.tables import AccountRow

STATION_USER = "station"


def add_account(session: Session, username: str, role: str, password: str, secret: str | None = None) -> None:
    session.merge(AccountRow(username=username, role=role, password_hash=password_hash(password), secret=secret))


def remove_account(session: Session, username: str) -> None:
    row = session.get(AccountRow, username)
    if row is not None:
        session.delete(row)


def accounts(station: Station) -> Accounts:
    """Every log-in that is valid now."""
    with station.store.reading() as session:
        rows = session.exec(select(AccountRow).order_by(AccountRow.username)).all()
    return Accounts(
        station.id,
        tuple(
            Account(row.username, row.password_hash, "station" if row.role == "station" else "receiver") for row in rows
        ),
    )


def write_broker_files(station: Station) -> None:
    """mosquitto.conf, its password file and its access list, for a broker that is not the embedded one."""
    folder, broker = station.broker, station.config.broker
    ca, certificate, key = broker.tls_ca, broker.tls_certificate, broker.tls_key
    tls = Tls(ca, certificate, key) if ca and certificate and key else None
    everyone = accounts(station)
    _write(folder / "passwords", passwords(everyone))
    _write(folder / "acl", acl(everyone))
    _write(folder / "mosquitto.conf", mosquitto_conf(folder, broker.host, broker.port, tls=tls))


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
