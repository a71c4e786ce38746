"""How a commercial voice service is asked and how it answers, described by the operator. Pure.

Placeholders stand in braces: {words}, {pace} and {secret.NAME} in the address, the headers and the body, {job} in the
address of the status. Paths into JSON are names and numbers between full stops ("result.audio_link", "data.0.url").
docs/voices.md says what each field is for, with worked examples.
"""

import hashlib
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tts.errors import ReadableError

ANSWERS = ("audio", "url", "poll")
_PLACEHOLDER = re.compile(r"\{([a-z]+(?:\.[A-Za-z0-9_-]+)?)\}")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SOUND_SHAPING = ("url", "method", "headers", "form", "json_body", "text", "longest")


class TemplateRefused(ReadableError):
    """The description of a service, or a part of it, cannot work as it stands."""


class ServiceRefused(TemplateRefused):
    """With everything that is wrong in one description."""

    def __init__(self, name: str, problems: Sequence[TemplateRefused]) -> None:
        told = "; ".join(map(str, problems))
        super().__init__("the service {name} cannot be asked: {problems}", name=name, problems=told)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class PaceScale:
    """How a service writes a pace: ``slow`` and ``fast`` are each a pace of ours and its number there.

    Between them the scale is straight, beyond them it ends; a number is written with so many ``decimals``.
    """

    slow: tuple[float, float]
    fast: tuple[float, float]
    decimals: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.slow[0] < self.fast[0] or not 0 <= self.decimals <= 3:
            raise TemplateRefused(
                "a scale from a slow pace to a faster one with 0 to 3 decimals was expected, not {slow} to {fast} "
                "with {decimals}",
                slow=self.slow[0],
                fast=self.fast[0],
                decimals=self.decimals,
            )

    def number(self, pace: float) -> float | int:
        (slow, lowest), (fast, highest) = self.slow, self.fast
        share = (min(max(pace, slow), fast) - slow) / (fast - slow)
        number = round(lowest + share * (highest - lowest), self.decimals)
        return number if self.decimals else int(number)


@dataclass(frozen=True)
class ServiceSettings:
    """One voice of one service. At most one of ``form``, ``json_body`` and ``text`` is the body; none sends none.

    ``secrets``: each name's file. ``longest`` in characters. ``answer``: what comes is the "audio", or JSON with its
    "url" (``audio_path``), or JSON with a job to "poll" (``job_path``) until ``status_path`` is one of ``ready`` or
    ``failed``. ``code_path`` must be one of ``ok`` where it is there; ``message_path`` is what to tell where it is not.
    ``pause``: the least time between two requests. Raises ServiceRefused.
    """

    name: str
    url: str
    method: str = "POST"
    accent: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json_body: Mapping[str, Any] | None = None
    text: str | None = None
    secrets: Mapping[str, Path] = field(default_factory=dict)
    pace: PaceScale | None = None
    longest: int = 500
    answer: str = "audio"
    audio_path: str = ""
    job_path: str = ""
    status_url: str = ""
    status_path: str = ""
    ready: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    code_path: str = ""
    ok: tuple[str, ...] = ()
    message_path: str = ""
    interval: timedelta = timedelta(seconds=2)
    deadline: timedelta = timedelta(minutes=2)
    timeout: timedelta = timedelta(seconds=30)
    attempts: int = 3
    backoff: timedelta = timedelta(seconds=1)
    pause: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        problems = tuple(_problems(self))
        if problems:
            raise ServiceRefused(self.name, problems)

    @property
    def digest(self) -> str:
        """SHA-256, hex, of all that shapes the sound: no secret is in it."""
        shaping = {name: getattr(self, name) for name in _SOUND_SHAPING}
        scale = [self.pace.slow, self.pace.fast, self.pace.decimals] if self.pace else None
        return hashlib.sha256(json.dumps([shaping, scale], sort_keys=True, default=dict).encode()).hexdigest()


