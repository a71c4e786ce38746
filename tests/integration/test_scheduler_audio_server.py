"""Clips over HTTP: whole, in ranges, and nothing but clips (case E12)."""

from __future__ import annotations

import hashlib
import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.errors import OutsideServiceError
from scheduler.service.audio_server import AudioServer

SOUND = bytes(range(256)) * 40
NAME = hashlib.sha256(SOUND).hexdigest() + ".mp3"
OPUS = hashlib.sha256(SOUND).hexdigest() + ".opus"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AudioServer]:
    audio = tmp_path / "audio"
    audio.mkdir()
    (audio / NAME).write_bytes(SOUND)
    (audio / OPUS).write_bytes(SOUND)
    (tmp_path / "loa.db").write_bytes(b"secret")
    (audio / "notes.txt").write_bytes(b"secret")
    (audio / ("f" * 64 + ".mp3")).symlink_to(tmp_path / "loa.db")
    made = AudioServer(audio, "127.0.0.1", 0)
    made.start()
    yield made
    made.stop()


def get(server: AudioServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_a_clip_comes_whole(server: AudioServer) -> None:
    status, headers, body = get(server, f"/audio/{NAME}")
    assert (status, body, headers["content-type"]) == (200, SOUND, "audio/mpeg")
    assert headers["content-length"] == str(len(SOUND))


def test_a_clip_of_opus_comes_as_what_it_is(server: AudioServer) -> None:
    status, headers, body = get(server, f"/audio/{OPUS}")
    assert (status, body, headers["content-type"]) == (200, SOUND, "audio/ogg; codecs=opus")


@pytest.mark.parametrize(
    ("asked", "begin", "end"), [("bytes=100-", 100, None), ("bytes=0-0", 0, 1), ("bytes=5-9", 5, 10)]
)
def test_a_download_resumes(server: AudioServer, asked: str, begin: int, end: int | None) -> None:
    status, headers, body = get(server, f"/audio/{NAME}", Range=asked)
    assert (status, body) == (206, SOUND[begin:end])
    assert headers["content-range"] == f"bytes {begin}-{begin + len(body) - 1}/{len(SOUND)}"


def test_a_range_beyond_the_end_is_refused(server: AudioServer) -> None:
    assert get(server, f"/audio/{NAME}", Range=f"bytes={len(SOUND)}-")[0] == 416


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/audio/",
        "/audio/notes.txt",
        "/audio/../loa.db",
        "/audio/..%2floa.db",
        "/audio/%2e%2e%2floa.db",
        "/audio//etc/passwd",
        "/audio/%2fetc%2fpasswd",
        f"/audio/{NAME.upper()}",
        f"/audio/{NAME}%00",
        f"/audio/{NAME}%0a",
        "/audio/" + "a" * 300 + ".mp3",
        "/audio/" + "0" * 64 + ".mp3",
        "/audio/CON",
        "/loa.db",
    ],
)
def test_e12_no_other_name_reaches_a_file(server: AudioServer, path: str) -> None:
    status, _, body = get(server, path)
    assert status in (307, 400, 404)
    assert b"secret" not in body


def test_e12_a_link_in_the_folder_is_not_followed(server: AudioServer) -> None:
    assert get(server, "/audio/" + "f" * 64 + ".mp3")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_put_there(server: AudioServer, method: str) -> None:
    assert get(server, f"/audio/{NAME}", method)[0] == 405


def test_a_taken_port_is_said(server: AudioServer, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OutsideServiceError, match=r"audio\.port"):
            AudioServer(tmp_path, "127.0.0.1", taken.getsockname()[1]).start()


def test_it_says_whether_it_lives(server: AudioServer) -> None:
    assert server.alive
    server.stop()
    assert not server.alive
