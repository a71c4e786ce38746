"""Rules in force, from config.toml, a preset, the register: shown with their source, and kept by plan and manifest."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit
from scheduler_cast import published

from scheduler.station import Station, open_station
from scheduler.store.queries import xom_rows
from scheduler.store.tables import XomRow
from scheduler.usecases.rules_in_force import RuleInForce, rules_in_force


def with_rules(station: Station, **rules: object) -> Station:
    path = station.folder / "config.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["rules"].update(rules)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return open_station(station.folder)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def found(station: Station) -> dict[str, RuleInForce]:
    with station.store.reading() as session:
        return {rule.key: rule for rule in rules_in_force(station.config, xom_rows(session)).rules}


def test_a_rule_says_whether_the_commune_its_preset_or_loa_itself_gave_it(station: Station) -> None:
    rules = found(with_rules(station, preset="ha-noi-phuong", max_session_min=10))
    assert rules["rules.windows"].origin == "config"
    assert rules["rules.pause_s"].origin == "default"
    sessions = rules["rules.max_sessions_per_day"]
    assert (sessions.origin, sessions.value, sessions.known) == ("preset", 2, "page")
    assert "1246/QĐ-UBND" in str(sessions.source)


def test_the_commune_s_own_value_wins_and_the_preset_s_is_shown_beside_it(station: Station) -> None:
    rule = found(with_rules(station, preset="ha-noi-phuong", max_session_min=10))["rules.max_session_min"]
    assert (rule.origin, rule.value, rule.instead_of) == ("config", 10, 15)


def test_what_a_xom_has_of_its_own_is_shown(station: Station) -> None:
    own = XomRow(
        id="x9",
        name="Xóm 9",
        tags=[],
        windows=[{"days": [1], "from": "06:00", "to": "06:30"}],
        daily_cap_s=600,
        blackouts=[],
        removed_at=None,
    )
    rules = {rule.key: rule for rule in rules_in_force(station.config, [own]).rules}
    assert rules["xom.x9.windows"].origin == "register"
    assert rules["xom.x9.daily_cap_min"].value == 10


def test_what_no_key_holds_is_told_with_its_source(station: Station) -> None:
    hue = with_rules(station, preset="hue")
    notes = rules_in_force(hue.config, []).notes
    assert any("lãnh đạo xã duyệt" in note.text for note in notes)
    assert any(note.source == "Thông tư 39/2020/TT-BTTTT" for note in notes)
