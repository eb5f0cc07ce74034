"""The slides of a report as a PowerPoint file.

Typeface, sizes and places of title, source and number stand in ``template.pptx`` (16:9, one
layout), as a designer sets them: Georgia and Arial, which every PowerPoint has. An organisation's
own colours reach every slide through its theme.
"""

import copy
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from nami_monitor.briefing.month import Progress, no_progress
from nami_monitor.charts import palette
from nami_monitor.core.escapes import plain
from nami_monitor.i18n import text
from nami_monitor.reports.branding import Branding, png
from nami_monitor.reports.document import Document
from nami_monitor.reports.slides import (
    CELL_INSET,
    INDENT,
    LETTERS,
    LINE_SPACING,
    LOGO,
    Box,
    Ground,
    Paragraph,
    Picture,
    Slide,
    SlideTable,
    Tone,
    Words,
    right_to_left,
    slides,
)

TAGS: Final = {"nl": "nl-NL", "en": "en-GB"}
TEMPLATE: Final = Path(__file__).with_name("template.pptx")
SOURCE: Final = 14
"""The number of the placeholder below a slide."""
TONES: Final = {
    Tone.INK: MSO_THEME_COLOR.TEXT_2,
    Tone.SECOND: MSO_THEME_COLOR.ACCENT_2,
    Tone.BODY: MSO_THEME_COLOR.TEXT_1,
    Tone.GREY: MSO_THEME_COLOR.ACCENT_5,
    Tone.PAPER: MSO_THEME_COLOR.BACKGROUND_2,
    Tone.LINE: MSO_THEME_COLOR.ACCENT_6,
}
SERIF, SANS = "+mj-lt", "+mn-lt"
HAIRLINE: Final = palette.GRID.lstrip("#")


def render(document: Document, branding: Branding, progress: Progress = no_progress) -> bytes:
    """Make the deck: the content of a pptx file."""
    deck = Presentation(str(TEMPLATE))
    _dress(deck, branding)
    made = slides(document)
    for no, slide in enumerate(made):
        progress(no, len(made), slide.label)
        _slide(deck, slide, document, branding)
    in_language(deck, document.lang)
    properties = deck.core_properties
    properties.title = plain(f"{document.title}: {document.about}")[:250]
    properties.subject = plain(document.subtitle)[:250]
    properties.author = plain(document.organisation)
    properties.language = TAGS[document.lang]
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _dress(deck: Any, branding: Branding) -> None:
    """Put the organisation's colours into the theme."""
    theme = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    xml = theme.blob.decode()
    colours = {"dk2": branding.primary, "accent1": branding.primary, "accent2": branding.second}
    for name, colour in colours.items():
        value = rf'\1<a:srgbClr val="{colour.lstrip("#")}"/>\2'
        xml = re.sub(rf"(<a:{name}>).*?(</a:{name}>)", value, xml, flags=re.DOTALL)
    theme._blob = xml.encode()  # noqa: SLF001 - there is no other way in


def _slide(deck: Any, made: Slide, document: Document, branding: Branding) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    _write(slide.shapes.title.text_frame.paragraphs[0], made.title)
    source = next(one for one in slide.placeholders if one.placeholder_format.idx == SOURCE)
    _write(source.text_frame.paragraphs[0], made.foot)
    for part in made.parts:
        if isinstance(part, Ground):
            _ground(slide, part)
        elif isinstance(part, Words):
            _words(slide, part)
        elif isinstance(part, Picture):
            _picture(slide, part, branding)
        else:
            _table(slide, part)
    if branding.logo:
        _logo(slide, branding.logo, document)
    _number(slide)
    slide.notes_slide.notes_text_frame.text = plain("\n".join(made.notes))


def _lengths(box: Box) -> tuple[Inches, Inches, Inches, Inches]:
    return Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height)


def _write(paragraph: Any, words: str) -> Any:
    """Add a run of words to a paragraph, in the direction that they are read in."""
    run = paragraph.add_run()
    run.text = plain(words)
    if right_to_left(words):
        paragraph._p.get_or_add_pPr().set("rtl", "1")  # noqa: SLF001 - python-pptx has no setter
        paragraph.alignment = PP_ALIGN.RIGHT
    return run


def _ground(slide: Any, part: Ground) -> None:
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_lengths(part.box))
    shape.fill.solid()
    shape.fill.fore_color.theme_color = TONES[part.tone]
    shape._element.remove(shape._element.find(qn("p:style")))  # noqa: SLF001 - a line and a shadow
    _decorative(shape)


def _decorative(shape: Any) -> None:
    """Tell those who hear a slide to pass a shape by."""
    known = shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001 - python-pptx has no setter
    uri = "http://schemas.microsoft.com/office/drawing/2017/decorative"
    known.append(
        parse_xml(
            f'<a:extLst {nsdecls("a")}><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}">'
            f'<d:decorative xmlns:d="{uri}" val="1"/></a:ext></a:extLst>'
        )
    )


