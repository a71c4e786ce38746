"""The description of a service: what is filled in, what is read out of answers, and what cannot work."""

import json
import urllib.parse
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.template import (
    PaceScale,
    ServiceRefused,
    ServiceSettings,
    TemplateRefused,
    as_text,
    filled,
    is_address,
    picked,
    same_place,
    status_url,
)

PLAIN = ServiceSettings(name="one", url="https://example.com/tts", text="{words}")
WORDS = st.text(min_size=1, max_size=60)
ODD = 'mời "bà con" & {pace} {secret.key} {words} \\ 100% = hai\n'


def test_a_scale_is_straight_between_its_ends_and_ends_there() -> None:
    scale = PaceScale((0.7, -3), (1.3, 3), decimals=0)
    assert [scale.number(pace) for pace in (0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.3, 1.6)] == [-3, -3, -2, -1, 0, 1, 3, 3]
    assert all(isinstance(scale.number(pace), int) for pace in (0.5, 0.77, 1.0))
    assert [PaceScale((0.7, 0.7), (1.3, 1.3)).number(pace) for pace in (0.5, 0.84, 1.0, 2.0)] == [0.7, 0.8, 1.0, 1.3]


def test_a_scale_may_fall() -> None:
    """Services that write the length of a sound and not its speed."""
    assert PaceScale((0.5, 2.0), (2.0, 0.5), decimals=2).number(1.0) == 1.5


@pytest.mark.parametrize("ends", [((1.0, 0.0), (1.0, 1.0)), ((1.3, 0.0), (0.7, 1.0)), ((0.0, 0.0), (1.0, 1.0))])
def test_a_scale_needs_two_ends(ends: tuple[tuple[float, float], tuple[float, float]]) -> None:
    with pytest.raises(TemplateRefused, match="a scale from a slow pace"):
        PaceScale(*ends)


@given(WORDS)
def test_words_arrive_as_they_are_in_any_body(words: str) -> None:
    """Whatever is in them: quotes, braces, placeholders of ours."""
    secrets = {"key": "k"}
    text = filled(PLAIN, words, 1.0, {})
    assert text.body == words.encode()
    form = filled(replace(PLAIN, text=None, form={"a": "1", "input": "{words}"}), words, 1.0, secrets)
    assert form.body
    assert dict(urllib.parse.parse_qsl(form.body.decode(), keep_blank_values=True)) == {"a": "1", "input": words}
    tree = filled(replace(PLAIN, text=None, json_body={"a": [{"b": "<{words}>"}]}), words, 1.0, secrets)
    assert tree.body
    assert json.loads(tree.body) == {"a": [{"b": f"<{words}>"}]}
    query = filled(replace(PLAIN, text=None, url="https://example.com/?q={words}"), words, 1.0, secrets)
    assert query.body is None
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(query.url).query, keep_blank_values=True) == {"q": [words]}


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    asked = replace(PLAIN, text="{words}|{secret.key}", secrets={"key": Path("k")}, pace=PaceScale((0.5, 1), (1, 2)))
    assert filled(asked, ODD, 1.0, {"key": "{words}"}).body == f"{ODD}|{{words}}".encode()


def test_a_pace_alone_in_json_is_a_number_and_elsewhere_a_text() -> None:
    asked = replace(
        PLAIN,
        text=None,
        json_body={"t": "{words}", "speed": "{pace}", "said": "x{pace}", "kept": [True, 3, None]},
        pace=PaceScale((0.5, 0.5), (2.0, 2.0)),
    )
    body = filled(asked, "một", 0.8, {}).body
    assert body
    assert json.loads(body) == {"t": "một", "speed": 0.8, "said": "x0.8", "kept": [True, 3, None]}


def test_the_kind_of_the_body_is_named_unless_the_template_does() -> None:
    form = replace(PLAIN, text=None, form={"input": "{words}"})
    assert filled(form, "một", 1.0, {}).headers["Content-Type"] == "application/x-www-form-urlencoded"
    own = replace(PLAIN, headers={"content-type": "text/ssml"})
    assert [name for name in filled(own, "một", 1.0, {}).headers if name.lower() == "content-type"] == ["content-type"]


def test_nothing_filled_in_is_shown() -> None:
    asked = replace(PLAIN, headers={"token": "{secret.key}"}, secrets={"key": Path("k")})
    assert "bi-mat" not in repr(filled(asked, "một", 1.0, {"key": "bi-mat"}))


