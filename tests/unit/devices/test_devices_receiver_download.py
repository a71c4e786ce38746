"""Downloads over real sockets: bounded in bytes and time, resumed, and never led elsewhere."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.receiver.download import DownloadFailed, HttpDownload

BODY = bytes(range(256)) * 40


@contextmanager
def server(answer: Callable[[socket.socket, str], None]) -> Iterator[str]:
    """A raw HTTP server: `answer` gets each connection and its request's head."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(4096)
                with contextlib.suppress(OSError):  # the receiver hung up, as it should
                    answer(connection, head.decode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/audio/x.mp3"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def ok(body: bytes, length: int | None = None, status: str = "200 OK", more: str = "") -> bytes:
    announced = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 {status}\r\n{announced}{more}Connection: close\r\n\r\n".encode() + body


def test_a_clip_arrives_whole(tmp_path: Path) -> None:
    with server(lambda line, _: line.sendall(ok(BODY, len(BODY)))) as url:
        HttpDownload()(url, tmp_path / "part", len(BODY))
    assert (tmp_path / "part").read_bytes() == BODY


def test_a13_an_interrupted_download_is_resumed_by_range(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(line: socket.socket, head: str) -> None:
        asked.append(head)
        if "Range: bytes=1000-" in head:
            more = f"Content-Range: bytes 1000-{len(BODY) - 1}/{len(BODY)}\r\n"
            line.sendall(ok(BODY[1000:], len(BODY) - 1000, "206 Partial Content", more))
        else:
            line.sendall(ok(BODY[:1000], len(BODY)))

    with server(answer) as url:
        with pytest.raises(DownloadFailed):
            HttpDownload()(url, tmp_path / "part", len(BODY))
        assert (tmp_path / "part").read_bytes() == BODY[:1000]
        HttpDownload()(url, tmp_path / "part", len(BODY))
    assert (tmp_path / "part").read_bytes() == BODY
    assert "Range" not in asked[0]


def test_a_server_without_ranges_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"stale")
    with server(lambda line, _: line.sendall(ok(BODY, len(BODY)))) as url:
        HttpDownload()(url, tmp_path / "part", len(BODY))
    assert (tmp_path / "part").read_bytes() == BODY


@pytest.mark.parametrize("status", ["416 Range Not Satisfiable", "206 Partial Content"])
def test_a_part_that_does_not_fit_is_dropped(tmp_path: Path, status: str) -> None:
    (tmp_path / "part").write_bytes(b"stale")
    with (
        server(lambda line, _: line.sendall(ok(b"", 0, status, "Content-Range: bytes 9-9/10\r\n"))) as url,
        pytest.raises(DownloadFailed),
    ):
        HttpDownload()(url, tmp_path / "part", len(BODY))
    assert not (tmp_path / "part").exists()


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "204 No Content"])
def test_e1_an_error_of_the_server_is_a_failure(tmp_path: Path, status: str) -> None:
    with (
        server(lambda line, _: line.sendall(ok(b"", 0, status))) as url,
        pytest.raises(DownloadFailed, match=f"HTTP {status[:3]}"),
    ):
        HttpDownload()(url, tmp_path / "part", 5)


def test_e1_a_redirect_to_another_host_is_refused_before_it_is_asked(tmp_path: Path) -> None:
    asked: list[str] = []
    with server(lambda _, head: asked.append(head)) as elsewhere:
        move = f"Location: {elsewhere}\r\n"
        with (
            server(lambda line, _: line.sendall(ok(b"", 0, "302 Found", move))) as url,
            pytest.raises(DownloadFailed, match="leads to another host"),
        ):
            HttpDownload()(url, tmp_path / "part", 5)
    assert asked == []


def test_e1_a_redirect_on_the_same_host_is_followed_but_not_for_ever(tmp_path: Path) -> None:
    def once(line: socket.socket, head: str) -> None:
        if head.startswith("GET /b"):
            line.sendall(ok(BODY, len(BODY)))
        else:
            line.sendall(ok(b"", 0, "302 Found", "Location: /b\r\n"))

    with server(once) as url:
        HttpDownload()(url, tmp_path / "part", len(BODY))
    assert (tmp_path / "part").read_bytes() == BODY

    with (
        server(lambda line, _: line.sendall(ok(b"", 0, "302 Found", "Location: /a\r\n"))) as url,
        pytest.raises(DownloadFailed, match="in circles"),
    ):
        HttpDownload()(url, tmp_path / "other", 5)


@pytest.mark.parametrize("announced", [5, 7])
def test_e2_a_wrong_content_length_is_refused_before_the_body(tmp_path: Path, announced: int) -> None:
    with (
        server(lambda line, _: line.sendall(ok(b"123456", announced))) as url,
        pytest.raises(DownloadFailed, match=f"expected 6 bytes, it announces {announced}"),
    ):
        HttpDownload()(url, tmp_path / "part", 6)
    assert not (tmp_path / "part").exists()


def test_b8_a_body_that_does_not_end_is_cut_at_one_byte_more_than_signed(tmp_path: Path) -> None:
    sent = [0]

    def flood(line: socket.socket, _: str) -> None:
        line.sendall(ok(b""))
        while True:
            sent[0] += line.send(b"x" * 65536)

    with server(flood) as url, pytest.raises(DownloadFailed, match="longer than the signed 10 bytes"):
        HttpDownload()(url, tmp_path / "part", 10)
    assert not (tmp_path / "part").exists()


def test_e2_a_truncated_body_fails_and_keeps_its_part(tmp_path: Path) -> None:
    with (
        server(lambda line, _: line.sendall(ok(b"123"))) as url,
        pytest.raises(DownloadFailed, match="ended after 3 of 6"),
    ):
        HttpDownload()(url, tmp_path / "part", 6)
    assert (tmp_path / "part").read_bytes() == b"123"


@pytest.mark.parametrize("begin", [b"HTTP/1.1 200 OK\r\nX: ", ok(b"")])
def test_e2_a_byte_now_and_then_ends_at_the_total_deadline(tmp_path: Path, begin: bytes) -> None:
    hung_up = threading.Event()

    def drip(line: socket.socket, _: str) -> None:
        try:
            line.sendall(begin)
            while not hung_up.wait(0.02):
                line.sendall(b"x")
        finally:
            hung_up.set()

    with server(drip) as url:
        with pytest.raises(DownloadFailed, match="longer than its time"):
            HttpDownload(total_s=0.3)(url, tmp_path / "part", 1_000_000)
        hung_up.set()


def test_nobody_there_is_a_failure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with pytest.raises(DownloadFailed):
        HttpDownload()(f"http://127.0.0.1:{port}/x.mp3", tmp_path / "part", 5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_e5_only_http_is_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(DownloadFailed, match="only http and https"):
        HttpDownload()(url, tmp_path / "part", 5)
