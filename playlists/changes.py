"""What differs between two states of a published week, as the people of a xóm notice it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playlists.slot import Slot


class ChangeKind(StrEnum):
    """moved: the same bulletins at another instant. shortened: the same instant with some of the bulletins."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    SHORTENED = "shortened"


@dataclass(frozen=True)
class Change:
    """One slot that is not what it was; `why` is the reason that was written down when it was taken back."""

    kind: ChangeKind
    before: Slot | None
    after: Slot | None
    why: str = ""

    @property
    def xom(self) -> str:
        return self._slot.programme.xom

    @property
    def start(self) -> datetime:
        """When the listener notices it first."""
        return min(slot.programme.start for slot in (self.before, self.after) if slot)

    @property
    def _slot(self) -> Slot:
        slot = self.after or self.before
        assert slot is not None, "a change has one side at least"
        return slot


def changes(before: Iterable[Slot], after: Sequence[Slot]) -> tuple[Change, ...]:
    """Every change, by xóm and start; cancelled slots are not there, but say why they went.

    A slot that was taken back and planned again at the same instant with the same bulletins is no change.
    """
    whys = {slot.id: slot.why for slot in after if slot.cancelled}
    then, now = ({slot.id: slot for slot in slots if not slot.cancelled} for slots in (before, after))
    gone = [slot for name, slot in then.items() if name not in now]
    new = [slot for name, slot in now.items() if name not in then]
    found: list[Change] = []
    for kind, alike in ((None, _is_again), (ChangeKind.SHORTENED, _is_shorter), (ChangeKind.MOVED, _is_moved)):
        for old, fresh in _pairs(gone, new, alike):
            gone.remove(old)
            new.remove(fresh)
            if kind is not None:
                found.append(Change(kind, old, fresh, whys.get(old.id, "")))
    found += [Change(ChangeKind.REMOVED, slot, None, whys.get(slot.id, "")) for slot in gone]
    found += [Change(ChangeKind.ADDED, None, slot) for slot in new]
    return tuple(sorted(found, key=lambda change: (change.xom, change.start, change.kind)))


def _pairs(gone: Sequence[Slot], new: Sequence[Slot], alike: Callable[[Slot, Slot], bool]) -> list[tuple[Slot, Slot]]:
    """Slots of one xóm that are alike, the nearest in time first, each at most once."""
    near = sorted(
        (
            (abs(fresh.programme.start - old.programme.start), old, fresh)
            for old in gone
            for fresh in new
            if old.programme.xom == fresh.programme.xom and alike(old, fresh)
        ),
        key=lambda entry: (entry[0], entry[1].programme.start, entry[1].id, entry[2].id),
    )
    pairs: dict[str, tuple[Slot, Slot]] = {}
    taken: set[str] = set()
    for _, old, fresh in near:
        if old.id not in pairs and fresh.id not in taken:
            pairs[old.id] = old, fresh
            taken.add(fresh.id)
    return list(pairs.values())


def _is_again(old: Slot, fresh: Slot) -> bool:
    return old.programme.start == fresh.programme.start and _is_moved(old, fresh)


def _is_shorter(old: Slot, fresh: Slot) -> bool:
    missing = Counter(old.programme.bulletins) - Counter(fresh.programme.bulletins)
    more = Counter(fresh.programme.bulletins) - Counter(old.programme.bulletins)
    return old.programme.start == fresh.programme.start and bool(missing) and not more


def _is_moved(old: Slot, fresh: Slot) -> bool:
    return Counter(old.programme.bulletins) == Counter(fresh.programme.bulletins)
