"""asyncapi.yaml is true: its examples, its schemas, its topics and its operations are the code's, and the other way."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from devices_examples import COMMUNE, EXAMPLES, KEYS, RECEIVER
from jsonschema import Draft7Validator

from devices.protocol import topics
from devices.protocol.codec import Json, Malformed, decode
from devices.protocol.envelope import payload_type
from devices.protocol.messages import Message
from devices.signing import seal

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[3] / "devices" / "protocol" / "asyncapi.yaml").read_text(encoding="utf-8")
)
SCHEMAS = DOCUMENT["components"]["schemas"]
KINDS = {name: type(message) for name, message in EXAMPLES.items()}


def validator(schema: str) -> Draft7Validator:
    return Draft7Validator({"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]})


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def reads(kind: type[Message], value: Json) -> bool:
    try:
        kind.from_json(value)
    except Malformed:
        return False
    return True


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        node: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_the_codes_own(name: str) -> None:
    assert SCHEMAS[name]["examples"] == [EXAMPLES[name].to_json()]
    assert KINDS[name].from_json(SCHEMAS[name]["examples"][0]) == EXAMPLES[name]
    validator(name).validate(SCHEMAS[name]["examples"][0])


@pytest.mark.parametrize("name", EXAMPLES)
def test_fields_are_the_codes_own(name: str) -> None:
    assert list(SCHEMAS[name]["properties"]) == SCHEMAS[name]["required"]
    assert set(SCHEMAS[name]["properties"]) == set(EXAMPLES[name].to_json())


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_schema_refuses_the_code_refuses(name: str) -> None:
    """Each field missing, and each field of every wrong type: schema and code agree, and say the field's name."""
    example = EXAMPLES[name].to_json()
    wrong: list[Json] = [None, True, -1, 0, 2**53 + 1, "", "x", "x\ny", "x" * 5000, [], ["x"], [1], {}, {"x": []}]
    for field in example:
        without = copy.deepcopy(example)
        del without[field]
        assert not validator(name).is_valid(without)
        with pytest.raises(Malformed, match=field):
            KINDS[name].from_json(without)
        for value in wrong:
            changed = {**copy.deepcopy(example), field: value}
            if not validator(name).is_valid(changed):
                assert not reads(KINDS[name], changed), (field, value)


@pytest.mark.parametrize("name", EXAMPLES)
def test_unknown_fields_are_accepted_and_kept(name: str) -> None:
    value: dict[str, Json] = {**EXAMPLES[name].to_json(), "from_the_future": {"a": [1, "x", None]}}
    validator(name).validate(value)
    assert KINDS[name].from_json(value).to_json() == value


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "Offline"])
def test_envelopes_fit_their_schema(name: str) -> None:
    envelope = decode(seal(EXAMPLES[name], KEYS["stranger"]))
    validator("Envelope").validate(envelope)
    described = DOCUMENT["components"]["messages"][EXAMPLES[name].KIND]
    assert described["x-payload-type"] == envelope["payloadType"] == payload_type(EXAMPLES[name].KIND)
    assert described["x-payload"] == {"$ref": f"#/components/schemas/{name}"}


def test_channels_are_the_topics() -> None:
    addresses = {
        name: channel["address"].replace("{commune}", COMMUNE).replace("{receiver}", RECEIVER)
        for name, channel in DOCUMENT["channels"].items()
    }
    assert addresses == {
        "trust": topics.trust(COMMUNE),
        "missed_trust": topics.missed_trust(COMMUNE, RECEIVER),
        "manifest": topics.manifest(COMMUNE, RECEIVER),
        "receipt": topics.receipt(COMMUNE, RECEIVER),
        "hello": topics.hello(COMMUNE, RECEIVER),
        "status": topics.status(COMMUNE, RECEIVER),
        "record": topics.record(COMMUNE, RECEIVER),
        "report": topics.report(COMMUNE, RECEIVER),
    }


def test_each_channel_has_one_operation_of_the_receiver() -> None:
    used = {
        operation["channel"]["$ref"].removeprefix("#/channels/"): operation
        for operation in DOCUMENT["operations"].values()
    }
    assert set(used) == set(DOCUMENT["channels"])
    assert len(DOCUMENT["operations"]) == len(used)
    for name, operation in used.items():
        address = topics.parse(
            DOCUMENT["channels"][name]["address"].replace("{commune}", COMMUNE).replace("{receiver}", RECEIVER)
        )
        assert operation["action"] == ("send" if address.direction == "from" else "receive")
        assert operation["bindings"]["mqtt"] == {
            "qos": 1,
            "retain": name in ("trust", "manifest"),
            "bindingVersion": "0.2.0",
        }


def test_every_message_is_described() -> None:
    assert set(DOCUMENT["components"]["messages"]) == {message.KIND for message in EXAMPLES.values()}
