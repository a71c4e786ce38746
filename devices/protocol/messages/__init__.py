"""The protocol's messages: one frozen dataclass each, with `KIND` and a pure `to_json` / `from_json`.

`from_json` raises `Malformed`, naming the field's path, what was expected and what came. Unknown fields are kept in
`extra` and written again. Instants are aware datetimes, durations timedeltas of whole milliseconds; on the wire they
are ISO 8601 in UTC with Z, and integers named `…_ms`.
"""

from devices.protocol.messages.approval import MAX_CLIP_BYTES, MAX_CLIP_DURATION, Approval, ApprovalKind, Clip, Codec
from devices.protocol.messages.hello import Hello
from devices.protocol.messages.manifest import Manifest, Slot, SlotKind
from devices.protocol.messages.message import Message
from devices.protocol.messages.receipt import Receipt
from devices.protocol.messages.record import Load, PlayRecord, Result
from devices.protocol.messages.report import Report, ReportKind
from devices.protocol.messages.status import Offline, Status
from devices.protocol.messages.trust import Quiet, Role, Trust, TrustedKey

__all__ = [
    "MAX_CLIP_BYTES",
    "MAX_CLIP_DURATION",
    "Approval",
    "ApprovalKind",
    "Clip",
    "Codec",
    "Hello",
    "Load",
    "Manifest",
    "Message",
    "Offline",
    "PlayRecord",
    "Quiet",
    "Receipt",
    "Report",
    "ReportKind",
    "Result",
    "Role",
    "Slot",
    "SlotKind",
    "Status",
    "Trust",
    "TrustedKey",
]
