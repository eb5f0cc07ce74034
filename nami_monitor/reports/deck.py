"""The report as a PowerPoint deck: conclusions as titles, charts and tables that can be edited.

What does not fit a slide goes on to a next one; nothing is set smaller than 12 points. Typeface,
sizes, colours and places of text stand in ``template.pptx`` (16:9, five layouts), as a designer
sets them; an organisation's own colours reach every slide through its theme. Places and lengths
are in inches.
"""

import copy
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from nami_monitor.briefing.month import Progress, no_progress
from nami_monitor.charts import palette
from nami_monitor.core.escapes import plain
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.reports import slide_text
from nami_monitor.reports.branding import Branding, png
from nami_monitor.reports.document import (
    Document,
    OfficeChart,
    OfficeChartForm,
    ReportFigure,
    ReportGrid,
    ReportPage,
)

LARGEST_TITLE: Final = 24
SMALLEST_TITLE: Final = 18
LARGEST: Final = 16
WIDE_PIXELS: Final = 860
"""Across a whole slide: the smallest letters of a chart, 12 px, are then 12 points."""
BESIDE_PIXELS: Final = 580
"""The same across the part beside the points."""
STRIP: Final = 2.1
"""How high a picture below a chart may be, in inches."""
LEAST_ALONE: Final = 14
"""The smallest size of points that have a slide to themselves."""
INDENT: Final = 0.25
CELL_INSET: Final = 0.14

TEMPLATE: Final = Path(__file__).with_name("template.pptx")
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
    holders: Any = Presentation(str(TEMPLATE)).slide_layouts[layout].placeholders
    return {
        one.placeholder_format.idx: Box(
            one.left.inches, one.top.inches, one.width.inches, one.height.inches
        )
        for one in holders
    }


def render(document: Document, branding: Branding, progress: Progress = no_progress) -> bytes:
    """Make the deck: the content of a pptx file."""
    deck = Presentation(str(TEMPLATE))
    _dress(deck, branding)
    _cover(deck, document, branding)
    for no, page in enumerate(document.pages):
        progress(no, len(document.pages), page.label)
        for part in _parts(page, document.lang):
            _slide(deck, part, document, branding)
    slide_text.in_language(deck, document.lang)
    properties = deck.core_properties
    properties.title = f"{document.title}: {document.about}"[:250]
    properties.subject = document.subtitle[:250]
    properties.author = document.organisation
    properties.language = slide_text.TAGS[document.lang]
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


def _cover(deck: Any, document: Document, branding: Branding) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[SlideLayout.COVER])
    slide_text.put(slide.shapes.title, [document.title])
    slide_text.put(_placeholder(slide, POINTS), [document.about])
    slide_text.put(_placeholder(slide, SOURCE), [_source(document)])
    box = boxes(SlideLayout.COVER)[ASKED]
    _fill(slide, ASKED, [document.subtitle], 18, (box.width, box.height))
    if branding.logo:
        picture = slide.shapes.add_picture(
            io.BytesIO(branding.logo), Inches(1.1), Inches(0.6), height=Inches(0.9)
        )
        slide_text.describe(picture, document.organisation or text("report.logo", document.lang))
    elif document.organisation:
        name = slide.shapes.add_textbox(*Box(1.1, 0.8, 10.9, 0.5).lengths)
        slide_text.put(name, [document.organisation], size=18)
    _notes(slide, [document.subtitle, document.source])


def _source(document: Document) -> str:
    """The source, after a remark if the data is the demo's."""
    if not document.demo:
        return document.source
    return f"{text('report.demo', document.lang)}. {document.source}"


def _placeholder(slide: Any, number: int) -> Any:
    return next(shape for shape in slide.placeholders if shape.placeholder_format.idx == number)


def _fill(
    slide: Any,
    number: int,
    paragraphs: Sequence[str],
    largest: int,
    room: tuple[float, float],
    *,
    head: str = "",
) -> None:
    """Write paragraphs, below a heading if any, as large as they fit; without any, no box."""
    place = _placeholder(slide, number)
    if not any(paragraphs):
        place._element.getparent().remove(place._element)  # noqa: SLF001 - no other way to leave it
        return
    size = slide_text.size_for(paragraphs, largest, *room) or slide_text.SMALLEST_LETTERS
    shown = [head, *paragraphs] if head else paragraphs
    slide_text.put(place, shown, size=size, bold_first=bool(head))


