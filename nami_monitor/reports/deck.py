"""The report as a deck: conclusions as titles, charts and tables that can be edited.

What does not fit a slide goes on to a next one; nothing is set smaller than 12 points.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Inches

from nami_monitor.i18n import text
from nami_monitor.reports import deck_charts, deck_words, fit, pictures
from nami_monitor.reports import template as layout
from nami_monitor.reports.branding import Branding
from nami_monitor.reports.document import Document, Figure, Grid, Page, Progress, silent

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


def render(document: Document, branding: Branding, progress: Progress = silent) -> bytes:
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
    deck_words.in_language(deck, document.lang)
    properties = deck.core_properties
    properties.title = f"{document.title}: {document.about}"[:250]
    properties.subject = document.subtitle[:250]
    properties.author = document.organisation
    properties.language = deck_words.TAGS[document.lang]
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
    deck_words.put(slide.shapes.title, [document.title])
    box = _box(layout.COVER, layout.ASKED)
    said = fit.size_for([document.subtitle], 18, box.width, box.height) or fit.SMALLEST
    words = {
        layout.POINTS: ([document.about], None),
        layout.ASKED: ([document.subtitle], said),
        layout.SOURCE: ([_source(document)], None),
    }
    for number, (paragraphs, size) in words.items():
        deck_words.put(_placeholder(slide, number), paragraphs, size=size)
    if branding.logo:
        picture = slide.shapes.add_picture(
            io.BytesIO(branding.logo), Inches(1.1), Inches(0.6), height=Inches(0.9)
        )
        deck_words.describe(picture, document.organisation or text("report.logo", document.lang))
    elif document.organisation:
        box = slide.shapes.add_textbox(Inches(1.1), Inches(0.8), Inches(10.9), Inches(0.5))
        deck_words.put(box, [document.organisation], size=18)
    _notes(slide, [document.subtitle, document.source])


def _box(holders: tuple[layout.Holder, ...], number: int) -> layout.Box:
    return next(one.box for one in holders if one.number == number)


def _source(document: Document) -> str:
    """The source, with a word before it when nothing of it is real."""
    if not document.demo:
        return document.source
    return f"{text('report.demo', document.lang)}. {document.source}"


def _placeholder(slide: Any, number: int) -> Any:
    return next(shape for shape in slide.placeholders if shape.placeholder_format.idx == number)


def _layout_of(page: Page) -> int:
    if page.figures:
        return layout.WIDE_LAYOUT if page.grid else layout.BESIDE_LAYOUT
    return layout.TABLE_LAYOUT if page.grid else layout.POINTS_LAYOUT


def _parts(page: Page, lang: str) -> Iterator[Page]:
    """A page as the slides that it takes."""
    holders = list(layout.LAYOUTS.values())[_layout_of(page)]
    title = _box(holders, 0)
    said = page.title
    points = list(page.points)
    if page.comment:
        points = [_comment(page, lang), *points]
    if fit.size_for([said], LARGEST_TITLE, title.width, title.height, bold=True,
                    smallest=SMALLEST_TITLE) is None:  # fmt: skip
        short = fit.shortened(said, SMALLEST_TITLE, title.width, title.height, bold=True)
        page, points = replace(page, title=short), [said, *points]
    if page.grid and not page.figures:
        yield from _table_parts(page, page.grid, points, lang)
    elif page.grid:
        yield from _wide_parts(page, points, lang)
    else:
        yield from _point_parts(page, points, holders, lang)


def _wide_parts(page: Page, points: list[str], lang: str) -> Iterator[Page]:
    """A chart across the slide with its figures, then what else is said."""
    asked, left = _asked_parts(page, layout.WIDE_LAYOUT)
    yield replace(page, asked=asked, comment="", points=())
    yield from _rest(page, [*points, *left], lang)


def _rest(page: Page, points: list[str], lang: str) -> Iterator[Page]:
    """A slide of points for what did not fit beside a chart or table."""
    if points:
        rest = replace(page, figures=(), grid=None, asked="")
        holders = list(layout.LAYOUTS.values())[layout.POINTS_LAYOUT]
        yield from _point_parts(rest, points, holders, lang)


def _comment(page: Page, lang: str) -> str:
    head = text("report.comment", lang)
    return text("report.pair", lang, head=head, said=" ".join(page.comment.split()))


def _more(page: Page, no: int, parts: int, lang: str, **changed: Any) -> Page:
    """The next part of a page: its title says which, and only the first asks for a decision."""
    if parts > 1:
        part = text("report.part", lang, n=no, parts=parts)
        changed["title"] = f"{page.title} {part}"
    return replace(page, asked=page.asked if no == 1 else "", **changed)


def _table_parts(page: Page, grid: Grid, points: list[str], lang: str) -> Iterator[Page]:
    """The rows of a table on as many slides as they need, then what else is said."""
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


def _asked_parts(page: Page, kind: int) -> tuple[str, list[str]]:
    """What is asked, and what of it does not fit its box."""
    box = _box(list(layout.LAYOUTS.values())[kind], layout.ASKED)
    width, room = box.width - 0.3, box.height - 0.15 - 14 * fit.LINE / fit.POINTS_PER_INCH
    asked = " ".join(page.asked.split())
    if not asked or fit.size_for([asked], 14, width, room) is not None:
        return asked, []
    return fit.shortened(asked, fit.SMALLEST, width, room, bold=False), [asked]


def _point_parts(
    page: Page, points: list[str], holders: tuple[layout.Holder, ...], lang: str
) -> Iterator[Page]:
    """Points on as many slides as they need; charts stand on the first."""
    holder = next(one for one in holders if one.number == layout.POINTS)
    kind = _layout_of(page)
    asked, extra = _asked_parts(page, kind) if page.asked else ("", [])
    points = [*points, *extra]
    least = fit.SMALLEST if page.figures else LEAST_ALONE
    width, room = _room(holder)
    whole = replace(page, asked=asked, comment="")
    if fit.size_for(points, LARGEST, width, room, smallest=least) is not None:
        yield replace(whole, points=tuple(points))
        return
    plain = next(one for one in layout.LAYOUTS["Punten"] if one.number == layout.POINTS)
    slides = []
    if page.figures:
        first, *left = fit.parted(points, least, width, room)
        slides.append(replace(whole, points=first))
        points = [words for part in left for words in part]
    others = fit.parted(points, LEAST_ALONE, *_room(plain))
    slides += [replace(whole, figures=(), points=part) for part in others]
    for no, slide in enumerate(slides, start=1):
        yield _more(slide, no, len(slides), lang)


def _room(holder: layout.Holder) -> tuple[float, float]:
    """The width of a line and the height of all lines of a box of points, in inches."""
    return holder.box.width - INDENT, holder.box.height


def _slide(deck: Any, page: Page, document: Document, branding: Branding) -> None:
    kind = _layout_of(page)
    holders = list(layout.LAYOUTS.values())[kind]
    slide = deck.slides.add_slide(deck.slide_layouts[kind])
    title = _box(holders, 0)
    size = fit.size_for([page.title], LARGEST_TITLE, title.width, title.height, bold=True)
    deck_words.put(slide.shapes.title, [page.title], size=size or fit.SMALLEST)
    label = page.label
    if page.appendix:
        label = f"{text('report.appendix', document.lang)} · {label}"
    deck_words.put(_placeholder(slide, layout.KICKER), [label])
    deck_words.put(_placeholder(slide, layout.SOURCE), [_source(document)])
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


def _put_points(slide: Any, holder: layout.Holder, page: Page) -> None:
    place = _placeholder(slide, holder.number)
    if not page.points:
        place._element.getparent().remove(place._element)  # noqa: SLF001 - no other way to leave it
        return
    width, room = _room(holder)
    size = fit.size_for(page.points, LARGEST, width, room) or fit.SMALLEST
    deck_words.put(place, page.points, size=size)


def _put_asked(slide: Any, holder: layout.Holder, page: Page, lang: str) -> None:
    place = _placeholder(slide, holder.number)
    if not page.asked:
        place._element.getparent().remove(place._element)  # noqa: SLF001 - likewise
        return
    room = holder.box.height - 0.15 - 14 * fit.LINE / fit.POINTS_PER_INCH
    size = fit.size_for([page.asked], 14, holder.box.width - 0.3, room) or fit.SMALLEST
    head = text("report.asked", lang)
    deck_words.put(place, [head, page.asked], size=size, bold_first=True)


def _beside(slide: Any, figures: tuple[Figure, ...], branding: Branding, lang: str) -> None:
    """A chart that can be edited, and below it a picture if there is a second figure."""
    box = layout.BESIDE
    plain, *others = figures
    low = replace(box, height=box.height - STRIP - 0.1) if others else box
    if plain.plain is not None:
        deck_charts.add(slide, plain.plain, plain.alt, low, lang)
    for other in others:
        below = layout.Box(box.left, box.top + box.height - STRIP, box.width, STRIP)
        _picture(slide, other, below, BESIDE_PIXELS, branding)


def _picture(slide: Any, figure: Figure, box: layout.Box, pixels: int, branding: Branding) -> None:
    """A chart as a picture, as large as it can be in its place."""
    made = pictures.png(figure.slide or figure.spec, pixels, branding)
    picture = slide.shapes.add_picture(io.BytesIO(made), Inches(box.left), Inches(box.top))
    scale = min(Inches(box.width) / picture.width, Inches(box.height) / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    deck_words.describe(picture, figure.alt)


def _widths(grid: Grid, across: float) -> list[float]:
    whole = sum(grid.widths)
    return [across * width / whole for width in grid.widths]


def _row_height(row: tuple[str, ...], widths: list[float]) -> float:
    deepest = max(
        fit.lines(cell, CELL, width - CELL_INSET) for cell, width in zip(row, widths, strict=True)
    )
    return (deepest * CELL * fit.LINE + 7) / fit.POINTS_PER_INCH


def _table(slide: Any, grid: Grid, name: str, box: layout.Box) -> None:
    widths = _widths(grid, box.width)
    rows = (grid.head, *grid.rows)
    heights = [_row_height(row, widths) for row in rows]
    frame = slide.shapes.add_table(
        len(rows), len(grid.head), Inches(box.left), Inches(box.top), Inches(box.width),
        Inches(sum(heights)),
    )  # fmt: skip
    deck_words.describe(frame, name)
    table = frame.table
    table.horz_banding = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    for no, (row, high) in enumerate(zip(rows, heights, strict=True)):
        table.rows[no].height = Inches(high)
        for at, words in enumerate(row):
            deck_words.fill_cell(table.cell(no, at), words, head=not no, right=at in grid.right)


def _number(slide: Any) -> None:
    """The slide's number; python-pptx does not take it over from the layout."""
    for shape in slide.slide_layout.placeholders:
        if shape.placeholder_format.type == deck_words.SLIDE_NUMBER:
            slide.shapes._spTree.append(copy.deepcopy(shape._element))  # noqa: SLF001 - as above


def _notes(slide: Any, paragraphs: list[str]) -> None:
    slide.notes_slide.notes_text_frame.text = "\n".join(filter(None, paragraphs))
