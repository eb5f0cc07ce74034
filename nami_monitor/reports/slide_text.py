"""Text on slides: the room it takes, its size, language and direction."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from PIL import ImageFont
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from nami_monitor.charts.palette import GRID
from nami_monitor.core.escapes import plain
from nami_monitor.reports.branding import FONTS

TAGS: Final = {"nl": "nl-NL", "en": "en-GB"}
SLIDE_NUMBER: Final = PP_PLACEHOLDER.SLIDE_NUMBER
CELL: Final = 12
BORDER: Final = GRID.lstrip("#")
RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
STRONG: Final = RIGHT_TO_LEFT | {"L"}


def right_to_left(words: str) -> bool:
    """Whether a paragraph begins in a script that runs from right to left."""
    directions = (unicodedata.bidirectional(sign) for sign in words)
    return next((one for one in directions if one in STRONG), "L") in RIGHT_TO_LEFT


def put(
    shape: Any, paragraphs: Sequence[str], *, size: int | None = None, bold_first: bool = False
) -> None:
    """Write paragraphs into a shape, in the layout's size unless one is given in points."""
    frame = shape.text_frame
    frame.word_wrap = True
    for no, words in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if no == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = plain(words)
        if size:
            run.font.size = Pt(size)
        if bold_first and no == 0:
            run.font.bold = True
        _direct(paragraph, words)


def _direct(paragraph: Any, words: str) -> None:
    if right_to_left(words):
        paragraph._p.get_or_add_pPr().set("rtl", "1")  # noqa: SLF001 - python-pptx has no setter
        paragraph.alignment = PP_ALIGN.RIGHT


def fill_cell(cell: Any, words: str, *, head: bool, right: bool) -> None:
    """Write a cell of a table."""
    cell.margin_left = cell.margin_right = Inches(0.07)
    cell.margin_top = cell.margin_bottom = Inches(0.035)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE if head else MSO_ANCHOR.TOP
    paragraph = cell.text_frame.paragraphs[0]
    run = paragraph.add_run()
    run.text = plain(words)
    run.font.size = Pt(CELL)
    run.font.bold = head
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    _direct(paragraph, words)
    _lines(cell)
    cell.fill.solid()
    if head:
        cell.fill.fore_color.theme_color = MSO_THEME_COLOR.TEXT_2
        run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
    else:
        cell.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1


def _lines(cell: Any) -> None:
    """Draw a thin line above and below a cell."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - python-pptx draws no borders
    for side in ("lnT", "lnB"):
        line = f'<a:{side} {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{BORDER}"/>'
        properties.append(parse_xml(f"{line}</a:solidFill></a:{side}>"))


def describe(shape: Any, words: str) -> None:
    """Set the alternative text of a picture, chart or table."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", plain(words))  # noqa: SLF001 - no setter


def in_language(deck: Any, lang: str) -> None:
    """Set the language of every text in the deck."""
    tag = TAGS[lang]
    for element in _roots(deck):
        for found in element.iter(qn("a:rPr"), qn("a:endParaRPr"), qn("a:defRPr")):
            found.set("lang", tag)
        for run in element.iter(qn("a:r"), qn("a:fld")):
            if run.find(qn("a:rPr")) is None:
                run.insert(0, run.makeelement(qn("a:rPr"), {"lang": tag}))


def _roots(deck: Any) -> Iterator[Any]:
    yield deck.slide_master._element  # noqa: SLF001 - elements have no other way in
    for layout in deck.slide_layouts:
        yield layout._element  # noqa: SLF001 - likewise
    for slide in deck.slides:
        yield slide._element  # noqa: SLF001 - likewise
        yield slide.notes_slide._element  # noqa: SLF001 - likewise
        for shape in slide.shapes:
            if shape.has_chart:
                yield shape.chart._chartSpace  # noqa: SLF001 - likewise


SMALLEST_LETTERS: Final = 12
LINE_SPACING: Final = 1.22  # of the size of its letters, from one line to the next
PARAGRAPH_SPACING: Final = 4  # points of space above a paragraph
ARIAL_WIDTH: Final = 1.12  # Arial beside the typeface that is measured, with some room
POINTS_PER_INCH: Final = 72
MEASURED_SIZE: Final = 100


@cache
def _typeface(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"SourceSansPro-{name}.ttf"), MEASURED_SIZE)


@cache
def _length(word: str, *, bold: bool) -> float:
    return _typeface("Bold" if bold else "Regular").getlength(word) * ARIAL_WIDTH / MEASURED_SIZE


def line_count(words: str, size: float, width: float, *, bold: bool = False) -> int:
    """Count the lines, of a width in inches, of a paragraph in a size in points.

    A word wider than the line is broken.
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
    """The height of paragraphs, in inches."""
    points = sum(
        line_count(words, size, width, bold=bold) * size * LINE_SPACING + PARAGRAPH_SPACING
        for words in paragraphs
    )
    return points / POINTS_PER_INCH


def size_for(
    paragraphs: Sequence[str],
    largest: int,
    width: float,
    room: float,
    *,
    bold: bool = False,
    smallest: int = SMALLEST_LETTERS,
) -> int | None:
    """The largest size at which paragraphs fit; None when they do not even at the smallest."""
    sizes = range(largest, smallest - 1, -1)
    return next((s for s in sizes if height(paragraphs, s, width, bold=bold) <= room), None)


def split_to_fit(
    paragraphs: Sequence[str], size: int, width: float, room: float
) -> list[tuple[str, ...]]:
    """Split paragraphs into parts that each fit a box, if need be between words."""
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
    lengths = range(1, len(words) + 1)
    low = bisect_right(lengths, room, key=lambda n: height([words[:n]], size, width))
    cut = words.rfind(" ", 0, low + 1)
    return words[: cut if cut > 0 else low].rstrip()


def shortened(words: str, size: int, width: float, room: float, *, bold: bool) -> str:
    """As much of a text as fits, with an ellipsis for what does not."""
    if height([words], size, width, bold=bold) <= room:
        return words
    parts = words.split(" ")

    def cut(count: int) -> str:
        return " ".join(parts[:count]) + "…"

    counts = range(1, len(parts) + 1)
    low = bisect_right(counts, room, key=lambda n: height([cut(n)], size, width, bold=bold))
    return cut(low) if low else words[:60] + "…"
