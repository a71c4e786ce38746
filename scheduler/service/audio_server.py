"""Clips over HTTP, named by their SHA-256, with Range requests so that a download over 4G resumes.

A clip's name cannot be guessed and its bytes are checked by the receiver, so there is nothing to log in to. Only names
of that form are looked up: no path of a request ever reaches the file system (case E12).
"""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from scheduler.errors import OutsideServiceError

_NAME = re.compile(r"[0-9a-f]{64}\.(mp3|opus)")
_MEDIA_TYPES = {".mp3": "audio/mpeg", ".opus": "audio/ogg; codecs=opus"}  # RFC 3003, RFC 7845
_START_TIMEOUT_S = 10


class AudioServer:
    """Serves the clips of one folder until stopped; `port` is the real one when 0 was asked for."""

    def __init__(self, folder: Path, host: str, port: int) -> None:
        app = Starlette(routes=[Route("/audio/{name}", _clip_from(folder), methods=["GET"])])
        self._config = uvicorn.Config(app, host=host, port=port, log_level="error", lifespan="off", access_log=False)
        self._server = uvicorn.Server(self._config)
        self._thread: threading.Thread | None = None
        self.host, self.port = host, port

    def start(self) -> None:
        """Returns when connections are accepted; raises OutsideServiceError when the port is taken."""
        try:
            socket = self._config.bind_socket()
        except SystemExit as error:  # uvicorn's way of saying that the address is in use
            raise OutsideServiceError(
                "audio cannot be served on {host}:{port}: expected a free port; change audio.port in config.toml",
                host=self.host,
                port=self.port,
            ) from error
        self.port = int(socket.getsockname()[1])
        self._thread = threading.Thread(target=self._server.run, args=([socket],), name="audio-server", daemon=True)
        self._thread.start()
        deadline = threading.Event()
        for _ in range(_START_TIMEOUT_S * 100):
            if self._server.started:
                return
            deadline.wait(0.01)
        raise OutsideServiceError("audio server on {host}:{port} did not start", host=self.host, port=self.port)

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(_START_TIMEOUT_S)


def _clip_from(folder: Path) -> Callable[[Request], Response]:
    def clip(request: Request) -> Response:
        name = str(request.path_params["name"])
        path = folder / name
        if not _NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
            return PlainTextResponse("no such clip", status_code=404)
        return FileResponse(path, media_type=_MEDIA_TYPES[path.suffix], headers={"Cache-Control": "public, immutable"})

    return clip
