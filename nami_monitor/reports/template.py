"""The deck's template (16:9, five layouts): where its placeholders, charts and tables stand.

Typeface, sizes, colours and places of text stand in ``template.pptx``, as a designer sets them;
an organisation's own colours reach every slide through its theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from pptx import Presentation
from pptx.util import Inches

FILE: Final = Path(__file__).with_name("template.pptx")
TITLE, POINTS, ASKED, SOURCE, KICKER = 0, 1, 13, 14, 15
"""Numbers of the placeholders that a slide fills."""


class SlideLayout(IntEnum):
    """The layouts, in the order of the file."""

    COVER = 0
    BESIDE = 1
    WIDE = 2
    TABLE = 3
    POINTS = 4


@dataclass(frozen=True)
class Box:
    """Where something stands: left, top, width and height in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def lengths(self) -> tuple[Inches, Inches, Inches, Inches]:
        """The same as python-pptx takes it."""
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


BESIDE: Final = Box(0.6, 1.6, 8.1, 5.05)
ABOVE: Final = Box(0.6, 1.55, 12.133, 3.75)
BELOW: Final = Box(0.6, 5.4, 8.0, 1.3)
TABLE: Final = Box(0.6, 1.6, 12.133, 5.05)


@cache
def boxes(layout: SlideLayout) -> dict[int, Box]:
    """The boxes of a layout's placeholders, by number."""
    holders: Any = Presentation(str(FILE)).slide_layouts[layout].placeholders
    return {
        one.placeholder_format.idx: Box(
            one.left.inches, one.top.inches, one.width.inches, one.height.inches
        )
        for one in holders
    }
