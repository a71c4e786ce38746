"""The real ffmpeg, held by the collar."""

import os
import struct
from datetime import timedelta
from pathlib import Path

import pytest
from tts_sounds import ffmpeg, tone

from tts.decode import FILE_LIMIT, RATE, DecodeRefused, decode
from tts.delivery import plain
from tts.plausible import check_audible
from tts.voices.recorded import RecordedVoice
from tts.voices.voice import VoiceFailed

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wav", []),
        ("b.wav", ["-ar", "44100", "-ac", "2"]),
        ("c.wav", ["-c:a", "pcm_s24le"]),
        ("d.wav", ["-c:a", "pcm_alaw", "-ar", "8000"]),
        ("e.mp3", []),
        ("f.mp3", ["-write_xing", "0", "-id3v2_version", "0"]),
        ("g.mp3", ["-b:a", "8k", "-ar", "8000"]),
        ("h.m4a", []),
        ("i.m4a", ["-c:a", "alac", "-movflags", "faststart"]),
        ("j.mp3", ["-c:a", "aac", "-f", "ipod"]),
    ],
)
def test_sound_files_are_decoded_whatever_their_name(tmp_path: Path, name: str, options: list[str]) -> None:
    speech = decode(tone(tmp_path / name, 2, *options), max_duration=MINUTE)
    assert speech.rate == RATE
    assert abs(speech.duration - timedelta(seconds=2)) < timedelta(milliseconds=150)
    check_audible(speech, timedelta(seconds=1.9))


def test_the_same_file_gives_the_same_samples(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.m4a")
    assert decode(path, max_duration=MINUTE) == decode(path, max_duration=MINUTE)


def test_names_that_look_like_options_and_protocols_are_only_names(tmp_path: Path) -> None:
    for name in ("-i.wav", "concat:a|b.wav", "http:x.wav", "%d.wav", "mời bà con.wav"):
        made = tone(tmp_path / "x.wav").rename(tmp_path / name)
        assert decode(made, max_duration=MINUTE).duration == timedelta(seconds=2)


def test_e4_what_is_longer_than_allowed_is_refused(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 2)
    assert decode(path, max_duration=timedelta(seconds=2)).duration == timedelta(seconds=2)
    with pytest.raises(DecodeRefused, match=r"at most 1.999 s of sound were expected, but a\.wav is longer"):
        decode(path, max_duration=timedelta(seconds=1.999))


def test_e4_a_decode_bomb_is_ended_at_the_length_that_is_allowed(tmp_path: Path) -> None:
    path = tone(tmp_path / "bomb.mp3", 1000, "-b:a", "8k", "-ar", "8000")
    assert path.stat().st_size < 1_100_000
    with pytest.raises(DecodeRefused, match="at most 60 s"):
        decode(path, max_duration=MINUTE)


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0xFFFFFFF0, 200_000])
def test_e4_a_wav_header_that_claims_more_than_is_there_is_refused(tmp_path: Path, claimed: int) -> None:
    path = tone(tmp_path / "a.wav", 1, "-bitexact", "-ar", "44100")
    whole = bytearray(path.read_bytes())
    at = whole.index(b"data")
    whole[at + 4 : at + 8] = struct.pack("<I", claimed)
    path.write_bytes(whole)
    with pytest.raises(
        DecodeRefused, match=f"{claimed} bytes of sound were expected from the header of a.wav, but 88200"
    ):
        decode(path, max_duration=MINUTE)


def test_e4_a_wav_without_any_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF\x04\0\0\0WAVE")
    with pytest.raises(DecodeRefused, match="its header names none"):
        decode(path, max_duration=MINUTE)


@pytest.mark.parametrize(("name", "options"), [("a.mp3", []), ("a.m4a", ["-movflags", "faststart"])])
def test_e4_a_file_that_is_cut_off_is_refused(tmp_path: Path, name: str, options: list[str]) -> None:
    path = tone(tmp_path / name, 10, *options)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DecodeRefused, match="save it again"):
        decode(path, max_duration=MINUTE)


