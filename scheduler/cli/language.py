"""The operator's language: Vietnamese unless asked otherwise. msgids are English, click's own texts among them."""

import gettext
import os
from collections.abc import Sequence

from scheduler.catalogue import DOMAIN, LOCALES

DEFAULT = "vi"


def choose(arguments: Sequence[str]) -> None:
    """Set the language before any text is shown: --lang, else LOA_LANG, else Vietnamese.

    Looked up here, before click parses, because click writes help and usage errors while it parses.
    """
    wanted = os.environ.get("LOA_LANG", DEFAULT)
    for at, argument in enumerate(arguments):
        if argument == "--lang" and at + 1 < len(arguments):
            wanted = arguments[at + 1]
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
    os.environ["LANGUAGE"] = wanted
    gettext.bindtextdomain(DOMAIN, LOCALES)
    gettext.textdomain(DOMAIN)