def _layout_of(page: ReportPage) -> SlideLayout:
    if page.figures:
        return SlideLayout.WIDE if page.grid else SlideLayout.BESIDE
    return SlideLayout.TABLE if page.grid else SlideLayout.POINTS


def _parts(page: ReportPage, lang: str) -> Iterator[ReportPage]:
    """Split a page into the slides that it takes."""
    title = boxes(_layout_of(page))[TITLE]
    points = list(page.points)
    if page.comment:
        head, said = text("report.comment", lang), " ".join(page.comment.split())
        points = [text("report.pair", lang, head=head, said=said), *points]
    if slide_text.size_for([page.title], LARGEST_TITLE, title.width, title.height, bold=True,
                    smallest=SMALLEST_TITLE) is None:  # fmt: skip
        points = [page.title, *points]
        short = slide_text.shortened(
            page.title, SMALLEST_TITLE, title.width, title.height, bold=True
        )
        page = replace(page, title=short)
    if not page.grid:
        yield from _point_parts(page, points, lang)
        return
    asked, asked_in_full = _asked_parts(page)
    shown = replace(page, asked=asked, comment="", points=())
    if page.figures:
        yield shown
    else:
        groups = _rows_by_slide(page.grid, asked=bool(page.asked))
        for no, rows in enumerate(groups, start=1):
            grid = replace(page.grid, rows=tuple(rows))
            yield _more(shown, no, len(groups), lang, grid=grid)
    if points or asked_in_full:
        rest = replace(shown, figures=(), grid=None, asked="")
        yield from _point_parts(rest, [*points, *asked_in_full], lang)


def _more(page: ReportPage, no: int, parts: int, lang: str, **changed: Any) -> ReportPage:
    """The next part of a page: its title says which, and only the first asks for a decision."""
    if parts > 1:
        part = text("report.part", lang, n=no, parts=parts)
        changed["title"] = f"{page.title} {part}"
    return replace(page, asked=page.asked if no == 1 else "", **changed)


def _rows_by_slide(grid: ReportGrid, *, asked: bool) -> list[list[tuple[str, ...]]]:
    """The rows of a table by slide; the last two share theirs evenly, so that none stands alone."""
    widths = _widths(grid, TABLE.width)
    full = TABLE.height

    def height(rows: list[tuple[str, ...]]) -> float:
        return sum(_row_height(row, widths) for row in (grid.head, *rows))

    groups: list[list[tuple[str, ...]]] = [[]]
    for row in grid.rows:
        room = full - 1.1 if asked and len(groups) == 1 else full
        if groups[-1] and height([*groups[-1], row]) > room:
            groups.append([])
        groups[-1].append(row)
    last = [row for rows in groups[-2:] for row in rows]
    half = (len(last) + 1) // 2
    if len(groups) > 1 and height(last[half:]) <= full:
        groups[-2:] = [last[:half], last[half:]]
    return groups


def _asked_parts(page: ReportPage) -> tuple[str, list[str]]:
    """The decision asked for, shortened to its box, and its full text if it was."""
    room = _asked_room(_layout_of(page))
    asked = " ".join(page.asked.split())
    if not asked or slide_text.size_for([asked], 14, *room) is not None:
        return asked, []
    short = slide_text.shortened(asked, slide_text.SMALLEST_LETTERS, *room, bold=False)
    return short, [asked]


def _point_parts(page: ReportPage, points: list[str], lang: str) -> Iterator[ReportPage]:
    """Points on as many slides as they need; charts stand on the first."""
    asked, asked_in_full = _asked_parts(page)
    points = [*points, *asked_in_full]
    least = slide_text.SMALLEST_LETTERS if page.figures else LEAST_ALONE
    room = _points_room(_layout_of(page))
    whole = replace(page, asked=asked, comment="")
    if slide_text.size_for(points, LARGEST, *room, smallest=least) is not None:
        yield replace(whole, points=tuple(points))
        return
    slides = []
    if page.figures:
        first, *left = slide_text.split_to_fit(points, least, *room)
        slides.append(replace(whole, points=first))
        points = [words for part in left for words in part]
    others = slide_text.split_to_fit(points, LEAST_ALONE, *_points_room(SlideLayout.POINTS))
    slides += [replace(whole, figures=(), points=part) for part in others]
    for no, slide in enumerate(slides, start=1):
        yield _more(slide, no, len(slides), lang)


