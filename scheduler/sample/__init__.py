"""The sample station, as data: its config.toml and its bulletins."""

from pathlib import Path

SAMPLE_CONFIG = Path(__file__).parent / "config.toml"
SAMPLE_BULLETINS = Path(__file__).parent / "bulletins"
