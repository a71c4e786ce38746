"""WEEK on the command line."""

from typing import Any

import click

from playlists.week import Week
from scheduler.cli.command import translated
from tts.errors import ReadableError


class WeekParameter(click.ParamType):
    """An ISO week, 2026-W48."""

    name = "week"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Week:
        try:
            return value if isinstance(value, Week) else Week.parse(value)
        except ReadableError as error:
            self.fail(translated(error.template, error.values), param, ctx)


WEEK = WeekParameter()