def test_e4_an_m4a_header_that_claims_a_thousand_million_samples_is_refused(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.m4a", 2)
    whole = bytearray(path.read_bytes())
    at = whole.index(b"stsz") + 12  # version and flags, one size for all, and then how many there are
    whole[at - 4 : at + 4] = struct.pack(">II", 371, 1_000_000_000)
    path.write_bytes(whole)
    with pytest.raises(DecodeRefused, match=r"save it again|ffmpeg ended with"):
        decode(path, max_duration=MINUTE)


def id3(frames: int) -> bytes:
    """A tag of many entries, each of another name."""
    content = b"".join(b"TXXX\0\0\0\x0a\0\0\0%07d\0b" % number for number in range(frames))
    size = len(content)
    return b"ID3\x03\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + content


def test_e4_a_million_id3_frames_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(1_000_000) + tone(tmp_path / "b.mp3", 1, "-id3v2_version", "0").read_bytes())
    with pytest.raises(DecodeRefused, match="at most 8 MB of title, pictures"):
        decode(path, max_duration=MINUTE)


def test_e4_many_id3_frames_are_never_shown_to_ffmpeg(tmp_path: Path) -> None:
    plain = tone(tmp_path / "b.mp3", 1, "-id3v2_version", "0")
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(150_000) + id3(150_000) + plain.read_bytes())
    assert decode(path, max_duration=MINUTE) == decode(plain, max_duration=MINUTE)


def test_e3_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.mp3", 1)
    os.truncate(path, FILE_LIMIT + 1)
    with pytest.raises(DecodeRefused, match="at most 512 MB"):
        decode(path, max_duration=MINUTE)


E5 = {
    "playlist.mp3": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "hls.m4a": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n#EXT-X-ENDLIST\n",
    "concat.wav": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "image.wav": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "page.mp3": b"<!doctype html><title>Sorry</title>",
    "sdp.mp3": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5000 RTP/AVP 0\n",
    "zip.m4a": b"PK\x03\x04" + bytes(100),
    "empty.wav": b"",
    "short.mp3": b"\xff",
    "riff.wav": b"RIFF\x04\0\0\0AVI LIST",
    "aac.mp3": b"\xff\xf1\x50\x80\x02\x1f\xfc",
}


@pytest.mark.parametrize("name", E5)
def test_e5_what_is_no_sound_file_is_refused_before_ffmpeg_sees_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(E5[name])
    with pytest.raises(DecodeRefused, match="a WAV, MP3 or M4A file was expected"):
        decode(path, max_duration=MINUTE)


@pytest.mark.parametrize("magic", [b"ID3\x03\0\0\0\0\0\0", b"\0\0\0\x10ftypM4A \0\0\0\0", b"\xff\xfb\x90\x00"])
def test_e5_a_playlist_behind_the_first_bytes_of_sound_is_refused(tmp_path: Path, magic: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(magic + E5["hls.m4a"] + E5["concat.wav"])
    with pytest.raises(DecodeRefused, match="without an error, but ffmpeg ended with"):
        decode(path, max_duration=MINUTE)


def test_e5_a_video_decoder_is_never_started(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    ffmpeg("-f", "lavfi", "-i", "testsrc=duration=1", "-c:v", "mpeg4", "-f", "mp4", str(path))
    with pytest.raises(DecodeRefused, match="ffmpeg ended with"):
        decode(path, max_duration=MINUTE)


def test_e12_links_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link.wav").symlink_to(tone(tmp_path / "a.wav"))
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "folder.wav").mkdir()
    for name in ("link.wav", "pipe.wav", "folder.wav", "missing.wav"):
        with pytest.raises(DecodeRefused, match="was expected"):
            decode(tmp_path / name, max_duration=MINUTE)


def test_a_recording_is_spoken_under_its_digest(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.mp3")
    voice = RecordedVoice(path)
    assert voice.identity.recorded
    assert voice.speak(plain("không liên quan.")) == decode(path, max_duration=MINUTE)
    assert RecordedVoice(tone(tmp_path / "b.mp3", 3)).identity != voice.identity


def test_a_recording_that_changed_or_is_too_long_is_a_failed_voice(tmp_path: Path) -> None:
    voice = RecordedVoice(tone(tmp_path / "a.mp3"))
    tone(tmp_path / "a.mp3", 3)
    with pytest.raises(VoiceFailed, match="the file has changed"):
        voice.speak(plain("một."))
    with pytest.raises(VoiceFailed, match="at most 1 s"):
        RecordedVoice(tmp_path / "a.mp3", max_duration=timedelta(seconds=1)).speak(plain("một."))
    with pytest.raises(DecodeRefused, match="cannot be opened: No such file"):
        RecordedVoice(tmp_path / "none.mp3")
