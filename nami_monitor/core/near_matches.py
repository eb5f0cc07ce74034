"""Near matches of a mistyped name: the "did you mean" of an error."""

from collections.abc import Collection
from typing import Final

from rapidfuzz import process

from nami_monitor.core.errors import UserError

MOST: Final = 3
"""Near matches that an error names."""


def near_matches(
    seen: str, known: Collection[str], *, most: int = MOST, least: float = 0
) -> tuple[str, ...]:
    """The known names that are most like a text, best first.

    At most ``most`` names whose similarity is at least ``least``, 0-100
    (``rapidfuzz.fuzz.WRatio``); of equally like ones the first in ``known`` counts.
    """
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
