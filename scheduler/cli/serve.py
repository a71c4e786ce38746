"""loa serve: the station on duty."""

import logging
from pathlib import Path

import click

from scheduler.cli.command import Command, option, say, station_option
from scheduler.cli.opening import opened
from scheduler.service.serve import serve as run


@click.command("serve", cls=Command, help="Be on duty: broker, audio, ingest, make-goods, log. Stop it with Ctrl+C.")
@station_option
@option("--verbose", is_flag=True, help="Log what is done, not only what is wrong.")
def serve(station_folder: Path | None, verbose: bool) -> int:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    station = opened(station_folder)
    config = station.config

    def begun() -> None:
        say(
            "{name} is on duty: broker {broker} on {host}:{port}, audio on {audio_host}:{audio_port}.",
            name=config.station.name,
            broker=config.broker.kind,
            host=config.broker.host,
            port=config.broker.port,
            audio_host=config.audio.host,
            audio_port=config.audio.port,
        )

    return run(station, begun)
