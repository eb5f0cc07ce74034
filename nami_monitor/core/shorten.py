"""What a sentence quotes of a file: enough to find it there, never the whole of a long text."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

LONGEST: Final = 80
"""Characters of one quoted text."""
LONGEST_OF_MANY: Final = 40
"""Characters of each text in a list."""
MOST: Final = 30
"""Texts in a list."""
CUT: Final = "\u2026"


def short(text: object, most: int = LONGEST) -> str:
    """A text on one line, cut after ``most`` characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + CUT


def listed(texts: Iterable[object]) -> str:
    """Texts with commas between: at most ``MOST`` of them, each cut."""
    some = [short(text, LONGEST_OF_MANY) for text in islice(texts, MOST + 1)]
    return ", ".join(some[:MOST] + [CUT] * (len(some) > MOST))
