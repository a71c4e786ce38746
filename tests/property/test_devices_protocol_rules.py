"""What holds for every message and for every sequence of bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from devices_messages import KEYS, MESSAGES, json_values, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

import devices.protocol
from devices.protocol.codec import Malformed, decode, encode
from devices.protocol.envelope import BadSignature, Verified, open_envelope, verified
from devices.signing import seal

COMPONENTS = yaml.safe_load((Path(devices.protocol.__file__).parent / "asyncapi.yaml").read_text(encoding="utf-8"))[
    "components"
]
VALIDATORS = {
    name: Draft7Validator({"$ref": f"#/components/schemas/{name}", "components": COMPONENTS}) for name in MESSAGES
}

objects = st.dictionaries(texts(10, 0), json_values, max_size=5)


@settings(deadline=None)
@given(objects)
def test_what_is_encoded_decodes_to_the_same(value: Any) -> None:
    assert decode(encode(value)) == value


@settings(deadline=None)
@given(objects)
def test_one_value_has_one_canonical_spelling(value: Any) -> None:
    loosely = json.dumps(dict(reversed(value.items())), indent=2).encode()
    assert encode(decode(loosely)) == encode(value)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,\\u0d8aNn1e.- ', max_size=200).map(str.encode))
def test_b13_any_bytes_are_decoded_or_malformed(raw: bytes) -> None:
    try:
        value = decode(raw)
    except Malformed:
        return
    assert decode(encode(value)) == value


@pytest.mark.parametrize("name", MESSAGES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_messages_survive_the_wire_and_fit_the_schema(name: str, data: st.DataObject) -> None:
    message = data.draw(MESSAGES[name])
    value = decode(encode(message.to_json()), limit=250 * 1024)
    VALIDATORS[name].validate(value)
    assert type(message).from_json(value) == message


@pytest.mark.parametrize("name", MESSAGES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_field_is_read_or_malformed(name: str, data: st.DataObject) -> None:
    """Never another exception, whatever stands where; and what is read is written back the same."""
    message = data.draw(MESSAGES[name])
    value = message.to_json()
    value[data.draw(st.sampled_from(sorted(value)))] = data.draw(json_values)
    try:
        read = type(message).from_json(value)
    except Malformed:
        return
    VALIDATORS[name].validate(value)
    assert read.to_json() == value


@settings(max_examples=60, deadline=None)
@given(MESSAGES["Report"], st.data())
def test_no_changed_byte_gives_other_words_under_the_signature(message: Any, data: st.DataObject) -> None:
    key = KEYS[0]
    raw = seal(message, key)
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ (1 << data.draw(st.integers(0, 7)))]) + raw[at + 1 :]
    found: Verified | None
    try:
        found = verified(open_envelope(changed), message.KIND, [key.public])
    except (Malformed, BadSignature):
        found = None
    assert found is None or type(message).from_json(decode(found.payload)) == message
