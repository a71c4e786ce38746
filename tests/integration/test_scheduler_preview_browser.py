"""The preview's page in a real browser, opened as a file: jumping to a sentence, and following the sound."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from scheduler_cast import MANUSCRIPT, SUNDAY, published, written

from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.preview_bulletin import write_preview
from scheduler.usecases.voice_bulletin import Voiced, voice_bulletin
from tts.speech import SECOND

pytestmark = pytest.mark.needs_program("chromium", "chromium")
BOUND_S = 60
CHROMIUM = (
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--mute-audio", "--remote-debugging-port=0"),
    "--autoplay-policy=no-user-gesture-required",
)
PROBE = """<script type="module">
const told = {};
const tell = () => { new Image().src = "http://127.0.0.1:PORT/?" + encodeURIComponent(JSON.stringify(told)); };
const until = (what, event) => new Promise((done) => what.addEventListener(event, done, { once: true }));
const current = () => sentences.indexOf(document.querySelector("[aria-current]"));
try {
  if (audio.readyState < 1) await until(audio, "loadedmetadata");
  told.duration = audio.duration;
  told.sentences = sentences.length;
  sentences[2].click();
  await until(audio, "seeked");
  audio.pause();
  told.jumped = audio.currentTime;
  told.current = current();
  const wave = drawing.querySelector("#wave").getBoundingClientRect();
  drawing.dispatchEvent(new MouseEvent("click", { clientX: wave.left + wave.width / 2 }));
  await until(audio, "seeked");
  audio.pause();
  told.half = audio.currentTime;
  audio.currentTime = Number(sentences[1].dataset.start) - 0.3;
  await audio.play();
  told.before = current();
  while (current() < 1) await until(audio, "timeupdate");
  audio.pause();
  told.followed = audio.currentTime;
  told.now = current();
  told.line = Number(drawing.querySelector("#now").getAttribute("x1"));
  told.scale = scale;
  told.wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
} catch (error) { told.error = String(error); }
tell();
</script></body>"""


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Voiced, Path]:
    """A rendered bulletin of three sentences, and its page."""
    station = published(tmp_path_factory.mktemp("browser") / "station")
    text = MANUSCRIPT.replace("Xin chào bà con.", "Xin chào bà con. Mời bà con họp xóm tối nay. Xin cảm ơn bà con.")
    key = add_bulletin(station, written(text, title="Thử <b>đậm</b>"), SUNDAY).bulletin.id
    made = voice_bulletin(station, key, SUNDAY)
    return made, write_preview(station, made).page


@pytest.fixture
def told() -> Iterator[tuple[int, queue.Queue[Any]]]:
    """A port on which a page tells what it saw."""
    heard: queue.Queue[Any] = queue.Queue()

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.put(json.loads(unquote(urlsplit(self.path).query)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, heard
    server.shutdown()
    thread.join()
    server.server_close()


def opened(page: Path, folder: Path, told: tuple[int, queue.Queue[Any]], size: str) -> Any:
    """What the probe in the page tells of the page."""
    port, heard = told
    probed = page.with_name(f"probe-{size}.html")
    html = page.read_text(encoding="utf-8")
    probed.write_text(html.replace("</body>", PROBE.replace("PORT", str(port))), encoding="utf-8")
    with subprocess.Popen(
        [*CHROMIUM, f"--user-data-dir={folder}", f"--window-size={size}", f"file://{probed}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as browser:  # fmt: skip
        try:
            return heard.get(timeout=BOUND_S)
        finally:
            os.killpg(browser.pid, signal.SIGKILL)


@pytest.mark.parametrize("size", ["1200,900", "500,900"])
def test_a_click_on_a_sentence_or_on_the_picture_jumps_there_and_the_sound_is_followed(
    voiced: tuple[Voiced, Path], tmp_path: Path, told: tuple[int, queue.Queue[Any]], size: str
) -> None:
    made, page = voiced
    saw = opened(page, tmp_path, told, size)
    assert "error" not in saw, saw
    length, starts = made.clip.duration / SECOND, [mark.start / SECOND for mark in made.rendering.marks]
    assert saw["sentences"] == len(starts) == 3
    assert saw["duration"] == pytest.approx(length, abs=0.06)
    assert saw["jumped"] == pytest.approx(starts[2], abs=0.15), "it may have played on for a moment"
    assert saw["current"] == 2
    assert saw["half"] == pytest.approx(length / 2, abs=0.15)
    assert saw["before"] == 0
    assert saw["followed"] >= starts[1] - 0.02
    assert saw["now"] == sum(start <= saw["followed"] + 0.01 for start in starts) - 1
    scale = saw["scale"]
    at = scale["left"] + (scale["right"] - scale["left"]) * saw["followed"] / length
    assert saw["line"] == pytest.approx(at, abs=15)
    assert not saw["wide"], "no page that has to be pushed sideways"
