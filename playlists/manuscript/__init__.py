"""Manuscripts as operators hand them in (Markdown, plain text, Word; Unicode or what came before it) → bulletins."""

from playlists.manuscript.note import Note
from playlists.manuscript.read import Manuscript, read_manuscript

__all__ = ["Manuscript", "Note", "read_manuscript"]
