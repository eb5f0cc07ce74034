"""How much room words take on a slide, so that nothing overlaps, is cut or shrinks below 12 pt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from PIL import ImageFont

from nami_monitor.reports.pictures import FONTS

SMALLEST: Final = 12
LINE: Final = 1.22  # of the size of its letters, from one line to the next
BEFORE: Final = 4  # points of space above a paragraph
WIDER: Final = 1.12  # Arial beside the typeface that is measured, with some room
POINTS_PER_INCH: Final = 72
MEASURED: Final = 100


@cache
def _typeface(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"SourceSansPro-{name}.ttf"), MEASURED)


@cache
def _length(word: str, *, bold: bool) -> float:
    return _typeface("Bold" if bold else "Regular").getlength(word) * WIDER / MEASURED


def lines(words: str, size: float, width: float, *, bold: bool = False) -> int:
    """How many lines a paragraph takes; a word wider than the line is broken.

    Args:
        words: one paragraph.
        size: of its letters, in points.
        width: of the line, in inches.
        bold: whether it is set bold.
    """
    room = width * POINTS_PER_INCH / size
    space = _length(" ", bold=bold)
    taken, count = 0.0, 1
    for word in words.replace("\N{NO-BREAK SPACE}", "_").split():
        long = _length(word, bold=bold)
        if taken and taken + space + long > room:
            count, taken = count + 1, 0.0
        more = int(long // room)
        count += more
        taken += (space if taken else 0.0) + long - more * room
    return count


def height(paragraphs: Sequence[str], size: float, width: float, *, bold: bool = False) -> float:
    """How high paragraphs are, in inches."""
    points = sum(
        lines(words, size, width, bold=bold) * size * LINE + BEFORE for words in paragraphs
    )
    return points / POINTS_PER_INCH


def size_for(
    paragraphs: Sequence[str],
    largest: int,
    width: float,
    room: float,
    *,
    bold: bool = False,
    smallest: int = SMALLEST,
) -> int | None:
    """The largest size at which paragraphs fit; None when they do not even at the smallest."""
    for size in range(largest, smallest - 1, -1):
        if height(paragraphs, size, width, bold=bold) <= room:
            return size
    return None


def parted(
    paragraphs: Sequence[str], size: int, width: float, room: float
) -> list[tuple[str, ...]]:
    """Paragraphs in parts that each fit a box; a paragraph that fits none is cut between words."""
    parts: list[list[str]] = [[]]
    for paragraph in paragraphs:
        left = paragraph
        while left:
            if height([*parts[-1], left], size, width) <= room:
                parts[-1].append(left)
                break
            head = _head(left, size, width, room - height(parts[-1], size, width))
            if parts[-1] and (not head or height([left], size, width) <= room):
                parts.append([])
                continue
            head = head or left[:40]
            parts[-1].append(head)
            left = left[len(head) :].strip()
            parts.append([])
    return [tuple(part) for part in parts if part]


def _head(words: str, size: int, width: float, room: float) -> str:
    """As much of a paragraph as fits, ending between words."""
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if height([words[:middle]], size, width) <= room:
            low = middle
        else:
            high = middle - 1
    cut = words.rfind(" ", 0, low + 1)
    return words[: cut if cut > 0 else low].rstrip()


def shortened(words: str, size: int, width: float, room: float, *, bold: bool) -> str:
    """As much of a text as fits, with an ellipsis for what does not."""
    if height([words], size, width, bold=bold) <= room:
        return words
    parts = words.split(" ")
    low, high = 0, len(parts)
    while low < high:
        middle = (low + high + 1) // 2
        if height([" ".join(parts[:middle]) + "…"], size, width, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    return " ".join(parts[:low]) + "…" if low else words[:60] + "…"
