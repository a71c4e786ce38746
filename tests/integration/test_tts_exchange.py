"""What goes between the station and an online voice: certificates, deadlines and sizes, over a real TLS connection."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tts.voices.exchange import Failed, Question, ask

LIMIT = 1 << 20
ASK = (
    "import sys; from datetime import timedelta; from tts.voices.exchange import Question, ask\n"
    "try:\n"
    f"    answer = ask(Question(sys.argv[1], headers={{'token': 'bi-mat'}}), limit={LIMIT}, "
    "timeout=timedelta(seconds=float(sys.argv[2])))\n"
    "    print(answer.status, answer.kind, answer.payload.decode())\n"
    "except Exception as error:\n"
    "    print(type(error).__name__, error)"
)


class Handler(BaseHTTPRequestHandler):
    closing: threading.Event

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        if self.path == "/well":
            self.wfile.write(b"hello")
            return
        while not self.closing.wait(0.05):
            try:
                self.wfile.write(b".")
            except OSError:
                return


@contextmanager
def served(certificate: Path | None) -> Iterator[str]:
    class Here(Handler):
        closing = threading.Event()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] - a client that hangs up is what is tested
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        Here.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def told(url: str, trusted: Path, limit_s: float) -> str:
    """What a process says that trusts this certificate."""
    environment = {**os.environ, "SSL_CERT_FILE": str(trusted)}
    command = [sys.executable, "-c", ASK, url, str(limit_s)]
    return subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60, text=True).stdout


def test_e1_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with served(certificate) as address, pytest.raises(Failed, match="CERTIFICATE_VERIFY_FAILED"):
        ask(Question(f"{address}/well"), limit=LIMIT, timeout=timedelta(seconds=10))


def test_a_certificate_that_is_vouched_for_is_spoken_to(certificate: Path) -> None:
    with served(certificate) as address:
        assert told(f"{address}/well", certificate, 20) == "200 text/plain hello\n"


def test_e2_a_drip_through_tls_is_given_up(certificate: Path) -> None:
    with served(certificate) as address:
        assert told(f"{address}/drip", certificate, 1.5).startswith("Failed an answer within 1.5 s was expected")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_e2_a_server_that_never_speaks_is_given_up(scheme: str) -> None:
    """Nor does a TLS handshake take longer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        question = Question(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(Failed, match=r"TimeoutError|is too slow"):
            ask(question, limit=LIMIT, timeout=timedelta(seconds=0.5))


def test_an_answer_without_its_length_is_whole_when_the_server_closes() -> None:
    with served(None) as address:
        answer = ask(Question(f"{address}/well"), limit=LIMIT, timeout=timedelta(seconds=10))
    assert (answer.status, answer.kind, answer.payload) == (200, "text/plain", b"hello")


def test_a_question_shows_neither_its_address_nor_its_headers_nor_its_body() -> None:
    shown = repr(Question("https://example.com/?key=bi-mat", "POST", {"token": "bi-mat"}, b"bi-mat"))
    assert "bi-mat" not in shown
    assert "example.com" not in shown
