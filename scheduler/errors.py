"""Errors of the station: translatable templates with their values, and the exit code each means on the command line."""

from tts.errors import ReadableError


class StationError(ReadableError):
    """The station could not do what was asked; exit code 2 (usage, or could not run)."""

    exit_code = 2


class ConfigError(StationError):
    """config.toml is wrong; the text lists every fault at once."""


class NotFoundError(StationError):
    """What was named does not exist; exit code 3."""

    exit_code = 3


class NotAllowedError(StationError):
    """The act needs an approval, a key or a state that is not there; exit code 4."""

    exit_code = 4


class ConflictError(StationError):
    """The act contradicts what is already so; exit code 5."""

    exit_code = 5


class OutsideServiceError(StationError):
    """An outside service (broker, voice, network) did not answer; exit code 7."""

    exit_code = 7
