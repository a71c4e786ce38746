"""How a reading is shown: every rewritten form, what needs a look, what is left out."""

from gettext import gettext as _
from typing import Any

from scheduler.cli.command import say, translated
from scheduler.cli.tables import show_table
from tts.normalise import Reading


def reading_document(reading: Reading) -> dict[str, Any]:
    """Spans are 1-based lines and 0-based half-open character offsets of the written text."""
    return {
        "words": reading.words,
        "rewrites": [
            {
                "line": item.line,
                "start": item.start,
                "end": item.end,
                "written": item.written,
                "spoken": item.spoken,
                "rule": item.rule,
            }
            for item in reading.rewrites
        ],
        "warnings": [
            {
                "line": item.line,
                "start": item.start,
                "end": item.end,
                "written": item.written,
                "kind": item.kind,
                "text": translated(item.template, item.values),
            }
            for item in reading.warnings
        ],
        "left_out": [
            {"line": item.line, "written": item.written, "why": translated(item.why, {})} for item in reading.left_out
        ],
    }


def show_reading(reading: Reading) -> None:
    if reading.rewrites:
        rows = [(item.line, item.written, item.spoken, _(item.rule)) for item in reading.rewrites]
        show_table(("Line", "Written", "Read as", "Rule"), rows)
    for item in reading.left_out:
        say(
            "line {line}: not read: {written} ({why})",
            line=item.line,
            written=item.written,
            why=translated(item.why, {}),
        )
    for warning in reading.warnings:
        text = translated(warning.template, warning.values)
        say("line {line}: LOOK: {written}: {text}", line=warning.line, written=warning.written, text=text)
