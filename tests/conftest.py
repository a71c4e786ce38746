"""Shared by all tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.broker.accounts import Accounts
from devices.broker.provisioning import Tls, acl, mosquitto_conf, passwords

HOST = "127.0.0.1"
_PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
MOSQUITTO = shutil.which("mosquitto", path=_PLACES)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that is not here, unless LOA_REQUIRE_ALL=1 wants everything run."""
    needs = [marker.args for marker in item.iter_markers("needs_program")]
    if item.get_closest_marker("needs_mosquitto") is not None:
        needs.append(("mosquitto", "mosquitto"))
    for program, package in needs:
        if shutil.which(program, path=_PLACES) is None:
            missing = f"{program} is missing: install the Debian package {package}"
            if os.environ.get("LOA_REQUIRE_ALL") == "1":
                pytest.fail(missing)
            pytest.skip(missing)


class Mosquitto:
    """A real Mosquitto of its own on the loopback, set up by devices.broker.provisioning alone."""

    def __init__(self, folder: Path, accounts: Accounts, tls: Tls | None = None) -> None:
        self.folder = folder
        self.host = HOST
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        configuration = mosquitto_conf(folder, self.host, self.port, tls=tls)
        if os.geteuid() == 0:
            configuration += "user root\n"  # or it gives its rights up and cannot write to the test's folder
        (folder / "mosquitto.conf").write_text(configuration)
        self.write_accounts(accounts)

    def write_accounts(self, accounts: Accounts) -> None:
        """Write the log-ins and rights; a running broker reads them at its next start."""
        for name, text in (("passwords", passwords(accounts)), ("acl", acl(accounts))):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o600)

    def start(self) -> None:
        """Return when it accepts connections."""
        assert MOSQUITTO is not None
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=subprocess.STDOUT
            )
        for _ in range(1000):
            if self._process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex((self.host, self.port)) == 0:
                    return
            time.sleep(0.01)
        said = (self.folder / "mosquitto.log").read_text()
        self.kill()
        raise AssertionError(f"mosquitto did not start:\n{said}")

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order, so that it writes its database."""
        self._end(signal.SIGTERM)

    def forget_everything(self) -> None:
        """Delete the database of a broker that does not run (A2)."""
        assert self._process is None
        (self.folder / "mosquitto.db").unlink(missing_ok=True)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Start a Mosquitto for these accounts: `mosquitto(accounts, tls=None)`. Mark the test `needs_mosquitto`."""
    started: list[Mosquitto] = []

    def start(accounts: Accounts, tls: Tls | None = None) -> Mosquitto:
        broker = Mosquitto(tmp_path / f"mosquitto-{len(started)}", accounts, tls)
        started.append(broker)
        broker.start()
        return broker

    yield start
    for broker in started:
        broker.kill()
