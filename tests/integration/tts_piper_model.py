"""A model for Piper in a few hundred bytes: it hums a tone for each phoneme, and answers as a real one is asked.

Written as protobuf by hand (onnx.proto3, IR version 8): a dependency less. Inputs ``input`` (phoneme ids, [1, N]),
``input_lengths`` ([1]), ``scales`` (noise, length, noise of lengths) and, with several speakers, ``sid`` ([1]).
"""

import json
import struct
from pathlib import Path

RATE = 22_050
_PER_PHONEME = 600.0
"""Samples."""
_FLOAT, _INT64 = 1, 7
_PHONEMES = "_^$ !'(),-.:;?abcdefghijklmnopqrstuvwxyz0123456789ŋɐɑɒɓɔɕɖɗɘəɚɛɜɟɠɡɢɣɤɥɦɨɪɫɬɭɯɰɱɲɳɴɹɻɽɾʀʁʂʃʈʊʋʌʐʑʔˈˌː̪̯̩ʰ"
SPEAKERS = {"an": 0, "bình": 1}


def piper_model(folder: Path, name: str = "hum.onnx", *, speakers: int = 1, rate: int = RATE) -> Path:
    """The .onnx file, with its description beside it."""
    path = folder / name
    path.write_bytes(_model(speakers > 1))
    described = {
        "audio": {"sample_rate": rate},
        "espeak": {"voice": "vi"},
        "phoneme_type": "espeak",
        "num_symbols": len(_PHONEMES),
        "num_speakers": speakers,
        "speaker_id_map": SPEAKERS if speakers > 1 else {},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": {phoneme: [number] for number, phoneme in enumerate(_PHONEMES)},
    }
    path.with_name(f"{name}.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    return path


def _model(several: bool) -> bytes:
    nodes = [
        _node("Cast", ["input"], "ids", _int("to", _FLOAT)),
        _node("Gather", ["scales", "zero"], "noise"),
        _node("Gather", ["scales", "one"], "length"),
        _node("Mul", ["length", "samples"], "last"),
        _node("Range", ["from", "last", "step"], "time"),
        _node("Unsqueeze", ["pitched", "last_axis"], "column"),
        _node("Mul", ["column", "time"], "phase"),
        _node("Mul", ["phase", "turn"], "angle"),
        _node("Sin", ["angle"], "tone"),
        _node("RandomNormalLike", ["tone"], "random"),
        _node("Mul", ["random", "noise"], "hiss"),
        _node("Add", ["tone", "hiss"], "mixed"),
        _node("Mul", ["mixed", "loudness"], "soft"),
        _node("Reshape", ["soft", "shape"], "output"),
    ]
    inputs = [_value("input", _INT64, 2), _value("input_lengths", _INT64, 1), _value("scales", _FLOAT, 1)]
    if several:
        nodes[1:1] = [
            _node("Cast", ["sid"], "speaker", _int("to", _FLOAT)),
            _node("Mul", ["ids", "speaker"], "higher"),
            _node("Add", ["ids", "higher"], "pitched"),
        ]
        inputs.append(_value("sid", _INT64, 1))
    else:
        nodes[1:1] = [_node("Identity", ["ids"], "pitched")]
    constants = [
        _scalar("zero", 0),
        _scalar("one", 1),
        _scalar("samples", _PER_PHONEME),
        _scalar("from", 0.0),
        _scalar("step", 1.0),
        _scalar("turn", 0.01),
        _scalar("loudness", 0.25),
        _integers("last_axis", [-1]),
        _integers("shape", [1, 1, -1]),
    ]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"hum")
    graph += b"".join(_field(5, constant) for constant in constants)
    graph += b"".join(_field(11, value) for value in inputs) + _field(12, _value("output", _FLOAT, 3))
    return _number(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _number(2, 13))


def _node(kind: str, inputs: list[str], output: str, attribute: bytes = b"") -> bytes:
    node = b"".join(_field(1, name.encode()) for name in inputs)
    return node + _field(2, output.encode()) + _field(4, kind.encode()) + (_field(5, attribute) if attribute else b"")


def _int(name: str, value: int) -> bytes:
    return _field(1, name.encode()) + _number(3, value) + _number(20, 2)


def _scalar(name: str, value: float) -> bytes:
    """An int becomes int64, a float float."""
    if isinstance(value, int):
        return _number(2, _INT64) + _field(8, name.encode()) + _field(9, struct.pack("<q", value))
    return _number(2, _FLOAT) + _field(8, name.encode()) + _field(9, struct.pack("<f", value))


def _integers(name: str, values: list[int]) -> bytes:
    raw = struct.pack(f"<{len(values)}q", *values)
    return _number(1, len(values)) + _number(2, _INT64) + _field(8, name.encode()) + _field(9, raw)


def _value(name: str, kind: int, dimensions: int) -> bytes:
    shape = b"".join(_field(1, _field(2, f"{name}_{number}".encode())) for number in range(dimensions))
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, kind) + _field(2, shape)))


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    head = bytearray()
    while value > 0x7F:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*head, value])
