"""XOM on the command line: a xóm by its id or its name."""

from collections.abc import Sequence

from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.store.queries import xom_rows


def xom_names(station: Station) -> dict[str, str]:
    """The names of all xóm, by id."""
    with station.store.reading() as session:
        return {row.id: row.name for row in xom_rows(session)}


def xom_ids(station: Station, named: Sequence[str]) -> tuple[str, ...]:
    """Their ids, each once, in any capitals. Raises NotFoundError; so does a name that two xóm have."""
    names = xom_names(station)
    return tuple(dict.fromkeys(_id(names, one.casefold().strip(), one) for one in named))


def _id(names: dict[str, str], wanted: str, typed: str) -> str:
    found = [key for key in names if key.casefold() == wanted]
    found = found or [key for key, name in names.items() if name.casefold() == wanted]
    if len(found) != 1:
        raise NotFoundError("there is no xóm {id}; `loa xom list` shows them", id=typed or "''")
    return found[0]
