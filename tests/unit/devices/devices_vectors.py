"""Makes devices/protocol/vectors/: the same keys, messages and verdicts every time.

    .venv/bin/python tests/unit/devices/devices_vectors.py

The expected verdicts are written by hand in the modules beside this, never taken from the code:
test_devices_vectors.py holds the code to them.
"""

from __future__ import annotations

import json
from pathlib import Path

from devices_examples import KEYS, NAMES, SECRET
from devices_vectors_manifest import manifest_vectors
from devices_vectors_station import receipt_vectors, station_vectors
from devices_vectors_trust import trust_vectors
from devices_vectors_wire import envelope_vectors, json_vectors

from devices.protocol.codec import Json

FOLDER = Path(__file__).parents[3] / "devices" / "protocol" / "vectors"


def keys_file() -> Json:
    return {
        "note": "Test keys. Their secrets are public: never trust one of them.",
        "enrolment_secret": SECRET.decode(),
        "keys": {
            name: {"seed": (bytes([number]) * 32).hex(), "public": KEYS[name].public.text, "keyid": KEYS[name].keyid}
            for number, name in enumerate(NAMES, start=1)
        },
    }


def files() -> dict[str, str]:
    """Each file's name and text."""
    made: dict[str, Json] = {
        "keys.json": keys_file(),
        "json.json": json_vectors(),
        "envelope.json": envelope_vectors(),
        "trust.json": trust_vectors(),
        "manifest.json": manifest_vectors(),
        "receipt.json": receipt_vectors(),
        "from_receiver.json": station_vectors(),
    }
    return {name: json.dumps(value, ensure_ascii=False, indent=1) + "\n" for name, value in made.items()}


if __name__ == "__main__":
    for file_name, contents in files().items():
        (FOLDER / file_name).write_text(contents, encoding="utf-8")
