"""Texts inside SQL: what does not come as a parameter is quoted here."""

from __future__ import annotations

from collections.abc import Iterable


def literal(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def words(texts: Iterable[str]) -> str:
    """A SQL list of text literals, for ``in``."""
    return "(" + ", ".join(literal(text) for text in texts) + ")"
