"""The composition: which broker, which link. Everything above gets its parts from here."""

from devices.broker.embedded import EmbeddedBroker
from devices.broker.mqtt import MqttLink, MqttSettings
from devices.protocol import topics
from scheduler.station import Station
from scheduler.usecases.accounts import STATION_USER, accounts


def embedded_broker(station: Station) -> EmbeddedBroker | None:
    """The broker inside this process, None when the station uses one of its own."""
    broker = station.config.broker
    if broker.kind != "embedded":
        return None
    return EmbeddedBroker(station.broker, broker.host, broker.port, lambda: accounts(station))


def station_link(station: Station) -> MqttLink:
    """The station's own link to the broker, subscribed to what receivers say; not yet open."""
    broker = station.config.broker
    password = (station.folder / "keys" / "broker.password").read_text(encoding="utf-8").strip()
    link = MqttLink(
        MqttSettings(
            host=broker.host,
            port=broker.port,
            client_id=STATION_USER,
            username=STATION_USER,
            password=password,
            tls_ca=broker.tls_ca,
        )
    )
    link.subscribe(topics.station_filter(station.id))
    return link