def _words(slide: Any, part: Words) -> None:
    frame = slide.shapes.add_textbox(*_lengths(part.box)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if part.middle else MSO_ANCHOR.TOP
    for no, one in enumerate(part.paragraphs):
        _paragraph(frame.paragraphs[0] if no == 0 else frame.add_paragraph(), one)


def _paragraph(paragraph: Any, made: Paragraph) -> None:
    paragraph.space_before = Pt(made.before)
    paragraph.line_spacing = Pt(made.size * LINE_SPACING)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-pptx sets no indents
    deep = str(Inches(INDENT))
    if made.mark or made.indented:
        properties.set("marL", deep)
    if made.mark:
        properties.set("indent", f"-{deep}")
        run = paragraph.add_run()
        run.text = f"{made.mark}\t"
        _look(run, made, bold=True, tone=Tone.INK)
    for one in made.runs:
        _look(_write(paragraph, one.words), made, bold=one.bold, tone=one.tone)


def _look(run: Any, made: Paragraph, *, bold: bool, tone: Tone) -> None:
    run.font.size = Pt(made.size)
    run.font.bold = bold
    run.font.name = SERIF if made.serif else SANS
    run.font.color.theme_color = TONES[tone]


def _picture(slide: Any, part: Picture, branding: Branding) -> None:
    figure = part.figure
    made = png(figure.slide or figure.spec, figure.pixels, branding)
    picture = slide.shapes.add_picture(io.BytesIO(made), *_lengths(part.box)[:2])
    _fit(picture, part.box)
    describe(picture, figure.alt)


def _fit(picture: Any, box: Box) -> None:
    """Make a picture as large as it can be in its place."""
    scale = min(Inches(box.width) / picture.width, Inches(box.height) / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)


def _logo(slide: Any, logo: bytes, document: Document) -> None:
    """The organisation's logo, at the right of its place below the slide."""
    picture = slide.shapes.add_picture(io.BytesIO(logo), *_lengths(LOGO)[:2])
    _fit(picture, LOGO)
    picture.left = Inches(LOGO.left + LOGO.width) - picture.width
    describe(picture, document.organisation or text("report.logo", document.lang))


def _table(slide: Any, part: SlideTable) -> None:
    grid = part.grid
    rows = (grid.head, *grid.rows)
    left, top, width, _ = _lengths(part.box)
    place = left, top, width, Inches(sum(part.heights))
    frame = slide.shapes.add_table(len(rows), len(grid.head), *place)
    describe(frame, part.name)
    table = frame.table
    table.horz_banding = False
    for column, wide in zip(table.columns, grid.widths, strict=True):
        column.width = Inches(wide)
    for no, (row, high) in enumerate(zip(rows, part.heights, strict=True)):
        table.rows[no].height = Inches(high)
        for at, words in enumerate(row):
            _fill_cell(table.cell(no, at), words, head=not no, right=at in grid.right)


def _fill_cell(cell: Any, words: str, *, head: bool, right: bool) -> None:
    cell.margin_left = cell.margin_right = Inches(CELL_INSET / 2)
    cell.margin_top = cell.margin_bottom = Inches(0.05)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.TOP
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    run = _write(paragraph, words)
    run.font.size = Pt(LETTERS)
    run.font.bold = head
    run.font.color.theme_color = TONES[Tone.INK if head else Tone.BODY]
    cell.fill.background()
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - python-pptx draws no borders
    wide, colour = ("19050", '<a:schemeClr val="tx2"/>') if head else ("9525", "")
    colour = colour or f'<a:srgbClr val="{HAIRLINE}"/>'
    line = f'<a:lnB {nsdecls("a")} w="{wide}"><a:solidFill>{colour}</a:solidFill></a:lnB>'
    properties.insert(0, parse_xml(line))


def _number(slide: Any) -> None:
    """The slide's number; python-pptx does not take it over from the layout."""
    for shape in slide.slide_layout.placeholders:
        if shape.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER:
            slide.shapes._spTree.append(copy.deepcopy(shape._element))  # noqa: SLF001 - as above


def describe(shape: Any, words: str) -> None:
    """Set the alternative text of a picture or table."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", plain(words))  # noqa: SLF001 - no setter


def in_language(deck: Any, lang: str) -> None:
    """Set the language of every text in the deck."""
    tag = TAGS[lang]
    for element in roots(deck):
        for found in element.iter(qn("a:rPr"), qn("a:endParaRPr"), qn("a:defRPr")):
            found.set("lang", tag)
        for run in element.iter(qn("a:r"), qn("a:fld")):
            if run.find(qn("a:rPr")) is None:
                run.insert(0, run.makeelement(qn("a:rPr"), {"lang": tag}))


def roots(deck: Any) -> Iterator[Any]:
    """The elements in which every text of a deck stands."""
    yield deck.slide_master._element  # noqa: SLF001 - elements have no other way in
    for layout in deck.slide_layouts:
        yield layout._element  # noqa: SLF001 - likewise
    for slide in deck.slides:
        yield slide._element  # noqa: SLF001 - likewise
        yield slide.notes_slide._element  # noqa: SLF001 - likewise
