"""Every text an operator may see is translated, nothing is left over, and the compiled catalogue is today's."""

import ast
import string
from collections.abc import Iterator

import catalogue
from babel.messages.catalog import Message

MESSAGES = [message for message in catalogue.read_catalogue() if message.id]
UPDATE = "run `make catalogue`, translate what it names in loa.po, and run it again"


def forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, list | tuple) else [str(text)]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_of_the_code_is_in_the_catalogue_and_no_other() -> None:
    there = {tuple(message.id) if isinstance(message.id, list | tuple) else message.id for message in MESSAGES}
    wanted = catalogue.msgids().keys()
    assert not wanted - there, UPDATE
    assert not there - wanted, UPDATE
    assert not catalogue.read_catalogue().obsolete, UPDATE


def test_every_text_is_translated_with_the_same_values() -> None:
    assert not [fault for message in MESSAGES for fault in faults(message)], UPDATE


def faults(message: Message) -> Iterator[str]:
    english, vietnamese = forms(message.id), forms(message.string)
    if message.fuzzy or not all(vietnamese):
        yield f"not translated: {english}"
    known = set().union(*map(placeholders, english))
    for text in vietnamese:
        if not placeholders(text) <= known or (len(english) == 1 and placeholders(text) != known):
            yield f"other values than in the English: {text}"
        if english[0].endswith("\n") != text.endswith("\n"):
            yield f"a line end too many or too few: {text}"


def test_the_planner_says_the_same_in_its_own_table() -> None:
    catalogued = {forms(message.id)[0]: forms(message.string)[0] for message in MESSAGES}
    assert {msgid: catalogued.get(msgid) for msgid in catalogue.planner()} == catalogue.planner(), UPDATE


def test_both_files_are_what_the_tool_writes() -> None:
    today = catalogue.updated(catalogue.read_catalogue())
    assert catalogue.PO.read_bytes() == catalogue.written(today), UPDATE
    assert catalogue.MO.read_bytes() == catalogue.compiled(today), UPDATE


SOURCE = """
LABELS = {"id": "a label"}
headings = ("a heading", "another")
STATE_STYLES = {"a state": "green"}

class Low(ReadableError): ...

def act(kind):
    template = "one of {n}" if kind else "many of {n}"
    say("said {x}", x=_("asked"))
    Sentence("a sentence")
    show_table(headings, [])
    option("--x", help="a help text")
    raise Low(template, n=1)
"""


def test_a_text_of_each_kind_is_found() -> None:
    tree = ast.parse(SOURCE)
    found = set(catalogue.texts(tree, {"Low"}, rules=False, shown=True))
    assert found == {
        "a label", "a heading", "another", "a state", "one of {n}", "many of {n}", "said {x}", "asked",
        "a sentence", "a help text",
    }  # fmt: skip
