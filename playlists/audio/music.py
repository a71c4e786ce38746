"""A music bed: heard before and after the words, drawn back while they are said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from playlists.audio import ffmpeg, segment
from playlists.audio.voice import LEVEL_LUFS
from playlists.errors import InvalidValueError
from tts.speech import Speech

BEFORE = timedelta(seconds=3)
AFTER = timedelta(seconds=3)
"""How long the music is heard alone: faded in before the first word, faded out after the last."""

_ALONE_DB = 4.0  # so far under the voice where nobody speaks; much softer, and a short bulletin would be made too loud
_RATIO = 20  # so steep that a soft word draws it back nearly as far as a loud one
_FADE_IN = timedelta(milliseconds=1500)
_FADE_OUT = timedelta(milliseconds=2500)
UNDER_DB = (6.0, 40.0)


@dataclass(frozen=True)
class Bed:
    """Music of any length, and how far below the voice it lies while somebody speaks. Raises InvalidValueError."""

    music: Speech
    under_db: float = 18.0

    def __post_init__(self) -> None:
        if not UNDER_DB[0] <= self.under_db <= UNDER_DB[1]:
            raise InvalidValueError(
                "music must lie between {low} and {high} dB under the voice, not {value}",
                low=UNDER_DB[0],
                high=UNDER_DB[1],
                value=self.under_db,
            )

    def under(self, voice: Speech, levelled: Speech) -> Speech:
        """The voice over the music, both at `LEVEL_LUFS` and of one rate; the music is repeated or cut to length."""
        bed = segment.lasting(levelled, voice.duration, _FADE_IN, _FADE_OUT)
        # A compressor whose key is the voice: what the voice has above the threshold it takes from the music, within
        # 60 ms, and it comes back over half a second, so that it does not pump between words.
        threshold_db = LEVEL_LUFS - (self.under_db - _ALONE_DB) * _RATIO / (_RATIO - 1)
        graph = ";".join(
            [
                "channelsplit=channel_layout=stereo[said][music]",
                "[said]asplit=2[voice][key]",
                f"[music]volume={-_ALONE_DB:.2f}dB[bed]",
                f"[bed][key]sidechaincompress=threshold={threshold_db:.1f}dB:ratio={_RATIO}:attack=60:release=500[ducked]",
                "[voice][ducked]amix=inputs=2:duration=first:normalize=0",
            ]
        )
        done = ffmpeg.run(
            [
                *("-f", "s16le", "-ar", str(voice.rate), "-ac", "2", "-i", "pipe:0"),
                *("-filter_complex_threads", "1", "-filter_complex", graph, *ffmpeg.pcm_output(voice.rate)),
            ],
            segment.side_by_side(voice, bed),
        )
        return Speech(done.output, voice.rate, voice.marks)
