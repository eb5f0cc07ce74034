"""The report as a PowerPoint deck: conclusions as titles, charts and tables that can be edited.

What does not fit a slide goes on to a next one; nothing is set smaller than 12 points.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from nami_monitor.charts import palette
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.reports import pictures, slide_text
from nami_monitor.reports import template as layout
from nami_monitor.reports.branding import Branding
from nami_monitor.reports.document import (
    Document,
    OfficeChart,
    OfficeChartForm,
    Progress,
    ReportFigure,
    ReportGrid,
    ReportPage,
    no_progress,
)
from nami_monitor.reports.template import Box

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
CELL: Final = 12
CELL_INSET: Final = 0.14


def render(document: Document, branding: Branding, progress: Progress = no_progress) -> bytes:
    """Make the deck.

    Args:
        document: the report.
        branding: its colours and logo.
        progress: is told how far it is.

    Returns:
        The content of a pptx file.
    """
    deck = Presentation(str(layout.FILE))
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
    colours = {
        "dk2": branding.primary,
        "accent1": branding.primary,
        "accent2": branding.second,
    }
    theme._blob = layout.themed(theme.blob, colours)  # noqa: SLF001 - there is no other way in


def _cover(deck: Any, document: Document, branding: Branding) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[layout.COVER_LAYOUT])
    slide_text.put(slide.shapes.title, [document.title])
    box = _box(layout.COVER, layout.ASKED)
    said = (
        slide_text.size_for([document.subtitle], 18, box.width, box.height)
        or slide_text.SMALLEST_LETTERS
    )
    words = {
        layout.POINTS: ([document.about], None),
        layout.ASKED: ([document.subtitle], said),
        layout.SOURCE: ([_source(document)], None),
    }
    for number, (paragraphs, size) in words.items():
        slide_text.put(_placeholder(slide, number), paragraphs, size=size)
    if branding.logo:
        picture = slide.shapes.add_picture(
            io.BytesIO(branding.logo), Inches(1.1), Inches(0.6), height=Inches(0.9)
        )
        slide_text.describe(picture, document.organisation or text("report.logo", document.lang))
    elif document.organisation:
        box = slide.shapes.add_textbox(Inches(1.1), Inches(0.8), Inches(10.9), Inches(0.5))
        slide_text.put(box, [document.organisation], size=18)
    _notes(slide, [document.subtitle, document.source])


def _box(holders: tuple[layout.Placeholder, ...], number: int) -> layout.Box:
    return next(one.box for one in holders if one.number == number)


def _source(document: Document) -> str:
    """The source, after a remark if the data is the demo's."""
    if not document.demo:
        return document.source
    return f"{text('report.demo', document.lang)}. {document.source}"


def _placeholder(slide: Any, number: int) -> Any:
    return next(shape for shape in slide.placeholders if shape.placeholder_format.idx == number)


def _layout_of(page: ReportPage) -> int:
    if page.figures:
        return layout.WIDE_LAYOUT if page.grid else layout.BESIDE_LAYOUT
    return layout.TABLE_LAYOUT if page.grid else layout.POINTS_LAYOUT


def _parts(page: ReportPage, lang: str) -> Iterator[ReportPage]:
    """Split a page into the slides that it takes."""
    holders = list(layout.LAYOUTS.values())[_layout_of(page)]
    title = _box(holders, 0)
    said = page.title
    points = list(page.points)
    if page.comment:
        points = [_comment(page, lang), *points]
    if slide_text.size_for([said], LARGEST_TITLE, title.width, title.height, bold=True,
                    smallest=SMALLEST_TITLE) is None:  # fmt: skip
        short = slide_text.shortened(said, SMALLEST_TITLE, title.width, title.height, bold=True)
        page, points = replace(page, title=short), [said, *points]
    if page.grid and not page.figures:
        yield from _table_parts(page, page.grid, points, lang)
    elif page.grid:
        yield from _wide_parts(page, points, lang)
    else:
        yield from _point_parts(page, points, holders, lang)


