"""How every command is declared: translated help, --station, --json, --dry-run, and errors that say what to do."""

import importlib
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any, TypeVar

import click
from click.utils import make_default_short_help
from rich.console import Console

from devices.errors import DeviceError
from playlists.errors import ManuscriptError
from playlists.week import TIMEZONE
from scheduler.errors import NotAllowedError, StationError
from scheduler.sentence import Sentence, Sentences
from tts.errors import ReadableError

Function = TypeVar("Function", bound=Callable[..., Any])

err = Console(stderr=True, soft_wrap=True, highlight=False)
out = Console(soft_wrap=True, highlight=False)


METAVARS = (
    "OPTIONS", "COMMAND", "ARGS", "ID", "FILE", "FOLDER", "DIRECTORY", "WEEK", "XOM", "TEXT",
    "WRITTEN", "SPOKEN", "WORD", "REVISION", "NAME", "SECONDS", "TIME", "DAY",
)  # fmt: skip
_METAVAR = re.compile("|".join(METAVARS))


def metavar(text: str) -> str:
    """Placeholders such as [OPTIONS] or FILE in the operator's language."""
    return _METAVAR.sub(lambda found: _(found[0]), text)


class Option(click.Option):
    """An option whose help is a msgid."""

    def make_metavar(self) -> str:
        choices = isinstance(self.type, click.Choice)
        return super().make_metavar() if choices else metavar(super().make_metavar())

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        msgid, self.help = self.help, _(self.help) if self.help else None
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = msgid


class Argument(click.Argument):
    """An argument whose name is a msgid."""

    def make_metavar(self) -> str:
        return metavar(super().make_metavar())


class Command(click.Command):
    """A command whose help is a msgid: the first sentence in lists, the whole shown by --help."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return make_default_short_help(_(self.help or ""), limit)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [metavar(piece) for piece in super().collect_usage_pieces(ctx)]

    def format_help_text(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.indentation():
            formatter.write_paragraph()
            formatter.write_text(_(self.help or ""))


class Group(Command, click.Group):
    """Commands in the order they were added.

    `lazy` names more of them, each by "module:name": it is imported when it is asked for, so that a command starts
    without what the others need (click's documentation: lazily loading subcommands).
    """

    command_class = Command

    def __init__(self, *given: Any, lazy: Mapping[str, str] = {}, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self._lazy = lazy

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return [*self.commands, *self._lazy]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._lazy[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


class _Noun(str):
    """Click begins a sentence with title(), which gives every syllable of a Vietnamese word a capital."""

    def title(self) -> str:
        return self.capitalize()


class DiskPath(click.Path):
    """A file or folder, called so in the operator's language when it is not what it should be."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        self.name = _Noun(_("file") if self.file_okay else _("directory"))
        if value == "":
            self.fail(_("it must not be empty"), param, ctx)
        return super().convert(value, param, ctx)


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    return click.option(*names, cls=Option, **settings)


def argument(name: str, **settings: Any) -> Callable[[Function], Function]:
    return click.argument(name, cls=Argument, **settings)


station_option = option(
    "--station",
    "station_folder",
    type=DiskPath(file_okay=False),
    help="The station's folder (default: LOA_STATION, else the current folder).",
)
optional_station_option = option(
    "--station",
    "station_folder",
    type=DiskPath(file_okay=False),
    help="The station whose lexicon is read with (default: LOA_STATION, else the current folder if it is a station).",
)
json_option = option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
dry_run_option = option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
yes_option = option("--yes", is_flag=True, help="Answer every question with yes.")


def emit(document: object, as_json: bool, show: Callable[[], object]) -> None:
    """Exactly one JSON document on standard output, or what `show` prints for people; of a dry run it is said first."""
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if isinstance(document, dict) and document.get("dry_run"):
        say("Only a trial, nothing is changed. It would say:")
    show()


def confirm(question: str, yes: bool) -> None:
    """Ask; without a terminal and without --yes the answer is no (exit 4)."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotAllowedError("{question} Answer with --yes where nobody can be asked.", question=question)
    if not click.confirm(question, err=True):
        raise click.Abort


def say(text: str, /, **values: object) -> None:
    """A translated line for the operator, on standard error: standard output is for results."""
    err.print(_(text).format(**{key: _decimal(value) for key, value in values.items()}), markup=False)


def failure(error: ReadableError | DeviceError) -> int:
    """Show an error in the operator's language; returns the exit code."""
    err.print(f"[bold red]{_('Error')}:[/bold red] ", end="")
    err.print(explained(error), markup=False)
    return error.exit_code if isinstance(error, StationError) else 2


def explained(error: ReadableError | DeviceError) -> str:
    """An error in the operator's language; of a manuscript every fault in a line of its own."""
    if not isinstance(error, ManuscriptError):
        return translated(error.template, error.values)
    faults = [
        (f"{_('line')} {fault.line}: " if fault.line else "") + translated(fault.template, fault.values)
        for fault in error.faults
    ]
    return translated(error.template, {**error.values, "faults": "".join(f"\n  {fault}" for fault in faults)})


def translated(template: str, values: Mapping[str, object]) -> str:
    """A template in the operator's language, filled; errors, sentences and instants among the values are put so too."""
    return _(template).format(**{key: _value(value) for key, value in values.items()})


def _value(value: object) -> object:
    if isinstance(value, ReadableError | DeviceError):
        return explained(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(TIMEZONE):%H:%M %d/%m/%Y}"
    return value.text(_) if isinstance(value, Sentence | Sentences) else _decimal(value)


class _Decimal(float):
    """A number with the decimal mark of the operator's language, however it is formatted."""

    def __format__(self, spec: str) -> str:
        whole, point, part = super().__format__(spec).partition(".")
        return _("{whole}.{part}").format(whole=whole, part=part) if point else whole


def _decimal(value: object) -> object:
    return _Decimal(value) if isinstance(value, float) else value
