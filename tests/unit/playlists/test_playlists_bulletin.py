"""Bulletins, targets and clips keep their own rules."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from playlists.bulletin import Bulletin, Priority, Targets, is_safe_file_name, is_safe_id
from playlists.clip import Clip
from playlists.errors import InvalidValueError
from playlists.xom import Xom

BULLETIN = Bulletin(
    id="b-0001",
    title="Tiêm chủng mở rộng",
    field=5,
    unit="Trạm Y tế",
    campaign="Nghị quyết 57",
    priority=Priority.NORMAL,
    targets=Targets(),
    valid_from=date(2026, 11, 23),
    valid_to=date(2026, 11, 29),
    plays_wanted=2,
    plays_min=1,
    voice=None,
    recording=None,
    text="Kính thưa bà con.",
)


def test_the_digest_says_words_and_header_but_not_the_id() -> None:
    assert BULLETIN.digest == replace(BULLETIN, id="").digest
    changes = [
        {"title": "Khác"},
        {"field": 1},
        {"unit": "Công an xã"},
        {"campaign": None},
        {"priority": Priority.PRIORITY},
        {"targets": Targets(everyone=False, tags=frozenset({"ven-bien"}))},
        {"valid_from": date(2026, 11, 24)},
        {"valid_to": date(2026, 11, 30)},
        {"plays_wanted": 3},
        {"plays_min": 2},
        {"voice": "espeak"},
        {"recording": "a.mp3"},
        {"text": "Kính thưa bà con!"},
    ]
    digests = {replace(BULLETIN, **change).digest for change in changes}  # type: ignore[arg-type]
    assert len(digests | {BULLETIN.digest}) == len(changes) + 1


def test_e15_the_digest_is_fixed_for_all_time() -> None:
    """An approval is bound to it: a new version of the program must not change it."""
    assert BULLETIN.digest == "0d46aa7ebc76a28cc5317d081c23be5b177d9048a571bacc62ba7952a08d635c"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "../../etc"}, "../../etc"),
        ({"title": "  "}, "title"),
        ({"title": "một\nhai"}, "one line"),
        ({"title": "x" * 301}, "300"),
        ({"field": 0}, "field"),
        ({"valid_to": date(2026, 11, 22)}, "2026-11-22"),
        ({"plays_wanted": 0}, "plays wanted"),
        ({"plays_wanted": 29}, "28"),
        ({"plays_min": 3}, "fewest"),
        ({"recording": "../a.wav"}, "../a.wav"),
        ({"text": "Tiê\u0301m"}, "NFC"),
        ({"text": " \n"}, "words"),
    ],
)
def test_a_bulletin_refuses_what_breaks_its_rules(change: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        replace(BULLETIN, **change)  # type: ignore[arg-type]
    assert told in str(caught.value)


def test_a_recording_may_stand_without_text() -> None:
    assert replace(BULLETIN, text="", recording="lời kêu gọi.mp3").recording == "lời kêu gọi.mp3"


def test_targets_include_by_id_and_by_tag() -> None:
    first, second = Xom("x01", "Xóm 1"), Xom("x02", "Xóm 2", tags=frozenset({"ven-bien"}))
    assert Targets().includes(first)
    assert Targets(everyone=False, xom=frozenset({"x01"})).includes(first)
    assert not Targets(everyone=False, xom=frozenset({"x01"})).includes(second)
    assert Targets(everyone=False, tags=frozenset({"ven-bien"})).includes(second)


@pytest.mark.parametrize("targets", [(True, {"x01"}), (False, set())])
def test_targets_are_everyone_or_a_list(targets: tuple[bool, set[str]]) -> None:
    with pytest.raises(InvalidValueError):
        Targets(everyone=targets[0], xom=frozenset(targets[1]))


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/passwd", "a/b", "a\\b", "a\0b", "CON", "con", "nul.txt", "COM1.mp3", "x" * 300, "", ".", "..",
     ".bashrc", "a.", "a ", "#", "+", "$SYS", "a:b"],
)  # fmt: skip
def test_e12_names_that_lead_somewhere_are_no_ids_and_no_files(name: str) -> None:
    assert not is_safe_id(name)
    assert not is_safe_file_name(name) or name in ("#", "+", "$SYS")


def test_e12_ids_that_differ_in_case_only_cannot_exist() -> None:
    assert is_safe_id("b1")
    assert not is_safe_id("B1")


def test_a_clip_is_named_by_its_digest_alone() -> None:
    clip = Clip("ab" * 32, 10, 24_000, 24_000, timedelta(seconds=1), "bulletin")
    assert clip.path(Path("/audio")) == Path("/audio") / ("ab" * 32 + ".mp3")
    for wrong in ({"digest": "../x"}, {"digest": "AB" * 32}, {"size": 0}, {"samples": 0}, {"rate": 0}):
        with pytest.raises(InvalidValueError):
            replace(clip, **wrong)  # type: ignore[arg-type]
