"""The catalogue: English msgids and their Vietnamese, for commands, reports and reasons that are kept.

Its source is locale/vi/LC_MESSAGES/loa.po; `make catalogue` brings it in step with the code.
"""

import gettext
from functools import cache
from pathlib import Path

DOMAIN = "loa"
LOCALES = Path(__file__).parent / "locale"


def in_vietnamese(template: str) -> str:
    """The Vietnamese of a msgid, whatever the operator's language is; a text that is no msgid stays as it is."""
    return _vietnamese().gettext(template)


@cache
def _vietnamese() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, ["vi"])
