"""loa week: plan it, show it, publish it, and everything else that is done with a week."""

import click

from scheduler.cli.command import Group


@click.group(
    "week",
    cls=Group,
    help="A week's playlists.",
    lazy={
        "plan": "scheduler.cli.week_publish:plan",
        "publish": "scheduler.cli.week_publish:publish",
        "show": "scheduler.cli.week_publish:show",
        "diff": "scheduler.cli.week_diff:diff",
        "export": "scheduler.cli.week_export:export",
        "what-if": "scheduler.cli.week_what_if:suppose",
        "play-now": "scheduler.cli.day:play",
        "copy-day": "scheduler.cli.day:copy",
        "template": "scheduler.cli.day:template",
        "waive": "scheduler.cli.waiver:waive",
        "unwaive": "scheduler.cli.waiver:unwaive",
        "solve": "scheduler.cli.week_solve:solve",
    },
)
def week() -> None:
    pass
