"""Sound: cutting, joining, levelling and encoding. `segment.py` is the one door to pydub, `ffmpeg.py` to ffmpeg."""