def _wide_parts(page: ReportPage, points: list[str], lang: str) -> Iterator[ReportPage]:
    """A slide with a wide chart and its table, then slides of points."""
    asked, left = _asked_parts(page, layout.WIDE_LAYOUT)
    yield replace(page, asked=asked, comment="", points=())
    yield from _rest(page, [*points, *left], lang)


def _rest(page: ReportPage, points: list[str], lang: str) -> Iterator[ReportPage]:
    """A slide of points for what did not fit beside a chart or table."""
    if points:
        rest = replace(page, figures=(), grid=None, asked="")
        holders = list(layout.LAYOUTS.values())[layout.POINTS_LAYOUT]
        yield from _point_parts(rest, points, holders, lang)


def _comment(page: ReportPage, lang: str) -> str:
    head = text("report.comment", lang)
    return text("report.pair", lang, head=head, said=" ".join(page.comment.split()))


def _more(page: ReportPage, no: int, parts: int, lang: str, **changed: Any) -> ReportPage:
    """The next part of a page: its title says which, and only the first asks for a decision."""
    if parts > 1:
        part = text("report.part", lang, n=no, parts=parts)
        changed["title"] = f"{page.title} {part}"
    return replace(page, asked=page.asked if no == 1 else "", **changed)


def _table_parts(
    page: ReportPage, grid: ReportGrid, points: list[str], lang: str
) -> Iterator[ReportPage]:
    """The rows of a table on as many slides as they need, then slides of points."""
    widths = _widths(grid, layout.TABLE.width)
    full = layout.TABLE.height
    groups: list[list[tuple[str, ...]]] = [[]]
    taken = _row_height(grid.head, widths)
    room = full - (1.1 if page.asked else 0.0)
    for row in grid.rows:
        high = _row_height(row, widths)
        if groups[-1] and taken + high > room:
            groups.append([])
            taken, room = _row_height(grid.head, widths), full
        groups[-1].append(row)
        taken += high
    groups = _evened(groups, lambda rows: _height(grid.head, rows, widths) <= full)
    asked, asked_parts = _asked_parts(page, layout.TABLE_LAYOUT)
    page = replace(page, asked=asked, comment="", points=())
    for no, rows in enumerate(groups, start=1):
        shown = replace(grid, rows=tuple(rows))
        yield _more(page, no, len(groups), lang, grid=shown)
    yield from _rest(page, [*points, *asked_parts], lang)


Rows = list[tuple[str, ...]]


def _height(head: tuple[str, ...], rows: Rows, widths: list[float]) -> float:
    return sum(_row_height(row, widths) for row in (head, *rows))


def _evened(groups: list[Rows], fits: Callable[[Rows], bool]) -> list[Rows]:
    """The rows of the last two slides divided evenly, so that none stands alone."""
    if len(groups) == 1:
        return groups
    *first, before, after = groups
    rows = before + after
    half = (len(rows) + 1) // 2
    return [*first, rows[:half], rows[half:]] if fits(rows[half:]) else groups


def _asked_parts(page: ReportPage, kind: int) -> tuple[str, list[str]]:
    """The decision asked for, shortened to its box, and its full text if it was."""
    box = _box(list(layout.LAYOUTS.values())[kind], layout.ASKED)
    width, room = (
        box.width - 0.3,
        box.height - 0.15 - 14 * slide_text.LINE_SPACING / slide_text.POINTS_PER_INCH,
    )
    asked = " ".join(page.asked.split())
    if not asked or slide_text.size_for([asked], 14, width, room) is not None:
        return asked, []
    return slide_text.shortened(asked, slide_text.SMALLEST_LETTERS, width, room, bold=False), [
        asked
    ]