@dataclass(frozen=True)
class Filled:
    """A request with nothing left to fill in. Holds secrets: never to be shown."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def filled(settings: ServiceSettings, words: str, pace: float, secrets: Mapping[str, str]) -> Filled:
    """The request for these words."""
    values = {f"secret.{name}": value for name, value in secrets.items()} | {"words": words}
    number = settings.pace.number(pace) if settings.pace else None
    values["pace"] = str(number)
    headers = {"User-Agent": "Loa"} | {name: _fill(text, values) for name, text in settings.headers.items()}
    kind, body = "", None
    if settings.form is not None:
        kind = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode({name: _fill(text, values) for name, text in settings.form.items()}).encode()
    elif settings.json_body is not None:
        kind = "application/json"
        body = json.dumps(_fill_json(settings.json_body, values, number), ensure_ascii=False).encode()
    elif settings.text is not None:
        kind = "text/plain; charset=utf-8"
        body = _fill(settings.text, values).encode()
    if kind and "content-type" not in map(str.lower, headers):
        headers["Content-Type"] = kind
    return Filled(_fill(settings.url, values, _quoted), headers, body)


def status_url(settings: ServiceSettings, job: str) -> str:
    """Where to ask for a job: the template's address, or the one that the service gave as the job."""
    return _fill(settings.status_url, {"job": job}, _quoted) if settings.status_url else job


def picked(document: object, path: str) -> object:
    """What stands at a path in a JSON document; None where nothing does."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def as_text(value: object) -> str:
    """As it is compared and shown: strings as they are, the rest as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def same_place(url: str, other: str) -> bool:
    """Whether both are on one host, by one scheme."""
    one, two = urllib.parse.urlsplit(url), urllib.parse.urlsplit(other)
    return (one.scheme, one.netloc) == (two.scheme, two.netloc)


def is_address(url: str) -> bool:
    """A whole https or http address that can be sent as it is, without a name or password in it."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and "@" not in parts.netloc


def _problems(settings: ServiceSettings) -> Iterator[TemplateRefused]:
    """What cannot work; each names the key as it stands in config.toml."""
    for name in ("url", "status_url"):
        url = getattr(settings, name)
        if (name == "url" or url) and not _is_safe(url):
            yield TemplateRefused("{name} should be an https address (http only to this machine)", name=name)
    if settings.method not in ("GET", "POST", "PUT"):
        yield TemplateRefused("method should be GET, POST or PUT")
    if sum(body is not None for body in (settings.form, settings.json_body, settings.text)) > 1:
        yield TemplateRefused("only one of form, json and text can be sent")
    if not 20 <= settings.longest <= 20_000:
        yield TemplateRefused("longest_chars should be 20 to 20000")
    if settings.answer not in ANSWERS:
        yield TemplateRefused("answer should be one of {known}", known=", ".join(ANSWERS))
    yield from _wrong_headers(settings)
    yield from _wrong_placeholders(settings)
    wanted = {"url": ("audio_path",), "poll": ("audio_path", "job_path", "status_path", "ready")}
    for name in wanted.get(settings.answer, ()):
        if not getattr(settings, name):
            yield TemplateRefused('answer = "{answer}" needs {name}', answer=settings.answer, name=name)
    if bool(settings.code_path) != bool(settings.ok):
        yield TemplateRefused("code_path and ok go together")


def _wrong_headers(settings: ServiceSettings) -> Iterator[TemplateRefused]:
    for name, value in settings.headers.items():
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not (value.isascii() and value.isprintable()):
            yield TemplateRefused("the header {name} should be plain letters on one line", name=name)
        if "{words}" in value:
            yield TemplateRefused("the words cannot be sent in a header; put {{words}} into the body or url")


def _wrong_placeholders(settings: ServiceSettings) -> Iterator[TemplateRefused]:
    known = {"words", *(["pace"] if settings.pace else []), *(f"secret.{name}" for name in settings.secrets)}
    body = _texts([settings.form, settings.json_body, settings.text])
    used = {name for text in (settings.url, *settings.headers.values(), *body) for name in _PLACEHOLDER.findall(text)}
    for name in sorted(used - known):
        yield TemplateRefused("{{{placeholder}}} is none of {known}", placeholder=name, known=_listed(known))
    if "words" not in used:
        yield TemplateRefused("{{words}} stands nowhere, so no words would be sent")
    if settings.status_url and _PLACEHOLDER.findall(settings.status_url) != ["job"]:
        yield TemplateRefused("status_url should hold {{job}} and nothing else in braces")


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _is_safe(url: str) -> bool:
    if not is_address(_PLACEHOLDER.sub("x", url)) or "{" in urllib.parse.urlsplit(url).netloc:
        return False
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _fill(text: str, values: Mapping[str, str], quote: Callable[[str], str] = str) -> str:
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1]]), text)


def _fill_json(value: Any, values: Mapping[str, str], number: float | int | None) -> Any:
    """A string that is {pace} and nothing else becomes a number."""
    if value == "{pace}":
        return number
    if isinstance(value, str):
        return _fill(value, values)
    if isinstance(value, Mapping):
        return {name: _fill_json(item, values, number) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_fill_json(item, values, number) for item in value]
    return value


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")
