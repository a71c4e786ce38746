"""Who takes part in the broker's tests: three accounts, an ear on a link, and one stage for each broker."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from devices.broker.accounts import Account, Accounts, password_hash
from devices.broker.embedded import EmbeddedBroker
from devices.broker.link import Arrived, Link, LinkDown, LinkEvent, LinkUp, Will
from devices.broker.memory import MemoryBroker, MemoryLink
from devices.broker.mqtt import MqttLink, MqttSettings

BOUND_S = 60.0
"""No test waits for this; it only ends one whose event never comes."""

DOOMED = """
import sys, threading
from devices.broker.link import LinkUp, Will
from devices.broker.mqtt import MqttLink, MqttSettings
port, user, password, topic, payload = sys.argv[1:]
link = MqttLink(MqttSettings("127.0.0.1", int(port), user, user, password, will=Will(topic, payload.encode(), False)))
def tell():
    while (event := link.take()) is not None:
        print("up" if isinstance(event, LinkUp) else event, flush=True)
link.open(tell)
threading.Event().wait()
"""


def password(username: str) -> str:
    return f"the password of {username}"


def cast(*receivers: str) -> Accounts:
    """Commune c1 with the station and these receivers."""
    station = Account("station", password_hash(password("station")), "station")
    return Accounts("c1", (station, *(Account(name, password_hash(password(name)), "receiver") for name in receivers)))


def to(receiver: str, kind: str = "manifest") -> str:
    return f"loa/1/c1/to/{receiver}/{kind}"


def said_by(receiver: str, kind: str = "record") -> str:
    return f"loa/1/c1/from/{receiver}/{kind}"


class Ear:
    """Takes what comes over one link and waits for what should come."""

    def __init__(self, link: Link, *filters: str, acknowledging: bool = True) -> None:
        self.link = link
        self.heard: list[LinkEvent] = []
        self._acknowledging = acknowledging
        self._changed = threading.Condition()
        for topic_filter in filters:
            link.subscribe(topic_filter)
        link.open(self._take)

    def _take(self) -> None:
        with self._changed:
            while (event := self.link.take()) is not None:
                self.heard.append(event)
                if self._acknowledging and isinstance(event, Arrived):
                    self.link.acknowledge(event)
            self._changed.notify_all()

    def until(self, true: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(true, BOUND_S), f"never came; heard {self.heard[-20:]}"

    def until_up(self, times: int = 1) -> Ear:
        self.until(lambda: len(self.ups()) >= times)
        return self

    def until_down(self) -> LinkDown:
        self.until(lambda: any(isinstance(event, LinkDown) for event in self.heard))
        return next(event for event in self.heard if isinstance(event, LinkDown))

    def until_heard(self, *payloads: bytes) -> None:
        self.until(lambda: set(payloads) <= set(self.payloads()))

    def until_acknowledged(self) -> None:
        self.until(lambda: self.link.unacknowledged == 0)

    def ups(self) -> list[LinkUp]:
        return [event for event in self.heard if isinstance(event, LinkUp)]

    def arrivals(self) -> list[Arrived]:
        return [event for event in self.heard if isinstance(event, Arrived)]

    def payloads(self) -> list[bytes]:
        return [arrived.payload for arrived in self.arrivals()]

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish, again and again until the link takes it."""
        self.until(lambda: self.link.publish(topic, payload, retain=retain))


class Stage(Protocol):
    """One broker under test."""

    replaces_client_ids: bool
    """Whether it takes the user name for the client id instead of refusing another one."""

    def link(
        self, username: str, *, as_client: str | None = None, with_password: str | None = None, will: Will | None = None
    ) -> Link: ...

    def doomed(self, username: str, will: Will) -> Callable[[], None]:
        """Connect a client with a will; the returned function kills its process."""

    def kill(self) -> None: ...

    def stop(self) -> None: ...

    def start(self) -> None: ...

    def forget_everything(self) -> None: ...


class MemoryStage:
    replaces_client_ids = False

    def __init__(self, accounts: Accounts) -> None:
        self._broker = MemoryBroker(lambda: accounts)
        self.kill = self.stop = self._broker.stop
        self.start = self._broker.start
        self.forget_everything = self._broker.forget_everything

    def link(
        self, username: str, *, as_client: str | None = None, with_password: str | None = None, will: Will | None = None
    ) -> Link:
        return self._broker.link(username, with_password or password(username), client_id=as_client, will=will)

    def doomed(self, username: str, will: Will) -> Callable[[], None]:
        link: MemoryLink = self._broker.link(username, password(username), will=will)
        Ear(link).until_up()
        return link.kill


class _TcpStage:
    port: int

    def link(
        self, username: str, *, as_client: str | None = None, with_password: str | None = None, will: Will | None = None
    ) -> Link:
        secret = with_password or password(username)
        return MqttLink(MqttSettings("127.0.0.1", self.port, as_client or username, username, secret, will=will))

    def doomed(self, username: str, will: Will) -> Callable[[], None]:
        arguments = [str(self.port), username, password(username), will.topic, will.payload.decode()]
        process = subprocess.Popen([sys.executable, "-c", DOOMED, *arguments], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"

        def kill() -> None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

        return kill


class EmbeddedStage(_TcpStage):
    replaces_client_ids = False

    def __init__(self, folder: Path, accounts: Accounts) -> None:
        self._folder = folder
        self._broker = EmbeddedBroker(folder, "127.0.0.1", 0, lambda: accounts)
        self._broker.start()
        self.port = self._broker.port
        self.kill = self.stop = self._broker.stop
        self.start = self._broker.start

    def forget_everything(self) -> None:
        for file in self._folder.iterdir():
            file.unlink()


class MosquittoBroker(Protocol):
    port: int

    def kill(self) -> None: ...

    def stop(self) -> None: ...

    def start(self) -> None: ...

    def forget_everything(self) -> None: ...


class MosquittoStage(_TcpStage):
    replaces_client_ids = True

    def __init__(self, broker: MosquittoBroker) -> None:
        self.port = broker.port
        self.kill = broker.kill
        self.stop = broker.stop
        self.start = broker.start
        self.forget_everything = broker.forget_everything
