"""One HTTP download into a partial file: resumable, never a byte more than signed, never longer than its time."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urljoin, urlsplit

from devices.errors import DeviceError

TOTAL_S = 600.0
SILENCE_S = 15.0
MAX_REDIRECTS = 3
_CHUNK = 1 << 16


class DownloadFailed(DeviceError):
    """The clip did not come; what came so far stays in the partial file unless it cannot be of use."""


class Download(Protocol):
    """Bring `url` to `partial` until it has `size` bytes, or raise DownloadFailed."""

    def __call__(self, url: str, partial: Path, size: int) -> None: ...


class HttpDownload:
    """By HTTP or HTTPS, straight to the host of the address: no proxy, no redirect to another host (E1)."""

    def __init__(self, tls_ca: Path | None = None, total_s: float = TOTAL_S) -> None:
        self._tls = ssl.create_default_context(cafile=None if tls_ca is None else str(tls_ca))
        self._total_s = total_s

    def __call__(self, url: str, partial: Path, size: int) -> None:
        have = partial.stat().st_size if partial.exists() else 0
        if have > size:
            partial.unlink()
            have = 0
        if have == size:
            return
        for _ in range(MAX_REDIRECTS):
            address = urlsplit(url)
            with _Connection(address, self._tls, self._total_s) as connection:
                response = connection.get(address, have)
                if response.status not in (301, 302, 303, 307, 308):
                    _receive(response, connection, url, partial, have, size)
                    return
                target = urljoin(url, response.getheader("Location", ""))
            if urlsplit(target)[:2] != address[:2]:
                raise _failed(url, f"it leads to another host: {target[:200]}")
            url = target
        raise _failed(url, "it leads in circles")


class _Connection:
    """One connection that a timer cuts after `total_s`, wherever it is: connecting, in the head or in the body (E2)."""

    def __init__(self, address: SplitResult, tls: ssl.SSLContext, total_s: float) -> None:
        host, port = address.hostname or "", address.port
        if address.scheme == "https":
            self._http: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=SILENCE_S, context=tls
            )
        elif address.scheme == "http":
            self._http = http.client.HTTPConnection(host, port, timeout=SILENCE_S)
        else:
            raise _failed(address.geturl(), "only http and https are known")
        self._address = address
        self._line: socket.socket | None = None
        self.overdue = False
        self._timer = threading.Timer(total_s, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Connection:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._http.close()

    def get(self, address: SplitResult, have: int) -> http.client.HTTPResponse:
        headers = {"Range": f"bytes={have}-"} if have else {}
        path = address.path + (f"?{address.query}" if address.query else "")
        try:
            self._http.connect()
            self._line = self._http.sock  # http.client forgets it when the server will close
            self._http.request("GET", path, headers={"Accept-Encoding": "identity", **headers})
            return self._http.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self.failed(error) from error

    def failed(self, error: Exception) -> DownloadFailed:
        problem = "it took longer than its time" if self.overdue else str(error) or type(error).__name__
        return _failed(self._address.geturl(), problem)

    def _cut(self) -> None:
        self.overdue = True
        if self._line is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)  # below TLS, whose own shutdown may wait


def _receive(
    response: http.client.HTTPResponse, connection: _Connection, url: str, partial: Path, have: int, size: int
) -> None:
    if response.status == 416:
        partial.unlink(missing_ok=True)
        raise _failed(url, "the part we have does not fit: begin anew")
    if response.status == 206 and not str(response.getheader("Content-Range", "")).startswith(f"bytes {have}-"):
        partial.unlink(missing_ok=True)
        raise _failed(url, "another part came than was asked for")
    if response.status not in (200, 206):
        raise _failed(url, f"HTTP {response.status}")
    have = have if response.status == 206 else 0
    if response.length is not None and have + response.length != size:
        raise _failed(url, f"expected {size} bytes, it announces {have + response.length}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (0 if have else os.O_TRUNC), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.seek(have)
        try:
            while chunk := response.read1(min(_CHUNK, size + 1 - have)):
                have += len(chunk)
                if have > size:
                    break
                file.write(chunk)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise connection.failed(error) from error
    if have > size:
        partial.unlink(missing_ok=True)
        raise _failed(url, f"it is longer than the signed {size} bytes")
    if have < size:
        raise connection.failed(EOFError(f"it ended after {have} of {size} bytes"))


def _failed(url: str, problem: str) -> DownloadFailed:
    return DownloadFailed("{url}: {problem}", url=url, problem=problem)
