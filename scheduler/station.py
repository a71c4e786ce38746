"""One station: its folder, settings, store and keys. Every use case works on this value."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devices.signing import SigningKey
from scheduler.config import Config, load_config
from scheduler.errors import ConflictError, NotAllowedError
from scheduler.sentence import Sentence
from scheduler.store.engine import Store

DATABASE = "loa.db"


@dataclass(frozen=True)
class Station:
    """A station folder, opened. Paths below it are named here and nowhere else."""

    folder: Path
    config: Config
    store: Store
    extra_config: Path | None = None

    @property
    def id(self) -> str:
        return self.config.station.id

    @property
    def audio(self) -> Path:
        """Finished clips, named by digest; what the receivers fetch."""
        return self.folder / "audio"

    @property
    def speech_cache(self) -> Path:
        return self.folder / "cache" / "speech"

    @property
    def recordings(self) -> Path:
        """The operator's own sound files, kept as they came."""
        return self.folder / "recordings"

    @property
    def music(self) -> Path:
        """Sound files that may be heard under bulletins."""
        return self.folder / "music"

    @property
    def preview(self) -> Path:
        """What was made to be heard before approval."""
        return self.folder / "preview"

    @property
    def enrolments(self) -> Path:
        """One file per receiver for the installer; secret until the receiver's first hello."""
        return self.folder / "enrolments"

    @property
    def witness(self) -> Path:
        """Every checkpoint ever signed, outside the database: a rolled-back database shows against it (case D10)."""
        return self.folder / "log" / "checkpoints.txt"

    @property
    def templates(self) -> Path:
        """Days kept under a name, one TOML file each."""
        return self.folder / "templates"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def broker(self) -> Path:
        """What a broker needs to know: accounts, rights, configuration."""
        return self.folder / "broker"

    @property
    def log_origin(self) -> str:
        return f"loa/{self.id}"

    @cached_property
    def keys(self) -> "Keys":
        return Keys(self.folder / "keys")


@dataclass(frozen=True)
class Keys:
    """The private keys, one file each (0600). root and approver may live elsewhere, on a stick in a drawer."""

    folder: Path

    @property
    def root(self) -> SigningKey:
        return self._load("root", Sentence("the key that names all other keys"))

    @property
    def schedule(self) -> SigningKey:
        return self._load("schedule", Sentence("the key that signs manifests and receipts"))

    @property
    def log(self) -> SigningKey:
        return self._load("log", Sentence("the key that signs the log's checkpoints"))

    def approver(self, path: Path | None = None) -> SigningKey:
        return self._load("approver", Sentence("the key of the leader who approves"), path)

    def _load(self, name: str, what: Sentence, path: Path | None = None) -> SigningKey:
        file = path or self.folder / f"{name}.key"
        if not file.is_file():
            raise NotAllowedError(
                "{file} is missing: expected {what}; put it back (it may be on the stick it was moved to)",
                file=file,
                what=what,
            )
        return SigningKey.load(file)


def open_station(folder: Path, extra_config: Path | None = None) -> Station:
    """Raises ConfigError, NotFoundError or StationError when the folder holds no sound station."""
    config = load_config(folder, extra_config)
    return Station(folder, config, Store(folder / DATABASE), extra_config)


@contextmanager
def making_clips(station: Station, tidy: Callable[[Path], object]) -> Iterator[None]:
    """Held while a clip is made, by any number of processes and threads at once.

    Where nobody else holds it, `tidy` is given the audio folder first: what lies there unfinished is nobody's. The
    kernel gives it back when a process dies.
    """
    descriptor = os.open(station.folder / "render.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            tidy(station.audio)
        except BlockingIOError:
            pass
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def on_duty(station: Station) -> Iterator[None]:
    """The right to be the one service of this folder, for as long as the block runs (case D11).

    Raises ConflictError when another process has it. The kernel gives it back when a process dies.
    """
    path = station.folder / "serve.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConflictError(
                "another `loa serve` is running on {folder}: expected one; stop it first", folder=station.folder
            ) from error
        yield
    finally:
        os.close(descriptor)