def _points_room(layout: SlideLayout) -> tuple[float, float]:
    """The width of a line and the height of all lines of the points, in inches."""
    box = boxes(layout)[POINTS]
    return box.width - INDENT, box.height


def _asked_room(layout: SlideLayout) -> tuple[float, float]:
    """The same of the decision asked for, below its heading."""
    box = boxes(layout)[ASKED]
    heading = 14 * slide_text.LINE_SPACING / slide_text.POINTS_PER_INCH
    return box.width - 0.3, box.height - 0.15 - heading


def _slide(deck: Any, page: ReportPage, document: Document, branding: Branding) -> None:
    layout, lang = _layout_of(page), document.lang
    holders = boxes(layout)
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    title = holders[TITLE]
    size = slide_text.size_for([page.title], LARGEST_TITLE, title.width, title.height, bold=True)
    slide_text.put(slide.shapes.title, [page.title], size=size or slide_text.SMALLEST_LETTERS)
    label = f"{text('report.appendix', lang)} · {page.label}" if page.appendix else page.label
    slide_text.put(_placeholder(slide, KICKER), [label])
    slide_text.put(_placeholder(slide, SOURCE), [_source(document)])
    if POINTS in holders:
        _fill(slide, POINTS, page.points, LARGEST, _points_room(layout))
    head = text("report.asked", lang)
    _fill(slide, ASKED, [page.asked], 14, _asked_room(layout), head=head)
    if layout is SlideLayout.WIDE:
        _picture(slide, page.figures[0], ABOVE, WIDE_PIXELS, branding)
    elif page.figures:
        _beside(slide, page.figures, branding, lang)
    if page.grid:
        place = BELOW if page.figures else TABLE
        _table(slide, page.grid, page.label, place)
    _number(slide)
    how = text("report.how", lang)
    _notes(slide, [f"{how}: {page.notes}", document.source, *(f.caption for f in page.figures)])


def _beside(slide: Any, figures: tuple[ReportFigure, ...], branding: Branding, lang: str) -> None:
    """A chart that can be edited, and below it a picture if there is a second figure."""
    box = BESIDE
    first, *others = figures
    low = replace(box, height=box.height - STRIP - 0.1) if others else box
    if first.plain is not None:
        _add_office_chart(slide, first.plain, first.alt, low, lang)
    for other in others:
        below = Box(box.left, box.top + box.height - STRIP, box.width, STRIP)
        _picture(slide, other, below, BESIDE_PIXELS, branding)


