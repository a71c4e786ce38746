"""Why a message or a slot was refused: slugs for programs, English templates for people (msgids of the catalogue).

A receiver sends slug and details in a report; the station fills the template in the operator's language. The kind says
whether somebody may be attacking (`security`) or something is merely wrong or late (`refused`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RefusalKind = Literal["refused", "security"]

REASONS: Mapping[str, tuple[RefusalKind, str]] = {
    # the message itself
    "malformed": ("refused", "it is not a message of this protocol: {problem}"),
    "unsupported-spec": ("refused", "it is in a format this side does not know: {problem}"),
    "wrong-type": ("security", "expected a {expected}, but an envelope of {came} came"),
    "unknown-signer": ("security", "expected a signature by a key that may sign it, but {signers} signed"),
    "revoked-signer": ("security", "expected a key in force, but the revoked key {keyid} signed"),
    "bad-signature": ("security", "the signature of key {keyid} does not fit these bytes: they were changed or forged"),
    "too-few-signatures": ("security", "expected {expected} signatures by {whose} root keys, but {came} came"),
    "wrong-commune": ("security", "expected commune {expected}, but it is for {came}"),
    "wrong-receiver": ("security", "expected receiver {expected}, but it is for {came}"),
    # trust
    "trust-rollback": ("security", "expected trust newer than {current}, but version {came} came"),
    "trust-skipped": ("refused", "expected trust {expected}, but {came} came: ask for the versions between"),
    "trust-equivocation": ("security", "trust {version} came in two forms: {ours} is in force, {theirs} came"),
    "epoch-rollback": ("security", "expected epoch {current} or later, but {came} came"),
    "unrevoked-key": ("security", "key {keyid} was revoked and stays so, but the new trust does not say it"),
    # manifests
    "manifest-rollback": ("security", "expected a manifest newer than {current}, but version {came} came"),
    "manifest-equivocation": ("security", "manifest {version} came in two forms: {ours} is in force, {theirs} came"),
    "old-epoch": ("security", "expected epoch {expected}, but it is of the replaced epoch {came}"),
    "unknown-epoch": ("refused", "expected epoch {expected}, but it is of {came}: the newer trust has not come yet"),
    "expired": ("refused", "it ended at {expires}, and now is {now}: the station has to send a new one"),
    "bad-approval": ("security", "an approval in the manifest does not hold: {problem}"),
    # slots
    "unapproved-clip": ("security", "clip {clip} has no approval that holds"),
    "approval-not-valid-then": ("refused", "clip {clip} is approved from {valid_from} to {valid_to}, not for {start}"),
    "quiet-hours": ("refused", "it would sound from {start} to {end}, in the quiet hours {quiet_from} to {quiet_to}"),
    "after-expiry": ("refused", "it starts at {start}, when the manifest has ended at {expires}"),
    "overlap": ("refused", "it starts at {start}, while slot {other} sounds until {end}"),
    # from receivers
    "wrong-proof": ("security", "expected the proof of the enrolment's secret, but another came"),
    "no-proof": ("refused", "expected the proof of the enrolment's secret at first contact, but none came"),
    "another-key": ("security", "expected receiver key {expected}, but {came} came: revoke the old one to enrol anew"),
    "another-journal": ("security", "expected a receipt for receiver key {expected}, but it is for {came}"),
}


@dataclass(frozen=True)
class Refused:
    """What was refused and why. Its fields are a `Report`'s: `reason` is a slug of `REASONS`, `details` its values."""

    kind: RefusalKind
    subject: str
    reason: str
    details: Mapping[str, str | int]

    @property
    def template(self) -> str:
        return REASONS[self.reason][1]

    def __str__(self) -> str:
        return f"{self.subject}: {self.template.format(**self.details)}"


def refused(subject: str, reason: str, /, **details: str | int) -> Refused:
    """A refusal of the kind its reason has. `details` fill its template; long ones are cut to 500 characters."""
    kept = {name: value[:500] if isinstance(value, str) else value for name, value in details.items()}
    return Refused(REASONS[reason][0], subject, reason, kept)
