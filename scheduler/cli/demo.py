import click

from scheduler.cli.command import Command


@click.command("demo", cls=Command, help="x")
def demo() -> None:
    pass
