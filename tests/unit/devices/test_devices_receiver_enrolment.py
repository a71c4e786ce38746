"""The enrolment file: what is written is read, only its owner reads it, and nothing else passes for one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from devices.receiver.enrolment import Broker, Enrolment, EnrolmentRefused
from devices.signing import SigningKey

ENROLMENT = Enrolment(
    commune="dien-chau",
    receiver="dc-07-1",
    xom="xom-7",
    broker=Broker("10.0.0.2", 8883, "dc-07-1", "a password", Path("/etc/loa/ca.pem")),
    roots=(SigningKey.from_seed(b"r" * 32).public,),
    secret=b"s" * 32,
    audio_base="http://10.0.0.2:8080/audio",
    heartbeat_s=30,
)


@pytest.mark.parametrize("enrolment", [ENROLMENT, replace(ENROLMENT, broker=replace(ENROLMENT.broker, tls_ca=None))])
def test_what_was_saved_is_loaded(tmp_path: Path, enrolment: Enrolment) -> None:
    path = tmp_path / "dc-07-1.json"
    enrolment.save(path)
    assert Enrolment.load(path) == enrolment
    assert path.stat().st_mode & 0o077 == 0


def test_a_missing_file_says_where_it_comes_from(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentRefused, match="loa receiver add"):
        Enrolment.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("field", "value"),
    [("receiver", "a/b"), ("roots", []), ("roots", ["no key"]), ("secret", "short"), ("heartbeat_s", 0)],
)
def test_a_wrong_field_is_named(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "wrong.json"
    ENROLMENT.save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(EnrolmentRefused, match=r"enrolment\.|public key|base64"):
        Enrolment.load(path)