def test_a_job_goes_into_its_address_quoted_or_is_the_address() -> None:
    polled = replace(
        PLAIN,
        answer="poll",
        audio_path="a",
        job_path="j",
        status_path="s",
        ready=("1",),
        status_url="https://example.com/jobs/{job}",
    )
    assert status_url(polled, "../a b") == "https://example.com/jobs/..%2Fa%20b"
    assert status_url(replace(polled, status_url=""), "https://example.com/7") == "https://example.com/7"


DOCUMENT: dict[str, Any] = {"data": [{"url": "u"}], "result": {"code": 0, "done": False, "none": None}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data.0.url", "u"),
        ("result.code", 0),
        ("result.done", False),
        ("result.none", None),
        ("data.1.url", None),
        ("data.-1.url", None),
        ("data.x", None),
        ("result.code.more", None),
        ("", None),
    ],
)
def test_a_path_leads_into_a_document_or_nowhere(path: str, found: object) -> None:
    assert picked(DOCUMENT, path) == found


def test_values_are_compared_as_json_writes_them() -> None:
    assert [as_text(value) for value in ("SUCCESS", 0, True, 1.5, {"a": "ạ"})] == [
        "SUCCESS",
        "0",
        "true",
        "1.5",
        '{"a": "ạ"}',
    ]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/a",
        "ftp://example.com/a",
        "file:///etc/passwd",
        "https://",
        "https://user:key@example.com/a",
        "https://example.com/a b",
        "https://example.com/a\nb",
        "https://example.com:port/",
        "https://[::1/",
        "https://ví-dụ.vn/",
    ],
)
def test_what_is_no_address(url: str) -> None:
    assert not is_address(url)


def test_one_place_is_one_scheme_host_and_port() -> None:
    here = "http://127.0.0.1:80/a"
    assert same_place(here, "http://127.0.0.1:80/b")
    others = ("https://127.0.0.1:80/", "http://127.0.0.1:81/", "http://127.0.0.2:80/")
    assert not [url for url in others if same_place(here, url)]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "http://example.com/"}, "url should be an https address"),
        ({"url": "https://{secret.key}.example.com/", "secrets": {"key": Path("k")}}, "url should be an https address"),
        ({"url": "https://example.com/\u00e9"}, "url should be an https address"),
        ({"method": "DELETE"}, "method should be GET, POST or PUT"),
        ({"form": {"a": "{words}"}}, "only one of form, json and text"),
        ({"longest": 10}, "longest_chars should be 20 to 20000"),
        ({"answer": "maybe"}, "answer should be one of audio, url, poll"),
        ({"answer": "url"}, 'answer = "url" needs audio_path'),
        ({"answer": "poll", "audio_path": "a"}, 'answer = "poll" needs job_path; answer = "poll" needs status_path'),
        ({"headers": {"a b": "c"}}, "the header a b should be plain letters"),
        ({"headers": {"a": "b\r\nc: d"}}, "the header a should be plain letters"),
        ({"headers": {"a": "khóa"}}, "the header a should be plain letters"),
        ({"headers": {"a": "{words}"}}, "put {words} into the body or url"),
        ({"text": "hello"}, "{words} stands nowhere"),
        ({"text": "{words} {pace}"}, "{pace} is none of {words}"),
        (
            {"text": "{words} {secret.kye}", "secrets": {"key": Path("k")}},
            "{secret.kye} is none of {secret.key}, {words}",
        ),
        ({"status_url": "https://example.com/"}, "status_url should hold {job}"),
        ({"status_url": "http://example.com/{job}"}, "status_url should be an https address"),
        ({"code_path": "error"}, "code_path and ok go together"),
    ],
)
def test_a_description_that_cannot_work_is_refused_with_its_reason(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ServiceRefused) as caught:
        replace(PLAIN, **changed)
    assert str(caught.value).startswith("the service one cannot be asked: ")
    assert told in str(caught.value)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ServiceRefused) as caught:
        replace(PLAIN, url="x", method="y", text="z")
    assert len(caught.value.problems) == 3


def test_this_machine_may_be_asked_without_tls() -> None:
    for place in ("127.0.0.1:8000", "localhost", "[::1]:80"):
        assert replace(PLAIN, url=f"http://{place}/tts")
