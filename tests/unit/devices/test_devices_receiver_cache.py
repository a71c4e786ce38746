"""Clips are what was approved, or they are gone; the disk is never filled with what nobody needs."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from devices.receiver.cache import RESERVE, Cache, ClipDamaged, NoRoom


def put(cache: Cache, content: bytes, age: int = 0) -> str:
    digest = hashlib.sha256(content).hexdigest()
    cache.partial(digest).write_bytes(content)
    cache.admit(digest, len(content))
    os.utime(cache.path(digest), (1000 - age, 1000 - age))
    return digest


def test_an_approved_clip_is_admitted(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    digest = put(cache, b"sound")
    assert cache.path(digest).read_bytes() == b"sound"
    assert cache.intact(digest, 5)
    assert not cache.partial(digest).exists()


@pytest.mark.parametrize("came", [b"other", b"soun", b"sounds", b""])
def test_b8_bytes_that_were_not_approved_are_refused_and_removed(tmp_path: Path, came: bytes) -> None:
    cache = Cache(tmp_path)
    digest = hashlib.sha256(b"sound").hexdigest()
    cache.partial(digest).write_bytes(came)
    with pytest.raises(ClipDamaged, match="expected the 5 bytes"):
        cache.admit(digest, 5)
    assert list(tmp_path.iterdir()) == []


def test_d4_a_rotten_clip_is_found_right_before_it_sounds(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    digest = put(cache, b"sound")
    cache.path(digest).write_bytes(b"sOund")
    assert not cache.intact(digest, 5)
    assert not cache.path(digest).exists()


def test_d3_after_a_power_cut_strangers_go_and_downloads_stay(tmp_path: Path) -> None:
    digest = put(Cache(tmp_path), b"sound")
    half = "b" * 64
    (tmp_path / f"{half}.part").write_bytes(b"ha")
    (tmp_path / f"{digest}.clip.new").write_bytes(b"torn")
    (tmp_path / "con").write_bytes(b"")
    (tmp_path / ("c" * 64 + ".clip")).symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()

    Cache(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{digest}.clip", f"{half}.part"}


def test_e12_a_link_in_the_folder_is_never_followed(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "clips")
    outside = tmp_path / "outside"
    outside.write_bytes(b"sound")
    digest = hashlib.sha256(b"sound").hexdigest()
    cache.path(digest).symlink_to(outside)
    assert not cache.intact(digest, 5)
    assert outside.exists()


def test_d5_the_oldest_clip_that_nobody_needs_goes_first(tmp_path: Path) -> None:
    room = [0]
    cache = Cache(tmp_path, lambda: RESERVE + room[0] + 100 * (4 - len(list(tmp_path.iterdir()))))
    needed, old, older, young = (
        put(cache, content, age) for content, age in ((b"n", 9), (b"o", 5), (b"p", 7), (b"y", 1))
    )
    cache.needed = frozenset({needed})

    cache.make_room(150)
    assert {path.stem for path in tmp_path.iterdir()} == {needed, young}
    assert older not in {path.stem for path in tmp_path.iterdir()}
    assert old not in {path.stem for path in tmp_path.iterdir()}


def test_d5_a_disk_full_of_needed_clips_says_so_and_keeps_them(tmp_path: Path) -> None:
    cache = Cache(tmp_path, lambda: RESERVE - 1)
    digest = put(cache, b"n")
    cache.needed = frozenset({digest})
    with pytest.raises(NoRoom, match="every clip is needed"):
        cache.make_room(1)
    assert cache.intact(digest, 1)
