"""Which of a manifest's slots may sound: approved, inside their approval, outside quiet hours, one at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.clock import LOCAL
from devices.protocol.fields import instant_text
from devices.protocol.messages import Approval, Clip, Manifest, Quiet, Slot
from devices.protocol.reasons import Refused, refused

Approvals = Mapping[str, Sequence[Approval]]
"""The approvals that hold, by the digest of their clip."""


@dataclass(frozen=True)
class PlayableSlot:
    """A slot that may sound, its clips in order, and when the last of them ends."""

    slot: Slot
    clips: tuple[Clip, ...]
    end: datetime


def playable_slots(
    manifest: Manifest, approvals: Approvals, quiet: Sequence[Quiet]
) -> tuple[tuple[PlayableSlot, ...], tuple[Refused, ...]]:
    """The slots that may sound, by start, and why each other one may not. One bad slot costs no good one.

    Of two slots that overlap, the one that starts first stays (C12); of two with one start, the one whose id is lower.
    """
    kept: list[PlayableSlot] = []
    lost: list[Refused] = []
    for slot in sorted(manifest.slots, key=lambda slot: (slot.start, slot.id)):
        judged = _judged(slot, manifest, approvals, quiet)
        if isinstance(judged, PlayableSlot) and kept and slot.start < kept[-1].end:
            before = kept[-1]
            judged = refused(
                _subject(slot),
                "overlap",
                start=instant_text(slot.start),
                other=before.slot.id,
                end=instant_text(before.end),
            )
        if isinstance(judged, PlayableSlot):
            kept.append(judged)
        else:
            lost.append(judged)
    return tuple(kept), tuple(lost)


def quiet_overlap(quiet: Sequence[Quiet], start: datetime, end: datetime) -> Quiet | None:
    """The first of the daily quiet hours, in local time, that [start, end) touches (I8, C11)."""
    for each in quiet:
        for begins, ends in _nights(each, start, end):
            if start < ends and begins < end:
                return each
    return None


def _judged(slot: Slot, manifest: Manifest, approvals: Approvals, quiet: Sequence[Quiet]) -> PlayableSlot | Refused:
    subject = _subject(slot)
    if slot.start >= manifest.expires:
        return refused(subject, "after-expiry", start=instant_text(slot.start), expires=instant_text(manifest.expires))
    clips = []
    for digest in slot.items:
        of_clip = approvals.get(digest, ())
        if not of_clip:
            return refused(subject, "unapproved-clip", clip=digest)
        then = [approval for approval in of_clip if approval.valid_from <= slot.start < approval.valid_to]
        if not then:
            return refused(
                subject,
                "approval-not-valid-then",
                clip=digest,
                valid_from=instant_text(of_clip[0].valid_from),
                valid_to=instant_text(of_clip[0].valid_to),
                start=instant_text(slot.start),
            )
        clips.append(then[0].clip)
    end = slot.start + sum((clip.duration for clip in clips), timedelta()) + manifest.gap * (len(clips) - 1)
    touched = quiet_overlap(quiet, slot.start, end)
    if touched is not None:
        return refused(
            subject,
            "quiet-hours",
            start=f"{slot.start.astimezone(LOCAL):%H:%M:%S}",
            end=f"{end.astimezone(LOCAL):%H:%M:%S}",
            quiet_from=f"{touched.start:%H:%M}",
            quiet_to=f"{touched.end:%H:%M}",
        )
    return PlayableSlot(slot, tuple(clips), end)


def _nights(quiet: Quiet, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The quiet intervals that begin on any local day from the one before `start` to the one of `end`."""
    day = start.astimezone(LOCAL).date() - timedelta(days=1)
    while day <= end.astimezone(LOCAL).date():
        begins = datetime.combine(day, quiet.start, LOCAL)
        ends = datetime.combine(day if quiet.start < quiet.end else day + timedelta(days=1), quiet.end, LOCAL)
        yield begins, ends
        day += timedelta(days=1)


def _subject(slot: Slot) -> str:
    return f"slot {slot.id}"
