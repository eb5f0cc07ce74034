"""Slides before they have a file format: what stands where, in which size and tone.

One description is drawn twice: as shapes for PowerPoint, as HTML for the screen. A slide shows one
thing below its conclusion. What does not fit goes on to a slide behind, in the appendix; nothing is
set smaller than 16 points. Places and lengths are in inches, sizes of letters in points.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Final

from PIL import ImageFont

from nami_monitor.i18n import text
from nami_monitor.reports.branding import SANS, SERIF
from nami_monitor.reports.document import (
    AskedDecision,
    Document,
    Fact,
    ReportFigure,
    ReportGrid,
    ReportPage,
)

RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
STRONG: Final = RIGHT_TO_LEFT | {"L"}

LETTERS: Final = 16
"""The size of text, and the smallest on a slide, in points."""
CELL_INSET: Final = 0.24
"""What a cell of a table leaves free at its sides, in inches."""
LINE_SPACING: Final = 1.22  # of the size of its letters, from one line to the next
WIDER: Final = 1.08
"""How much wider Georgia and Arial may run than the typefaces that are measured."""
POINTS_PER_INCH: Final = 72
MEASURED_SIZE: Final = 100


def right_to_left(words: str) -> bool:
    """Whether a paragraph begins in a script that runs from right to left."""
    directions = (unicodedata.bidirectional(sign) for sign in words)
    return next((one for one in directions if one in STRONG), "L") in RIGHT_TO_LEFT


@cache
def _typeface(*, bold: bool, serif: bool) -> ImageFont.FreeTypeFont:
    sans = SANS / f"SourceSansPro-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(SERIF if serif else sans), MEASURED_SIZE)


@cache
def _length(word: str, *, bold: bool, serif: bool) -> float:
    return _typeface(bold=bold, serif=serif).getlength(word) * WIDER / MEASURED_SIZE


def line_count(
    words: str, size: float, width: float, *, bold: bool = False, serif: bool = False
) -> int:
    """Count the lines, of a width in inches, of a paragraph in a size in points.

    A word wider than the line is broken.
    """
    room = width * POINTS_PER_INCH / size
    space = _length(" ", bold=bold, serif=serif)
    taken, count = 0.0, 1
    for word in words.replace("\N{NO-BREAK SPACE}", "_").split():
        long = _length(word, bold=bold, serif=serif)
        if taken and taken + space + long > room:
            count, taken = count + 1, 0.0
        more = int(long // room)
        count += more
        taken += (space if taken else 0.0) + long - more * room
    return count


def height_of_lines(lines: int, size: float) -> float:
    """The height of so many lines, in inches."""
    return lines * size * LINE_SPACING / POINTS_PER_INCH


PARAGRAPH_SPACING: Final = 9  # points of space above a paragraph


def height(paragraphs: Sequence[str], size: float, width: float) -> float:
    """The height of paragraphs, in inches."""
    lines = sum(line_count(words, size, width) for words in paragraphs)
    between = max(len(paragraphs) - 1, 0) * PARAGRAPH_SPACING / POINTS_PER_INCH
    return height_of_lines(lines, size) + between


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
            used = height([*parts[-1], ""], size, width) - height_of_lines(1, size)
            head = _head(left, size, width, room - used)
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


def shortened(
    words: str, size: int, width: float, lines: int, *, bold: bool = False, serif: bool = False
) -> str:
    """As much of a text as fits so many lines, with an ellipsis for what does not."""

    def needed(said: str) -> int:
        return line_count(said, size, width, bold=bold, serif=serif)

    if needed(words) <= lines:
        return words
    parts = words.split(" ")

    def cut(count: int) -> str:
        return " ".join(parts[:count]).rstrip(" ,;:.") + "…"

    low = bisect_right(range(1, len(parts) + 1), lines, key=lambda n: needed(cut(n)))
    if low:
        return cut(low)
    signs = bisect_right(range(1, len(words) + 1), lines, key=lambda n: needed(words[:n] + "…"))
    return words[: max(signs, 1)] + "…"


WIDTH, HEIGHT = 13.333, 7.5
TITLE_SIZE: Final = 29
TITLE_LINES: Final = 2
VALUE: Final = 36
HEADING: Final = 20
INDENT: Final = 0.38
GAP: Final = 9
"""Points between one choice and the next."""


class Tone(StrEnum):
    """Colours by what they mean; the organisation's own take the place of ink and clay."""

    INK = "ink"
    SECOND = "second"
    BODY = "body"
    GREY = "grey"
    PAPER = "paper"
    LINE = "line"


