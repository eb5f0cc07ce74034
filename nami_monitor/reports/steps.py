"""How far a report is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and which is next."""


def silent(done: int, total: int, name: str) -> None:
    """Tell nobody."""
