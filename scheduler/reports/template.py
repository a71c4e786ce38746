"""The templates beside this file, filled with everything from outside escaped (E14)."""

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

_ENVIRONMENT = Environment(
    loader=PackageLoader("scheduler.reports", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def template(name: str, **filters: Callable[..., str]) -> Template:
    """The template in the file of this name, with filters of its own."""
    environment = _ENVIRONMENT.overlay()
    environment.filters = {**_ENVIRONMENT.filters, **filters}
    return environment.get_template(name)
