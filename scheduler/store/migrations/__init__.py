"""Schema migrations by Alembic, run in one transaction when a station's database is opened (case D13)."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from scheduler.errors import StationError

HEAD = "0001"
"""The newest revision in versions/; a database that names an unknown one is newer than this program."""


def upgrade(engine: Engine, *, create: bool) -> None:
    """Bring the database to HEAD. Raises StationError when a newer Loa wrote it, or when it is empty and not to be."""
    with engine.connect() as connection:
        current = _current(connection)
        connection.rollback()
    if current == HEAD:
        return
    if current is None and not create:
        raise StationError("the database is empty: expected that of a station; restore a copy of it")
    # Alembic takes a quarter of a second to import and is needed only when the schema changes.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StationError(
            "the database has schema {current}, this program knows up to {head}: a newer Loa wrote it; use that one",
            current=current,
            head=HEAD,
        )
    with engine.execution_options(loa_begin="IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None
