"""Words on slides: their size, their language, their direction, and words for pictures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from nami_monitor.charts.palette import GRID

TAGS: Final = {"nl": "nl-NL", "en": "en-GB"}
SLIDE_NUMBER: Final = PP_PLACEHOLDER.SLIDE_NUMBER
CELL: Final = 12
LINE: Final = GRID.lstrip("#")
RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
STRONG: Final = RIGHT_TO_LEFT | {"L"}
CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)


def clean(words: str) -> str:
    """Words without signs that no office program takes, or that turn the text around them."""
    return CONTROLS.sub("", words)


def right_to_left(words: str) -> bool:
    """Whether a paragraph begins in a script that runs from right to left."""
    directions = (unicodedata.bidirectional(sign) for sign in words)
    return next((one for one in directions if one in STRONG), "L") in RIGHT_TO_LEFT


def put(
    shape: Any, paragraphs: Sequence[str], *, size: int | None = None, bold_first: bool = False
) -> None:
    """Write paragraphs into a shape.

    Args:
        shape: with a text frame.
        paragraphs: at least one.
        size: of the letters, in points; that of the layout without it.
        bold_first: whether the first paragraph is a heading of the others.
    """
    frame = shape.text_frame
    frame.word_wrap = True
    for no, words in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if no == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = clean(words)
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
    run.text = clean(words)
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
    """A thin line above and below a row, which leads the eye across."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - python-pptx draws no borders
    for side in ("lnT", "lnB"):
        line = f'<a:{side} {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{LINE}"/>'
        properties.append(parse_xml(f"{line}</a:solidFill></a:{side}>"))


def describe(shape: Any, words: str) -> None:
    """Give a picture, chart or table the words that stand for it."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", clean(words))  # noqa: SLF001 - no setter


def in_language(deck: Any, lang: str) -> None:
    """Say of every text in the deck in which language it is."""
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
