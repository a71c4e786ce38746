"""The page on voices says what Loa does: its commands exist, its examples are read so, its messages are ours."""

from __future__ import annotations

import re
import shlex
import tomllib
from datetime import date
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from playlists.fields import folded
from playlists.manuscript import read_manuscript
from scheduler.catalogue import in_vietnamese
from scheduler.cli.root import root
from scheduler.config import Config
from scheduler.usecases.voices import delivery_for
from tts.delivery import scripted
from tts.levels import Flaw, Unusable
from tts.normalise import read

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/vi/chon-giong-doc.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/vi/huong-dan.md").read_text(encoding="utf-8")
COMMANDS = sorted({line.strip() for line in (PAGE + GUIDE).splitlines() if line.startswith("    loa ")})
ASKED = {"tốc độ": "chậm", "đọc": 2, "nhắc số điện thoại": "có", "nhạc nền": "nhac.mp3"}


def sections() -> list[type[BaseModel]]:
    """The tables of config.toml."""
    found = [field.annotation for field in Config.model_fields.values()]
    return [section for section in found if isinstance(section, type) and issubclass(section, BaseModel)]


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_and_its_options_exist(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = root
    while isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None
        command = inner
    known = {name for param in command.params for name in param.opts}
    assert {word for word in words if re.fullmatch("-{1,2}[a-z].*", word)} <= known


@pytest.mark.parametrize("page", [PAGE, GUIDE])
def test_every_key_of_a_header_that_is_shown_is_one(page: str) -> None:
    keys = tomllib.loads((ROOT / "playlists/manuscript/keys.toml").read_text(encoding="utf-8"))
    known = {folded(form) for forms in keys.values() for form in forms}
    shown = {folded(found) for found in re.findall(r"`([^`=\n]+?) = [^`]*`", page)}
    configured = {field.alias or key for section in sections() for key, field in section.model_fields.items()}
    assert shown - configured <= known
    assert {folded(key) for key in ASKED} <= known


def test_the_example_is_read_as_the_page_says() -> None:
    example = PAGE.split('lời đọc là "')[1].split('", Loa đọc:')[0]
    header = "\n".join(f'{key} = "{value}"' for key, value in ASKED.items() if key != "nhạc nền")
    raw = f"+++\n{header}\n+++\n{example}\n".encode()
    bulletin = read_manuscript("tin.md", raw, today=date(2026, 11, 22)).bulletin
    sample = Config.model_validate(tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8")))
    words = scripted(read(bulletin.text), delivery_for(sample, bulletin)).words
    shown = PAGE.split('", Loa đọc:\n\n')[1].split("\n\n")[0]
    assert words.split("\n") == [line.strip() for line in shown.splitlines()]


def test_what_loa_says_of_a_recording_is_what_the_page_lists() -> None:
    table = PAGE.split("| Loa nói | vì sao | làm gì |\n|---|---|---|\n")[1].split("\n\n")[0]
    listed = [line.strip("| ").split(" | ")[0] for line in table.splitlines()]
    said = [in_vietnamese(template) for template in _templates()]
    for text in listed:
        parts = [part.strip() for part in re.split("…|0:12", text) if part.strip()]
        assert [one for one in said if all(part in one for part in parts)], text
    assert len(listed) == len(said)


def _templates() -> list[str]:
    """The messages of tts.levels, from its source."""
    source = (ROOT / "tts/levels.py").read_text(encoding="utf-8")
    names = f"{Unusable.__name__}|{Flaw.__name__}"
    calls = re.findall(rf'(?:return|yield) (?:{names})\(\s*((?:"[^"]*"\s*)+)', source)
    return ["".join(re.findall('"([^"]*)"', call)) for call in calls]