@dataclass(frozen=True)
class Box:
    """Where something stands: left, top, width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Run:
    """Words in one tone."""

    words: str
    bold: bool = False
    tone: Tone = Tone.BODY


@dataclass(frozen=True)
class Paragraph:
    """Runs on one or more lines, with a mark before them and so many points of room above."""

    runs: tuple[Run, ...]
    size: int = LETTERS
    serif: bool = False
    mark: str = ""
    indented: bool = False
    before: float = 0.0

    @property
    def words(self) -> str:
        """Everything it says."""
        return "".join(run.words for run in self.runs)


@dataclass(frozen=True)
class Words:
    """Paragraphs in a box, from its top; in its middle where that is wanted."""

    box: Box
    paragraphs: tuple[Paragraph, ...]
    middle: bool = False


@dataclass(frozen=True)
class Ground:
    """A plane of one tone."""

    box: Box
    tone: Tone


@dataclass(frozen=True)
class Picture:
    """A chart, as large as it can be in its box."""

    box: Box
    figure: ReportFigure


@dataclass(frozen=True)
class SlideTable:
    """A table that begins at the top of its box; ``heights`` are those of its rows, head first."""

    box: Box
    grid: ReportGrid
    heights: tuple[float, ...]
    name: str


Part = Words | Ground | Picture | SlideTable


@dataclass(frozen=True)
class Slide:
    """A slide.

    Args:
        code: of its page; that of the divider is ``appendix``.
        title: in at most two lines.
        foot: the line below.
        notes: what is told with it, then method and source.
    """

    code: str
    label: str
    title: str
    parts: tuple[Part, ...]
    foot: str
    notes: tuple[str, ...]


TITLE: Final = Box(0.59, 0.5, 12.15, 1.06)
BODY: Final = Box(0.59, 1.74, 12.15, 4.95)
FOOT: Final = Box(0.59, 6.93, 10.0, 0.36)
NUMBER: Final = Box(12.04, 6.93, 0.7, 0.36)
LOGO: Final = Box(10.7, 6.9, 1.25, 0.42)
RULE: Final = Box(0.0, 0.0, WIDTH, 0.1)
FOOT_LINE: Final = Box(0.59, 6.84, 12.15, 0.01)
DIVIDER: Final = "appendix"


def slides(document: Document) -> tuple[Slide, ...]:
    """Every slide: one for each page, then behind a divider the appendix and what did not fit."""
    front: list[Slide] = []
    behind: list[Slide] = []
    for page in document.pages:
        first, *more = _slides_of(page, document)
        (behind if page.appendix else front).append(first)
        behind += more
    if not behind:
        return tuple(front)
    return (*front, _divider(behind, document), *behind)


def slide_of(page: ReportPage, document: Document) -> Slide:
    """The first slide of a page."""
    return next(iter(_slides_of(page, document)))


def _divider(behind: Sequence[Slide], document: Document) -> Slide:
    labels = list(dict.fromkeys(slide.label for slide in behind))
    title = text("report.divider", document.lang, n=len(behind))
    first = split_to_fit(labels, LETTERS, BODY.width - INDENT, BODY.height)[0]
    return Slide(DIVIDER, title, title, (_bullets(first, BODY),), _foot(document), ())


def _slides_of(page: ReportPage, document: Document) -> Iterator[Slide]:
    lang = document.lang
    title = _title(page.title, TITLE.width)
    whole = [] if title == page.title else [page.title]
    groups = list(_parts_of(page, whole, lang))
    foot, source = _foot(document, page.foot), page.foot or document.source
    how = text("report.pair", lang, head=text("report.how", lang), said=page.notes)
    notes = tuple(filter(None, (page.told, *_in_full(page, lang), how, source)))
    for no, parts in enumerate(groups, start=1):
        said = title
        if no > 1:
            part = text("report.part", lang, n=no, parts=len(groups))
            said = f"{_title(page.title, TITLE.width - 0.9)} {part}"
        yield Slide(page.code, page.label, said, parts, foot, notes)


def _short(words: str, lines: int, width: float, *, bold: bool = False) -> str:
    return shortened(words, LETTERS, width, lines, bold=bold)


def _title(words: str, width: float) -> str:
    return shortened(words, TITLE_SIZE, width, TITLE_LINES, serif=True)


def fits_title(words: str) -> bool:
    """Whether words fit the title of a slide."""
    return _title(words, TITLE.width) == words


def _foot(document: Document, source: str = "") -> str:
    """Whose figures, from which sources; that it is a demo comes first."""
    demo = text("report.demo_word", document.lang) if document.demo else ""
    said = " \N{MIDDLE DOT} ".join(
        filter(None, (demo, document.organisation, source or document.foot))
    )
    return _short(said, 1, FOOT.width)


def _in_full(page: ReportPage, lang: str) -> Iterator[str]:
    """What a slide may have to shorten, whole, for its notes."""
    yield from page.points if page.brief else ()
    asked = page.decision
    if asked is None:
        return
    yield text("report.pair", lang, head=text("report.asked", lang), said=asked.question)
    for letter, (what, gives) in zip("ABC", asked.options, strict=False):
        named = f"{letter}. {what}"
        yield text("report.pair", lang, head=named, said=gives) if gives else named


def _parts_of(page: ReportPage, whole: list[str], lang: str) -> Iterator[tuple[Part, ...]]:
    """What stands below the title, slide by slide; ``whole`` is a title that was cut short."""
    points = [*whole, *page.points]
    if page.figures:
        if page.brief or page.decision:
            yield _picture_and_words(page, lang)
        else:
            yield _picture(page.figures[0])
        points = whole
    elif page.facts or page.decision:
        yield (*_facts(page.facts), *_decision(page.decision, lang))
        points = whole
    elif page.grid:
        yield from _tables(page.grid, page.label)
    elif page.brief:
        points = [*whole, *page.brief]
    if points:
        rooms = split_to_fit(points, LETTERS, BODY.width - INDENT, BODY.height)
        yield from ((_bullets(part, BODY),) for part in rooms)
    elif not (page.figures or page.facts or page.decision or page.grid):
        yield ()


def _bullets(points: Sequence[str], box: Box) -> Words:
    made = (
        Paragraph((Run(said),), mark="•", before=GAP if no else 0) for no, said in enumerate(points)
    )
    return Words(box, tuple(made))


def _picture(figure: ReportFigure) -> tuple[Part, ...]:
    """A chart with what its signs mean below it."""
    legend = _whole_sentences(figure.legend, BODY.width)
    deep = height([legend], LETTERS, BODY.width) if legend else 0.0
    chart = replace(BODY, height=BODY.height - deep)
    if not legend:
        return (Picture(chart, figure),)
    below = Box(BODY.left, BODY.top + chart.height, BODY.width, deep)
    return Picture(chart, figure), Words(below, (Paragraph((Run(legend, tone=Tone.GREY),)),))


def _whole_sentences(sentences: Sequence[str], width: float) -> str:
    """As many sentences as fit two lines; the first in any case."""
    said = ""
    for one in sentences:
        longer = f"{said} {one}".strip()
        if said and line_count(longer, LETTERS, width) > LEGEND_LINES:
            continue
        said = longer
    return _short(said, LEGEND_LINES, width)


LEGEND_LINES: Final = 2
ABOVE: Final = replace(BODY, height=3.57)
BELOW_LEFT: Final = Box(0.59, 5.36, 5.4, 1.36)
BELOW_RIGHT: Final = Box(6.33, 5.32, 6.41, 1.42)


def _picture_and_words(page: ReportPage, lang: str) -> tuple[Part, ...]:
    """A chart with what it means to the left below it, and the decision that it asks for."""
    asked = page.decision
    place = BELOW_LEFT if asked else replace(BELOW_LEFT, width=BODY.width)
    lines, made = 4, []
    for no, point in enumerate(page.brief):
        said = _short(point, lines, place.width)
        used = line_count(said, LETTERS, place.width)
        made.append(Paragraph((Run(said, bold=no == 1),)))
        lines -= used
        if not lines:
            break
    left = Words(place, tuple(made))
    parts: tuple[Part, ...] = (Picture(ABOVE, page.figures[0]), left)
    if asked is None:
        return parts
    ground = BELOW_RIGHT
    inner = _inner(ground)
    head = Run(text("report.asked", lang), bold=True, tone=Tone.SECOND)
    body = (
        Paragraph((head,), serif=True),
        Paragraph(tuple(_in_a_row(asked, inner.width))),
        _who(asked, lang),
    )
    return (*parts, *_on_paper(ground), Words(inner, body, middle=True))


def _in_a_row(asked: AskedDecision, width: float) -> Iterator[Run]:
    """The choices on at most two lines, the one that stands out bold."""
    options = [what for what, _ in asked.options]
    room = len(" / ".join(options))
    while line_count(" / ".join(options), LETTERS, width, bold=True) > 2:  # noqa: PLR2004 - two lines
        room -= 3
        each = max(room // len(options), 6)
        options = [f"{what[:each].rstrip()}…" if len(what) > each else what for what in options]
    for at, what in enumerate(options):
        if at:
            yield Run(" / ", tone=Tone.GREY)
        yield Run(what, bold=at == asked.shown)


def _inner(box: Box) -> Box:
    return Box(box.left + 0.3, box.top + 0.08, box.width - 0.5, box.height - 0.16)


def _on_paper(box: Box) -> tuple[Part, ...]:
    """The ground of what asks something: paper with a line of clay."""
    return Ground(box, Tone.PAPER), Ground(replace(box, width=0.055), Tone.SECOND)


FACTS: Final = Box(0.59, 1.74, 4.9, 3.84)
FACT_LINE: Final = 0.01
VALUE_WIDTH: Final = 1.75


def _facts(facts: Sequence[Fact]) -> Iterator[Part]:
    """Three figures below each other, each behind a hairline: value, and what it is."""
    high = FACTS.height / 3
    for no, fact in enumerate(facts[:3]):
        top = FACTS.top + no * high
        yield Ground(Box(FACTS.left, top, FACTS.width, FACT_LINE), Tone.LINE)
        tone = Tone.SECOND if fact.concern else Tone.INK
        length = _length(fact.value, bold=True, serif=False)
        needed = length * VALUE / POINTS_PER_INCH + 0.25
        beside = needed <= FACTS.width / 2
        wide = max(VALUE_WIDTH, needed) if beside else FACTS.width
        value = Paragraph((Run(fact.value, bold=True, tone=tone),), size=VALUE)
        if beside:
            room = FACTS.width - wide
            said = Paragraph((Run(_short(fact.words, 3, room)),))
            yield Words(Box(FACTS.left, top, wide, high), (value,), middle=True)
            yield Words(Box(FACTS.left + wide, top, room, high), (said,), middle=True)
        else:
            cut = shortened(fact.value, VALUE, FACTS.width, 1, bold=True)
            value = replace(value, runs=(Run(cut, bold=True, tone=tone),))
            said = Paragraph((Run(_short(fact.words, 1, FACTS.width)),))
            yield Words(Box(FACTS.left, top, FACTS.width, high), (value, said), middle=True)


ASKED: Final = Box(6.05, 1.74, 6.69, 4.95)


def _decision(asked: AskedDecision | None, lang: str) -> tuple[Part, ...]:
    """The choices on paper, the proposal bold, with who decides before when."""
    if asked is None:
        return ()
    width = ASKED.width - 0.5
    for lines in ((2, 2), (2, 1), (1, 1)):
        made = list(_choices(asked, lines, width, lang))
        deep = sum(_depth(one, width) for one in made) + 0.3
        if deep <= ASKED.height:
            break
    ground = replace(ASKED, height=min(ASKED.height, max(deep, FACTS.height)))
    return (*_on_paper(ground), Words(_inner(ground), tuple(made)))


def _depth(one: Paragraph, width: float) -> float:
    """How high a paragraph is, with the room above it."""
    room = width - (INDENT if one.mark or one.indented else 0)
    bold = any(run.bold for run in one.runs)
    lines = line_count(one.words, one.size, room, bold=bold, serif=one.serif)
    return height_of_lines(lines, one.size) + one.before / 72


def _choices(
    asked: AskedDecision, lines: tuple[int, int], width: float, lang: str
) -> Iterator[Paragraph]:
    room = width - INDENT
    head = Run(text("report.asked", lang), bold=True, tone=Tone.SECOND)
    yield Paragraph((head,), size=HEADING, serif=True)
    for at, (what, gives) in enumerate(asked.options[:3]):
        bold = at == asked.shown
        said = Run(_short(what, lines[0], room, bold=bold), bold=bold)
        yield Paragraph((said,), mark="ABC"[at], before=GAP)
        more = text("report.proposal" if asked.chosen is None else "report.decided", lang)
        grey_words = f"{more} {gives}".strip() if bold else gives
        if grey_words:
            grey = Run(_short(grey_words, lines[1], room), tone=Tone.GREY)
            yield Paragraph((grey,), indented=True)
    yield _who(asked, lang, before=GAP + 6)


def _who(asked: AskedDecision, lang: str, before: float = 0.0) -> Paragraph:
    """Who decides, before when; that nobody is named yet is said."""
    who = asked.who or text("report.nobody", lang)
    runs = (
        Run(f"{text('report.who', lang)} "),
        Run(_short(who, 1, 3.0, bold=True), bold=True),
        Run(f" \N{MIDDLE DOT} {text('report.before', lang)} "),
        Run(asked.before, bold=True),
    )
    return Paragraph(runs, before=before)


CELL_LINES: Final = 5
"""So many lines of a cell stand on a slide; the whole text is in the PDF."""


def _tables(grid: ReportGrid, name: str) -> Iterator[tuple[Part, ...]]:
    """The rows of a table by slide, in the columns that a slide has room for."""
    columns = grid.on_slide or tuple(range(len(grid.head)))
    places = {column: at for at, column in enumerate(columns)}
    whole = sum(grid.widths[at] for at in columns)
    widths = tuple(BODY.width * grid.widths[at] / whole for at in columns)
    shown = ReportGrid(
        tuple(grid.head[at] for at in columns),
        tuple(
            tuple(
                _short(row[at], CELL_LINES, width - CELL_INSET)
                for at, width in zip(columns, widths, strict=True)
            )
            for row in grid.rows
        ),
        frozenset(places[at] for at in grid.right if at in places),
        widths,
    )
    for rows in _rows_by_slide(shown):
        heights = tuple(
            _row_height(row, widths, head=not no) for no, row in enumerate((shown.head, *rows))
        )
        yield (SlideTable(BODY, replace(shown, rows=tuple(rows)), heights, name),)


def _row_height(row: Sequence[str], widths: Sequence[float], *, head: bool = False) -> float:
    deepest = max(
        line_count(cell, LETTERS, width - CELL_INSET, bold=head)
        for cell, width in zip(row, widths, strict=True)
    )
    return height_of_lines(deepest, LETTERS) + 0.1


def _rows_by_slide(grid: ReportGrid) -> list[list[tuple[str, ...]]]:
    """The rows of a table by slide; the last two share theirs evenly, so that none stands alone."""

    def high(rows: Sequence[Sequence[str]]) -> float:
        return sum(
            _row_height(row, grid.widths, head=not no) for no, row in enumerate((grid.head, *rows))
        )

    groups: list[list[tuple[str, ...]]] = [[]]
    for row in grid.rows:
        if groups[-1] and high([*groups[-1], row]) > BODY.height:
            groups.append([])
        groups[-1].append(row)
    last = [row for rows in groups[-2:] for row in rows]
    half = (len(last) + 1) // 2
    if len(groups) > 1 and high(last[half:]) <= BODY.height and high(last[:half]) <= BODY.height:
        groups[-2:] = [last[:half], last[half:]]
    return groups