def _picture(slide: Any, figure: ReportFigure, box: Box, pixels: int, branding: Branding) -> None:
    """A chart as a picture, as large as it can be in its place."""
    made = png(figure.slide or figure.spec, pixels, branding)
    picture = slide.shapes.add_picture(io.BytesIO(made), *box.lengths[:2])
    width, height = box.lengths[2:]
    scale = min(width / picture.width, height / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    slide_text.describe(picture, figure.alt)


def _widths(grid: ReportGrid, across: float) -> list[float]:
    whole = sum(grid.widths)
    return [across * width / whole for width in grid.widths]


def _row_height(row: tuple[str, ...], widths: list[float]) -> float:
    deepest = max(
        slide_text.line_count(cell, slide_text.CELL, width - CELL_INSET)
        for cell, width in zip(row, widths, strict=True)
    )
    return (deepest * slide_text.CELL * slide_text.LINE_SPACING + 7) / slide_text.POINTS_PER_INCH


def _table(slide: Any, grid: ReportGrid, name: str, box: Box) -> None:
    widths = _widths(grid, box.width)
    rows = (grid.head, *grid.rows)
    heights = [_row_height(row, widths) for row in rows]
    place = replace(box, height=sum(heights)).lengths
    frame = slide.shapes.add_table(len(rows), len(grid.head), *place)
    slide_text.describe(frame, name)
    table = frame.table
    table.horz_banding = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    for no, (row, high) in enumerate(zip(rows, heights, strict=True)):
        table.rows[no].height = Inches(high)
        for at, words in enumerate(row):
            slide_text.fill_cell(table.cell(no, at), words, head=not no, right=at in grid.right)


def _number(slide: Any) -> None:
    """The slide's number; python-pptx does not take it over from the layout."""
    for shape in slide.slide_layout.placeholders:
        if shape.placeholder_format.type == slide_text.SLIDE_NUMBER:
            slide.shapes._spTree.append(copy.deepcopy(shape._element))  # noqa: SLF001 - as above


def _notes(slide: Any, paragraphs: list[str]) -> None:
    slide.notes_slide.notes_text_frame.text = "\n".join(filter(None, paragraphs))


CHART_TYPES: Final = {
    OfficeChartForm.LINE: XL_CHART_TYPE.LINE,
    OfficeChartForm.STACKED: XL_CHART_TYPE.COLUMN_STACKED,
}
CHART_COLOURS: Final = (MSO_THEME_COLOR.ACCENT_1, MSO_THEME_COLOR.ACCENT_2)
MOST_LABELS: Final = 8
MONTH_FORMATS: Final = {"nl": "[$-413]mmm yyyy", "en": "[$-809]mmm yyyy"}
VALUE_FORMATS: Final = {Unit.EUR: '"€" #,##0', Unit.PERCENT: '0"%"'}
SMALL_VALUES: Final = 10


def _add_office_chart(slide: Any, drawn: OfficeChart, alt: str, box: Box, lang: str) -> None:
    """Put a chart on a slide, with ``alt`` as the sentence that stands for it."""
    data = CategoryChartData()
    data.categories = drawn.months
    for name, values in drawn.series:
        data.add_series(plain(name), values)
    frame = slide.shapes.add_chart(CHART_TYPES[drawn.shape], *box.lengths, data)
    slide_text.describe(frame, alt)
    chart = frame.chart
    chart.font.size = Pt(slide_text.SMALLEST_LETTERS)
    chart.font.color.rgb = _rgb(palette.GREY_TEXT)
    chart.has_title = False
    chart.has_legend = len(drawn.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    _chart_months(chart.category_axis, drawn, lang)
    _chart_values(chart.value_axis, drawn)
    _chart_series(chart, drawn)


def _chart_months(across: Any, plain: OfficeChart, lang: str) -> None:
    """Months along the axis, named in the deck's language whatever the reader's machine speaks."""
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.format.line.color.rgb = _rgb(palette.BORDER)
    across.tick_labels.number_format = MONTH_FORMATS[lang]
    across.tick_labels.number_format_is_linked = False
    every = max(1, -(-len(plain.months) // MOST_LABELS))
    units = {"baseTimeUnit": "months", "majorUnit": str(every), "majorTimeUnit": "months"}
    for name, value in units.items():
        element = across._element  # noqa: SLF001 - python-pptx has no setter
        for found in element.findall(qn(f"c:{name}")):
            element.remove(found)
        element.append(element.makeelement(qn(f"c:{name}"), {"val": value}))


def _chart_values(up: Any, plain: OfficeChart) -> None:
    up.major_gridlines.format.line.color.rgb = _rgb(palette.GRID)
    up.format.line.fill.background()
    values = [abs(one) for _, known in plain.series for one in known if one is not None]
    decimals = "#,##0.0##" if values and max(values) < SMALL_VALUES else "#,##0"
    up.tick_labels.number_format = VALUE_FORMATS.get(plain.unit, decimals)
    up.tick_labels.number_format_is_linked = False


def _chart_series(chart: Any, plain: OfficeChart) -> None:
    plot = chart.plots[0]
    if plain.shape is OfficeChartForm.STACKED:
        plot.gap_width = 30
        plot.overlap = 100
    for series, colour in zip(plot.series, CHART_COLOURS, strict=False):
        if plain.shape is OfficeChartForm.LINE:
            series.smooth = False
            series.format.line.width = Pt(2.5)
            series.format.line.color.theme_color = colour
        else:
            series.invert_if_negative = False
            series.format.fill.solid()
            series.format.fill.fore_color.theme_color = colour


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#"))
