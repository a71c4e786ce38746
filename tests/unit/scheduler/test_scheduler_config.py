"""config.toml: every fault at once, the key that was meant, and layers in their order."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from scheduler.config import Config, load_config, parse_config, parse_config_text
from scheduler.errors import ConfigError
from scheduler.policy import policy, presets

SAMPLE = Path(__file__).parents[3] / "scheduler" / "sample" / "config.toml"


def document(**sections: dict[str, Any]) -> dict[str, Any]:
    """The sample's document with other values in some sections."""
    made = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))
    for section, values in sections.items():
        made[section] = {**made.get(section, {}), **values}
    return made


def faults(made: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(made)
    return str(caught.value)


def test_the_sample_is_a_sound_config() -> None:
    config = parse_config(document())
    assert (len(config.xom), sum(len(xom.receivers) for xom in config.xom)) == (24, 40)


def test_every_fault_is_told_at_once_with_its_path() -> None:
    text = faults(
        document(
            station={"id": "Xã Diễn"},
            broker={"port": 70_000, "kind": "rabbit"},
            guarantee={"campaign_slots_per_week": 0},
            rules={"pause_s": "two"},
            receivers={"heartbeat_s": 1.5},
        )
    )
    for path in (
        "station.id",
        "broker.port",
        "broker.kind",
        "guarantee.campaign_slots_per_week",
        "rules.pause_s",
        "receivers.heartbeat_s",
    ):
        assert path in text
    assert text.startswith("config.toml has 6 faults")
    assert "70000" in text


def test_a_missing_section_and_a_missing_key_are_named() -> None:
    made = document()
    del made["sound"], made["station"]["name"]
    text = faults(made)
    assert "sound" in text
    assert "station.name" in text


@pytest.mark.parametrize(
    ("section", "key", "meant"),
    [
        ("broker", "prot", "port"),
        ("receivers", "heartbeat", "heartbeat_s"),
        ("sound", "sign_of", "sign_off"),
        ("rules", "blackout", "blackouts"),
    ],
)
def test_a_misspelt_key_is_named_with_the_one_that_was_meant(section: str, key: str, meant: str) -> None:
    text = faults(document(**{section: {key: 1}}))
    assert f"{section}.{key}" in text
    assert f"did you mean {meant}?" in text


def test_a_misspelt_section_is_named_too() -> None:
    assert "did you mean broker?" in faults(document(borker={}))


def test_a_misspelt_key_inside_a_list_is_named() -> None:
    text = faults(document(rules={"windows": [{"form": "05:00", "to": "06:00"}]}))
    assert "did you mean from?" in text


def test_twice_given_ids_and_unknown_names_are_all_told() -> None:
    made = document(rules={"overlaps": [["x01", "x99"]]})
    made["xom"] += [{"id": "x01", "name": "Lần hai", "receivers": ["r01", "station"]}]
    text = faults(made)
    for part in ("x01", "r01", "station", "x99", "rules.overlaps"):
        assert part in text


@pytest.mark.parametrize("bad", ["#", "+", "a/b", "$SYS", "", "X1", "x 1", "ổ", "a" * 40, "-a"])
def test_b18_no_id_can_break_a_topic(bad: str) -> None:
    made = document()
    made["xom"] = [{"id": "x1", "name": "Xóm", "receivers": [bad]}]
    made["rules"] = {**made["rules"], "relays": [], "blackouts": [], "overlaps": []}
    assert "receivers" in faults(made)


def test_blackouts_need_an_offset_and_a_direction() -> None:
    naive = {"from": "2026-11-24T12:00:00", "to": "2026-11-25T12:00:00", "why": "lễ"}
    backwards = {"from": "2026-11-25T12:00:00+07:00", "to": "2026-11-24T12:00:00+07:00", "why": "lễ"}
    assert "UTC offset" in faults(document(rules={"blackouts": [naive]}))
    assert "must end after it starts" in faults(document(rules={"blackouts": [backwards]}))


def test_loudness_is_what_the_sound_can_be_made() -> None:
    assert "sound.loudness_lufs" in faults(document(sound={"loudness_lufs": -11.0}))


def test_what_is_no_toml_is_said() -> None:
    with pytest.raises(ConfigError, match="TOML"):
        parse_config_text("[station\nid = 1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def loaded(folder: Path, extra: Path | None = None, **environment: str) -> Config:
    return load_config(folder, extra, environment)


def test_the_later_layer_wins_key_by_key(folder: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra.toml"
    extra.write_text('[broker]\nport = 1884\nhost = "192.0.2.1"\n')
    config = loaded(folder, extra, LOA_BROKER_PORT="1885")
    assert (config.broker.host, config.broker.port, config.broker.kind) == ("192.0.2.1", 1885, "embedded")
    assert config.audio.port == 8080


@pytest.mark.parametrize(
    ("name", "value", "path", "expected"),
    [
        ("LOA_AUDIO_BASE_URL", "http://192.0.2.1", ("audio", "base_url"), "http://192.0.2.1"),
        ("LOA_STATION_SIMULATED", "true", ("station", "simulated"), True),
        ("LOA_STATION_NAME", "Đài khác", ("station", "name"), "Đài khác"),
        ("LOA_SPEECH_VOICES", '["google", "espeak"]', ("speech", "voices"), ("google", "espeak")),
        ("LOA_SOUND_LOUDNESS_LUFS", "-18", ("sound", "loudness_lufs"), -18.0),
    ],
)
def test_the_environment_is_read_as_toml_or_as_text(
    folder: Path, name: str, value: str, path: tuple[str, str], expected: object
) -> None:
    config = loaded(folder, **{name: value})
    assert getattr(getattr(config, path[0]), path[1]) == expected


@pytest.mark.parametrize("name", ["LOA_STATION", "LOA_LANG", "LOA_REQUIRE_ALL", "PATH", "LOA_", "loa_broker_port"])
def test_other_variables_are_none_of_ours(folder: Path, name: str) -> None:
    assert loaded(folder, **{name: "x"}) == loaded(folder)


def test_a_wrong_variable_is_a_fault_like_any_other(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"broker\.port"):
        loaded(folder, LOA_BROKER_PORT="many")
    with pytest.raises(ConfigError, match="did you mean port"):
        loaded(folder, LOA_BROKER_PROT="1")


def test_a_folder_without_config_is_no_station(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="loa init"):
        loaded(tmp_path)


def test_a_preset_decides_what_the_commune_does_not_write() -> None:
    rules = parse_config(document(rules={"preset": "ha-noi-phuong"})).rules
    assert (rules.days, rules.max_sessions_per_day, rules.max_session_min) == ((1, 2, 3, 4, 5), 2, 15)
    own = parse_config(document(rules={"preset": "ha-noi-phuong", "max_session_min": 10, "days": [1, 6]})).rules
    assert (own.days, own.max_sessions_per_day, own.max_session_min) == ((1, 6), 2, 10)
    assert {"days", "max_session_min"} <= own.model_fields_set


def test_a_preset_that_does_not_exist_is_told_with_those_that_do_and_nothing_else() -> None:
    text = faults(document(rules={"preset": "ha-noi"}))
    assert text.startswith("config.toml has 1 faults")
    for name in ("cua-xa", "ha-noi-phuong", "ha-noi-xa", "hue"):
        assert name in text


@pytest.mark.parametrize("name", presets())
def test_every_preset_s_values_are_sound_and_say_where_they_come_from(name: str) -> None:
    made = parse_config(document(rules={"preset": name}))
    rules = policy(name).rules
    assert not rules.keys() - type(made.rules).model_fields.keys()
    assert all(str(getattr(made.rules, key)) for key in rules)
    assert all(rule.source for rule in rules.values())
    assert all(note.text and note.source for note in policy(name).notes)
