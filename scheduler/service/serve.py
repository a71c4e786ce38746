"""`loa serve`: broker (if embedded), ingest, audio and the loop, in one process that may be killed at any moment."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

from devices.broker.embedded import EmbeddedBroker
from scheduler.bootstrap import embedded_broker, station_link
from scheduler.clock import system_now
from scheduler.service.audio_server import AudioServer
from scheduler.service.loop import Part, PartDied, run_loop
from scheduler.service.notify import Notifier
from scheduler.service.station_service import StationService
from scheduler.station import Station, on_duty
from tts.errors import ReadableError

log = logging.getLogger(__name__)

PART_DIED = 7


def serve(station: Station, begun: Callable[[], None]) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code: 0 in order, 7 when a part died and must be started again.

    `begun` is called once, when every part has been started.
    """
    wake, ended = threading.Event(), threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()
        wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with on_duty(station):
        broker: EmbeddedBroker | None = embedded_broker(station)
        audio = AudioServer(station.audio, station.config.audio.host, station.config.audio.port)
        link = station_link(station)
        try:
            if broker is not None:
                broker.start()
            audio.start()
            service = StationService(station, link, system_now())
            link.open(wake.set)
            log.info("station %s is on duty", station.id)
            begun()
            parts: dict[str, Part] = {"audio server": audio, "link to the broker": link}
            if broker is not None:
                parts["broker"] = broker
            run_loop(service, parts, wake, ended, Notifier())
        except ReadableError:
            log.exception("the station cannot go on; this process ends to be started again")
            raise
        except PartDied as death:
            log.critical("%s ended; this process ends to be started again", death)
            return PART_DIED
        finally:
            link.close()
            audio.stop()
            if broker is not None:
                broker.stop()
    return 0
