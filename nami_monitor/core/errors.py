"""Errors that a user can mend, and how their sentences quote a file. Other exceptions are bugs."""

from collections.abc import Iterable
from itertools import islice
from typing import Final


class UserError(Exception):
    """Something that a user can mend.

    Args:
        key: names the sentence in the catalogues, under ``errors.``.
        values: what was seen, for the placeholders of that sentence; lists of near matches too.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        """Key and values, for logs and tests; people read the catalogue's sentence."""
        seen = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.key}({seen})"


class DatabaseHeldError(UserError):
    """Others write to the database for longer than this writer waits.

    ``holder`` says who: ``what``, ``who``, ``since``, ``pid``.
    """

    def __init__(self, path: str, **holder: object) -> None:
        super().__init__(f"store.held.{holder['what']}", path=path, **holder)


LONGEST_QUOTE: Final = 80
"""Characters of one quoted text."""
LONGEST_IN_LIST: Final = 40
"""Characters of each text in a list."""
LIST_LIMIT: Final = 30
"""Texts in a list."""
CUT: Final = "\u2026"


def short(text: object, most: int = LONGEST_QUOTE) -> str:
    """A text on one line, cut after ``most`` characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + CUT


def listed(texts: Iterable[object]) -> str:
    """Texts with commas between: at most ``MOST`` of them, each cut."""
    some = [short(text, LONGEST_IN_LIST) for text in islice(texts, LIST_LIMIT + 1)]
    return ", ".join(some[:LIST_LIMIT] + [CUT] * (len(some) > LIST_LIMIT))