def _point_parts(
    page: ReportPage, points: list[str], holders: tuple[layout.Placeholder, ...], lang: str
) -> Iterator[ReportPage]:
    """Points on as many slides as they need; charts stand on the first."""
    holder = next(one for one in holders if one.number == layout.POINTS)
    kind = _layout_of(page)
    asked, extra = _asked_parts(page, kind) if page.asked else ("", [])
    points = [*points, *extra]
    least = slide_text.SMALLEST_LETTERS if page.figures else LEAST_ALONE
    width, room = _room(holder)
    whole = replace(page, asked=asked, comment="")
    if slide_text.size_for(points, LARGEST, width, room, smallest=least) is not None:
        yield replace(whole, points=tuple(points))
        return
    plain = next(one for one in layout.LAYOUTS["Punten"] if one.number == layout.POINTS)
    slides = []
    if page.figures:
        first, *left = slide_text.split_to_fit(points, least, width, room)
        slides.append(replace(whole, points=first))
        points = [words for part in left for words in part]
    others = slide_text.split_to_fit(points, LEAST_ALONE, *_room(plain))
    slides += [replace(whole, figures=(), points=part) for part in others]
    for no, slide in enumerate(slides, start=1):
        yield _more(slide, no, len(slides), lang)


def _room(holder: layout.Placeholder) -> tuple[float, float]:
    """The width of a line and the height of all lines of a box of points, in inches."""
    return holder.box.width - INDENT, holder.box.height


def _slide(deck: Any, page: ReportPage, document: Document, branding: Branding) -> None:
    kind = _layout_of(page)
    holders = list(layout.LAYOUTS.values())[kind]
    slide = deck.slides.add_slide(deck.slide_layouts[kind])
    title = _box(holders, 0)
    size = slide_text.size_for([page.title], LARGEST_TITLE, title.width, title.height, bold=True)
    slide_text.put(slide.shapes.title, [page.title], size=size or slide_text.SMALLEST_LETTERS)
    label = page.label
    if page.appendix:
        label = f"{text('report.appendix', document.lang)} · {label}"
    slide_text.put(_placeholder(slide, layout.KICKER), [label])
    slide_text.put(_placeholder(slide, layout.SOURCE), [_source(document)])
    for holder in holders:
        if holder.number == layout.POINTS:
            _put_points(slide, holder, page)
        if holder.number == layout.ASKED:
            _put_asked(slide, holder, page, document.lang)
    if page.figures and kind == layout.WIDE_LAYOUT:
        _picture(slide, page.figures[0], layout.ABOVE, WIDE_PIXELS, branding)
    elif page.figures:
        _beside(slide, page.figures, branding, document.lang)
    if page.grid:
        place = layout.BELOW if page.figures else layout.TABLE
        _table(slide, page.grid, page.label, place)
    _number(slide)
    how = text("report.how", document.lang)
    _notes(slide, [f"{how}: {page.notes}", document.source, *(f.caption for f in page.figures)])


def _put_points(slide: Any, holder: layout.Placeholder, page: ReportPage) -> None:
    place = _placeholder(slide, holder.number)
    if not page.points:
        place._element.getparent().remove(place._element)  # noqa: SLF001 - no other way to leave it
        return
    width, room = _room(holder)
    size = slide_text.size_for(page.points, LARGEST, width, room) or slide_text.SMALLEST_LETTERS
    slide_text.put(place, page.points, size=size)


def _put_asked(slide: Any, holder: layout.Placeholder, page: ReportPage, lang: str) -> None:
    place = _placeholder(slide, holder.number)
    if not page.asked:
        place._element.getparent().remove(place._element)  # noqa: SLF001 - likewise
        return
    room = holder.box.height - 0.15 - 14 * slide_text.LINE_SPACING / slide_text.POINTS_PER_INCH
    size = (
        slide_text.size_for([page.asked], 14, holder.box.width - 0.3, room)
        or slide_text.SMALLEST_LETTERS
    )
    head = text("report.asked", lang)
    slide_text.put(place, [head, page.asked], size=size, bold_first=True)


def _beside(slide: Any, figures: tuple[ReportFigure, ...], branding: Branding, lang: str) -> None:
    """A chart that can be edited, and below it a picture if there is a second figure."""
    box = layout.BESIDE
    plain, *others = figures
    low = replace(box, height=box.height - STRIP - 0.1) if others else box
    if plain.plain is not None:
        _add_office_chart(slide, plain.plain, plain.alt, low, lang)
    for other in others:
        below = layout.Box(box.left, box.top + box.height - STRIP, box.width, STRIP)
        _picture(slide, other, below, BESIDE_PIXELS, branding)


