"""Where a programme's samples go: a WAV file, nowhere (counted), or the sound card."""
