"""docs/protocol.md is true: its examples, its topics and its reasons are the code's."""

from __future__ import annotations

import json
import re
from pathlib import Path

from devices_examples import EXAMPLES, KEYS

from devices.protocol import topics
from devices.protocol.codec import MANIFEST_LIMIT, MAX_DEPTH, MESSAGE_LIMIT
from devices.protocol.envelope import open_envelope, verified
from devices.protocol.reasons import REASONS

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
BLOCKS = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_each_message_is_shown_as_it_is() -> None:
    for message in EXAMPLES.values():
        assert message.to_json() in BLOCKS
    assert len(BLOCKS) == len(EXAMPLES) + 1


def test_the_envelope_shown_holds() -> None:
    envelope = open_envelope(json.dumps(BLOCKS[0]).encode())
    assert json.loads(verified(envelope, "receipt", [KEYS["schedule"].public]).payload) == EXAMPLES["Receipt"].to_json()


def test_each_reason_stands_with_its_kind_and_text() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (refused|security) \| (.*) \|$", PAGE, re.MULTILINE)
    assert {slug: (kind, text) for slug, kind, text in rows} == dict(REASONS)
    assert len(rows) == len(REASONS)


def test_each_topic_stands_in_the_table() -> None:
    shown = set(re.findall(r"^\| `(loa/1/[^`]+)` ", PAGE, re.MULTILINE))
    kinds = {f"loa/1/COMMUNE/from/RECEIVER/{kind}" for kind in topics.FROM_RECEIVER}
    kinds |= {f"loa/1/COMMUNE/to/RECEIVER/{kind}" for kind in topics.TO_RECEIVER}
    assert shown == kinds | {topics.trust("COMMUNE")}
    for topic_filter in topics.receiver_filters("COMMUNE", "RECEIVER"):
        assert f"`{topic_filter}`" in PAGE


def test_limits_are_the_codes() -> None:
    assert f"{MESSAGE_LIMIT // 1024} KiB" in PAGE
    assert f"at most {MANIFEST_LIMIT // 1024} KiB" in PAGE
    assert f"more than {MAX_DEPTH} levels" in PAGE
