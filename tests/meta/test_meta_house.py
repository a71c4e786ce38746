"""The house rules that a machine can hold: module size, imports only where they belong, docs in step with the code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from scheduler.cli.root import root
from scheduler.config import Config

HERE = Path(__file__).resolve().parents[2]
PACKAGES = ("tts", "playlists", "devices", "scheduler")
MOST_LINES = 400
SAMPLE = (HERE / "config.toml").read_text(encoding="utf-8")
COMMANDS_PAGE = (HERE / "docs" / "commands.md").read_text(encoding="utf-8")


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((HERE / package).rglob("*.py"))]


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(HERE)): n for path in modules() if (n := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(HERE))
        for path in modules()
        if path.read_text().strip() and '"""' not in path.read_text()[:200]
    ]
    assert not silent


def test_nothing_is_imported_for_types_only() -> None:
    assert not [str(path) for path in modules() if "TYPE_CHECKING" in path.read_text()]


def test_the_wall_clock_is_read_at_the_edge_only() -> None:
    """`now` is an argument below the service; the receiver reads the host clock."""
    allowed = {"scheduler/clock.py", "devices/receiver/hostclock.py"}
    readers = {
        str(path.relative_to(HERE))
        for path in modules()
        if re.search(r"datetime\.now\(|datetime\.utcnow\(|time\.time\(|date\.today\(", path.read_text())
    }
    assert readers <= allowed


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))
    else:
        yield path, command


EVERY_COMMAND = list(commands(root, ("loa",)))


@pytest.mark.parametrize(("path", "command"), EVERY_COMMAND, ids=[" ".join(path) for path, _ in EVERY_COMMAND])
def test_every_command_and_option_is_documented(path: tuple[str, ...], command: click.Command) -> None:
    title = "## " + " ".join(path)
    assert re.search(rf"^{re.escape(title)}\b", COMMANDS_PAGE, re.MULTILINE), title
    section = COMMANDS_PAGE.split(title, 1)[1].split("\n## ", 1)[0]
    names = [name for param in command.params if isinstance(param, click.Option) for name in param.opts]
    common = {"--station", "--json", "--dry-run", "--yes"}
    assert not [name for name in names if name not in common and f"`{name}`" not in section]
    assert command.help


def test_no_command_is_documented_that_is_not_there() -> None:
    documented = re.findall(r"^## (loa .+)$", COMMANDS_PAGE, re.MULTILINE)
    assert {" ".join(line.split()) for line in documented} == {" ".join(path) for path, _ in EVERY_COMMAND}


def keys_of(model: type[BaseModel], path: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = _models(field.annotation)
        key = field.alias or name
        if inner:
            yield from keys_of(inner[0], f"{path}{key}.")
        else:
            yield f"{path}{key}"


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]


@pytest.mark.parametrize("key", sorted(set(keys_of(Config))))
def test_every_key_stands_commented_in_the_sample(key: str) -> None:
    name = key.rsplit(".", 1)[-1]
    lines = [line for line in SAMPLE.splitlines() if re.search(rf"(^|[\s{{,#]){name}\s*=", line)]
    words = [line for line in SAMPLE.splitlines() if "#" in line and re.search(rf"\b{name}\b", line)]
    assert lines or words, f"{key} is missing from config.toml"
    assert words or any("#" in line for line in lines), f"{key} has no comment"


def test_the_sample_is_the_station_of_the_issue() -> None:
    config = Config.model_validate(tomllib.loads(SAMPLE))
    assert len(config.xom) == 24
    assert sum(len(xom.receivers) for xom in config.xom) == 40


def test_constraints_pin_every_dependency_and_name_no_registry() -> None:
    pinned = (HERE / "constraints.txt").read_text()
    assert "://" not in pinned
    names = {line.split("==")[0].lower().replace("_", "-") for line in pinned.splitlines() if "==" in line}
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    asked = {re.split(r"[<>=;\[ ]", item)[0].lower().replace("_", "-") for item in wanted}
    assert asked <= names
