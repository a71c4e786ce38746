"""A clip: rendered sound that is only a digest, a length and a place once it is made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from playlists.errors import InvalidValueError

Codec = Literal["mp3", "opus"]
_CODECS: tuple[Codec, ...] = ("mp3", "opus")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def codec_named(name: str) -> Codec:
    """How a clip may be encoded, by its name. Raises InvalidValueError."""
    for codec in _CODECS:
        if codec == name:
            return codec
    raise InvalidValueError("a clip's codec is {codecs}, not {codec!r}", codecs=" or ".join(_CODECS), codec=name)


@dataclass(frozen=True)
class Clip:
    """One finished sound file, named by its content.

    `digest` is the SHA-256 of the file's bytes in hex, `size` their number, `samples` what the bundled ffmpeg decodes
    from the file at `rate` Hz, mono. `kind` says what it is: bulletin, ident or sign_off; `codec` mp3 or opus, how it
    was encoded. Raises InvalidValueError.
    """

    digest: str
    size: int
    samples: int
    rate: int
    duration: timedelta
    kind: str
    codec: Codec = "mp3"

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.digest):
            raise InvalidValueError("a clip's digest is 64 hexadecimal digits, not {digest!r}", digest=self.digest)
        codec_named(self.codec)
        if min(self.size, self.samples, self.rate) <= 0:
            raise InvalidValueError(
                "a clip must hold sound, not {size} bytes and {samples} samples at {rate} Hz",
                size=self.size,
                samples=self.samples,
                rate=self.rate,
            )

    def path(self, folder: Path) -> Path:
        """Where the clip lies under the audio folder; the name holds nothing but digest and codec (case E12)."""
        return folder / f"{self.digest}.{self.codec}"