def _picture(
    slide: Any, figure: ReportFigure, box: layout.Box, pixels: int, branding: Branding
) -> None:
    """A chart as a picture, as large as it can be in its place."""
    made = pictures.png(figure.slide or figure.spec, pixels, branding)
    picture = slide.shapes.add_picture(io.BytesIO(made), Inches(box.left), Inches(box.top))
    scale = min(Inches(box.width) / picture.width, Inches(box.height) / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    slide_text.describe(picture, figure.alt)


def _widths(grid: ReportGrid, across: float) -> list[float]:
    whole = sum(grid.widths)
    return [across * width / whole for width in grid.widths]


def _row_height(row: tuple[str, ...], widths: list[float]) -> float:
    deepest = max(
        slide_text.line_count(cell, CELL, width - CELL_INSET)
        for cell, width in zip(row, widths, strict=True)
    )
    return (deepest * CELL * slide_text.LINE_SPACING + 7) / slide_text.POINTS_PER_INCH


def _table(slide: Any, grid: ReportGrid, name: str, box: layout.Box) -> None:
    widths = _widths(grid, box.width)
    rows = (grid.head, *grid.rows)
    heights = [_row_height(row, widths) for row in rows]
    frame = slide.shapes.add_table(
        len(rows), len(grid.head), Inches(box.left), Inches(box.top), Inches(box.width),
        Inches(sum(heights)),
    )  # fmt: skip
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
CHART_COLOURS: Final = (
    MSO_THEME_COLOR.ACCENT_1,
    MSO_THEME_COLOR.ACCENT_2,
    MSO_THEME_COLOR.ACCENT_3,
)
MOST_LABELS: Final = 8
MONTH_FORMATS: Final = {"nl": "[$-413]mmm yyyy", "en": "[$-809]mmm yyyy"}
CHART_LETTERS: Final = 12
VALUE_FORMATS: Final = {Unit.EUR: '"€" #,##0', Unit.PERCENT: '0"%"'}
SMALL_VALUES: Final = 10


def _add_office_chart(slide: Any, plain: OfficeChart, alt: str, box: Box, lang: str) -> None:
    """Put a chart on a slide.

    Args:
        slide: the slide.
        plain: what it shows.
        alt: the sentence that stands for it.
        box: where it stands.
        lang: of its months.
    """
    data = CategoryChartData()
    data.categories = plain.months
    for name, values in plain.series:
        data.add_series(slide_text.clean(name), values)
    frame = slide.shapes.add_chart(
        CHART_TYPES[plain.shape], Inches(box.left), Inches(box.top), Inches(box.width),
        Inches(box.height), data,
    )  # fmt: skip
    slide_text.describe(frame, alt)
    chart = frame.chart
    chart.font.size = Pt(CHART_LETTERS)
    chart.font.color.rgb = _rgb(palette.GREY_TEXT)
    chart.has_title = False
    chart.has_legend = len(plain.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    _chart_months(chart.category_axis, plain, lang)
    _chart_values(chart.value_axis, plain)
    _chart_series(chart, plain)


def _chart_months(across: Any, plain: OfficeChart, lang: str) -> None:
    """Months along the axis, named in the deck's language whatever the reader's machine speaks."""
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.format.line.color.rgb = _rgb(palette.BORDER)
    across.tick_labels.number_format = MONTH_FORMATS[lang]
    across.tick_labels.number_format_is_linked = False
    every = max(1, -(-len(plain.months) // MOST_LABELS))
    for name, value in {
        "c:baseTimeUnit": "months",
        "c:majorUnit": str(every),
        "c:majorTimeUnit": "months",
    }.items():
        element = across._element  # noqa: SLF001 - python-pptx has no setter
        for found in element.findall(qn(name)):
            element.remove(found)
        element.append(element.makeelement(qn(name), {"val": value}))


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
