"""The command `loa`: its nouns, and what every error becomes."""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from devices.errors import DeviceError
from scheduler.cli.command import DiskPath, Group, Option, failure, option
from scheduler.cli.disk_error import DISK_FAULTS, disk_error
from scheduler.cli.language import choose
from tts.errors import ReadableError

NOUNS = (
    "init",
    "xom",
    "rules",
    "receiver",
    "bulletin",
    "lexicon",
    "phrase",
    "speech",
    "week",
    "serve",
    "status",
    "audit",
    "report",
    "doctor",
    "demo",
)


@click.group(
    "loa",
    cls=Group,
    help="Loa: a commune's broadcast station, from the written bulletin to the proof.",
    lazy={noun: f"scheduler.cli.{noun}:{noun}" for noun in NOUNS},
)
@option(
    "--station",
    "station_folder",
    type=DiskPath(file_okay=False),
    help="The station's folder (default: LOA_STATION, else the current folder).",
)
@option(
    "--config",
    "config_file",
    type=DiskPath(dir_okay=False, exists=True),
    help="One more config.toml; its keys win over the station's.",
)
@option("--lang", type=click.Choice(["vi", "en"]), help="Language of all texts (default: LOA_LANG, else vi).")
@click.version_option(package_name="loa", cls=Option)
def root(station_folder: Path | None, config_file: Path | None, lang: str | None) -> None:
    """Options that come before the noun; the commands read them from the context."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code (docs/operations.md lists them)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    choose(given)
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    try:
        result = root.main(arguments, prog_name="loa", standalone_mode=False)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.Abort:
        return 4
    except click.ClickException as error:
        error.show()
        return 2
    except (ReadableError, DeviceError) as error:
        return failure(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FAULTS:
            return failure(disk_error(error))
        traceback.print_exc()  # a fault of ours: Python's own exit code, 1, would read as the answer "no"
        return 2
    return result if isinstance(result, int) else 0
