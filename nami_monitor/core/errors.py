"""Errors that a user can mend, and how they quote a file or name what was probably meant."""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final


class UserError(Exception):
    """Something that a user can mend.

    ``key`` names its sentence in the catalogues, under ``errors.``; ``values`` are what was seen,
    for its placeholders, lists of near matches too.
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
    """Texts with commas between: at most ``LIST_LIMIT`` of them, each cut."""
    some = [short(text, LONGEST_IN_LIST) for text in islice(texts, LIST_LIMIT + 1)]
    return ", ".join(some[:LIST_LIMIT] + [CUT] * (len(some) > LIST_LIMIT))


MOST: Final = 3
"""Near matches that an error names."""


def near_matches(
    seen: str, known: Collection[str], *, most: int = MOST, least: float = 0
) -> tuple[str, ...]:
    """The known names that are most like a text, best first.

    At most ``most`` names whose similarity is at least ``least``, 0-100
    (``rapidfuzz.fuzz.WRatio``); of equally like ones the first in ``known`` counts.
    """
    from rapidfuzz import process  # noqa: PLC0415 - what parses spreadsheets starts without it

    matches = process.extract(seen, list(known), limit=most, score_cutoff=least)
    return tuple(name for name, _, _ in matches)


def refuse_unknown(key: str, seen: str, known: Collection[str], /, **values: object) -> None:
    """Refuse a name that does not exist.

    The sentence ``key`` has ``{seen}`` and ``{near}``; ``values`` are further ones, or others than
    those.

    Raises:
        UserError: ``key``, naming the near matches, unless ``seen`` is known.
    """
    if seen not in known:
        near = ", ".join(near_matches(seen, known)) or "-"
        raise UserError(key, **{"seen": seen, "near": near, **values})
