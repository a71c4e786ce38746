"""Mosquitto's files as text: configuration, access list, passwords. Pure; whoever calls writes the files.

Why each line stands there was measured on Mosquitto 2.0.11: shared/faults.md and docs/adr/0003-broker.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devices.broker.accounts import Accounts, rights
from devices.broker.exchange import QUEUE_LIMIT, QUEUE_LIMIT_BYTES
from devices.broker.inbox import RECEIVE_MAXIMUM
from devices.broker.link import PACKET_LIMIT, PAYLOAD_LIMIT
from devices.errors import DeviceError


class ConfigTextError(DeviceError):
    """A path or host that mosquitto.conf cannot hold."""


@dataclass(frozen=True)
class Tls:
    """PEM files of a TLS listener: the authority's certificate, the broker's certificate and its key."""

    ca: Path
    certificate: Path
    key: Path


def mosquitto_conf(folder: Path, host: str, port: int, *, tls: Tls | None = None) -> str:
    """The configuration of a broker whose password file, access list and database are in `folder`.

    With `tls` the one listener speaks TLS 1.2 or later; without it the host should be the loopback.
    """
    lines = [
        "# Written by loa; changes here are lost.",
        f"listener {port} {_plain(host)}",
        "protocol mqtt",
        "allow_anonymous false",
        f"password_file {_plain(folder / 'passwords')}",
        f"acl_file {_plain(folder / 'acl')}",
        "# Nobody can throw another out by taking its client id (B17).",
        "use_username_as_clientid true",
        "# Acknowledged messages survive kill -9; with the default of 1,800 s all of them were lost (A1).",
        "persistence true",
        f"persistence_location {_plain(folder)}/",
        "autosave_on_changes true",
        "autosave_interval 1",
        "persistent_client_expiration 14d",
        "# Memory stays bounded (F11).",
        f"max_packet_size {PACKET_LIMIT}",
        f"message_size_limit {PAYLOAD_LIMIT}",
        f"max_inflight_messages {RECEIVE_MAXIMUM}",
        f"max_queued_messages {QUEUE_LIMIT}",
        f"max_queued_bytes {QUEUE_LIMIT_BYTES}",
        "max_keepalive 120",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_type notice",
    ]
    if tls is not None:
        lines += [
            f"cafile {_plain(tls.ca)}",
            f"certfile {_plain(tls.certificate)}",
            f"keyfile {_plain(tls.key)}",
            "tls_version tlsv1.2",
        ]
    return "\n".join(lines) + "\n"


def acl(accounts: Accounts) -> str:
    """The access list: what `accounts.rights` says, and nothing for anybody else (B18: it is never empty of users)."""
    lines = ["# Written by loa; changes here are lost."]
    for account in accounts.accounts:
        granted = rights(accounts.commune, account)
        lines += ["", f"user {account.username}"]
        lines += [f"topic read {topic_filter}" for topic_filter in granted.read]
        lines += [f"topic write {topic_filter}" for topic_filter in granted.write]
    return "\n".join(lines) + "\n"


def passwords(accounts: Accounts) -> str:
    """The password file."""
    return "".join(f"{account.username}:{account.password_hash}\n" for account in accounts.accounts)


def _plain(value: Path | str) -> str:
    text = str(value)
    if not text or not text.isprintable() or text != text.strip():
        raise ConfigTextError("mosquitto.conf cannot hold {value!r}: choose a path without line breaks", value=text)
    return text
